"""Tables of Iceberg, as PyIceberg reads and changes them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from embedded.athena.catalog import Catalog, Entity, Store, parameters
from embedded.athena.failures import Failed, not_done
from embedded.athena.hive_types import parse as hive

LOCATION = "metadata_location"
METADATA = {"files", "history", "manifests", "partitions", "refs", "snapshots"}
"""What tells of a table of Iceberg, as `"table$files"` does."""
SNAPSHOT_AGE, SNAPSHOT_AGE_SECONDS = "vacuum_max_snapshot_age_seconds", 432_000
"""The property that says for how long snapshots are kept, and its default: five days."""


@dataclass(frozen=True)
class Moment:
    """Which state of a table is asked for: a snapshot's id, or a time."""

    snapshot: int | None = None
    time: datetime | None = None


def opened(store: Store, table: Entity) -> Any:
    """The table as PyIceberg has it, to be read. Raises Failed where its metadata is missing."""
    from pyiceberg.table import StaticTable  # takes a second

    where = parameters(table).get(LOCATION)
    if not where:
        raise Failed("ICEBERG_INVALID_METADATA", f"Table {table['Name']} has no {LOCATION}")
    try:
        return StaticTable.from_metadata(where, store.properties)
    except FileNotFoundError as error:
        raise Failed("ICEBERG_MISSING_METADATA", f"{where} does not exist") from error


def read(
    store: Store,
    table: Entity,
    wanted: Callable[[Iterable[str]], list[str]],
    at: Moment | None,
) -> tuple[pa.Table, int]:
    """The wanted columns of a table, and the bytes of the files that hold them."""
    found = opened(store, table)
    names = [each.name for each in found.schema().fields]
    fields = [name for name in names if name in wanted([each.lower() for each in names])]
    scan = found.scan(
        selected_fields=tuple(fields or names[:1]), snapshot_id=_snapshot(found, at, table)
    )
    size = sum(task.file.file_size_in_bytes for task in scan.plan_files())
    return scan.to_arrow(), size


def _snapshot(found: Any, at: Moment | None, table: Entity) -> int | None:
    if at is None or (at.snapshot is None and at.time is None):
        return None
    if at.time is None:
        if found.snapshot_by_id(at.snapshot) is None:
            raise Failed("INVALID_ARGUMENTS", f"Iceberg snapshot ID does not exists: {at.snapshot}")
        return at.snapshot
    snapshot = found.snapshot_as_of_timestamp(int(at.time.timestamp() * 1000))
    if snapshot is None:
        raise Failed(
            "INVALID_ARGUMENTS",
            f"No version history table {table['Name']} at or before {at.time.isoformat()}",
        )
    identity: int = snapshot.snapshot_id
    return identity


def create(
    catalog: Catalog,
    database: str,
    name: str,
    types: Mapping[str, str],
    location: str,
    partitioning: Sequence[str],
) -> None:
    """Create an empty table with columns of Hive's types. Raises Failed."""
    from pyiceberg.exceptions import NoSuchNamespaceError

    if partitioning:
        raise not_done("tables of Iceberg with partitions")
    schema = pa.schema([pa.field(column, hive(type_).arrow) for column, type_ in types.items()])
    try:
        catalog.iceberg().create_table((database, name), schema, location.rstrip("/"))
    except NoSuchNamespaceError as error:
        raise Failed("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist") from error


def append(catalog: Catalog, database: str, name: str, rows: pa.Table) -> list[str]:
    """Add rows to a table; the files that hold them. Raises Failed."""
    table = _changeable(catalog, database, name)
    if not rows.num_rows:
        return []
    fitting = _required(table, rows)
    return _new_files(table, lambda: table.append(fitting))


def overwrite(catalog: Catalog, database: str, name: str, rows: pa.Table) -> list[str]:
    """Have a table hold these rows and no others; the files that hold them. Raises Failed."""
    table = _changeable(catalog, database, name)
    fitting = _required(table, rows)
    return _new_files(table, lambda: table.overwrite(fitting))


def add_columns(
    catalog: Catalog, database: str, name: str, added: Sequence[Mapping[str, str]]
) -> None:
    """Give a table more columns, each with a Name and a Type of Hive's."""
    schema = pa.schema([pa.field(each["Name"], hive(each["Type"]).arrow) for each in added])
    with catalog.iceberg().load_table((database, name)).update_schema() as changing:
        changing.union_by_name(schema)


def expire(catalog: Catalog, database: str, name: str, now: datetime) -> None:
    """Forget the snapshots that are older than the table's property says.

    The newest stays, and so do those that a tag or a branch names.
    https://iceberg.apache.org/docs/latest/branching/
    """
    table = _changeable(catalog, database, name)
    seconds = int(table.properties.get(SNAPSHOT_AGE, SNAPSHOT_AGE_SECONDS))
    before = (now.timestamp() - seconds) * 1000
    kept = {each.snapshot_id for each in table.refs().values()}
    old = [
        each.snapshot_id
        for each in table.snapshots()
        if each.timestamp_ms < before and each.snapshot_id not in kept
    ]
    if old:
        table.maintenance.expire_snapshots().by_ids(old).commit()


def about(store: Store, table: Entity, kind: str) -> pa.Table:
    """What a table of metadata, such as snapshots, has. Raises Failed for one that is not made."""
    if kind not in METADATA:
        raise not_done(f"queries of {table['Name']}${kind}")
    rows: pa.Table = getattr(opened(store, table).inspect, kind)()
    return rows


def _required(table: Any, rows: pa.Table) -> pa.Table:
    """The rows with columns that are never null where the table says so. Raises Failed."""
    never = {each.name for each in table.schema().fields if each.required}
    for name in never & set(rows.column_names):
        if rows[name].null_count:
            raise Failed(
                "CONSTRAINT_VIOLATION", f"NULL value not allowed for NOT NULL column: {name}"
            )
    fields = [each.with_nullable(each.name not in never) for each in rows.schema]
    return rows.cast(pa.schema(fields))


def _changeable(catalog: Catalog, database: str, name: str) -> Any:
    table = catalog.iceberg().load_table((database, name))
    if table.spec().fields:
        raise not_done("changes of Iceberg tables with partitions")
    return table


def _new_files(table: Any, change: Callable[[], None]) -> list[str]:
    before = {task.file.file_path for task in table.scan().plan_files()}
    change()
    return [
        task.file.file_path
        for task in table.scan().plan_files()
        if task.file.file_path not in before
    ]
