"""A query: its tables are found and laid into DuckDB, which runs what it is translated to."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import duckdb
from sqlglot import exp

from embedded.athena import functions, iceberg, pruning, views
from embedded.athena.catalog import CATALOG, Catalog, Entity, Store, is_iceberg, is_view
from embedded.athena.failures import Cancelled, Failed, at, not_done
from embedded.athena.iceberg import Moment
from embedded.athena.macros import MACROS
from embedded.athena.parsing import Parsed, parse, place
from embedded.athena.results import Column, Outcome, column, text
from embedded.athena.seen import Sight, everything, narrowed, require, wanted_with
from embedded.athena.tables import Laid, Wanted
from embedded.athena.translate import translated

SAFE = """
SET enable_external_access = false;
SET python_enable_replacements = false;
SET TimeZone = 'UTC';
SET threads = 2;
SET lock_configuration = true;
"""
"""A query reads what was laid into its connection, and nothing of this machine."""
DEEPEST_VIEW = 20
UNRESOLVED = "cannot be resolved or requester is not authorized to access requested resources"
"""What Athena says of a column that is not there, and of one that is kept from who asks."""

Aside = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Session:
    """What a statement runs in."""

    catalog: Catalog
    store: Store
    database: str
    """Database of the tables that it names without one."""
    now: datetime
    """The time that it asks for."""
    aside: Aside = nullcontext
    """Entered for as long as DuckDB runs, which may be long. It may raise Cancelled."""
    opened: list[duckdb.DuckDBPyConnection] = field(default_factory=list)
    """The connections that a statement runs on: who stops it interrupts them."""
    within: str = CATALOG
    """Catalog of the tables that it names without one."""
    sight: Sight = everything
    """What who asks sees of each table."""


@dataclass
class Running:
    """A query as DuckDB has it."""

    laid: Laid
    sql: str
    aside: Aside

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection that its tables are laid into."""
        return self.laid.connection


def connect() -> duckdb.DuckDBPyConnection:
    """An empty DuckDB with Trino's functions, which reads no file."""
    connection = duckdb.connect(":memory:")
    for macro in MACROS:
        connection.execute(f"CREATE MACRO {macro}")
    connection.execute(SAFE)
    return connection


def select(parsed: Parsed, session: Session) -> Outcome:
    """Run a query. Raises Failed."""
    running = prepared(parsed, session)
    columns, rows = fetched(running)
    return Outcome("DML", "SELECT", columns, rows, running.laid.scanned)


def prepared(parsed: Parsed, session: Session) -> Running:
    """A query with its tables laid, ready to run. Raises Failed."""
    functions.check(parsed.calls)
    laid = Laid(connect(), session.store, session.catalog, session.now)
    session.opened.append(laid.connection)
    return Running(laid, _run_by(parsed.tree, session, laid, 0), session.aside)


def fetched(running: Running) -> tuple[list[Column], list[list[str | None]]]:
    """The columns and rows of a query as Athena's results have them. Raises Failed."""
    with _told(), running.aside():
        running.connection.execute(running.sql)
        kinds = [(each[0], each[1]) for each in running.connection.description or []]
        found = running.connection.fetchall()
    rows = [
        [text(value, kind) for value, (_, kind) in zip(row, kinds, strict=True)] for row in found
    ]
    return [column(name, kind) for name, kind in kinds], rows


def arrow(running: Running) -> tuple[Any, dict[str, Any]]:
    """What a query gives, as an Arrow table, and DuckDB's types of its columns. Raises Failed."""
    with _told(), running.aside():
        relation = running.connection.sql(running.sql)
        types = dict(zip(relation.columns, relation.types, strict=True))
        return relation.to_arrow_table(), types


def _run_by(tree: exp.Expr, session: Session, laid: Laid, depth: int) -> str:
    """The SQL of DuckDB that runs a query, whose tables are then laid."""
    tree = tree.copy()
    _name_columns(tree)
    wanted = _wanted(tree)
    for node in [*_tables(tree)]:
        _lay(node, session, laid, wanted, depth)
    for each in tree.find_all(exp.Column):
        each.set("db", None)
        each.set("catalog", None)
    return translated(tree, session.now)


def _lay(node: exp.Table, session: Session, laid: Laid, wanted: Wanted, depth: int) -> None:
    """Have a table's name be that of a view on what it holds."""
    base, dollar, kind = node.name.rpartition("$")
    if base and dollar:
        database, _, found = resolved(
            exp.table_(base, db=node.db or None, catalog=node.catalog or None, quoted=True), session
        )
        if not is_iceberg(found) or session.sight(database, found) is not None:
            raise not_done(f"queries of {node.name}")
        laid_as = laid.rows(iceberg.about(session.store, found, kind.lower()))
    else:
        database, name, found = resolved(node, session)
        seen = session.sight(database, found)
        require(found, seen)
        if is_view(found):
            laid_as = _view(f"{database}.{name}", found, session, laid, depth)
        else:
            told = pruning.conditions(found, node)
            wanted = wanted_with(wanted, seen)
            laid_as = laid.table(found, database, wanted, told, _moment(node, session))
            with _told():
                laid_as = narrowed(laid_as, laid, seen, session.now)
    if not node.alias:
        node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name, quoted=True)))
    for part in ("db", "catalog", "version"):
        node.set(part, None)
    node.set("this", exp.to_identifier(laid_as))


def _view(name: str, found: Entity, session: Session, laid: Laid, depth: int) -> str:
    """Lay a view and what it reads; its name in DuckDB. Raises Failed."""
    if depth == DEEPEST_VIEW:
        raise Failed("VIEW_IS_RECURSIVE", f"{name} is a view of itself")
    view = views.of(found)
    within = replace(session, within=CATALOG, database=view.database or found["DatabaseName"])
    parsed = parse(view.sql)
    functions.check(parsed.calls)
    sql = _run_by(parsed.tree, within, laid, depth + 1)
    laid.count += 1
    laid_as = f"table_{laid.count}"
    with _told():
        laid.connection.execute(f"CREATE VIEW {laid_as} AS {sql}")
    return laid_as


def resolved(node: exp.Table, session: Session) -> tuple[str, str, Entity]:
    """Database, name and what the catalog has of a table that a statement names.

    Raises Failed for one that is not there.
    """
    if not isinstance(node.this, exp.Identifier):
        raise not_done(f"the table function {node.sql('trino')}")
    catalog = catalog_of(node, session)
    database, name = (node.db or session.database).lower(), node.name.lower()
    if database == "information_schema" or "$" in name:
        raise not_done(f"queries of {database}.{name}")
    where = place(node.args.get("db") or node)
    if not database:
        raise at(where, "MISSING_SCHEMA_NAME", "Schema must be specified")
    if catalog.database(database) is None:
        raise at(where, "SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist")
    found = catalog.table(database, name)
    if found is None:
        whole = f"{(node.catalog or session.within).lower()}.{database}.{name}"
        raise at(where, "TABLE_NOT_FOUND", f"Table '{whole}' does not exist")
    return database, name, found


def catalog_of(node: exp.Table, session: Session) -> Catalog:
    """The catalog of a table that a statement names. Raises Failed for one that is not there.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-integrating-athena.html
    """
    name = (node.catalog or session.within).lower()
    if name == CATALOG:
        return session.catalog
    found = session.catalog.federated(name)
    if found is not None:
        return found
    if name.startswith("s3tablescatalog"):
        raise at(place(node), "CATALOG_NOT_FOUND", f"Catalog '{name}' does not exist")
    raise not_done(f"tables of the catalog {name}")


def _tables(tree: exp.Expr) -> Iterator[exp.Table]:
    """Yield the tables of the catalog, leaving out what WITH names."""
    for node in tree.find_all(exp.Table):
        if node.db or node.catalog or node.name.lower() not in _named_above(node):
            yield node


def _named_above(node: exp.Expr) -> set[str]:
    """The names that queries around a node give by WITH, where the node may use them."""
    names: set[str] = set()
    above = node.parent
    while above is not None:
        with_ = above.args.get("with_") or above.args.get("with")
        if isinstance(with_, exp.With):
            for each in with_.expressions:
                within = _is_within(node, each)
                if within and not with_.recursive:
                    break
                names.add(each.alias.lower())
                if within:
                    break
        above = above.parent
    return names


def _is_within(node: exp.Expr, outer: exp.Expr) -> bool:
    above: exp.Expr | None = node
    while above is not None:
        if above is outer:
            return True
        above = above.parent
    return False


def _wanted(tree: exp.Expr) -> Wanted:
    """What a query may use of its tables."""
    names = set()
    for each in tree.find_all(exp.Column):
        names |= {part.name.lower() for part in each.parts}
    for using in tree.find_all(exp.Join):
        names |= {each.name.lower() for each in using.args.get("using") or []}
    everything = any(
        not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star)
    ) or any(join.args.get("method") == "NATURAL" for join in tree.find_all(exp.Join))
    return Wanted(frozenset(names), everything)


def _name_columns(tree: exp.Expr) -> None:
    """Give what a query computes the names that Athena gives it: _col0, _col1 and so on."""
    if isinstance(tree, exp.SetOperation):
        _name_columns(tree.this)
    if not isinstance(tree, exp.Select):
        return
    for number, each in enumerate(tree.expressions):
        named = isinstance(each, (exp.Alias, exp.Column, exp.Star, exp.Dot))
        if not named:
            each.replace(exp.alias_(each.copy(), f"_col{number}"))


def _moment(node: exp.Table, session: Session) -> Moment | None:
    """Which state of a table a query asks for, by FOR TIMESTAMP or FOR VERSION AS OF."""
    version = node.args.get("version")
    if version is None:
        return None
    asked = version.expression
    if str(version.this).upper() == "VERSION":
        if not isinstance(asked, exp.Literal) or asked.is_string:
            raise not_done("FOR VERSION AS OF other than a snapshot's id")
        return Moment(snapshot=int(asked.name))
    connection = connect()
    with _told():
        (found,) = connection.execute(f"SELECT {translated(asked, session.now)}").fetchone() or ()
    if not isinstance(found, datetime):
        raise Failed("INVALID_ARGUMENTS", "FOR TIMESTAMP AS OF needs a time")
    return Moment(time=found if found.tzinfo else found.replace(tzinfo=UTC))


class _told:  # noqa: N801  used as a function
    """Turns DuckDB's errors into Athena's."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, duckdb.InterruptException):
            raise Cancelled from error
        if isinstance(error, duckdb.Error):
            raise _failure(error) from error


def _failure(error: duckdb.Error) -> Failed:  # noqa: PLR0911  a code for each kind of error
    reason = str(error).partition("\n")[0]
    said = reason.partition(": ")[2] or reason
    if "Division by zero" in reason:
        return Failed("DIVISION_BY_ZERO", "Division by zero")
    if isinstance(error, duckdb.BinderException):
        if said.startswith("Referenced column"):
            name = said.split('"')[1]
            return at((1, 1), "COLUMN_NOT_FOUND", f"Column '{name}' {UNRESOLVED}")
        if said.startswith("No function matches"):
            return at((1, 1), "FUNCTION_NOT_FOUND", said)
        return at((1, 1), "SYNTAX_ERROR", said)
    if isinstance(error, duckdb.ConversionException):
        return Failed("INVALID_CAST_ARGUMENT", said)
    if isinstance(error, duckdb.OutOfRangeException):
        return Failed("NUMERIC_VALUE_OUT_OF_RANGE", said)
    if isinstance(error, (duckdb.NotImplementedException, duckdb.CatalogException)):
        return not_done(f"this: {said}")
    return Failed("GENERIC_USER_ERROR", said)
