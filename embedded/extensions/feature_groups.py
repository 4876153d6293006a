"""SageMaker feature groups: online-only groups, and their deletion.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateFeatureGroup.html
"""

from copy import deepcopy
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ResourceNotFound, ValidationError
from moto.sagemaker.models import FeatureGroup, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import arn_formatter

from embedded.extensions.operations import add


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        create_feature_group,
        describe_feature_group,
        update_feature_group,
        delete_feature_group,
    )


def create_feature_group(self: SageMakerResponse) -> ActionResult:
    """CreateFeatureGroup, with an online store, an offline store or both."""
    backend = self.sagemaker_backend
    offline = self._get_param("OfflineStoreConfig")
    online = self._get_param("OnlineStoreConfig")
    definitions = self._get_param("FeatureDefinitions")
    if not offline and not (online and online.get("EnableOnlineStore")):
        raise ValidationError(
            message="Validation Error: Either OnlineStoreConfig or OfflineStoreConfig "
            "must be specified."
        )
    named = {definition["FeatureName"] for definition in definitions}
    for key in ("RecordIdentifierFeatureName", "EventTimeFeatureName"):
        if self._get_param(key) not in named:
            raise ValidationError(
                message=f"Validation Error: {key} '{self._get_param(key)}' is not in "
                "FeatureDefinitions."
            )
    arn = backend.create_feature_group(
        feature_group_name=self._get_param("FeatureGroupName"),
        record_identifier_feature_name=self._get_param("RecordIdentifierFeatureName"),
        event_time_feature_name=self._get_param("EventTimeFeatureName"),
        feature_definitions=definitions,
        # moto writes into an offline store's configuration even where there is none.
        offline_store_config=deepcopy(offline) or {"S3StorageConfig": {"S3Uri": ""}},
        role_arn=self._get_param("RoleArn"),
        tags=self._get_param("Tags") or [],
    )
    group = backend.feature_groups[arn]
    vars(group).update(
        offline_store_config=_offline(offline, group),
        online_store_config=online,
        description=self._get_param("Description"),
        throughput_config=self._get_param("ThroughputConfig") or {"ThroughputMode": "OnDemand"},
        last_modified_time=group.creation_time,
    )
    return ActionResult({"FeatureGroupArn": arn})


def describe_feature_group(self: SageMakerResponse) -> ActionResult:
    """DescribeFeatureGroup, with the stores that the group was created with and no other."""
    group = _group(self.sagemaker_backend, self._get_param("FeatureGroupName"))
    state = vars(group)
    described = group.describe() | {
        "OfflineStoreConfig": state["offline_store_config"],
        "OnlineStoreConfig": state["online_store_config"],
        "Description": state["description"],
        "ThroughputConfig": state["throughput_config"],
        "LastModifiedTime": state["last_modified_time"],
        "OnlineStoreTotalSizeBytes": 0 if state["online_store_config"] else None,
    }
    return ActionResult({key: value for key, value in described.items() if value is not None})


def update_feature_group(self: SageMakerResponse) -> ActionResult:
    """UpdateFeatureGroup: more features, another time to live, another throughput."""
    group = _group(self.sagemaker_backend, self._get_param("FeatureGroupName"))
    additions: list[dict[str, str]] = self._get_param("FeatureAdditions") or []
    present = {definition["FeatureName"] for definition in group.feature_definitions}
    for addition in additions:
        if addition["FeatureName"] in present:
            raise ValidationError(
                message=f"Validation Error: Feature '{addition['FeatureName']}' already exists."
            )
    group.feature_definitions = [*group.feature_definitions, *additions]
    state = vars(group)
    online = self._get_param("OnlineStoreConfig")
    if online:
        state["online_store_config"] = (state["online_store_config"] or {}) | online
    state["throughput_config"] |= self._get_param("ThroughputConfig") or {}
    return ActionResult({"FeatureGroupArn": group.arn})


def delete_feature_group(self: SageMakerResponse) -> ActionResult:
    """DeleteFeatureGroup; the offline store's data and table stay, as on AWS."""
    group = _group(self.sagemaker_backend, self._get_param("FeatureGroupName"))
    del self.sagemaker_backend.feature_groups[group.arn]
    return EmptyResult()


def _group(backend: SageMakerModelBackend, name: str) -> FeatureGroup:
    arn = arn_formatter("feature-group", name.lower(), backend.account_id, backend.region_name)
    try:
        return backend.feature_groups[arn]
    except KeyError:
        raise ResourceNotFound(
            message=f"Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name "
            f"{name}"
        ) from None


def _offline(asked: dict[str, Any] | None, group: FeatureGroup) -> dict[str, Any] | None:
    """The offline store as described: with the Glue table that was asked for, or with none."""
    if not asked:
        return None
    named = ("DataCatalogConfig", "TableFormat")  # moto names a table of its own
    store = group.offline_store_config | {key: asked[key] for key in named if key in asked}
    if asked.get("DisableGlueTableCreation"):
        return {key: value for key, value in store.items() if key != "DataCatalogConfig"}
    return store
