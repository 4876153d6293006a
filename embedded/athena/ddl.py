"""Statements of Hive's that change the catalog: databases, external tables and partitions.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

import re
from typing import Any

from sqlglot import exp
from sqlglot import parse_one as parse_hive
from sqlglot.errors import SqlglotError

from embedded.athena import iceberg
from embedded.athena.catalog import Entity, folder, is_iceberg, is_view, parameters, partition_keys
from embedded.athena.failures import Failed, Malformed, not_done
from embedded.athena.formats import DELIMITED, PARQUET
from embedded.athena.hive_types import parse as hive
from embedded.athena.query import Session
from embedded.athena.results import Outcome
from embedded.athena.written import FORMATS, INPUT, OUTPUT

DELIMITERS = {
    "fields": "field.delim",
    "escaped": "escape.delim",
    "collection_items": "collection.delim",
    "map_keys": "mapkey.delim",
    "lines": "line.delim",
    "null": "serialization.null.format",
}
"""Parts of ROW FORMAT DELIMITED, and the SerDe's properties that they are."""
NAME = r"`?(?:(?P<database>[\w-]+)`?\.`?)?(?P<table>[\w-]+)`?"
ALTERED = re.compile(rf"ALTER\s+TABLE\s+{NAME}\s+(?P<what>.*)", re.IGNORECASE | re.DOTALL)
REPAIRED = re.compile(rf"MSCK\s+REPAIR\s+TABLE\s+{NAME}", re.IGNORECASE)
PARTITION = re.compile(
    r"\s*PARTITION\s*\((?P<values>[^)]*)\)\s*(?:LOCATION\s*'(?P<location>[^']*)')?\s*,?",
    re.IGNORECASE,
)
VALUE = re.compile(r"`?(\w+)`?\s*=\s*(?:'((?:[^']|'')*)'|\"([^\"]*)\"|([\w.-]+))")
PROPERTY = re.compile(r"'([^']*)'\s*=\s*'([^']*)'")


def create(sql: str, session: Session) -> Outcome:
    """CREATE DATABASE, EXTERNAL TABLE, or TABLE of Iceberg. Raises Failed and Malformed."""
    tree = _parsed(sql)
    if not isinstance(tree, exp.Create):
        raise Malformed(f"line 1:1: mismatched input {sql.split(maxsplit=2)[1]!r}")
    if tree.kind in ("DATABASE", "SCHEMA"):
        return _create_database(tree, session)
    if tree.kind != "TABLE" or not isinstance(tree.this, exp.Schema):
        raise not_done(f"CREATE {tree.kind}")
    node = tree.this.this
    database, name = _named(node.db, node.name, session)
    if session.catalog.database(database) is None:
        raise Failed("", f"FAILED: SemanticException [Error 10072]: Database {database} not found")
    if session.catalog.table(database, name) is not None:
        if tree.args.get("exists"):
            return Outcome("DDL", "CREATE_TABLE")
        raise Failed("", f"FAILED: Execution Error: Table {name} already exists")
    found = _table(tree, name)
    if found["Parameters"].get("table_type", "").upper() == "ICEBERG":
        types = {each["Name"]: each["Type"] for each in found["StorageDescriptor"]["Columns"]}
        iceberg.create(
            session.catalog,
            database,
            name,
            types,
            _location(found),
            [each["Name"] for each in found["PartitionKeys"]],
        )
    elif "EXTERNAL" not in found["Parameters"]:
        raise Failed("", "FAILED: only external table creation is supported")
    else:
        _location(found)
        session.catalog.create_table(database, found)
    return Outcome("DDL", "CREATE_TABLE")


def drop(sql: str, session: Session) -> Outcome:
    """DROP DATABASE, TABLE and VIEW. Raises Failed and Malformed."""
    tree = _parsed(sql)
    if not isinstance(tree, exp.Drop) or tree.kind not in ("DATABASE", "SCHEMA", "TABLE", "VIEW"):
        raise not_done(" ".join(sql.split()[:2]).upper())
    (node,) = tree.args.get("tables") or [tree.this]
    if tree.kind in ("DATABASE", "SCHEMA"):
        name = node.name.lower()
        if session.catalog.database(name) is None:
            if tree.args.get("exists"):
                return Outcome("DDL", "DROP_DATABASE")
            raise Failed("", f"FAILED: SemanticException Database does not exist: {name}")
        if session.catalog.tables(name) and not tree.args.get("cascade"):
            raise Failed("", f"FAILED: Execution Error: Database {name} is not empty")
        session.catalog.drop_database(name)
        return Outcome("DDL", "DROP_DATABASE")
    database, name = _named(node.db, node.name, session)
    table = session.catalog.table(database, name)
    kind = f"DROP_{tree.kind}"
    if table is None:
        if tree.args.get("exists"):
            return Outcome("DDL", kind)
        raise Failed("", f"FAILED: SemanticException [Error 10001]: Table not found {name}")
    if is_view(table) != (tree.kind == "VIEW"):
        raise Failed("", f"FAILED: SemanticException: {name} is not a {tree.kind.lower()}")
    session.catalog.drop_table(database, name)
    _delete_own_files(table, session)
    return Outcome("DDL", kind)


def _delete_own_files(table: Entity, session: Session) -> None:
    """Delete the files of a table of Iceberg, which owns them; one of Hive's does not."""
    location = (table.get("StorageDescriptor") or {}).get("Location")
    for each in session.store.below(folder(location)) if is_iceberg(table) and location else []:
        session.store.delete(each.uri)


def alter(sql: str, session: Session) -> Outcome:
    """ALTER TABLE: partitions, columns, properties and the location. Raises Failed."""
    match = ALTERED.fullmatch(sql)
    if match is None:
        raise Malformed("line 1:7: ALTER TABLE and a name are expected")
    database, name, table = _existing(match, session)
    what = match["what"].strip()
    words = what.upper().split()
    if words[:1] == ["ADD"] and "PARTITION" in words[:5]:
        _add_partitions(what, session, database, name, table)
    elif words[:1] == ["DROP"] and "PARTITION" in words[:4]:
        _drop_partitions(what, session, database, name, table)
    elif words[:2] == ["ADD", "COLUMNS"]:
        _add_columns(sql, session, database, table)
    elif words[:2] == ["SET", "TBLPROPERTIES"]:
        changed = _input(table)
        changed["Parameters"] = {**parameters(table), **dict(PROPERTY.findall(what))}
        session.catalog.update_table(database, changed)
    else:
        raise not_done(f"ALTER TABLE {' '.join(words[:2])}")
    return Outcome("DDL", "ALTER_TABLE")


def repair(sql: str, session: Session) -> Outcome:
    """MSCK REPAIR TABLE: register the partitions whose folders are named as Hive names them."""
    match = REPAIRED.fullmatch(sql)
    if match is None:
        raise Malformed("line 1:1: MSCK REPAIR TABLE and a name are expected")
    database, name, table = _existing(match, session)
    keys = [each["Name"].lower() for each in partition_keys(table)]
    descriptor = table["StorageDescriptor"]
    root = folder(descriptor["Location"])
    known = [each["Values"] for each in session.catalog.partitions(database, name)]
    found: dict[str, list[str]] = {}
    for each in session.store.below(root):
        levels = [part.partition("=") for part in each.uri.removeprefix(root).split("/")[:-1]]
        if [key.lower() for key, _, _ in levels[: len(keys)]] == keys:
            path = "/".join(f"{key}={value}" for key, _, value in levels[: len(keys)])
            found[path] = [value for _, _, value in levels[: len(keys)]]
    outcome = Outcome("DDL", "MSCK_REPAIR_TABLE")
    for path, values in found.items():
        if values not in known:
            placed = {**descriptor, "Location": f"{root}{path}/"}
            session.catalog.create_partition(
                database, name, {"Values": values, "StorageDescriptor": placed}
            )
            outcome.rows.append([f"Repair: Added partition to metastore {name}:{path}"])
    return outcome


def _parsed(sql: str) -> exp.Expr:
    try:
        return parse_hive(sql, read="hive")
    except SqlglotError as error:
        first = getattr(error, "errors", None) or [{"line": 1, "col": 1, "highlight": ""}]
        told = first[0]
        raise Malformed(
            f"line {told['line']}:{told['col']}: mismatched input '{told['highlight']}'"
        ) from error


def _named(database: str, name: str, session: Session) -> tuple[str, str]:
    found = (database or session.database).lower()
    if not found:
        raise Failed("", "FAILED: SemanticException: no database is given")
    return found, name.lower()


def _existing(match: re.Match[str], session: Session) -> tuple[str, str, Entity]:
    database, name = _named(match["database"] or "", match["table"], session)
    table = session.catalog.table(database, name)
    if table is None:
        raise Failed("", f"FAILED: SemanticException [Error 10001]: Table not found {name}")
    return database, name, table


def _create_database(tree: exp.Create, session: Session) -> Outcome:
    name = tree.this.name.lower()
    if session.catalog.database(name) is not None:
        if tree.args.get("exists"):
            return Outcome("DDL", "CREATE_DATABASE")
        raise Failed("", f"FAILED: Execution Error: Database {name} already exists")
    given: Entity = {"Name": name}
    for each in _properties(tree):
        if isinstance(each, exp.LocationProperty):
            given["LocationUri"] = each.this.name
        elif isinstance(each, exp.SchemaCommentProperty):
            given["Description"] = each.this.name
    session.catalog.create_database(given)
    return Outcome("DDL", "CREATE_DATABASE")


def _properties(tree: exp.Create) -> list[Any]:
    properties = tree.args.get("properties")
    return properties.expressions if properties else []


def _table(tree: exp.Create, name: str) -> Entity:
    """The TableInput that a CREATE TABLE describes. Raises Failed."""
    stored: Entity = {
        "Columns": [_column(each) for each in tree.this.expressions],
        "Location": "",
        "InputFormat": INPUT,
        "OutputFormat": OUTPUT,
        "SerdeInfo": {"SerializationLibrary": DELIMITED, "Parameters": {}},
    }
    found: Entity = {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {},
        "PartitionKeys": [],
        "StorageDescriptor": stored,
    }
    for each in _properties(tree):
        match each:
            case exp.ExternalProperty():
                found["Parameters"]["EXTERNAL"] = "TRUE"
            case exp.SchemaCommentProperty():
                found["Parameters"]["comment"] = each.this.name
            case exp.PartitionedByProperty():
                found["PartitionKeys"] = [_column(one) for one in each.this.expressions]
            case exp.LocationProperty():
                stored["Location"] = folder(each.this.name)
            case exp.RowFormatSerdeProperty() | exp.RowFormatDelimitedProperty():
                stored["SerdeInfo"] = _serde(each)
            case exp.FileFormatProperty():
                stored |= _file_format(each.this, stored["SerdeInfo"])
            case exp.Property():
                found["Parameters"][each.name] = each.args["value"].name
            case _:
                raise not_done(f"CREATE TABLE with {each.sql('hive')}")
    return found


def _serde(node: exp.Expr) -> Entity:
    """What ROW FORMAT says."""
    if isinstance(node, exp.RowFormatDelimitedProperty):
        told = {
            DELIMITERS[part]: value.name
            for part, value in node.args.items()
            if value is not None and part in DELIMITERS
        }
        return {"SerializationLibrary": DELIMITED, "Parameters": told}
    inside = node.args.get("serde_properties")
    told = {one.name: one.args["value"].name for one in (inside.expressions if inside else [])}
    return {"SerializationLibrary": node.this.name, "Parameters": told}


def _file_format(node: exp.Expr, info: Entity) -> Entity:
    """What STORED AS says of a StorageDescriptor. Raises Failed."""
    if isinstance(node, exp.InputOutputFormat):
        return {
            "InputFormat": node.args["input_format"].name,
            "OutputFormat": node.args["output_format"].name,
        }
    kind = node.name.upper()
    if kind not in ("PARQUET", "TEXTFILE"):
        raise not_done(f"tables STORED AS {kind}")
    serde, reads, writes = FORMATS[kind]
    own = {"SerializationLibrary": serde, "Parameters": {}} if serde == PARQUET else info
    return {"InputFormat": reads, "OutputFormat": writes, "SerdeInfo": own}


def _column(node: exp.Expr) -> Entity:
    if not isinstance(node, exp.ColumnDef) or node.args.get("kind") is None:
        return {"Name": node.sql("hive"), "Type": ""}  # how an Iceberg table is partitioned
    type_ = node.args["kind"].sql("hive").lower().replace(", ", ",").replace(": ", ":")
    hive(type_)
    found = {"Name": node.name.lower(), "Type": type_}
    for each in node.args.get("constraints") or []:
        if isinstance(each.kind, exp.CommentColumnConstraint):
            found["Comment"] = each.kind.this.name
    return found


def _location(table: Entity) -> str:
    location: str = table["StorageDescriptor"]["Location"]
    if not location:
        raise Failed("", "FAILED: SemanticException: LOCATION is required")
    return location


def _add_partitions(what: str, session: Session, database: str, name: str, table: Entity) -> None:
    keys = [each["Name"].lower() for each in partition_keys(table)]
    descriptor = table["StorageDescriptor"]
    known = [each["Values"] for each in session.catalog.partitions(database, name)]
    asked = re.match(r"ADD\s+(IF\s+NOT\s+EXISTS\s+)?", what, re.IGNORECASE)
    for match in PARTITION.finditer(what):
        named = _values(match["values"])
        if list(named) != keys:
            raise Failed("", f"FAILED: SemanticException partition spec {named} needs {keys}")
        values = list(named.values())
        if values in known:
            if asked and asked[1]:
                continue
            raise Failed("", f"FAILED: SemanticException Partition already exists: {values}")
        path = "/".join(f"{key}={value}" for key, value in named.items())
        where = match["location"] or f"{folder(descriptor['Location'])}{path}"
        session.catalog.create_partition(
            database,
            name,
            {"Values": values, "StorageDescriptor": {**descriptor, "Location": folder(where)}},
        )


def _drop_partitions(what: str, session: Session, database: str, name: str, table: Entity) -> None:
    keys = [each["Name"].lower() for each in partition_keys(table)]
    known = [each["Values"] for each in session.catalog.partitions(database, name)]
    for match in PARTITION.finditer(what):
        named = _values(match["values"])
        gone = [
            values
            for values in known
            if all(dict(zip(keys, values, strict=True)).get(key) == of for key, of in named.items())
        ]
        if not gone and "IF EXISTS" not in what.upper():
            raise Failed("", f"FAILED: SemanticException Partition not found {named}")
        for values in gone:
            session.catalog.drop_partition(database, name, values)


def _values(text: str) -> dict[str, str]:
    return {
        name.lower(): single or double or word for name, single, double, word in VALUE.findall(text)
    }


def _add_columns(sql: str, session: Session, database: str, table: Entity) -> None:
    tree = _parsed(sql)
    added = [_column(each) for action in tree.args["actions"] for each in action.expressions]
    if is_iceberg(table):
        iceberg.add_columns(session.catalog, database, table["Name"], added)
        return
    changed = _input(table)
    descriptor = changed["StorageDescriptor"]
    changed["StorageDescriptor"] = {
        **descriptor,
        "Columns": [*descriptor["Columns"], *added],
    }
    session.catalog.update_table(database, changed)


def _input(table: Entity) -> Entity:
    """What UpdateTable takes of a table that GetTable told."""
    taken = (
        *("Name", "Description", "Owner", "Parameters", "PartitionKeys", "Retention"),
        *("StorageDescriptor", "TableType", "ViewExpandedText", "ViewOriginalText"),
    )
    return {key: table[key] for key in taken if key in table}
