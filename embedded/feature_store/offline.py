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
    import pyarrow as pa

ADDED = {"write_time": "timestamp", "api_invocation_time": "timestamp", "is_deleted": "boolean"}
"""Columns that Feature Store adds, with their types in Glue."""
COLUMNS = {"String": "string", "Integral": "bigint", "Fractional": "double"}
"""Glue's type of a feature's."""
PARTITIONS = ("year", "month", "day", "hour")
FOLDER_CHARACTERS, FILE_CHARACTERS = 8, 16
"""How many random letters and digits there are in names."""
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
    """A Parquet file of one partition."""

    partition: tuple[str, ...]
    """Year, month, day and hour of its event times, with leading zeros; or their day as text."""
    path: str
    """Where it lies below the group's prefix."""
    content: bytes


def glue_columns(schema: Schema) -> list[dict[str, str]]:
    """The columns of the Glue table, whose names Glue keeps in lower case."""
    features = {each.name.lower(): COLUMNS[each.type] for each in schema.features.values()}
    return [{"Name": name, "Type": type_} for name, type_ in (features | ADDED).items()]


def arrow_table(rows: Sequence[Row], schema: Schema, written_at: datetime, unit: str) -> "pa.Table":
    """The rows with all columns; a feature without a value is null.

    `unit` is that of the times, "ms" or "us".
    """
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


def hourly_files(rows: Sequence[Row], schema: Schema, written_at: datetime) -> list[File]:
    """One file for each hour of event times, in UTC, as Hive names partitions."""
    hours: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        hours[tuple(f"{row.event_time:%Y-%m-%d-%H}".split("-"))].append(row)
    return [
        _file(
            hour,
            "/".join(f"{key}={value}" for key, value in zip(PARTITIONS, hour, strict=True)),
            members,
            arrow_table(members, schema, written_at, "ms"),
        )
        for hour, members in sorted(hours.items())
    ]


def daily_files(rows: Sequence[Row], schema: Schema, written_at: datetime) -> list[File]:
    """One file for each day of event times, in UTC, as Iceberg tables have them.

    Event times in Unix seconds are not parted: AWS documents a truncation of texts only. Iceberg
    has no times of milliseconds.
    """
    days: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        is_text = schema.features[schema.event_time].type == "String"
        days[(f"{row.event_time:%Y-%m-%d}",) if is_text else ()].append(row)
    return [
        _file(
            day,
            "/".join(
                [_random(FOLDER_CHARACTERS), *(f"{schema.event_time}_trunc={d}" for d in day)]
            ),
            members,
            arrow_table(members, schema, written_at, "us"),
        )
        for day, members in sorted(days.items())
    ]


def _file(partition: tuple[str, ...], folder: str, rows: Sequence[Row], table: "pa.Table") -> File:
    """The file of these rows, named for the latest of their event times."""
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    pq.write_table(table, stream)
    latest = max(row.event_time for row in rows)
    name = f"{latest:%Y%m%dT%H%M%SZ}_{_random(FILE_CHARACTERS)}.parquet"
    return File(partition, f"{folder}/{name}", stream.getvalue())


def _value(row: Row, name: str, convert: Callable[[Any], Any]) -> Any:
    value = row.values.get(name)
    return None if value is None else convert(value)


def _naive(time: datetime) -> datetime:
    """A time in UTC that does not say so, as the columns' type has it."""
    return time.replace(tzinfo=None)


def _random(length: int) -> str:
    characters = string.ascii_letters + string.digits
    return "".join(secrets.choice(characters) for _ in range(length))
