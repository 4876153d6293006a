"""The online store of a feature group: the newest record of each identifier.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_feature_store_PutRecord.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_feature_store_DeleteRecord.html
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from embedded.feature_store.schema import Values


class NotNewer(Exception):
    """What was asked for is older than the record that is there."""


class Absent(Exception):
    """There is no record of that identifier."""


@dataclass(frozen=True)
class Record:
    """A record at its event time."""

    values: Values
    event_time: datetime
    ttl: timedelta | None = None
    """For how long after its event time it is kept; None for ever."""
    is_deleted: bool = False

    @property
    def expires_at(self) -> datetime | None:
        """When it leaves the store, or None."""
        return self.event_time + self.ttl if self.ttl else None


class OnlineStore:
    """Records by identifier; the caller tells the time, in UTC."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}

    def get(self, identifier: str, now: datetime) -> Record | None:
        """The record, unless it has expired or was deleted."""
        record = self._kept(identifier, now)
        return None if record is None or record.is_deleted else record

    def put(self, identifier: str, record: Record, now: datetime) -> bool:
        """Keep a record that is newer than the one that is there; returns whether it is.

        One of the same event time is no newer: AWS's page of PutRecord asks for a greater one.
        """
        before = self._kept(identifier, now)
        if before is not None and record.event_time <= before.event_time:
            return False
        self._records[identifier] = record
        return True

    def soft_delete(self, identifier: str, at: datetime, now: datetime) -> bool:
        """Leave a mark in the place of an older record; returns whether it was older.

        The mark keeps records out that are older than the deletion.
        """
        return self.put(identifier, Record({}, at, is_deleted=True), now)

    def hard_delete(self, identifier: str, at: datetime, now: datetime) -> None:
        """Remove a record with all that is known of it. Raises NotNewer."""
        before = self._kept(identifier, now)
        if before is not None and at <= before.event_time:
            raise NotNewer
        self._records.pop(identifier, None)

    def update(
        self,
        identifier: str,
        values: Values,
        at: datetime | None,
        ttl: timedelta | None,
        now: datetime,
        *,
        keep: bool = True,
    ) -> Record:
        """Change some values of a record, unless `keep` is false; returns what it is then.

        Without `at` it keeps its event time, without `ttl` its own. Raises Absent, and NotNewer
        for an older event time.
        """
        before = self.get(identifier, now)
        if before is None:
            raise Absent
        if at is not None and at < before.event_time:
            raise NotNewer
        after = replace(
            before,
            values=before.values | values,
            event_time=at or before.event_time,
            ttl=ttl or before.ttl,
        )
        if keep:
            self._records[identifier] = after
        return after

    def identifiers(self, now: datetime, *, with_deleted: bool = False) -> list[str]:
        """The identifiers of all records, in order."""
        kept = ((each, self._kept(each, now)) for each in list(self._records))
        return sorted(
            each for each, record in kept if record and (with_deleted or not record.is_deleted)
        )

    def size(self, now: datetime) -> int:
        """Bytes of all names and values; AWS does not document how it counts them."""
        records = (self._kept(each, now) for each in list(self._records))
        return sum(
            len(name.encode()) + sum(len(text.encode()) for text in _texts(value))
            for record in records
            if record
            for name, value in record.values.items()
        )

    def _kept(self, identifier: str, now: datetime) -> Record | None:
        record = self._records.get(identifier)
        if record is not None and record.expires_at and record.expires_at <= now:
            del self._records[identifier]
            return None
        return record


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
