"""SHOW and DESCRIBE: what the catalog has, as Hive tells it.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

import fnmatch
import re

from embedded.athena.catalog import Entity, columns, is_view, parameters, partition_keys
from embedded.athena.failures import Failed, Malformed, not_done
from embedded.athena.query import Session
from embedded.athena.results import Column, Outcome
from embedded.athena.seen import require
from embedded.athena.views import of as view_of

NAME = r"`?(?:(?P<database>[\w-]+)`?\.`?)?(?P<table>[\w-]+)`?"
FLAGS = re.IGNORECASE | re.DOTALL
DATABASES = re.compile(r"SHOW\s+(?:DATABASES|SCHEMAS)(?:\s+LIKE\s+'(?P<like>[^']*)')?", FLAGS)
TABLES = re.compile(
    r"SHOW\s+(?P<what>TABLES|VIEWS)(?:\s+(?:IN|FROM)\s+`?(?P<database>[\w-]+)`?)?"
    r"(?:\s+(?:LIKE\s+)?'(?P<like>[^']*)')?",
    FLAGS,
)
COLUMNS = re.compile(
    rf"SHOW\s+COLUMNS\s+(?:IN|FROM)\s+{NAME}(?:\s+(?:IN|FROM)\s+`?(?P<within>[\w-]+)`?)?", FLAGS
)
PARTITIONS = re.compile(rf"SHOW\s+PARTITIONS\s+{NAME}", FLAGS)
PROPERTIES = re.compile(rf"SHOW\s+TBLPROPERTIES\s+{NAME}(?:\s*\('(?P<key>[^']*)'\))?", FLAGS)
CREATE = re.compile(rf"SHOW\s+CREATE\s+(?P<what>TABLE|VIEW)\s+{NAME}", FLAGS)
DESCRIBED = re.compile(rf"DESC(?:RIBE)?\s+(?:EXTENDED\s+|FORMATTED\s+)?{NAME}", FLAGS)


def shown(sql: str, session: Session) -> Outcome:
    """SHOW …. Raises Failed and Malformed."""
    if match := DATABASES.fullmatch(sql):
        names = [each["Name"] for each in session.catalog.databases()]
        return _listed("SHOW_DATABASES", "database_name", _like(names, match["like"]))
    if match := TABLES.fullmatch(sql):
        return _tables(match, session)
    if match := COLUMNS.fullmatch(sql):
        found = _table(match, session, match["within"])
        named = [each["Name"] for each in [*columns(found), *partition_keys(found)]]
        return _listed("SHOW_COLUMNS", "field", named)
    if match := PARTITIONS.fullmatch(sql):
        return _partitions(match, session)
    if match := PROPERTIES.fullmatch(sql):
        found = parameters(_table(match, session))
        told = [f"{key}\t{of}" for key, of in found.items() if match["key"] in (None, key)]
        return _listed("SHOW_TBLPROPERTIES", "prpt_name", told)
    if match := CREATE.fullmatch(sql):
        return _create(match, session)
    if re.match(r"SHOW\s+\w+", sql, FLAGS):
        raise not_done(" ".join(sql.split()[:2]).upper())
    raise Malformed("line 1:6: mismatched input '<EOF>'")


def described(sql: str, session: Session) -> Outcome:
    """DESCRIBE. Raises Failed and Malformed."""
    match = DESCRIBED.fullmatch(sql)
    if match is None:
        raise Malformed("line 1:1: DESCRIBE and a name are expected")
    found = _table(match, session)
    lines = [_line(each) for each in [*columns(found), *partition_keys(found)]]
    if keys := partition_keys(found):
        lines += ["\t \t ", "# Partition Information\t \t ", _head(), *map(_line, keys)]
    kinds = [Column(name, "string") for name in ("col_name", "data_type", "comment")]
    return Outcome("DDL", "DESCRIBE_TABLE", kinds, [[*each.split("\t")] for each in lines])


def _head() -> str:
    return f"{'# col_name':<20}\t{'data_type':<20}\t{'comment':<20}"


def _line(column: Entity) -> str:
    return f"{column['Name']:<20}\t{column['Type']:<20}\t{column.get('Comment', ''):<20}"


def _listed(kind: str, name: str, values: list[str]) -> Outcome:
    return Outcome("DDL", kind, [Column(name, "string")], [[each] for each in values])


def _like(names: list[str], pattern: str | None) -> list[str]:
    """Names that match a pattern of Hive's, in which `*` is anything and `|` separates several."""
    if pattern is None:
        return sorted(names)
    each = pattern.lower().split("|")
    return sorted(name for name in names if any(fnmatch.fnmatch(name, one) for one in each))


def _tables(match: re.Match[str], session: Session) -> Outcome:
    database = (match["database"] or session.database).lower()
    if session.catalog.database(database) is None:
        raise Failed("", f"FAILED: SemanticException [Error 10072]: Database {database} not found")
    views = match["what"].upper() == "VIEWS"
    names = [
        each["Name"]
        for each in session.catalog.tables(database)
        if (not views or is_view(each)) and session.sight(database, each) != []
    ]
    kind = "SHOW_VIEWS" if views else "SHOW_TABLES"
    return _listed(kind, "views" if views else "tab_name", _like(names, match["like"]))


def _partitions(match: re.Match[str], session: Session) -> Outcome:
    found = _table(match, session)
    keys = [each["Name"] for each in partition_keys(found)]
    if not keys:
        raise Failed("", f"FAILED: SemanticException: {found['Name']} is not partitioned")
    database = (match["database"] or session.database).lower()
    named = [
        "/".join(f"{key}={value}" for key, value in zip(keys, each["Values"], strict=True))
        for each in session.catalog.partitions(database, found["Name"])
    ]
    return _listed("SHOW_PARTITIONS", "partition", sorted(named))


def _create(match: re.Match[str], session: Session) -> Outcome:
    found = _table(match, session)
    database = (match["database"] or session.database).lower()
    if match["what"].upper() == "VIEW":
        if not is_view(found):
            raise Failed("", f"FAILED: SemanticException: {found['Name']} is not a view")
        lines = [f"CREATE VIEW {database}.{found['Name']} AS", *view_of(found).sql.splitlines()]
        return _listed("SHOW_CREATE_VIEW", "Create View", lines)
    descriptor = found["StorageDescriptor"]
    info = descriptor.get("SerdeInfo") or {}
    lines = [f"CREATE EXTERNAL TABLE `{database}.{found['Name']}`(", *_columns(columns(found)), ")"]
    if keys := partition_keys(found):
        lines += ["PARTITIONED BY (", *_columns(keys), ")"]
    lines += ["ROW FORMAT SERDE", f"  '{info.get('SerializationLibrary', '')}'"]
    if told := info.get("Parameters"):
        lines += ["WITH SERDEPROPERTIES (", *_pairs(told), ")"]
    lines += ["LOCATION", f"  '{descriptor.get('Location', '')}'"]
    if told := parameters(found):
        lines += ["TBLPROPERTIES (", *_pairs(told), ")"]
    return _listed("SHOW_CREATE_TABLE", "createtab_stmt", lines)


def _columns(found: list[Entity]) -> list[str]:
    last = len(found) - 1
    return [
        f"  `{each['Name']}` {each['Type']}{'' if place == last else ','}"
        for place, each in enumerate(found)
    ]


def _pairs(told: dict[str, str]) -> list[str]:
    last = len(told) - 1
    return [
        f"  '{key}'='{of}'{'' if place == last else ','}"
        for place, (key, of) in enumerate(told.items())
    ]


def _table(match: re.Match[str], session: Session, within: str | None = None) -> Entity:
    database = (within or match["database"] or session.database).lower()
    found = session.catalog.table(database, match["table"].lower())
    if found is None:
        name = match["table"]
        raise Failed("", f"FAILED: SemanticException [Error 10001]: Table not found {name}")
    return _seen(database, found, session)


def _seen(database: str, found: Entity, session: Session) -> Entity:
    """A table as the catalog tells it to who sees a part of it. Raises Failed."""
    seen = session.sight(database, found)
    require(found, seen)
    if seen is None:
        return found
    shown = frozenset[str]().union(*(each.columns for each in seen))
    stored = {
        **found["StorageDescriptor"],
        "Columns": [each for each in columns(found) if each["Name"].lower() in shown],
    }
    return {**found, "StorageDescriptor": stored}
