"""What who asks sees of a table: some columns, some rows, or all.

https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering.html
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlglot import exp

from embedded.athena.catalog import Entity
from embedded.athena.failures import Failed
from embedded.athena.hive_types import quoted
from embedded.athena.parsing import parse
from embedded.athena.tables import Laid, Wanted
from embedded.athena.translate import translated


@dataclass(frozen=True)
class Cells:
    """Columns, and the rows of which they are seen."""

    columns: frozenset[str]
    """In small letters."""
    rows: str = ""
    """A condition of Athena's SQL; all rows without one."""


Seen = Sequence[Cells]
"""What is granted of a table, which adds up; nothing is seen where it is empty."""
Sight = Callable[[str, Entity], Seen | None]
"""From a database and a table as the catalog has it to what is seen; None where that is all."""


def everything(_database: str, _table: Entity) -> None:
    """Nobody decides who sees what."""
    return


def require(table: Entity, seen: Seen | None) -> None:
    """Raise Failed for a table of which nothing is seen."""
    if seen is not None and not seen:
        raise Failed("", f"Insufficient Lake Formation permission(s) on {table['Name']}")


def wanted_with(wanted: Wanted, seen: Seen | None) -> Wanted:
    """What a query wants of a table, with what tells which of its rows are seen."""
    told = {
        column.name.lower()
        for each in seen or ()
        if each.rows
        for column in _condition(each.rows).find_all(exp.Column)
    }
    return replace(wanted, names=wanted.names | told)


def narrowed(laid_as: str, laid: Laid, seen: Seen | None, now: datetime) -> str:
    """The name of a view that shows what is seen of a table that was laid.

    A column that is seen of some of the rows alone is NULL in the others.
    """
    if seen is None:
        return laid_as
    there = laid.connection.execute(f"SELECT * FROM {laid_as} LIMIT 0").description or []  # noqa: S608
    shown = ", ".join(_shown([each[0] for each in there], seen, now)) or "1"
    conditions = {each.rows for each in seen}
    where = "" if "" in conditions else f" WHERE {_any(sorted(conditions), now)}"
    laid.count += 1
    name = f"table_{laid.count}"
    laid.connection.execute(f"CREATE VIEW {name} AS SELECT {shown} FROM {laid_as}{where}")  # noqa: S608
    return name


def _shown(columns: Sequence[str], seen: Seen, now: datetime) -> Iterator[str]:
    every = {each.rows for each in seen}
    for column in columns:
        conditions = {each.rows for each in seen if column.lower() in each.columns}
        if not conditions:
            continue
        if "" in conditions or conditions == every:
            yield quoted(column)
        else:
            case = _any(sorted(conditions), now)
            yield f"CASE WHEN {case} THEN {quoted(column)} END AS {quoted(column)}"


def _any(conditions: Sequence[str], now: datetime) -> str:
    return " OR ".join(f"({translated(_condition(each), now)})" for each in conditions)


def _condition(text: str) -> exp.Expr:
    """The condition of rows as a tree."""
    tree = parse(f"SELECT 1 FROM rows WHERE {text}").tree  # noqa: S608
    where = tree.args["where"]
    found: exp.Expr = where.this
    return found
