"""The rows of the offline store, and the Parquet files that hold them.

https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-offline.html
"""

import io
import secrets
import string
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from embedded.feature_store.schema import Schema, Values

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]

ADDED = {"write_time": "timestamp", "api_invocation_time": "timestamp", "is_deleted": "boolean"}
"""Columns that Feature Store adds, with their types in Glue."""
COLUMNS = {"String": "string", "Integral": "bigint", "Fractional": "double"}
"""Glue's type of a feature's."""
PARTITIONS = ("year", "month", "day", "hour")
RANDOM_CHARACTERS = 16
CONVERT: dict[str, Callable[[Any], Any]] = {"String": str, "Integral": int, "Fractional": float}


@dataclass(frozen=True)
class Row:
    """What one call has put into the offline store."""

    values: Values
    event_time: datetime
    invoked_at: datetime
    """When the call came."""
    is_deleted: bool = False


@dataclass(frozen=True)
class File:
    """A Parquet file of one hour."""

    hour: tuple[str, ...]
    """Year, month, day and hour of its event times, with leading zeros."""
    name: str
    content: bytes

    @property
    def folder(self) -> str:
        """Where it lies below the group's prefix, as Hive names partitions."""
        return "/".join(f"{key}={value}" for key, value in zip(PARTITIONS, self.hour, strict=True))


def glue_columns(schema: Schema) -> list[dict[str, str]]:
    """The columns of the Glue table, whose names Glue keeps in lower case."""
    features = {each.name.lower(): COLUMNS[each.type] for each in schema.features.values()}
    return [{"Name": name, "Type": type_} for name, type_ in (features | ADDED).items()]


def arrow_table(
    rows: Sequence[Row], schema: Schema, written_at: datetime, unit: str = "ms"
) -> "pa.Table":
    """The rows with all columns; a feature without a value is null. `unit` is the times'."""
    import pyarrow as pa

    types = {"String": pa.string(), "Integral": pa.int64(), "Fractional": pa.float64()}
    columns: dict[str, Any] = {
        each.name: pa.array(
            [_value(row, each.name, CONVERT[each.type]) for row in rows], types[each.type]
        )
        for each in schema.features.values()
    }
    time = pa.timestamp(unit)
    columns["write_time"] = pa.array([_naive(written_at)] * len(rows), time)
    columns["api_invocation_time"] = pa.array([_naive(row.invoked_at) for row in rows], time)
    columns["is_deleted"] = pa.array([row.is_deleted for row in rows], pa.bool_())
    return pa.table(columns)


def files(rows: Sequence[Row], schema: Schema, written_at: datetime) -> list[File]:
    """One file for each hour of event times, in UTC, named for the latest of them."""
    import pyarrow.parquet as pq  # type: ignore[import-untyped, unused-ignore]

    hours: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        hours[tuple(f"{row.event_time:%Y-%m-%d-%H}".split("-"))].append(row)
    found = []
    for hour, members in sorted(hours.items()):
        stream = io.BytesIO()
        pq.write_table(arrow_table(members, schema, written_at), stream)
        latest = max(row.event_time for row in members)
        name = f"{latest:%Y%m%dT%H%M%SZ}_{_random()}.parquet"
        found.append(File(hour, name, stream.getvalue()))
    return found


def _value(row: Row, name: str, convert: Callable[[Any], Any]) -> Any:
    value = row.values.get(name)
    return None if value is None else convert(value)


def _naive(time: datetime) -> datetime:
    """A time in UTC that does not say so, as the columns' type has it."""
    return time.replace(tzinfo=None)


def _random() -> str:
    characters = string.ascii_letters + string.digits
    return "".join(secrets.choice(characters) for _ in range(RANDOM_CHARACTERS))
