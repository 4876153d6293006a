"""Records of JSON as rows of Parquet, by the types of a table's columns.

https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
"""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, DecimalException
from typing import TYPE_CHECKING, Any

from catalog.hive_types import HiveType

if TYPE_CHECKING:
    import pyarrow

Types = Mapping[str, HiveType]

BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
TIME = re.compile(r"\d{4}-\d{1,2}-\d{1,2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z?")
MILLISECONDS_FROM = 100_000_000_000
"""Numbers from here on are milliseconds since 1970: seconds reach it in the year 5138."""


class Malformed(ValueError):
    """A record that is no JSON."""


class Misfit(ValueError):
    """A record that is JSON, and does not fit the columns."""


def documents(data: bytes) -> list[Any]:
    """The JSON documents of a record, of which there may be several. Raises Malformed."""
    found = []
    try:
        text = data.decode().strip()
        while text:
            document, end = json.JSONDecoder().raw_decode(text)
            found.append(document)
            text = text[end:].lstrip()
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Malformed(str(error)) from error
    if not found:
        raise Malformed("the record is empty")
    return found


def row_of(document: Any, types: Types) -> dict[str, Any]:
    """The values of the columns; a field of no column is left out. Raises Misfit."""
    if not isinstance(document, Mapping):
        raise Misfit("a record is a JSON object")
    fields = {key.lower(): value for key, value in document.items()}
    row = {}
    for column, type_ in types.items():
        try:
            row[column] = value_of(fields.get(column), type_)
        except (ValueError, TypeError, OverflowError, DecimalException) as error:
            shown = json.dumps(fields[column])[:60]
            raise Misfit(f"{column}: {shown} is no {type_.kind}") from error
    return row


def value_of(value: Any, type_: HiveType) -> Any:
    """A value of JSON as one of a type; None stays. Raises ValueError."""
    if value is None:
        return None
    if type_.kind in BITS:
        return _whole(value, BITS[type_.kind])
    if type_.parts:
        return _collection(value, type_)
    if isinstance(value, bool) and type_.kind not in ("boolean", "string"):
        raise ValueError(value)
    return SCALARS[type_.kind](value, type_)


def parquet(rows: Sequence[Mapping[str, Any]], types: Types, compression: str) -> bytes:
    """A file of the rows; `compression` is Firehose's word: SNAPPY, GZIP or UNCOMPRESSED."""
    import pyarrow
    import pyarrow.parquet

    schema = pyarrow.schema(list(_fields(types.items())))
    out = io.BytesIO()
    pyarrow.parquet.write_table(
        pyarrow.Table.from_pylist([dict(row) for row in rows], schema=schema),
        out,
        compression="none" if compression == "UNCOMPRESSED" else compression.lower(),
    )
    return out.getvalue()


def _boolean(value: Any, _: HiveType) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)  # noqa: TRY004  a value, and no argument, is wrong
    return value


def _text(value: Any, _: HiveType) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _collection(value: Any, type_: HiveType) -> Any:
    """A list, the pairs of a map, or the fields of a struct by their names."""
    if type_.kind == "array" and isinstance(value, list):
        return [value_of(each, type_.parts[0][1]) for each in value]
    if type_.kind == "map" and isinstance(value, Mapping):
        return [(key, value_of(each, type_.parts[0][1])) for key, each in value.items()]
    if type_.kind == "struct" and isinstance(value, Mapping):
        inner = {key.lower(): each for key, each in value.items()}
        return {name: value_of(inner.get(name), part) for name, part in type_.parts}
    raise ValueError(value)


def _whole(value: Any, bits: int) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(value)
    whole = int(value)
    if not -(2 ** (bits - 1)) <= whole < 2 ** (bits - 1):
        raise ValueError(value)
    return whole


def _decimal(value: Any, type_: HiveType) -> Decimal:
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-type_.scale))
    if exact.adjusted() >= type_.digits - type_.scale and exact:
        raise ValueError(value)
    return exact


def _time(value: Any, _: HiveType) -> datetime:
    """A time in UTC, of the texts and numbers that the page names, to the microsecond."""
    if isinstance(value, str) and TIME.fullmatch(value):
        year, month, rest = value.replace("T", " ").rstrip("Z").split("-", 2)
        day, clock = f"{rest} ".split(" ")[:2]
        whole, fraction = f"{clock}.".split(".")[:2]
        text = f"{year}-{month:>02}-{day:>02}T{whole}.{fraction[:6]:<06}+00:00"
        return datetime.fromisoformat(text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) >= MILLISECONDS_FROM else value
        return datetime.fromtimestamp(seconds, UTC)
    raise ValueError(value)


SCALARS: Mapping[str, Callable[[Any, HiveType], Any]] = {
    "boolean": _boolean,
    "float": lambda value, _: float(value),
    "double": lambda value, _: float(value),
    "string": _text,
    "timestamp": _time,
    "date": lambda value, _: date.fromisoformat(value),
    "decimal": _decimal,
}


def _fields(types: Any) -> Iterator["pyarrow.Field"]:
    import pyarrow

    for name, type_ in types:
        yield pyarrow.field(name, _arrow(type_))


def _arrow(type_: HiveType) -> "pyarrow.DataType":
    import pyarrow as pa

    match type_.kind:
        case "decimal":
            return pa.decimal128(type_.digits, type_.scale)
        case "array":
            return pa.list_(_arrow(type_.parts[0][1]))
        case "map":
            return pa.map_(pa.string(), _arrow(type_.parts[0][1]))
        case "struct":
            return pa.struct(list(_fields(type_.parts)))
        case kind:
            return {
                "boolean": pa.bool_(),
                "tinyint": pa.int8(),
                "smallint": pa.int16(),
                "int": pa.int32(),
                "bigint": pa.int64(),
                "float": pa.float32(),
                "double": pa.float64(),
                "string": pa.string(),
                "timestamp": pa.timestamp("us", tz="UTC"),
                "date": pa.date32(),
            }[kind]
