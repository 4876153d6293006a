"""What a table's files hold: the bytes of one object as an Arrow table.

A text format's values are read as Hive's SerDes read them and are left as text, for DuckDB to cast
(casts.py); Parquet has types of its own.

https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
"""

import bz2
import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from embedded.athena.catalog import Entity, columns, parameters
from embedded.athena.failures import Failed, not_done
from embedded.athena.hive_types import HiveType, parse
from embedded.athena.rows import delimited_rows, json_rows, quoted_rows

DELIMITED = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
QUOTED = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
OPENX_JSON = "org.openx.data.jsonserde.JsonSerDe"
JSON = {
    OPENX_JSON,
    "org.apache.hive.hcatalog.data.JsonSerDe",
    "org.apache.hadoop.hive.serde2.JsonSerDe",
}
SERDES = {DELIMITED, QUOTED, PARQUET, *JSON}
FAMILIES: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_nested,
    lambda of: pa.types.is_string(of) or pa.types.is_large_string(of) or _is_binary(of),
)
"""Kinds of types: what Parquet has of one is read as any other of the same, as Athena does."""


@dataclass(frozen=True)
class Format:
    """How a table, or one partition of it, is stored."""

    serde: str
    columns: dict[str, HiveType]
    properties: dict[str, str] = field(default_factory=dict)
    """Of the SerDe and, below them, of the table."""

    @property
    def is_text(self) -> bool:
        """Whether values are text that is to be cast."""
        return self.serde != PARQUET


def of_table(table: Entity, descriptor: Entity | None = None) -> Format:
    """The format of a table, or of the partition whose StorageDescriptor is given.

    Raises Failed for a SerDe that is not read here.
    """
    stored = descriptor or table.get("StorageDescriptor") or {}
    info = stored.get("SerdeInfo") or {}
    serde = info.get("SerializationLibrary") or DELIMITED
    if serde not in SERDES:
        raise not_done(f"tables of the SerDe {serde}")
    types = {each["Name"].lower(): parse(each.get("Type", "string")) for each in columns(table)}
    return Format(serde, types, parameters(table) | (info.get("Parameters") or {}))


def read(content: bytes, uri: str, how: Format, wanted: list[str]) -> pa.Table:
    """The wanted columns of an object, as text or, of Parquet, in the table's types.

    Raises Failed for what is not in the table's format.
    """
    if how.serde == PARQUET:
        return _parquet(content, uri, {name: how.columns[name] for name in wanted})
    lines = io.StringIO(_text(content, uri, how), newline="")
    if how.serde in JSON:
        rows = json_rows(lines, list(how.columns), how.properties)
    elif how.serde == QUOTED:
        rows = quoted_rows(_data(lines, how), how.properties)
    else:
        rows = delimited_rows(_data(lines, how), list(how.columns.values()), how.properties)
    places = {name: place for place, name in enumerate(how.columns)}
    found = list(rows)
    return pa.table(
        {name: pa.array([_at(row, places[name]) for row in found], pa.string()) for name in wanted}
        or {"": pa.nulls(len(found))}
    )


def scanned(content: bytes, how: Format, wanted: list[str]) -> int:
    """Bytes of an object that a query of these columns reads: of Parquet, those of the columns."""
    if how.serde != PARQUET:
        return len(content)
    metadata = pq.ParquetFile(pa.BufferReader(content)).metadata
    return sum(
        column.total_compressed_size
        for group in map(metadata.row_group, range(metadata.num_row_groups))
        for column in map(group.column, range(group.num_columns))
        if column.path_in_schema.partition(".")[0].lower() in wanted
    )


def _at(row: list[str | None], place: int) -> str | None:
    return row[place] if place < len(row) else None


def _data(lines: Iterable[str], how: Format) -> Iterator[str]:
    """The lines below the header."""
    header = int(how.properties.get("skip.header.line.count", 0))
    return (line for number, line in enumerate(lines) if number >= header)


def _text(content: bytes, uri: str, how: Format) -> str:
    try:
        content = decompressed(content, uri)
        return content.decode(how.properties.get("serialization.encoding", "utf-8"), "replace")
    except (OSError, EOFError, zlib.error, LookupError) as error:
        raise Failed("HIVE_CURSOR_ERROR", f"Failed to read file at {uri}: {error}") from error


def decompressed(content: bytes, uri: str) -> bytes:
    """The content, by the ending of the object's name: as on AWS, no property says it.

    Raises Failed for a compression that is not undone here, and what Python's modules raise.
    """
    match uri.rpartition(".")[2].lower():
        case "gz":
            return gzip.decompress(content)
        case "bz2":
            return bz2.decompress(content)
        case "deflate":
            return zlib.decompress(content)
        case "zst":
            return bytes(pa.CompressedInputStream(pa.BufferReader(content), "zstd").read())
        case "lz4" | "snappy" | "lzo" as kind:
            raise not_done(f"text that is compressed by {kind}, as {uri} is")
        case _:
            return content


def _parquet(content: bytes, uri: str, wanted: dict[str, HiveType]) -> pa.Table:
    """The columns by name; one that the file lacks is null."""
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
    except pa.ArrowInvalid as error:
        raise Failed("HIVE_BAD_DATA", f"Not valid Parquet file: {uri}: {error}") from error
    names = {name.lower(): name for name in file.schema_arrow.names}
    found = file.read([names[name] for name in wanted if name in names])
    if not wanted:
        return pa.table({"": pa.nulls(file.metadata.num_rows)})
    return pa.table(
        {
            name: _as_declared(found[names[name]], kind.arrow, name, uri)
            if name in names
            else pa.nulls(file.metadata.num_rows, kind.arrow)
            for name, kind in wanted.items()
        }
    )


def _as_declared(column: pa.ChunkedArray, declared: pa.DataType, name: str, uri: str) -> Any:
    stored = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    like = pa.types.is_null(stored) or any(of(stored) and of(declared) for of in FAMILIES)
    try:
        if like and pa.types.is_timestamp(stored):
            # Nanoseconds are cut: Athena's timestamps have milliseconds.
            return column.cast(pa.timestamp("us", stored.tz), safe=False).cast(declared)
        if like:
            return column.cast(declared)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass
    raise Failed(
        "HIVE_BAD_DATA",
        f"Field {name}'s type {str(stored).upper()} in parquet file {uri} is incompatible "
        f"with type {declared} defined in table schema",
    )


def _is_binary(of: pa.DataType) -> bool:
    return bool(pa.types.is_binary(of) or pa.types.is_large_binary(of))
