"""SageMaker feature groups: their stores and tables, and what is told of them.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateFeatureGroup.html
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ResourceNotFound, ValidationError
from moto.sagemaker.models import FeatureGroup, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import arn_formatter

from embedded import clock
from embedded.extensions import feature_tables, offline_store
from embedded.extensions.feature_tables import DEFAULT_DATABASE, Blocked
from embedded.extensions.offline_store import schema_of, stores_of
from embedded.extensions.operations import add, kept
from embedded.feature_store.offline import ADDED

CATALOG = "AwsDataCatalog"
IN_MEMORY = "InMemory"
CREATED, CREATE_FAILED = "Created", "CreateFailed"


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
    _check_stores(online or {}, offline)
    _check_features(
        definitions,
        {
            key: self._get_param(key)
            for key in ("RecordIdentifierFeatureName", "EventTimeFeatureName")
        },
    )
    _check_collections(definitions, online or {})
    name = self._get_param("FeatureGroupName")
    arn = backend.create_feature_group(
        feature_group_name=name,
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
        offline_store_config=_offline(backend, name, offline) if offline else None,
        online_store_config=online,
        description=self._get_param("Description"),
        throughput_config=self._get_param("ThroughputConfig") or {"ThroughputMode": "OnDemand"},
        last_modified_time=group.creation_time,
        status=CREATED,
        failure_reason=None,
        last_update=None,
    )
    if store := offline_store.offline_store(backend, group):
        try:
            feature_tables.create(store)
        except Blocked as error:
            vars(group).update(status=CREATE_FAILED, failure_reason=str(error))
    return ActionResult({"FeatureGroupArn": arn})


def describe_feature_group(self: SageMakerResponse) -> ActionResult:
    """DescribeFeatureGroup, with the stores that the group was created with and no other."""
    group = group_named(self.sagemaker_backend, self._get_param("FeatureGroupName"))
    state = vars(group)
    described = group.describe() | {
        "OfflineStoreConfig": state["offline_store_config"],
        "OnlineStoreConfig": state["online_store_config"],
        "Description": state["description"],
        "ThroughputConfig": state["throughput_config"],
        "LastModifiedTime": state["last_modified_time"],
        "FeatureGroupStatus": state["status"],
        "FailureReason": state["failure_reason"],
        "LastUpdateStatus": state["last_update"],
        "OfflineStoreStatus": offline_status(group),
        "OnlineStoreTotalSizeBytes": (
            stores_of(group).online.size(clock.now()) if state["online_store_config"] else None
        ),
    }
    return ActionResult({key: value for key, value in described.items() if value is not None})


def update_feature_group(self: SageMakerResponse) -> ActionResult:
    """UpdateFeatureGroup: more features, another time to live, another throughput.

    Features are there at once, also in the offline table.
    """
    backend = self.sagemaker_backend
    group = group_named(backend, self._get_param("FeatureGroupName"))
    additions: list[dict[str, str]] = self._get_param("FeatureAdditions") or []
    online = self._get_param("OnlineStoreConfig") or {}
    state = vars(group)
    present = {definition["FeatureName"] for definition in group.feature_definitions}
    for addition in additions:
        if addition["FeatureName"] in present:
            raise ValidationError(
                message=f"Validation Error: Feature '{addition['FeatureName']}' already exists."
            )
    _check_features(additions, {})
    _check_collections(additions, state["online_store_config"] or {})
    _check_migration(state["online_store_config"] or {}, online)
    before = schema_of(group)
    group.feature_definitions = [*group.feature_definitions, *additions]
    store = offline_store.offline_store(backend, group)
    if additions and store:
        try:
            feature_tables.add_columns(store, before)
        except Blocked as error:
            stores_of(group).blocked = str(error)
    if online:
        state["online_store_config"] = (state["online_store_config"] or {}) | online
    state["throughput_config"] |= self._get_param("ThroughputConfig") or {}
    state["last_modified_time"] = clock.utcnow()
    state["last_update"] = {"Status": "Successful"}
    return ActionResult({"FeatureGroupArn": group.arn})


def delete_feature_group(self: SageMakerResponse) -> ActionResult:
    """DeleteFeatureGroup; the offline store's data and table stay, as on AWS."""
    backend = self.sagemaker_backend
    group = group_named(backend, self._get_param("FeatureGroupName"))
    offline_store.write(backend, group)
    del backend.feature_groups[group.arn]
    return EmptyResult()


def group_named(backend: SageMakerModelBackend, name: str) -> FeatureGroup:
    """The group of that name or ARN. Raises ResourceNotFound."""
    own = name.rpartition("/")[2]
    arn = arn_formatter("feature-group", own.lower(), backend.account_id, backend.region_name)
    try:
        return backend.feature_groups[arn]
    except KeyError:
        raise ResourceNotFound(
            message=f"Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name "
            f"{own}"
        ) from None


def offline_status(group: FeatureGroup) -> dict[str, str] | None:
    """The OfflineStoreStatus of a group; None for one that is only online."""
    if not group.offline_store_config:
        return None
    blocked = stores_of(group).blocked
    return {"Status": "Blocked", "BlockedReason": blocked} if blocked else {"Status": "Active"}


def _check_stores(online: Mapping[str, Any], offline: Mapping[str, Any] | None) -> None:
    """Raise ValidationError for stores that there are not, or not together.

    https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-storage-configurations-online-store.html
    """
    if not offline and not online.get("EnableOnlineStore"):
        raise ValidationError(
            message="Validation Error: Either OnlineStoreConfig or OfflineStoreConfig "
            "must be specified."
        )
    if offline and online.get("StorageType") == IN_MEMORY:
        raise ValidationError(
            message="Validation Error: An online store of StorageType InMemory has no "
            "OfflineStoreConfig beside it."
        )
    iceberg = (offline or {}).get("TableFormat") == "Iceberg"
    if offline and iceberg and offline.get("DisableGlueTableCreation"):
        raise ValidationError(
            message="Validation Error: TableFormat Iceberg needs DisableGlueTableCreation False."
        )


def _check_features(definitions: Sequence[Mapping[str, Any]], named: Mapping[str, str]) -> None:
    """Raise ValidationError for reserved and repeated names, and for `named` ones that lack."""
    types: dict[str, str] = {}
    for definition in definitions:
        feature = definition["FeatureName"]
        if feature in ADDED:
            raise ValidationError(
                message=f"Validation Error: FeatureName cannot be {feature}: Feature Store adds "
                f"{', '.join(ADDED)} itself."
            )
        if feature in types:
            raise ValidationError(
                message=f"Validation Error: Feature '{feature}' is defined twice."
            )
        types[feature] = definition["FeatureType"]
    for key, feature in named.items():
        if feature not in types:
            raise ValidationError(
                message=f"Validation Error: {key} '{feature}' is not in FeatureDefinitions."
            )
    event_time = named.get("EventTimeFeatureName")
    if event_time and types[event_time] == "Integral":
        raise ValidationError(
            message=f"Validation Error: EventTimeFeatureName '{event_time}' is Integral, and must "
            "be String or Fractional."
        )


def _check_collections(definitions: Sequence[Mapping[str, Any]], online: Mapping[str, Any]) -> None:
    """Raise ValidationError for collections in a store that has none."""
    for definition in definitions:
        if definition.get("CollectionType") and online.get("StorageType") != IN_MEMORY:
            raise ValidationError(
                message=f"Validation Error: Feature '{definition['FeatureName']}' is a "
                f"{definition['CollectionType']}, which only an online store of StorageType "
                "InMemory takes."
            )


def _check_migration(before: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    """Raise ValidationError for another StorageType, unless Standard becomes Standard_V2.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OnlineStoreConfigUpdate.html
    """
    old, new = before.get("StorageType", "Standard"), asked.get("StorageType")
    if new not in (None, old) and (old, new) != ("Standard", "Standard_V2"):
        raise ValidationError(
            message=f"Validation Error: StorageType {old} cannot become {new}: only Standard can "
            "become Standard_V2."
        )


def _offline(backend: SageMakerModelBackend, name: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The offline store as it is described: with its table, and where its data are.

    The path has the second in which the group was created, or one that no other group of that name
    has had.
    """
    taken = kept(backend, "offline_stores")
    created = int(clock.now().timestamp())
    while f"{name}-{created}" in taken:
        created += 1
    taken[f"{name}-{created}"] = True
    storage = asked["S3StorageConfig"]
    folder = f"{backend.account_id}/sagemaker/{backend.region_name}/offline-store"
    uri = f"{storage['S3Uri'].rstrip('/')}/{folder}/{name}-{created}/data"
    store = deepcopy(dict(asked)) | {"S3StorageConfig": storage | {"ResolvedOutputS3Uri": uri}}
    if "DataCatalogConfig" not in asked and not asked.get("DisableGlueTableCreation"):
        store["DataCatalogConfig"] = {
            "TableName": f"{name.replace('-', '_').lower()}_{created}",
            "Catalog": CATALOG,
            "Database": DEFAULT_DATABASE,
        }
    return store
