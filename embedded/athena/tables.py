"""The tables that a statement reads, laid into DuckDB as views over what their objects hold."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from embedded.athena import casts, formats, iceberg, pruning
from embedded.athena.catalog import (
    Catalog,
    Entity,
    Store,
    data_below,
    is_iceberg,
    parameters,
    partition_keys,
)
from embedded.athena.failures import Failed
from embedded.athena.hive_types import HiveType, parse, quoted
from embedded.athena.projection import ENABLED, projected

PATH = "$path"


@dataclass(frozen=True)
class Wanted:
    """What a statement wants of its tables."""

    names: frozenset[str]
    """Names that it uses, in small letters, whatever they are of."""
    everything: bool
    """Whether it takes all columns."""

    def of(self, columns: Iterable[str]) -> list[str]:
        """Those of the columns that it may use."""
        return [name for name in columns if self.everything or name in self.names]


@dataclass(frozen=True)
class Part:
    """One folder of a table: its values of the partition keys, and how it is stored."""

    values: list[str]
    location: str
    how: formats.Format


@dataclass
class Laid:
    """What has been laid into one connection of DuckDB."""

    connection: duckdb.DuckDBPyConnection
    store: Store
    catalog: Catalog
    now: datetime
    scanned: int = 0
    """Bytes of objects that were read."""
    count: int = 0

    def _hive(self, table: Entity, database: str, wanted: Wanted, told: Sequence[exp.Expr]) -> str:
        """Lay a table of Hive's; the name of the view on it. Raises Failed."""
        keys = {each["Name"].lower(): parse(each["Type"]) for each in partition_keys(table)}
        how = formats.of_table(table)
        read = wanted.of(how.columns)
        kinds = {name: how.columns[name] for name in read}
        pieces = []
        registered = self.catalog.partitions(database, table["Name"]) if keys else []
        for part in parts(table, registered, told, self.now):
            columns = [name for name in read if name in part.how.columns]
            for each in data_below(self.store, part.location):
                content = self.store.read(each.uri)
                found = formats.read(content, each.uri, part.how, columns)
                self.scanned += formats.scanned(content, part.how, columns)
                pieces.append(_piece(found, read, part, list(keys), each.uri, how))
        whole = pa.concat_tables(pieces) if pieces else _empty(read, list(keys), how)
        shown = [_shown(name, kind, how) for name, kind in kinds.items()]
        shown += [f"{_of_partition(name, kind)} AS {quoted(name)}" for name, kind in keys.items()]
        if PATH in wanted.names:
            shown.append(quoted(PATH))
        return self._view(whole, ", ".join(shown) or "1")

    def _iceberg(self, table: Entity, wanted: Wanted, at: iceberg.Moment | None) -> str:
        """Lay a table of Iceberg; the name of the view on it. Raises Failed."""
        found, scanned = iceberg.read(self.store, table, wanted.of, at)
        self.scanned += scanned
        return self._view(found, "*")

    def rows(self, data: pa.Table) -> str:
        """Lay rows as they are; the name of the view on them."""
        return self._view(data, "*")

    def _view(self, data: pa.Table, columns: str) -> str:
        self.count += 1
        name = f"table_{self.count}"
        self.connection.register(f"{name}_data", data)
        self.connection.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM {name}_data")  # noqa: S608
        return name

    def table(
        self,
        table: Entity,
        database: str,
        wanted: Wanted,
        told: Sequence[exp.Expr],
        at: iceberg.Moment | None = None,
    ) -> str:
        """Lay what a query reads of a table by its conditions `told`; the name of the view on it.

        Raises Failed.
        """
        if is_iceberg(table):
            return self._iceberg(table, wanted, at)
        if at is not None:
            raise Failed("NOT_SUPPORTED", "This connector does not support versioned tables")
        return self._hive(table, database, wanted, told)


def parts(
    table: Entity, registered: list[Entity], told: Sequence[exp.Expr], now: datetime
) -> list[Part]:
    """The folders that a query reads: a table's only one, or partitions that meet its conditions.

    Partitions are the registered ones, unless the table's properties project them.
    """
    how = formats.of_table(table)
    keys = [each["Name"].lower() for each in partition_keys(table)]
    if not keys:
        return [Part([], table["StorageDescriptor"]["Location"], how)]
    if parameters(table).get(ENABLED, "").lower() == "true":
        values = {key: pruning.given(key, told) for key in keys}
        found = [Part(each, where, how) for each, where in projected(table, values)]
    else:
        found = [
            Part(
                each["Values"],
                each["StorageDescriptor"]["Location"],
                formats.of_table(table, each["StorageDescriptor"]),
            )
            for each in registered
        ]
    return [found[at] for at in pruning.kept(table, [each.values for each in found], told, now)]


def _piece(
    found: pa.Table, read: list[str], part: Part, keys: list[str], uri: str, how: formats.Format
) -> pa.Table:
    """What one object holds, with the values of its partition and its URI."""
    rows = found.num_rows
    kinds = {name: _stored(name, how) for name in read}
    columns: dict[str, Any] = {
        name: found[name].cast(kind) if name in found.column_names else pa.nulls(rows, kind)
        for name, kind in kinds.items()
    }
    for key, value in zip(keys, part.values, strict=True):
        columns[f"partition {key}"] = pa.array([value] * rows, pa.string())
    columns[PATH] = pa.array([uri] * rows, pa.string())
    return pa.table(columns)


def _empty(read: list[str], keys: list[str], how: formats.Format) -> pa.Table:
    kinds = {name: _stored(name, how) for name in read}
    kinds |= {f"partition {key}": pa.string() for key in keys} | {PATH: pa.string()}
    return pa.table({name: pa.array([], kind) for name, kind in kinds.items()})


def _stored(name: str, how: formats.Format) -> pa.DataType:
    """The Arrow type of a column as it is read: text formats have text."""
    return pa.string() if how.is_text else how.columns[name].arrow


def _shown(name: str, kind: HiveType, how: formats.Format) -> str:
    value = casts.of_text(name, kind, how) if how.is_text else quoted(name)
    return f"{value} AS {quoted(name)}"


def _of_partition(name: str, kind: HiveType) -> str:
    """A partition's value, which is part of a folder's name, in the key's type."""
    column = quoted(f"partition {name}")
    value = f"nullif({column}, '{pruning.NO_VALUE}')"
    return value if kind.duckdb == "VARCHAR" else f"CAST({value} AS {kind.duckdb})"
