"""From the text of a file to a column's type, in DuckDB's SQL.

LazySimpleSerDe and JSON take what is no value of the type for NULL; OpenCSVSerde fails.
"""

from embedded.athena.formats import QUOTED, Format
from embedded.athena.hive_types import HiveType, quoted

INTEGERS = {"tinyint", "smallint", "int", "integer", "bigint"}


def of_text(name: str, kind: HiveType, how: Format) -> str:
    """The expression that makes a text column one of that type."""
    column = quoted(name)
    if how.serde == QUOTED:
        return _strict(column, kind)
    return lenient(column, kind)


def lenient(column: str, kind: HiveType) -> str:
    """The value of a text, or NULL for what is none of the type."""
    if kind.name in INTEGERS:  # DuckDB would round 1.5
        digits = f"regexp_full_match({column}, '\\s*[+-]?[0-9]+\\s*')"
        return f"CASE WHEN {digits} THEN TRY_CAST({column} AS {kind.duckdb}) END"
    match kind.name:
        case "boolean":
            return f"CASE lower({column}) WHEN 'true' THEN true WHEN 'false' THEN false END"
        case "binary":
            return f"TRY(from_base64({column}))"
        case "string" | "varchar" | "char":
            return f"left({column}, {kind.sizes[0]})" if kind.sizes else column
        case "array" | "map" | "struct":
            return f"TRY_CAST(TRY_CAST({column} AS JSON) AS {kind.duckdb})"
        case _:
            return f"TRY_CAST({column} AS {kind.duckdb})"


def _strict(column: str, kind: HiveType) -> str:
    """OpenCSVSerde's: dates are days, and timestamps milliseconds, since 1970.

    https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html
    """
    match kind.name:
        case "date":
            return f"DATE '1970-01-01' + CAST({column} AS INTEGER)"
        case "timestamp":
            return f"make_timestamp(CAST({column} AS BIGINT) * 1000)"
        case _ if kind.within:
            return f"CAST(CAST({column} AS JSON) AS {kind.duckdb})"
        case _:
            return f"CAST({column} AS {kind.duckdb})"
