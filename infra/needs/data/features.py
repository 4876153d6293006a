"""The feature groups of an environment."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components.common.durability import Durability
from components.data.feature_group import FeatureGroup, FeatureType
from components.data.lake import Lake
from infra.environment import Environment
from infra.errors import InputError
from infra.needs.need import Need
from infra.settings import PlatformSettings
from infra.settings.data.features import FeatureGroup as Features
from infra.settings.mistakes import shown


def declare_groups(
    settings: PlatformSettings,
    env: Environment,
    need: Need,
    lake: Lake,
    key_arn: pulumi.Input[str],
) -> dict[str, pulumi.Output[str]]:
    """Declare each group; their names in AWS, by name and version.

    Raises InputError for a change that would lose the records of one.
    """
    groups = {}
    for group in settings.features:
        versioned = f"{group.name}-v{group.version}"
        name = env.names(versioned, limit=64)
        if env.durability is not Durability.DISPOSABLE:
            require_unchanged(group, name, env.live.feature_group(name))
        feature_group = env.component(FeatureGroup)(
            env.names(versioned, limit=40),
            {
                "feature_group_name": name,
                "record_id": group.record_id,
                "event_time": group.event_time,
                "features": {
                    feature: FeatureType(type_.capitalize())
                    for feature, type_ in group.features.items()
                },
                "online": group.online,
                "bucket": lake.zone_buckets["features"],
                "bucket_arn": lake.zone_arns["features"],
                "database_name": lake.database_names["features"],
                "key_arn": key_arn,
                "account_id": env.account_id,
                "region": env.region,
                "durability": env.durability,
            },
            need.child_options(),
        )
        groups[versioned] = feature_group.name
    return groups


def require_unchanged(group: Features, name: str, there: Mapping[str, Any]) -> None:
    """Raise InputError for a change of a feature group that is there, and is to be kept.

    `there` is what DescribeFeatureGroup says of it, nothing where there is none. A group takes a
    name of its own with each version, so that records of before stay where they are.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateFeatureGroup.html
    """
    if not there:
        return
    found = {
        "record_id": there["RecordIdentifierFeatureName"],
        "event_time": there["EventTimeFeatureName"],
        "online": there.get("OnlineStoreConfig", {}).get("EnableOnlineStore", False),
        "features": {
            definition["FeatureName"]: definition["FeatureType"].lower()
            for definition in there["FeatureDefinitions"]
        },
    }
    changed = [key for key, value in found.items() if getattr(group, key) != value]
    if changed:
        told = "; ".join(
            f"{key} is {shown(found[key])} there, not {shown(getattr(group, key))}"
            for key in changed
        )
        raise InputError(
            f"features[{group.name}]: the feature group {name} is there, and AWS changes none of "
            f"this: {told}. Set version: {group.version + 1} for a new group beside it, or put it "
            "back"
        )
