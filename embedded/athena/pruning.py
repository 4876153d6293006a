"""Which partitions of a table a query reads: those that meet what WHERE says of their keys.

https://docs.aws.amazon.com/athena/latest/ug/partitions.html
"""

from collections.abc import Sequence
from datetime import datetime

import duckdb
import pyarrow as pa
from sqlglot import exp

from embedded.athena.casts import lenient
from embedded.athena.catalog import Entity, partition_keys
from embedded.athena.hive_types import parse, quoted
from embedded.athena.translate import translated

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What a partition is called whose key is NULL."""
PLACE = "trino_place"


def conditions(table: Entity, node: exp.Table) -> list[exp.Expr]:
    """The conditions that all rows of the table must meet and that name its keys alone.

    `node` is where the query names the table. There are none where a join keeps rows that have
    none of the table's beside them.
    """
    select = node.find_ancestor(exp.Select)
    if select is None or node.find_ancestor(exp.Subquery, exp.CTE, exp.Select) is not select:
        return []
    joins = select.args.get("joins") or []
    where = select.args.get("where")
    if where is None or any(join.side for join in joins):
        return []
    keys = {key["Name"].lower() for key in partition_keys(table)}
    alias = node.alias_or_name.lower()
    told = where.this.flatten() if isinstance(where.this, exp.And) else [where.this]
    return [each for each in told if _is_of(each, keys, alias, alone=not joins)]


def given(name: str, told: Sequence[exp.Expr]) -> list[str]:
    """The values that conditions leave to a key, by `=` or IN of literals; empty where none do."""
    for each in told:
        of = each.this
        if not (isinstance(each, (exp.EQ, exp.In)) and isinstance(of, exp.Column)):
            continue
        values = each.expressions if isinstance(each, exp.In) else [each.expression]
        literal = bool(values) and all(isinstance(value, exp.Literal) for value in values)
        if literal and of.name.lower() == name:
            return [value.name for value in values]
    return []


def kept(
    table: Entity, values: Sequence[Sequence[str]], told: Sequence[exp.Expr], now: datetime
) -> list[int]:
    """The places of those partitions, given by their values, that meet the conditions."""
    everything = list(range(len(values)))
    if not told or not values:
        return everything
    keys = [(key["Name"].lower(), parse(key["Type"])) for key in partition_keys(table)]
    columns = {
        name: pa.array([None if each[at] == NO_VALUE else each[at] for each in values], pa.string())
        for at, (name, _) in enumerate(keys)
    }
    connection = duckdb.connect(":memory:")
    connection.register("partitions", pa.table({**columns, PLACE: everything}))
    shown = ", ".join(f"{lenient(quoted(name), kind)} AS {quoted(name)}" for name, kind in keys)
    met = exp.and_(*(_unqualified(each) for each in told))
    try:
        found = connection.execute(
            f"SELECT {PLACE} FROM (SELECT {shown}, {PLACE} FROM partitions) "  # noqa: S608
            f"WHERE {translated(met, now)} ORDER BY {PLACE}"
        ).fetchall()
    except duckdb.Error:  # it is the query that tells what is wrong
        return everything
    return [place for (place,) in found]


def _is_of(condition: exp.Expr, keys: set[str], alias: str, *, alone: bool) -> bool:
    if condition.find(exp.Query):
        return False
    named = list(condition.find_all(exp.Column))
    return bool(named) and all(
        column.name.lower() in keys and (column.table.lower() == alias if column.table else alone)
        for column in named
    )


def _unqualified(condition: exp.Expr) -> exp.Expr:
    copied = condition.copy()
    for column in copied.find_all(exp.Column):
        column.set("table", None)
    return copied
