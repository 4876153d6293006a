"""What an object holds, told from its bytes: its format and its columns.

https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from embedded.athena.failures import Failed
from embedded.athena.formats import decompressed
from embedded.crawling.csv_files import separated

PARQUET = b"PAR1"
OTHERS = {b"Obj\x01": "avro", b"ORC": "orc", b"\xe0\x01\x00\xea": "ion", b"<?xml": "xml"}
"""Formats that AWS's classifiers know and this machine does not, by what their files begin with."""
PACKED = {"gz": "gzip", "bz2": "bzip2"}
"""Names of compressions by the endings of objects, as the catalog has them."""
INTS = ("tinyint", "smallint", "int", "bigint")
SMALLEST, LARGEST = -(2**31), 2**31 - 1
"""Of the whole numbers that are an int."""


class Unclassified(Exception):
    """An object whose columns are not told here, and why: a sentence without its end."""


@dataclass(frozen=True)
class Schema:
    """What one object, or all of a table, holds."""

    classification: str
    """parquet, json or csv."""
    columns: Mapping[str, str]
    """Types of the catalog by name in small letters, in order."""
    rows: int
    properties: Mapping[str, str] = field(default_factory=dict)
    """Of CSV, the `delimiter` and, with a header, `skip.header.line.count`."""
    compression: str = "none"

    def is_like(self, other: "Schema") -> bool:
        """Whether both are parts of one table: of one format, and 70 of 100 columns the same."""
        if (self.classification, self.properties) != (other.classification, other.properties):
            return False
        mine, others = set(self.columns), set(other.columns)
        return len(mine & others) >= ALIKE * len(mine | others)

    def joined(self, other: "Schema") -> "Schema":
        """One schema for both: all columns, each of a type that holds what either does."""
        columns = dict(self.columns)
        for name, type_ in other.columns.items():
            columns[name] = wider(columns[name], type_) if name in columns else type_
        return Schema(
            self.classification,
            columns,
            self.rows + other.rows,
            self.properties,
            self.compression if self.compression == other.compression else "none",
        )


ALIKE = 0.7


def schema_of(content: bytes, uri: str) -> Schema:
    """The schema of an object. Raises Unclassified."""
    ending = uri.rpartition(".")[2].lower()
    try:
        content = decompressed(content, uri)
    except (Failed, OSError, EOFError) as error:
        raise Unclassified(f"{uri} cannot be unpacked: {error}") from error
    if content.startswith(PARQUET):
        return _parquet(content, uri)
    for begin, name in OTHERS.items():
        if content.startswith(begin):
            raise Unclassified(f"The embedded AWS does not crawl files of {name}: {uri}")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise Unclassified(f"No classifier of the embedded AWS knows {uri}") from error
    packed = PACKED.get(ending, "none")
    if text.lstrip().startswith(("{", "[")):
        return _json(text, uri, packed)
    found = separated(text)
    if found is None:
        raise Unclassified(f"No classifier of the embedded AWS knows {uri}")
    properties = {"delimiter": found.delimiter}
    if found.has_header:
        properties["skip.header.line.count"] = "1"
    columns = {name.strip().lower(): type_ for name, type_ in found.columns.items()}
    return Schema("csv", columns, found.rows, properties, packed)


def wider(one: str, other: str) -> str:
    """A type that holds the values of both: of numbers the larger, else text."""
    if one == other:
        return one
    if one in INTS and other in INTS:
        return max(one, other, key=INTS.index)
    numbers = {*INTS, "float", "double"}
    return "double" if one in numbers and other in numbers else "string"


def _parquet(content: bytes, uri: str) -> Schema:
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
    except pa.ArrowInvalid as error:
        raise Unclassified(f"{uri} is not sound Parquet: {error}") from error
    columns = {each.name.lower(): _of_arrow(each.type) for each in file.schema_arrow}
    return Schema("parquet", columns, file.metadata.num_rows)


def _of_arrow(type_: pa.DataType) -> str:  # noqa: PLR0911  one line for each kind of type
    of = pa.types
    if of.is_struct(type_):
        return (
            f"struct<{','.join(f'{each.name.lower()}:{_of_arrow(each.type)}' for each in type_)}>"
        )
    if of.is_list(type_) or of.is_large_list(type_):
        return f"array<{_of_arrow(type_.value_type)}>"
    if of.is_map(type_):
        return f"map<{_of_arrow(type_.key_type)},{_of_arrow(type_.item_type)}>"
    if of.is_decimal(type_):
        return f"decimal({type_.precision},{type_.scale})"
    if of.is_timestamp(type_):
        return "timestamp"
    if of.is_dictionary(type_):
        return _of_arrow(type_.value_type)
    return PLAIN.get(str(type_), "binary" if of.is_binary(type_) else "string")


PLAIN = {
    "bool": "boolean",
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "int",
    "int64": "bigint",
    "uint8": "smallint",
    "uint16": "int",
    "uint32": "bigint",
    "float": "float",
    "double": "double",
    "date32[day]": "date",
}
"""Types of the catalog by the names of Arrow's."""


def _json(text: str, uri: str, packed: str) -> Schema:
    """Objects, one a line."""
    rows = []
    for line in filter(str.strip, text.splitlines()):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise Unclassified(
                f"The embedded AWS crawls JSON of one object a line, which {uri} is not"
            ) from error
        if not isinstance(row, dict):
            raise Unclassified(
                f"The embedded AWS crawls JSON of one object a line, which {uri} is not"
            )
        rows.append(row)
    names = list(dict.fromkeys(name.lower() for row in rows for name in row))
    columns = {
        name: _of_values(
            [value for row in rows for key, value in row.items() if key.lower() == name]
        )
        for name in names
    }
    return Schema("json", columns, len(rows), compression=packed)


def _of_values(values: Iterable[Any]) -> str:
    """The type of all values that are not null; text where all are."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, dict) for value in known):
        keys = list(dict.fromkeys(key for value in known for key in value))
        inside = (f"{key.lower()}:{_of_values([v.get(key) for v in known])}" for key in keys)
        return f"struct<{','.join(inside)}>" if keys else "string"
    if known and all(isinstance(value, list) for value in known):
        return f"array<{_of_values([each for value in known for each in value])}>"
    types = {_of_value(value) for value in known}
    found = types.pop() if types else "string"
    for each in types:
        found = wider(found, each)
    return found


def _of_value(value: object) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "int" if SMALLEST <= value <= LARGEST else "bigint"
        case float():
            return "double"
        case _:
            return "string"
