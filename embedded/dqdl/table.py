"""The table that rules are about, and the SQL in which rules are evaluated on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from embedded.dqdl.columns import PRIMARY

NUMBERS = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
}


class NotEvaluated(Exception):
    """A rule that can't be evaluated, and why: one sentence."""


class NoSuchColumn(Exception):
    """A rule on a column that the table lacks, in the words of Glue."""

    def __init__(self, name: str) -> None:
        """Name: of the column."""
        super().__init__(f"Input data does not include column {name}!")


@dataclass(frozen=True)
class Column:
    """A column, by the name that the table has for it."""

    name: str
    type: str
    """DuckDB's name of its type, without its parameters: DECIMAL, TIMESTAMP."""

    @property
    def sql(self) -> str:
        """The column in a query."""
        return quoted(self.name)

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        return self.type in NUMBERS

    @property
    def is_text(self) -> bool:
        """Whether it holds texts."""
        return self.type == "VARCHAR"

    @property
    def is_moment(self) -> bool:
        """Whether it holds dates, or dates with a time."""
        return self.type == "DATE" or self.type.startswith("TIMESTAMP")


@dataclass(frozen=True)
class Table:
    """A table of a DuckDB connection, and those that rules compare it with."""

    connection: duckdb.DuckDBPyConnection
    name: str
    references: Mapping[str, str] = field(default_factory=dict)
    """The names of other tables, by what rules call them: an alias or database.table."""

    @property
    def sql(self) -> str:
        """The table in a query."""
        return quoted(self.name)

    @property
    def sql_as_primary(self) -> str:
        """The table in a query that calls it `primary`, as rules do."""
        return f"{self.sql} AS {quoted(PRIMARY)}"

    @cached_property
    def columns(self) -> list[Column]:
        """Its columns, in their order."""
        return self.columns_of(self.name)

    def columns_of(self, name: str) -> list[Column]:
        """The columns of any table of the connection."""
        told = self.connection.execute(f"DESCRIBE {quoted(name)}").fetchall()
        return [Column(row[0], str(row[1]).split("(")[0]) for row in told]

    def column(self, name: str) -> Column:
        """A column, whichever its capitals, as Glue has it. Raises NoSuchColumn."""
        columns = self.columns
        for each in columns:
            if each.name == name:
                return each
        for each in columns:
            if each.name.lower() == name.lower():
                return each
        raise NoSuchColumn(name)

    def reference(self, alias: str) -> str:
        """The name of another table. Raises NotEvaluated where it is not given."""
        if alias.lower() == PRIMARY:
            return self.name
        by_small = {name.lower(): table for name, table in self.references.items()}
        if alias.lower() not in by_small:
            raise NotEvaluated(f"{alias} not found in additional sources")
        return by_small[alias.lower()]

    def row(self, query: str) -> tuple[object, ...]:
        """The one row that a query answers."""
        found: list[tuple[object, ...]] = self.connection.execute(query).fetchall()
        return found[0]

    def query(self, text: str) -> str:
        """A query of Spark SQL in DuckDB's SQL; raises NotEvaluated for anything but a query.

        It reads the table, as `primary`, and those that it is compared with, and no other.
        """
        try:
            parsed = sqlglot.parse(text, read="spark")
        except SqlglotError as error:
            raise NotEvaluated(f"The SQL is invalid: {_first_line(error)}") from None
        if len(parsed) != 1 or not isinstance(parsed[0], exp.Query):
            raise NotEvaluated("The SQL is not one SELECT statement.")
        return self._bound(parsed[0]).sql(dialect="duckdb", identify=True)

    def condition(self, text: str) -> str:
        """A where clause of Spark SQL in DuckDB's SQL. Raises NotEvaluated."""
        try:
            parsed = sqlglot.parse(select("1", PRIMARY, text), read="spark")
        except SqlglotError as error:
            raise NotEvaluated(f"The where clause is invalid: {_first_line(error)}") from None
        first = parsed[0] if len(parsed) == 1 else None
        if not isinstance(first, exp.Select) or set(_parts(first)) != {
            "expressions",
            "from",
            "where",
        }:
            raise NotEvaluated("The where clause is not one condition.")
        where = self._bound(first).args["where"].this
        sql: str = where.sql(dialect="duckdb", identify=True)
        try:
            self.row(select("count(*)", self.sql_as_primary, sql))
        except duckdb.Error as error:
            raise NotEvaluated(f"The where clause is invalid: {_first_line(error)}") from None
        return sql

    def _bound(self, query: exp.Query) -> exp.Query:
        """The query with the tables of the connection in the place of those that it names."""
        own = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
        for each in list(query.find_all(exp.Table)):
            if not isinstance(each.this, exp.Identifier):
                raise NotEvaluated(f"The SQL reads {each.sql(dialect='spark')}, which is no table.")
            called = ".".join(part.name for part in each.parts)
            if called.lower() in own:
                continue
            name = self.reference(called)
            alias = each.alias or each.name
            each.replace(
                exp.alias_(exp.to_table(quoted(name), dialect="duckdb"), alias, table=True)
            )
        return query


def select(values: str, source: str, rows: str = "", group: str = "") -> str:
    """A query. Its parts are SQL: names in them are quoted, and so are texts."""
    query = f"SELECT {values} FROM {source}"  # noqa: S608  that's what rules are evaluated by
    query += f" WHERE {rows}" if rows else ""
    return query + (f" GROUP BY {group}" if group else "")


def quoted(name: str) -> str:
    """A name in a query."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(text: str) -> str:
    """A text in a query."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def _parts(query: exp.Select) -> list[str]:
    """The clauses that a query has."""
    return [key.removesuffix("_") for key, value in query.args.items() if value]


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
