"""What a statement gives: columns with Athena's types, and values as Athena writes them.

https://docs.aws.amazon.com/athena/latest/APIReference/API_ColumnInfo.html
https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

LONGEST_TEXT = 2_147_483_647
SMALLEST_PLAIN, LARGEST_PLAIN = 1e-3, 1e7
"""Between which a double is written without an exponent."""
TYPES = {
    "bigint": "bigint",
    "blob": "varbinary",
    "boolean": "boolean",
    "date": "date",
    "decimal": "decimal",
    "double": "double",
    "float": "float",
    "hugeint": "bigint",
    "integer": "integer",
    "interval": "interval day to second",
    "json": "json",
    "list": "array",
    "map": "map",
    "smallint": "smallint",
    "null": "unknown",
    "struct": "row",
    "time": "time",
    "timestamp": "timestamp",
    "timestamp with time zone": "timestamp with time zone",
    "tinyint": "tinyint",
    "ubigint": "bigint",
    "uinteger": "bigint",
    "usmallint": "integer",
    "utinyint": "smallint",
    "uuid": "uuid",
    "varchar": "varchar",
}
"""DuckDB's types by their ids, as Athena calls what has the same values.

A sum of whole numbers is a HUGEINT in DuckDB and a bigint in Trino.
"""
PRECISIONS = {
    "tinyint": 3,
    "smallint": 5,
    "integer": 10,
    "bigint": 19,
    "float": 17,
    "double": 17,
    "varchar": LONGEST_TEXT,
    "timestamp": 3,
}


@dataclass(frozen=True)
class Column:
    """A column of a result."""

    name: str
    type: str
    precision: int = 0
    scale: int = 0

    def described(self) -> dict[str, Any]:
        """The column as ColumnInfo."""
        return {
            "CatalogName": "hive",
            "SchemaName": "",
            "TableName": "",
            "Name": self.name,
            "Label": self.name,
            "Type": self.type,
            "Precision": self.precision,
            "Scale": self.scale,
            "Nullable": "UNKNOWN",
            "CaseSensitive": self.type == "varchar",
        }


@dataclass
class Outcome:
    """What came of a statement."""

    kind: str
    """StatementType: DML, DDL or UTILITY."""
    subkind: str
    """SubstatementType, such as SELECT or CREATE_TABLE_AS_SELECT."""
    columns: list[Column] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)
    scanned: int = 0
    """Bytes of objects that were read."""
    written: list[str] | None = None
    """URIs of the files that it wrote, of what writes data."""
    update_count: int | None = None
    """Rows that were written."""


def column(name: str, type_: Any) -> Column:
    """The column of a result that DuckDB describes by name and type."""
    kind = _id(type_)
    athena = TYPES.get(kind, "varchar")
    if kind == "decimal":
        told = dict(type_.children)
        return Column(name, athena, told["precision"], told["scale"])
    return Column(name, athena, PRECISIONS.get(athena, 0))


def text(value: Any, type_: Any) -> str | None:  # noqa: PLR0911  a case for each type
    """A value of that type as Athena's results have it; None for NULL."""
    if value is None:
        return None
    kind = _id(type_)
    if kind in ("list", "map", "struct"):
        return _nested(value, type_, kind)
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return _floating(float(str(np.float32(value))) if kind == "float" else value)
        case datetime():
            return _moment(value)
        case date():
            return value.isoformat()
        case bytes():
            return " ".join(f"{byte:02x}" for byte in value)
        case timedelta():
            return _span(value)
        case _:
            return str(value)


def csv_of(outcome: Outcome) -> bytes:
    """The object that Athena writes for a query: all values quoted, NULL as nothing."""
    header: list[str | None] = [each.name for each in outcome.columns]
    lines = [header, *outcome.rows]
    return "".join(f"{','.join(_cell(each) for each in line)}\n" for line in lines).encode()


def plain_of(outcome: Outcome) -> bytes:
    """The object for a statement of DDL: values with tabs between them, without a header."""
    return "\n".join("\t".join(value or "" for value in row) for row in outcome.rows).encode()


def _cell(value: str | None) -> str:
    return "" if value is None else '"' + value.replace('"', '""') + '"'


def _id(type_: Any) -> str:
    kind = str(type_.id)
    return "json" if str(type_) == "JSON" else kind


def _nested(value: Any, type_: Any, kind: str) -> str:
    children = type_.children
    if kind == "list":
        (inside,) = (child for _, child in children)
        return f"[{', '.join(_part(each, inside) for each in value)}]"
    if kind == "map":
        kinds = dict(children)
        pairs = [
            f"{_part(key, kinds['key'])}={_part(each, kinds['value'])}"
            for key, each in value.items()
        ]
        return f"{{{', '.join(pairs)}}}"
    parts = [f"{name}={_part(value[name], child)}" for name, child in children]
    return f"{{{', '.join(parts)}}}"


def _part(value: Any, type_: Any) -> str:
    found = text(value, type_)
    return "null" if found is None else found


def _floating(value: float) -> str:
    """A double as Java writes it: with an exponent below 0.001 and from ten million on."""
    if value != value:  # noqa: PLR0124  NaN
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or SMALLEST_PLAIN <= abs(value) < LARGEST_PLAIN:
        return repr(value) if "e" not in repr(value) else f"{value:f}"
    exponent = f"{value:e}".partition("e")[2]
    mantissa = repr(value).partition("e")[0].lstrip("-").replace(".", "").strip("0")
    sign = "-" if value < 0 else ""
    return f"{sign}{mantissa[0]}.{mantissa[1:] or '0'}E{int(exponent)}"


def _moment(value: datetime) -> str:
    shown = f"{value:%Y-%m-%d %H:%M:%S}.{value.microsecond // 1000:03d}"
    return f"{shown} UTC" if value.tzinfo else shown


def _span(value: timedelta) -> str:
    seconds, thousandths = value.seconds, value.microseconds // 1000
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{thousandths:03d}"
    return f"{value.days} {clock}"
