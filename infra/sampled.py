"""Rows of a table of an environment's lake, brought into a DuckDB of this machine by Athena."""

from typing import TYPE_CHECKING, Any

from infra import athena
from infra.errors import InputError, WorkError
from infra.models.place import Place
from infra.settings.mistakes import did_you_mean

if TYPE_CHECKING:
    import duckdb

TYPES = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "decimal": "DECIMAL",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "string": "VARCHAR",
    "char": "VARCHAR",
    "varchar": "VARCHAR",
}
"""DuckDB's types for those of the catalog that rules are proposed for."""


def columns_of(place: Place, table: str) -> dict[str, str]:
    """The columns of a table such as `curated.visits`, with their DuckDB types, in order.

    Arrays, maps, structs and bytes are left out, and so are partitions, which tell where a row lies
    and not what is in it. Raises InputError for a table that is not there.
    """
    zone, _, own = table.partition(".")
    databases = athena.databases(place)
    if not own or zone not in databases:
        hint = did_you_mean(zone, databases) or f"Zones: {', '.join(databases)}."
        raise InputError(f"{table} is not a zone and a table in it, as curated.visits is. {hint}")
    glue = place.client("glue")
    try:
        found: dict[str, Any] = glue.get_table(DatabaseName=databases[zone], Name=own)["Table"]
    except glue.exceptions.EntityNotFoundException as error:
        raise InputError(
            f"The catalog of {place.names.environment} has no table {table}."
        ) from error
    told = {
        each["Name"]: _type(each.get("Type", "string"))
        for each in found["StorageDescriptor"]["Columns"]
    }
    return {name: type_ for name, type_ in told.items() if type_}


def sample(
    place: Place, table: str, rows: int, into: str
) -> "tuple[duckdb.DuckDBPyConnection, int]":
    """A DuckDB whose table `into` has at most so many rows of a table, and how many it has.

    Athena stops reading once it has them; it does not say which ones it finds first. Raises
    InputError for a table that is not there or has no simple column, and WorkError for a query
    that fails.
    """
    columns = columns_of(place, table)
    if not columns:
        raise InputError(f"{table} has no column of a simple type, which rules could be about.")
    try:
        import duckdb
        import pyarrow as pa
    except ImportError as error:
        raise WorkError(
            "DuckDB is not installed, which looks at the rows: pip install 'maslow[local]'."
        ) from error
    zone, _, own = table.partition(".")
    selected = ", ".join(_quoted(name) for name in columns)
    source = f"{_quoted(athena.databases(place)[zone])}.{_quoted(own)}"
    told = athena.answer(place, f"SELECT {selected} FROM {source} LIMIT {rows}")["rows"]  # noqa: S608
    texts = pa.table(
        {name: pa.array([row[at] for row in told], pa.string()) for at, name in enumerate(columns)}
    )
    connection = duckdb.connect()
    connection.register("texts", texts)
    typed = ", ".join(
        f"TRY_CAST({_quoted(name)} AS {type_}) AS {_quoted(name)}"
        for name, type_ in columns.items()
    )
    connection.execute(f"CREATE TABLE {into} AS SELECT {typed} FROM texts")  # noqa: S608
    return connection, len(told)


def _type(hive: str) -> str | None:
    """DuckDB's type for one of the catalog; None where rules are not proposed for it."""
    name, bracket, rest = hive.lower().partition("(")
    known = TYPES.get(name.strip())
    return f"{known}{bracket}{rest}" if known == "DECIMAL" else known


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
