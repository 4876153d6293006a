"""MERGE, OPTIMIZE and VACUUM of tables of Iceberg.

https://docs.aws.amazon.com/athena/latest/ug/merge-into-statement.html
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-data-optimization.html
"""

import re
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from embedded.athena import functions, iceberg
from embedded.athena.catalog import is_iceberg
from embedded.athena.changes import ROWS, _columns, _typed
from embedded.athena.failures import Failed, not_done
from embedded.athena.parsing import Parsed
from embedded.athena.query import Session, _told, arrow, catalog_of, connect, prepared, resolved
from embedded.athena.results import Outcome
from embedded.athena.translate import translated

TARGET, SOURCE = "merge_target", "merge_source"
OPTIMIZED = re.compile(
    r"OPTIMIZE\s+(?P<name>\S+)\s+REWRITE\s+DATA\s+USING\s+BIN_PACK(?P<where>\s+WHERE\b.*)?",
    re.IGNORECASE | re.DOTALL,
)
VACUUMED = re.compile(r"VACUUM\s+(?P<name>\S+)", re.IGNORECASE)


def merge(parsed: Parsed, session: Session) -> Outcome:
    """MERGE INTO: DuckDB merges all rows, which are then written anew. Raises Failed."""
    functions.check(parsed.calls)
    tree = parsed.tree.copy()
    database, name, table = _of_iceberg(tree.this, session)
    whole, scanned = _all_of(tree.this, session)
    source = tree.args["using"]
    asked = prepared(Parsed(exp.select(exp.Star()).from_(source.copy()), []), session)
    given, _ = arrow(asked)
    connection = connect()
    session.opened.append(connection)
    for own, rows in ((TARGET, whole), (SOURCE, given)):
        connection.register(f"{own}_rows", rows)
        connection.execute(f"CREATE TABLE {own} AS FROM {own}_rows")
    for own, node in ((TARGET, tree.this), (SOURCE, source)):
        alias = exp.to_identifier(node.alias or node.name, quoted=True)
        node.replace(exp.Table(this=exp.to_identifier(own), alias=exp.TableAlias(this=alias)))
    with _told(), session.aside():
        _check_matches(connection, tree, session)
        count = connection.execute(translated(tree, session.now)).fetchall()[0][0]
        merged = connection.sql(f"FROM {TARGET}").to_arrow_table()
    outcome = Outcome("DML", "MERGE", ROWS, [[str(count)]], scanned + asked.laid.scanned)
    outcome.update_count = count
    outcome.written = []
    if count:
        rows = _typed(merged, _columns(table))
        outcome.written = iceberg.overwrite(session.catalog, database, name, rows)
    return outcome


def optimize(sql: str, session: Session) -> Outcome:
    """OPTIMIZE ... REWRITE DATA USING BIN_PACK: the rows are written as one file. Raises Failed."""
    match = OPTIMIZED.fullmatch(sql)
    if match is None or match["where"]:
        raise not_done("OPTIMIZE other than REWRITE DATA USING BIN_PACK of a whole table")
    node = exp.to_table(match["name"], dialect="trino")
    database, name, table = _of_iceberg(node, session)
    rows, scanned = _all_of(node, session)
    iceberg.overwrite(session.catalog, database, name, _typed(rows, _columns(table)))
    return Outcome("DDL", "OPTIMIZE", scanned=scanned)


def vacuum(sql: str, session: Session) -> Outcome:
    """VACUUM: snapshots older than the table keeps them are forgotten. Raises Failed.

    https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
    """
    match = VACUUMED.fullmatch(sql)
    if match is None:
        raise not_done("VACUUM of more than a table")
    database, name, _ = _of_iceberg(exp.to_table(match["name"], dialect="trino"), session)
    iceberg.expire(session.catalog, database, name, session.now)
    return Outcome("DDL", "VACUUM")


def _check_matches(connection: duckdb.DuckDBPyConnection, tree: exp.Expr, session: Session) -> None:
    """Raise Failed for a row that is to change by several rows of the source."""
    row = exp.column("rowid", table=tree.this.alias)
    joined = exp.select(row).from_(tree.this.copy())
    joined = joined.join(tree.args["using"].copy(), on=tree.args["on"].copy())
    several = joined.group_by(row.copy()).having("count(*) > 1").limit(1)
    changes = any(each.args.get("matched") for each in tree.find_all(exp.When))
    if changes and connection.execute(translated(several, session.now)).fetchall():
        told = "One MERGE target table row matched more than one source row"
        raise Failed("MERGE_TARGET_ROW_MULTIPLE_MATCHES", told)


def _of_iceberg(node: exp.Table, session: Session) -> tuple[str, str, Any]:
    if catalog_of(node, session) is not session.catalog:
        raise not_done("MERGE, OPTIMIZE and VACUUM of tables in a table bucket")
    database, name, table = resolved(node, session)
    if not is_iceberg(table):
        raise Failed("NOT_SUPPORTED", "Modifying Hive table rows is not supported")
    return database, name, table


def _all_of(node: exp.Table, session: Session) -> tuple[pa.Table, int]:
    """All rows of a table, and the bytes that were read for them."""
    running = prepared(Parsed(exp.select(exp.Star()).from_(node.copy()), []), session)
    rows, _ = arrow(running)
    return rows, running.laid.scanned
