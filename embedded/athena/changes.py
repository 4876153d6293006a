"""Statements that write rows: CREATE TABLE AS, INSERT INTO, UNLOAD, DELETE and UPDATE."""

import re
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from sqlglot import exp

from embedded.athena import iceberg, views, written
from embedded.athena.catalog import (
    Entity,
    columns,
    data_below,
    folder,
    is_iceberg,
    is_view,
    partition_keys,
)
from embedded.athena.failures import Failed, Malformed, at, not_done
from embedded.athena.formats import DELIMITED, JSON, PARQUET, of_table
from embedded.athena.hive_types import parse as hive
from embedded.athena.parsing import Parsed, parse, place
from embedded.athena.query import Session, arrow, catalog_of, prepared, resolved
from embedded.athena.results import Column, Outcome, column
from embedded.athena.rows import FIELD

UNLOAD = re.compile(
    r"\s*UNLOAD\s*\((?P<query>.*)\)\s*TO\s*'(?P<to>[^']+)'\s*(?:WITH\s*\((?P<how>.*)\))?\s*",
    re.IGNORECASE | re.DOTALL,
)
OPTION = re.compile(r"(\w+)\s*=\s*(?:'((?:[^']|'')*)'|(ARRAY\s*\[[^\]]*\])|(\w+))", re.IGNORECASE)
KNOWN = {
    *("external_location", "field_delimiter", "format", "format_version", "is_external"),
    *("location", "parquet_compression", "partitioned_by", "partitioning", "table_type"),
    *("vacuum_max_snapshot_age_seconds", "write_compression"),
}
ROWS = [Column("rows", "bigint", 19)]


def create_table_as(parsed: Parsed, session: Session, where: str) -> Outcome:
    """CREATE TABLE AS. Raises Failed.

    `where` is the folder of a table whose location is not given.
    """
    tree = parsed.tree
    node = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    database, name = _new(node, session)
    if session.catalog.table(database, name) is not None:
        if tree.args.get("exists"):
            return Outcome("DDL", "CREATE_TABLE_AS_SELECT")
        whole = f"awsdatacatalog.{database}.{name}"
        raise at(place(node), "TABLE_ALREADY_EXISTS", f"Table '{whole}' already exists")
    told = _properties(tree)
    if unknown := told.keys() - KNOWN:
        raise not_done(f"CREATE TABLE AS with {', '.join(sorted(unknown))}")
    running = prepared(Parsed(tree.expression, parsed.calls), session)
    rows, described = arrow(running)
    _require_names(node, described)
    types = {each: written.hive_type(each, type_) for each, type_ in described.items()}
    if told.get("no_data"):
        rows = rows.slice(0, 0)
    is_ice = str(told.get("table_type", "")).upper() == "ICEBERG"
    location = str(told.get("external_location") or told.get("location") or where)
    outcome = Outcome("DDL", "CREATE_TABLE_AS_SELECT", scanned=running.laid.scanned)
    outcome.update_count = rows.num_rows
    if is_ice:
        if told.get("partitioning"):
            raise not_done("CREATE TABLE AS of an Iceberg table with partitioning")
        iceberg.create(session.catalog, database, name, types, location, [])
        outcome.written = iceberg.append(session.catalog, database, name, _typed(rows, types))
        return outcome
    if next(iter(data_below(session.store, location)), None):
        raise Failed(
            "HIVE_PATH_ALREADY_EXISTS",
            f"Target directory for table '{database}.{name}' already exists: {folder(location)}",
        )
    keys = [str(key) for key in told.get("partitioned_by", [])]
    if keys != list(types)[len(types) - len(keys) :]:
        raise Failed("HIVE_COLUMN_ORDER_MISMATCH", "Partition keys must be the last columns")
    kind = str(told.get("format", "PARQUET")).upper()
    serde, reads, writes = written.FORMATS.get(kind) or _no_format(kind)
    way = _way(serde, told)
    outcome.written, partitions = written.write(
        session.store, location, _typed(rows, types), keys, way
    )
    descriptor = {
        "Columns": [{"Name": each, "Type": types[each]} for each in types if each not in keys],
        "Location": folder(location),
        "InputFormat": reads,
        "OutputFormat": writes,
        "SerdeInfo": {
            "SerializationLibrary": serde,
            "Parameters": {"field.delim": way.delimiter} if serde == DELIMITED else {},
        },
    }
    session.catalog.create_table(
        database,
        {
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", "has_encrypted_data": "false"},
            "StorageDescriptor": descriptor,
            "PartitionKeys": [{"Name": each, "Type": types[each]} for each in keys],
        },
    )
    _register(session, database, name, descriptor, partitions)
    return outcome


def _require_names(node: exp.Table, names: Mapping[str, Any]) -> None:
    """Raise Failed for a column that the query gives no name."""
    for number, each in enumerate(names, start=1):
        if each.startswith("_col"):
            told = f"Column name not specified at position {number}"
            raise at(place(node), "MISSING_COLUMN_NAME", told)


def insert(parsed: Parsed, session: Session) -> Outcome:
    """INSERT INTO. Raises Failed."""
    tree = parsed.tree
    schema = tree.this if isinstance(tree.this, exp.Schema) else None
    node = schema.this if schema else tree.this
    database, name, table = resolved(node, session)
    if is_view(table):
        raise Failed("NOT_SUPPORTED", "Inserting into views is not supported")
    running = prepared(Parsed(tree.expression, parsed.calls), session)
    rows, _ = arrow(running)
    types = _columns(table)
    given = [each.name.lower() for each in schema.expressions] if schema else list(types)
    if len(given) != rows.num_columns or not set(given) <= types.keys():
        raise at(
            place(node),
            "TYPE_MISMATCH",
            f"Insert query has mismatched column types: Table: [{', '.join(types.values())}], "
            f"Query: {rows.num_columns} columns",
        )
    found = dict(zip(given, rows.columns, strict=True))
    whole = pa.table(
        {each: found.get(each, pa.nulls(rows.num_rows)) for each in types} if types else {}
    )
    outcome = Outcome("DML", "INSERT", ROWS, [[str(rows.num_rows)]], running.laid.scanned)
    outcome.update_count = rows.num_rows
    if is_iceberg(table):
        outcome.written = iceberg.append(
            catalog_of(node, session), database, name, _typed(whole, types)
        )
        return outcome
    keys = [each["Name"].lower() for each in partition_keys(table)]
    how = of_table(table)
    if how.serde not in {PARQUET, DELIMITED, *JSON}:
        raise not_done(f"INSERT INTO tables of the SerDe {how.serde}")
    descriptor = table["StorageDescriptor"]
    way = written.Way(
        how.serde,
        how.properties.get("write.compression", "SNAPPY" if how.serde == PARQUET else "").upper(),
        how.properties.get("field.delim") or FIELD,
    )
    outcome.written, partitions = written.write(
        session.store, descriptor["Location"], _typed(whole, types), keys, way
    )
    _register(session, database, name, descriptor, partitions)
    return outcome


def delete(parsed: Parsed, session: Session) -> Outcome:
    """DELETE FROM a table of Iceberg. Raises Failed."""
    tree = parsed.tree
    where = tree.args.get("where")
    condition = where.this if where else exp.true()
    kept = exp.not_(exp.func("coalesce", condition.copy(), exp.false()))
    return _rewritten(parsed, session, "DELETE", tree.this, [exp.Star()], kept)


def update(parsed: Parsed, session: Session) -> Outcome:
    """UPDATE a table of Iceberg. Raises Failed."""
    tree = parsed.tree
    _, _, table = resolved(tree.this, session)
    where = tree.args.get("where")
    condition = where.this if where else exp.true()
    sets = {each.this.name.lower(): each.expression for each in tree.expressions}
    shown: list[exp.Expr] = []
    for name in _columns(table):
        old = exp.column(name, quoted=True)
        new: exp.Expr = old
        if name in sets:
            new = exp.Case(
                ifs=[exp.If(this=condition.copy(), true=sets[name].copy())], default=old.copy()
            )
        shown.append(exp.alias_(new, name, quoted=True))
    return _rewritten(parsed, session, "UPDATE", tree.this, shown, None, condition)


def _rewritten(
    parsed: Parsed,
    session: Session,
    what: str,
    node: exp.Table,
    shown: list[exp.Expr],
    kept: exp.Expr | None,
    changed: exp.Expr | None = None,
) -> Outcome:
    """Write all rows of a table of Iceberg anew, as a query of it gives them."""
    database, name, table = resolved(node, session)
    if not is_iceberg(table):
        raise Failed("NOT_SUPPORTED", "Modifying Hive table rows is not supported")
    query = exp.select(*shown).from_(node.copy())
    running = prepared(Parsed(query.where(kept) if kept else query, parsed.calls), session)
    rows, _ = arrow(running)
    counted = exp.not_(kept) if kept else changed
    counting = exp.select(exp.alias_(exp.Count(this=exp.Star()), "rows")).from_(node.copy())
    counts, _ = arrow(prepared(Parsed(counting.where(counted), []), session))
    count = counts[0][0].as_py()
    types = _columns(table)
    files = iceberg.overwrite(catalog_of(node, session), database, name, _typed(rows, types))
    found = Outcome("DML", what, ROWS, [[str(count)]], running.laid.scanned)
    found.written, found.update_count = files, count
    return found


def unload(sql: str, session: Session) -> Outcome:
    """UNLOAD. Raises Failed and Malformed."""
    match = UNLOAD.fullmatch(sql)
    if match is None:
        raise Malformed("line 1:1: UNLOAD ( SELECT … ) TO 's3://…' WITH ( … ) is expected")
    told = _options(match["how"] or "")
    kind = str(told.get("format", "PARQUET")).upper()
    serde, _, _ = written.FORMATS.get(kind) or _no_format(kind)
    if next(iter(data_below(session.store, match["to"])), None):
        raise Failed("HIVE_PATH_ALREADY_EXISTS", f"Target directory already exists: {match['to']}")
    running = prepared(parse(match["query"]), session)
    rows, described = arrow(running)
    types = {each: written.hive_type(each, type_) for each, type_ in described.items()}
    keys = [str(key) for key in told.get("partitioned_by", [])]
    way = _way(serde, {"compression": "SNAPPY" if serde == PARQUET else "GZIP", **told})
    found = Outcome("DML", "UNLOAD", ROWS, [[str(rows.num_rows)]], running.laid.scanned)
    found.written, _ = written.write(session.store, match["to"], _typed(rows, types), keys, way)
    found.update_count = rows.num_rows
    return found


def create_view(parsed: Parsed, session: Session, sql: str) -> Outcome:
    """CREATE VIEW. Raises Failed."""
    tree = parsed.tree
    database, name = _new(tree.this, session)
    before = session.catalog.table(database, name)
    if before is not None and not (tree.args.get("replace") and is_view(before)):
        raise at(place(tree.this), "TABLE_ALREADY_EXISTS", f"'{database}.{name}' already exists")
    query = re.split(r"\bAS\b", sql, maxsplit=1, flags=re.IGNORECASE)[1].strip()
    running = prepared(Parsed(tree.expression, parsed.calls), session)
    _, types = arrow(running)
    described = [
        (each, column(each, type_).type, written.hive_type(each, type_))
        for each, type_ in types.items()
    ]
    given = views.table_input(name, query, session.database, described)
    if before is not None:
        session.catalog.update_table(database, given)
    else:
        session.catalog.create_table(database, given)
    return Outcome("DDL", "CREATE_VIEW")


def _new(node: exp.Table, session: Session) -> tuple[str, str]:
    """Database and name of what is to be created. Raises Failed."""
    if catalog_of(node, session) is not session.catalog:
        raise not_done("CREATE of a table or view in a table bucket")
    database = (node.db or session.database).lower()
    if not database:
        raise at(place(node), "MISSING_SCHEMA_NAME", "Schema must be specified")
    if session.catalog.database(database) is None:
        raise at(place(node), "SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist")
    return database, node.name.lower()


def _typed(rows: pa.Table, types: Mapping[str, str]) -> pa.Table:
    """Rows whose columns have the types of a table. Raises Failed for what does not fit."""
    fields = {name: hive(type_).arrow for name, type_ in types.items()}
    try:
        return pa.table(
            {
                name: column_.cast(fields[name])
                for name, column_ in zip(fields, rows.columns, strict=True)
            }
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise Failed(
            "TYPE_MISMATCH", f"Insert query has mismatched column types: {error}"
        ) from error


def _columns(table: Entity) -> dict[str, str]:
    """Names and Hive's types of a table's columns, the partition keys last."""
    return {
        each["Name"].lower(): each["Type"] for each in [*columns(table), *partition_keys(table)]
    }


def _register(
    session: Session,
    database: str,
    name: str,
    descriptor: Entity,
    partitions: list[written.Partition],
) -> None:
    """Tell the catalog of partitions that it does not know."""
    known = [each["Values"] for each in session.catalog.partitions(database, name)]
    for each in partitions:
        if each.values not in known:
            placed = {**descriptor, "Location": each.location}
            session.catalog.create_partition(
                database, name, {"Values": each.values, "StorageDescriptor": placed}
            )


def _properties(tree: exp.Expr) -> dict[str, Any]:
    """What WITH of a CREATE TABLE AS says, by name in small letters."""
    found: dict[str, Any] = {}
    properties = tree.args.get("properties")
    for each in properties.expressions if properties else []:
        match each:
            case exp.WithDataProperty():
                found["no_data"] = bool(each.args.get("no"))
            case exp.FileFormatProperty():
                found["format"] = each.this.name
            case exp.PartitionedByProperty():
                found["partitioned_by"] = [one.name.lower() for one in each.this.expressions]
            case exp.LocationProperty():
                found["location"] = each.this.name
            case exp.Property():
                found[each.name.lower()] = _value(each.args["value"])
            case _:
                raise not_done(f"CREATE TABLE AS with {each.sql('trino')}")
    return found


def _value(node: exp.Expr) -> Any:
    if isinstance(node, exp.Array):
        return [each.name for each in node.expressions]
    return bool(node.this) if isinstance(node, exp.Boolean) else node.name


def _options(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, quoted, array, word in OPTION.findall(text):
        found[name.lower()] = re.findall(r"'([^']*)'", array) if array else quoted or word
    return found


def _way(serde: str, told: Mapping[str, Any]) -> written.Way:
    compression = (
        told.get("write_compression") or told.get("parquet_compression") or told.get("compression")
    )
    delimiter = str(told.get("field_delimiter") or FIELD)
    return written.Way(serde, str(compression or "").upper(), delimiter)


def _no_format(kind: str) -> tuple[str, str, str]:
    raise not_done(f"writing {kind}")
