"""What the engine is given: a catalog of tables and a store of objects.

Databases, tables and partitions are dictionaries in the shapes of Glue's API.

https://docs.aws.amazon.com/glue/latest/webapi/API_Table.html
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

Entity = dict[str, Any]
"""A database, table or partition as Glue describes it."""

CATALOG = "awsdatacatalog"
"""The account's own catalog, AwsDataCatalog, as the engine spells names: in small letters."""
HIDDEN = ("_", ".")
"""What names of files begin with that are not read as data."""
SCHEMES = ("s3", "s3a", "s3n")


@dataclass(frozen=True)
class StoredObject:
    """An object: its URI, such as s3://bucket/key, its bytes, and when it was written."""

    uri: str
    size: int
    modified: datetime


class Store(Protocol):
    """Objects by their URI. What is not there raises KeyError."""

    properties: dict[str, str]
    """PyIceberg's properties of the files of this store."""

    def below(self, location: str) -> list[StoredObject]:
        """The objects of the folder that the URI names, at any depth, by their names."""

    def read(self, uri: str) -> bytes:
        """The content of an object."""

    def write(self, uri: str, content: bytes) -> None:
        """Put an object. Raises KeyError where there is no such bucket."""

    def delete(self, uri: str) -> None:
        """Delete an object, if it is there."""


class Catalog(Protocol):
    """Databases, tables and partitions. What is not there is None, or raises KeyError."""

    def databases(self) -> list[Entity]:
        """All databases."""

    def database(self, name: str) -> Entity | None:
        """One database."""

    def tables(self, database: str) -> list[Entity]:
        """The tables and views of a database."""

    def table(self, database: str, name: str) -> Entity | None:
        """One table or view."""

    def partitions(self, database: str, table: str) -> list[Entity]:
        """The registered partitions of a table."""

    def iceberg(self) -> Any:
        """The same catalog as PyIceberg's, which creates and changes tables of Iceberg."""

    def federated(self, name: str) -> "Catalog | None":
        """Another catalog by its name in small letters, `s3tablescatalog/bucket`."""

    def create_database(self, given: Entity) -> None:
        """Add a database: a DatabaseInput."""

    def drop_database(self, name: str) -> None:
        """Remove a database with its tables."""

    def create_table(self, database: str, given: Entity) -> None:
        """Add a table or view: a TableInput."""

    def update_table(self, database: str, given: Entity) -> None:
        """Replace a table or view."""

    def drop_table(self, database: str, name: str) -> None:
        """Remove a table or view."""

    def create_partition(self, database: str, table: str, given: Entity) -> None:
        """Add a partition: a PartitionInput."""

    def drop_partition(self, database: str, table: str, values: list[str]) -> None:
        """Remove a partition."""


def folder(location: str) -> str:
    """The URI of a folder, with the slash that it ends with."""
    return location if location.endswith("/") else location + "/"


def data_below(store: Store, location: str) -> list[StoredObject]:
    """The objects of a folder that hold data: none that is empty or whose name is hidden."""
    where = folder(location)
    return [each for each in store.below(where) if each.size and not _hidden(each.uri, where)]


def _hidden(uri: str, where: str) -> bool:
    return any(part.startswith(HIDDEN) for part in uri.removeprefix(where).split("/"))


def columns(table: Entity) -> list[Entity]:
    """The columns of a table's files, each with a Name and a Type."""
    found: list[Entity] = (table.get("StorageDescriptor") or {}).get("Columns") or []
    return found


def partition_keys(table: Entity) -> list[Entity]:
    """The columns by which a table is partitioned, each with a Name and a Type."""
    return table.get("PartitionKeys") or []


def parameters(table: Entity) -> dict[str, str]:
    """The properties of a table."""
    return table.get("Parameters") or {}


def is_view(table: Entity) -> bool:
    """Whether it is a view."""
    return table.get("TableType") == "VIRTUAL_VIEW"


def is_iceberg(table: Entity) -> bool:
    """Whether it is a table of Iceberg."""
    return parameters(table).get("table_type", "").upper() == "ICEBERG"
