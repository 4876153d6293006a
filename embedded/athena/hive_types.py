"""Types of the Glue Data Catalog, as DuckDB, Arrow and Athena's results call them.

https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""

import re
from dataclasses import dataclass

import pyarrow as pa

from embedded.athena.failures import Failed, not_done

DEFAULT_DECIMAL = (10, 0)
DUCKDB = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "float": "REAL",
    "real": "REAL",
    "double": "DOUBLE",
    "string": "VARCHAR",
    "varchar": "VARCHAR",
    "char": "VARCHAR",
    "binary": "BLOB",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
"""Names of the catalog's primitive types, and DuckDB's for each."""
ARROW = {
    "BOOLEAN": pa.bool_(),
    "TINYINT": pa.int8(),
    "SMALLINT": pa.int16(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "REAL": pa.float32(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "BLOB": pa.binary(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}
WORD = re.compile(r"\s*([^<>(),:\s]+|[<>(),:])")


@dataclass(frozen=True)
class HiveType:
    """A type: its name, the length or precision and scale, and the types within it.

    A struct's fields have names, an array has one type within, a map that of its keys and values.
    """

    name: str
    sizes: tuple[int, ...] = ()
    within: tuple["HiveType", ...] = ()
    fields: tuple[str, ...] = ()

    @property
    def duckdb(self) -> str:
        """The type as DuckDB's SQL writes it."""
        match self.name:
            case "array":
                return f"{self.within[0].duckdb}[]"
            case "map":
                return f"MAP({self.within[0].duckdb}, {self.within[1].duckdb})"
            case "struct":
                fields = zip(self.fields, self.within, strict=True)
                return f"STRUCT({', '.join(f'{quoted(name)} {of.duckdb}' for name, of in fields)})"
            case "decimal":
                return f"DECIMAL({self.sizes[0]},{self.sizes[1]})"
            case _:
                return DUCKDB[self.name]

    @property
    def arrow(self) -> pa.DataType:
        """The type as Arrow's."""
        match self.name:
            case "array":
                return pa.list_(self.within[0].arrow)
            case "map":
                return pa.map_(self.within[0].arrow, self.within[1].arrow)
            case "struct":
                fields = zip(self.fields, self.within, strict=True)
                return pa.struct([pa.field(name, of.arrow) for name, of in fields])
            case "decimal":
                return pa.decimal128(*self.sizes)
            case _:
                return ARROW[DUCKDB[self.name]]


def quoted(name: str) -> str:
    """An identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def parse(text: str) -> HiveType:
    """The type that a column of the catalog names, such as `array<struct<a:int>>`.

    Raises Failed for a type that Athena, or the embedded AWS, does not have.
    """
    words = WORD.findall(text)
    try:
        found = _type(words)
    except (IndexError, ValueError) as error:
        raise Failed("HIVE_INVALID_METADATA", f"the type {text} is not one of Hive's") from error
    if words:
        raise Failed("HIVE_INVALID_METADATA", f"the type {text} is not one of Hive's")
    return found


def _type(words: list[str]) -> HiveType:
    name = words.pop(0).lower()
    if name in {"array", "map"}:
        return HiveType(name, within=tuple(_within(words, 1 if name == "array" else 2)))
    if name == "struct":
        return _struct(words)
    sizes = tuple(_sizes(words))
    if name == "decimal":
        return HiveType(name, (sizes + DEFAULT_DECIMAL[len(sizes) :])[:2])
    if name not in DUCKDB:
        raise not_done(f"columns of the type {name}")
    return HiveType(name, sizes)


def _within(words: list[str], how_many: int) -> list[HiveType]:
    _expect(words, "<")
    found = [_type(words)]
    for _ in range(how_many - 1):
        _expect(words, ",")
        found.append(_type(words))
    _expect(words, ">")
    return found


def _struct(words: list[str]) -> HiveType:
    _expect(words, "<")
    names, types = [], []
    while True:
        names.append(words.pop(0).lower())
        _expect(words, ":")
        types.append(_type(words))
        if words.pop(0) == ">":
            return HiveType("struct", (), tuple(types), tuple(names))


def _sizes(words: list[str]) -> list[int]:
    sizes: list[int] = []
    if words[:1] != ["("]:
        return sizes
    while words.pop(0) in {"(", ","}:
        sizes.append(int(words.pop(0)))
    return sizes


def _expect(words: list[str], word: str) -> None:
    if words.pop(0) != word:
        raise ValueError(word)
