"""SageMaker's Feature Store Runtime: records that are put, got, changed and deleted.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations_Amazon_SageMaker_Feature_Store_Runtime.html
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.sagemaker import urls
from moto.sagemaker.exceptions import ResourceNotFound as GroupNotFound
from moto.sagemaker.models import FeatureGroup, SageMakerModelBackend, sagemaker_backends

from embedded import clock
from embedded.extensions import offline_store
from embedded.extensions.feature_groups import CREATED, IN_MEMORY, group_named
from embedded.extensions.offline_store import online_config, schema_of, stores_of
from embedded.feature_store.offline import Row
from embedded.feature_store.online import Absent, NotNewer, Record
from embedded.feature_store.schema import Invalid, Value, Values, time_to_live

SERVICE = "sagemaker-featurestore-runtime"
ONLINE, OFFLINE = "OnlineStore", "OfflineStore"
UPDATED = ("Standard_V2", IN_MEMORY)
"""Types of online stores in which a record can be updated."""
MOST_UPDATED = 100
PAGE_LENGTH = 100


class ValidationError(ServiceException):
    """The request does not fit the feature group."""

    code = "ValidationError"


class ResourceNotFound(ServiceException):
    """The feature group or the record is not there."""

    code = "ResourceNotFound"


class ConflictException(ServiceException):
    """The record that is there is newer."""

    code = "ConflictException"


class FeatureRecordsResponse(BaseResponse):
    """The operations on records."""

    def __init__(self) -> None:
        super().__init__(service_name=SERVICE)
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> SageMakerModelBackend:
        """SageMaker of the caller's account and region, which has the feature groups."""
        found: SageMakerModelBackend = sagemaker_backends[self.current_account][self.region]
        return found

    def put_record(self) -> ActionResult:
        """PutRecord."""
        # Its model names no ResourceNotFound, nor does that of DeleteRecord.
        self._put(self.params, None, absent=ValidationError)
        return EmptyResult()

    def batch_write_record(self) -> ActionResult:
        """BatchWriteRecord: entries that are wrong are told, and the others written."""
        errors = []
        for entry in self._get_param("Entries"):
            try:
                self._put(entry, self._get_param("TtlDuration"), absent=ResourceNotFound)
            except ServiceException as error:
                errors.append(
                    {"Entry": entry, "ErrorCode": error.code, "ErrorMessage": error.message}
                )
        return ActionResult({"Errors": errors, "UnprocessedEntries": []})

    def get_record(self) -> ActionResult:
        """GetRecord: without a Record where there is none of that identifier."""
        group = self._online_group(self._get_param("FeatureGroupName"), absent=ResourceNotFound)
        found = _got(
            group,
            self._get_param("RecordIdentifierValueAsString"),
            self._get_param("FeatureNames"),
            with_expiry=self._get_param("ExpirationTimeResponse") == "Enabled",
        )
        return ActionResult(found or {})

    def batch_get_record(self) -> ActionResult:
        """BatchGetRecord: what is not there is left out, and groups that are wrong are told."""
        with_expiry = self._get_param("ExpirationTimeResponse") == "Enabled"
        records, errors = [], []
        for each in self._get_param("Identifiers"):
            name = each["FeatureGroupName"]
            for identifier in each["RecordIdentifiersValueAsString"]:
                of = {"FeatureGroupName": name, "RecordIdentifierValueAsString": identifier}
                try:
                    group = self._online_group(name, absent=ResourceNotFound)
                    found = _got(
                        group, identifier, each.get("FeatureNames"), with_expiry=with_expiry
                    )
                except ServiceException as error:
                    errors.append(of | {"ErrorCode": error.code, "ErrorMessage": error.message})
                else:
                    records += [of | found] if found else []
        return ActionResult({"Records": records, "Errors": errors, "UnprocessedIdentifiers": []})

    def delete_record(self) -> ActionResult:
        """DeleteRecord: the offline store gets a row that tells of it.

        A hard deletion that is not newer than the record fails, and a soft one leaves the record.
        """
        group = self._group(self._get_param("FeatureGroupName"), absent=ValidationError)
        targets = _targets(group, self._get_param("TargetStores"))
        schema, identifier = schema_of(group), self._get_param("RecordIdentifierValueAsString")
        values = _checked(
            schema.record,
            [
                {"FeatureName": schema.record_id, "ValueAsString": identifier},
                {"FeatureName": schema.event_time, "ValueAsString": self._get_param("EventTime")},
            ],
        )
        at, now = schema.time_of(values[schema.event_time]), clock.now()
        online = stores_of(group).online
        if ONLINE in targets:
            if self._get_param("DeletionMode") == "HardDelete":
                try:
                    online.hard_delete(identifier, at, now)
                except NotNewer:
                    raise ValidationError(
                        f"EventTime: {values[schema.event_time]} is not later than that of the "
                        f"record {identifier!r}."
                    ) from None
            else:
                online.soft_delete(identifier, at, now)
        if OFFLINE in targets:
            offline_store.keep(group, Row(values, at, now, is_deleted=True))
        return EmptyResult()

    def update_record(self) -> ActionResult:
        """UpdateRecord: features that it does not name stay as they are."""
        group = self._online_group(self._get_param("FeatureGroupName"), absent=ResourceNotFound)
        storage = online_config(group).get("StorageType", "Standard")
        if storage not in UPDATED:
            raise ValidationError(
                f"A record of a StorageType {storage} can't be updated; one of "
                f"{' or '.join(UPDATED)} can."
            )
        given = self._get_param("Features")
        if len(given) > MOST_UPDATED:
            raise ValidationError(f"{len(given)} features are updated, and may be {MOST_UPDATED}.")
        schema, identifier = schema_of(group), self._get_param("RecordIdentifierValueAsString")
        values = _checked(schema.part, given)
        if values.get(schema.record_id, identifier) != identifier:
            raise ValidationError(f"{schema.record_id} is not {identifier!r}.")
        told = values.get(schema.event_time)
        ttl = time_to_live(self._get_param("TtlDuration"))
        if ttl and not told:
            raise ValidationError(f"TtlDuration needs {schema.event_time} beside it.")
        at = _checked(schema.time_of, told) if told else None
        targets, now = _targets(group, self._get_param("TargetStores")), clock.now()
        try:
            after = stores_of(group).online.update(
                identifier, values, at, ttl, now, keep=ONLINE in targets
            )
        except Absent:
            raise ResourceNotFound(f"There is no record {identifier!r}.") from None
        except NotNewer:
            raise ConflictException(
                f"The record {identifier!r} has an EventTime later than {told}."
            ) from None
        if OFFLINE in targets:
            offline_store.keep(group, Row(after.values, after.event_time, now))
        return EmptyResult()

    def list_records(self) -> ActionResult:
        """ListRecords: identifiers in order."""
        group = self._online_group(self._get_param("FeatureGroupName"), absent=ResourceNotFound)
        length = self._get_param("MaxResults") or PAGE_LENGTH
        identifiers = stores_of(group).online.identifiers(
            clock.now(), with_deleted=bool(self._get_param("IncludeSoftDeletedRecords"))
        )
        if token := self._get_param("NextToken"):
            last = _last(token)
            identifiers = [each for each in identifiers if each > last]
        result: dict[str, Any] = {"RecordIdentifiers": identifiers[:length]}
        if len(identifiers) > length:
            result["NextToken"] = base64.b64encode(identifiers[length - 1].encode()).decode()
        return ActionResult(result)

    def _put(
        self,
        entry: Mapping[str, Any],
        ttl: Mapping[str, Any] | None,
        absent: type[ServiceException],
    ) -> None:
        """Put one record into its group's stores; `ttl` is for one without its own."""
        group = self._group(entry["FeatureGroupName"], absent)
        targets = _targets(group, entry.get("TargetStores"))
        schema = schema_of(group)
        values = _checked(schema.record, entry["Record"])
        at, now = schema.time_of(values[schema.event_time]), clock.now()
        if ONLINE in targets:
            of_group = online_config(group).get("TtlDuration")
            lives = time_to_live(entry.get("TtlDuration") or ttl or of_group)
            identifier = str(values[schema.record_id])
            stores_of(group).online.put(identifier, Record(values, at, lives), now)
        if OFFLINE in targets:
            offline_store.keep(group, Row(values, at, now))

    def _group(self, name: str, absent: type[ServiceException]) -> FeatureGroup:
        """A group that takes records; raises `absent` for one that is not there."""
        try:
            group = group_named(self.backend, name)
        except GroupNotFound as error:
            raise absent(error.message) from None
        status = vars(group)["status"]
        if status != CREATED:
            raise ValidationError(
                f"Feature group {group.feature_group_name} is {status}, not {CREATED}."
            )
        return group

    def _online_group(self, name: str, absent: type[ServiceException]) -> FeatureGroup:
        group = self._group(name, absent)
        if ONLINE not in _stores(group):
            raise ValidationError(
                f"Feature group {group.feature_group_name} has no online store, from which "
                "records are got."
            )
        return group


def install() -> None:
    """Add the paths to SageMaker's: both services sign their requests alike."""
    for path in ("FeatureGroup/(?P<group>.+)$", "BatchGetRecord$", "BatchWriteRecord$"):
        urls.url_paths[f"{{0}}/{path}"] = FeatureRecordsResponse.dispatch
    offline_store.install()


def _stores(group: FeatureGroup) -> list[str]:
    online = online_config(group).get("EnableOnlineStore")
    return [*([ONLINE] if online else []), *([OFFLINE] if group.offline_store_config else [])]


def _targets(group: FeatureGroup, asked: Sequence[str] | None) -> list[str]:
    """The stores that a request is for: all unless it says. Raises ValidationError."""
    there = _stores(group)
    for store in asked or ():
        if store not in there:
            raise ValidationError(
                f"Feature group {group.feature_group_name} has no {store}, but "
                f"{' and '.join(there)}."
            )
    return list(asked or there)


def _checked(check: Any, given: Any) -> Any:
    try:
        return check(given)
    except Invalid as error:
        raise ValidationError(str(error)) from None


def _got(
    group: FeatureGroup, identifier: str, names: Sequence[str] | None, *, with_expiry: bool
) -> dict[str, Any] | None:
    """What GetRecord tells of a record, or None where there is none."""
    schema = schema_of(group)
    for name in names or ():
        _checked(schema.feature, name)
    record = stores_of(group).online.get(identifier, clock.now())
    if record is None:
        return None
    told: dict[str, Any] = {"Record": _feature_values(record.values, names)}
    if with_expiry and record.expires_at:
        told["ExpiresAt"] = _iso(record.expires_at)
    return told


def _feature_values(values: Values, names: Sequence[str] | None) -> list[dict[str, Value]]:
    return [
        {
            "FeatureName": name,
            "ValueAsString" if isinstance(value, str) else "ValueAsStringList": value,
        }
        for name, value in values.items()
        if not names or name in names
    ]


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _last(token: str) -> str:
    try:
        return base64.b64decode(token, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ValidationError(f"NextToken {token!r} is none that ListRecords has given.") from None
