"""What is told of feature groups and their features: lists, descriptions and parameters.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListFeatureGroups.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateFeatureMetadata.html
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ResourceNotFound
from moto.sagemaker.models import FeatureGroup
from moto.sagemaker.responses import SageMakerResponse

from embedded import clock
from embedded.extensions.feature_groups import group_named, offline_status
from embedded.extensions.offline_store import schema_of
from embedded.extensions.operations import add, paged

SORTED_BY: dict[str, Callable[[dict[str, Any]], Any]] = {
    "Name": lambda summary: summary["FeatureGroupName"],
    "FeatureGroupStatus": lambda summary: summary["FeatureGroupStatus"],
    "OfflineStoreStatus": lambda summary: summary.get("OfflineStoreStatus", {}).get("Status", ""),
    "CreationTime": lambda summary: summary["CreationTime"],
}


@dataclass
class Metadata:
    """What people have said of a feature."""

    modified: datetime
    description: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        list_feature_groups,
        describe_feature_metadata,
        update_feature_metadata,
    )


def list_feature_groups(self: SageMakerResponse) -> ActionResult:
    """ListFeatureGroups, filtered and sorted; the newest come first unless it is told otherwise.

    AWS does not document in which order it lists them then.
    """
    after, before = self._get_param("CreationTimeAfter"), self._get_param("CreationTimeBefore")
    status = self._get_param("FeatureGroupStatusEquals")
    offline = self._get_param("OfflineStoreStatusEquals")
    found = []
    for group in self.sagemaker_backend.feature_groups.values():
        summary = _summary(group)
        created = _zoned(summary["CreationTime"])
        if (
            (self._get_param("NameContains") or "") in group.feature_group_name
            and status in (None, summary["FeatureGroupStatus"])
            and offline in (None, summary.get("OfflineStoreStatus", {}).get("Status"))
            and (after is None or created > _zoned(after))
            and (before is None or created < _zoned(before))
        ):
            found.append(summary)
    by = SORTED_BY[self._get_param("SortBy") or "CreationTime"]
    found.sort(key=by, reverse=self._get_param("SortOrder") != "Ascending")
    return paged(self, "FeatureGroupSummaries", found, "FeatureGroupArn")


def describe_feature_metadata(self: SageMakerResponse) -> ActionResult:
    """DescribeFeatureMetadata."""
    group, name = _feature(self)
    told = _metadata(group, name)
    described = {
        "FeatureGroupArn": group.arn,
        "FeatureGroupName": group.feature_group_name,
        "FeatureName": name,
        "FeatureType": schema_of(group).features[name].type,
        "CreationTime": group.creation_time,
        "LastModifiedTime": told.modified,
        "Parameters": [{"Key": key, "Value": value} for key, value in told.parameters.items()],
    }
    return ActionResult(
        described | ({"Description": told.description} if told.description is not None else {})
    )


def update_feature_metadata(self: SageMakerResponse) -> ActionResult:
    """UpdateFeatureMetadata: a parameter that is there gets the new value."""
    group, name = _feature(self)
    told = _metadata(group, name)
    parameters = dict(told.parameters)
    for key in self._get_param("ParameterRemovals") or []:
        parameters.pop(key, None)
    for each in self._get_param("ParameterAdditions") or []:
        parameters[each["Key"]] = each["Value"]
    description = self._get_param("Description")
    told.parameters = parameters
    told.description = told.description if description is None else description
    told.modified = clock.utcnow()
    return EmptyResult()


def _feature(response: SageMakerResponse) -> tuple[FeatureGroup, str]:
    """The group and the name of the feature that a request is about. Raises ResourceNotFound."""
    name = response._get_param("FeatureName")  # noqa: SLF001  moto's responses use it so
    asked = response._get_param("FeatureGroupName")  # noqa: SLF001
    group = group_named(response.sagemaker_backend, asked)
    if name not in schema_of(group).features:
        raise ResourceNotFound(
            message=f"Resource Not Found: Feature group {group.feature_group_name} has no feature "
            f"{name}."
        )
    return group, name


def _metadata(group: FeatureGroup, name: str) -> Metadata:
    known: dict[str, Metadata] = vars(group).setdefault("metadata", {})
    return known.setdefault(name, Metadata(group.creation_time))


def _summary(group: FeatureGroup) -> dict[str, Any]:
    offline = offline_status(group)
    return {
        "FeatureGroupName": group.feature_group_name,
        "FeatureGroupArn": group.arn,
        "CreationTime": group.creation_time,
        "FeatureGroupStatus": vars(group)["status"],
    } | ({"OfflineStoreStatus": offline} if offline else {})


def _zoned(time: datetime) -> datetime:
    """A time with its zone; moto's are in UTC without saying so."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)
