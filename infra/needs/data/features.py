"""The feature groups of an environment."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.data.feature_evolution import CannotEvolve, added, definitions
from components.data.feature_group import (
    FeatureGroup,
    FeatureGroupArgs,
    FeatureType,
    TableFormat,
)
from components.data.lake.lake import Lake
from infra.environment import Environment
from infra.errors import InputError
from infra.needs.need import Need
from infra.settings import PlatformSettings
from infra.settings.data.features import FeatureGroup as Features
from infra.settings.data.features import group_of
from infra.settings.mistakes import shown


def declare_groups(
    settings: PlatformSettings,
    env: Environment,
    need: Need,
    lake: Lake,
    key_arn: pulumi.Input[str],
) -> dict[str, FeatureGroup]:
    """Declare each group; they come by name and version, such as `visits-v1`.

    Features that one gets in its place are told. Raises InputError for a change that would lose its
    records.
    """
    groups: dict[str, FeatureGroup] = {}
    for group in settings.features:
        name = env.names(versioned(group), limit=64)
        if new := additions(group, name, env.live.feature_group(name)):
            pulumi.log.info(
                f"features[{group.name}]: the feature group {name} gets {', '.join(new)} in its "
                "place. Its records stay; those of before have no value of it"
            )
        args: FeatureGroupArgs = {
            "feature_group_name": name,
            "record_id": group.record_id,
            "event_time": group.event_time,
            "features": {
                feature: FeatureType(type_.capitalize())
                for feature, type_ in group.features.items()
            },
            "descriptions": group.descriptions,
            "online": group.online,
            "in_memory": group.tier == "in-memory",
            "table_format": TableFormat(group.table.capitalize()),
            "bucket": lake.zone_buckets["features"],
            "bucket_arn": lake.zone_arns["features"],
            "database_name": lake.database_names["features"],
            "key_arn": key_arn,
            "account_id": env.account_id,
            "region": env.region,
            "durability": env.durability,
        }
        if found := filled_by(group, settings):
            args["filled_by"] = found
        if group.ttl_days or group.ttl_hours:
            args["ttl_hours"] = 24 * (group.ttl_days or 0) + (group.ttl_hours or 0)
        feature_group = env.component(FeatureGroup)(
            env.names(versioned(group), limit=40),
            args,
            need.child_options(),
        )
        groups[versioned(group)] = feature_group
    return groups


def versioned(group: Features) -> str:
    """The name of a group with its version, as in its name in AWS: `visits-v1`."""
    return f"{group.name}-v{group.version}"


def filled_by(group: Features, settings: PlatformSettings) -> list[str]:
    """The jobs that put records into a group, by name, and the streams, as `stream/visits`."""
    jobs = {job.name: job.fills for job in settings.jobs}
    streams = {f"stream/{stream.name}": stream.features for stream in settings.streams}
    return [
        name
        for name, fills in (jobs | streams).items()
        if any(group_of(one, settings.features) is group for one in fills)
    ]


def additions(group: Features, name: str, there: Mapping[str, Any]) -> list[str]:
    """The features that a group which is there gets in its place, by name.

    `there` is what DescribeFeatureGroup says of it, nothing where there is none. Raises InputError
    for any other change: that takes a group of another version, and of a name of its own, so that
    the records of before stay where they are.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateFeatureGroup.html
    """
    if not there:
        return []
    online = there.get("OnlineStoreConfig", {})
    format_ = there.get("OfflineStoreConfig", {}).get("TableFormat")
    found = {
        "record_id": there["RecordIdentifierFeatureName"],
        "event_time": there["EventTimeFeatureName"],
        "online": online.get("EnableOnlineStore", False),
        "tier": "in-memory" if online.get("StorageType") == "InMemory" else "standard",
    }
    if group.tier == "standard":
        found["table"] = "iceberg" if format_ == TableFormat.ICEBERG.value else "glue"
    faults = [
        f"{key} is {shown(value)} there, not {shown(getattr(group, key))}"
        for key, value in found.items()
        if getattr(group, key) != value
    ]
    types = {feature: type_.lower() for feature, type_ in definitions(there).items()}
    new: dict[str, str] = {}
    try:
        new = added(types, group.features)
    except CannotEvolve as error:
        faults.append(str(error))
    if faults:
        raise InputError(
            f"features[{group.name}]: the feature group {name} is there, and AWS only adds "
            f"features to it: {'; '.join(faults)}. Set version: {group.version + 1} for a new "
            "group beside it, or put it back"
        )
    return [*new]
