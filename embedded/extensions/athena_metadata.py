"""Athena's view of the catalog: databases and tables, as Glue has them.

https://docs.aws.amazon.com/athena/latest/APIReference/API_GetTableMetadata.html
"""

import re
from typing import TYPE_CHECKING, Any

from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult

from embedded.athena.catalog import CATALOG, Entity, columns, parameters, partition_keys
from embedded.extensions.operations import add, paged
from embedded.extensions.prepared_statements import InvalidRequest

if TYPE_CHECKING:
    from embedded.extensions.athena_stores import Tables


class Missing(JsonRESTError):
    """What the catalog does not have."""

    def __init__(self, told: str) -> None:
        super().__init__("MetadataException", told)


def install() -> None:
    """Set the operations in place of moto's, which knows databases of its own."""
    add(
        AthenaResponse,
        delete_data_catalog,
        get_database,
        get_table_metadata,
        list_databases,
        list_table_metadata,
    )


def get_database(self: AthenaResponse) -> ActionResult:
    """GetDatabase."""
    return ActionResult({"Database": _database(_found(self))})


def list_databases(self: AthenaResponse) -> ActionResult:
    """ListDatabases."""
    found = [_database(each) for each in _tables(self).databases()]
    return paged(self, "DatabaseList", sorted(found, key=_name), "Name")


def get_table_metadata(self: AthenaResponse) -> ActionResult:
    """GetTableMetadata."""
    database, name = _found(self)["Name"], self._get_param("TableName")
    table = _tables(self).table(database, name.lower())
    if table is None:
        raise Missing(f"Table {name} not found.")
    return ActionResult({"TableMetadata": _table(table)})


def list_table_metadata(self: AthenaResponse) -> ActionResult:
    """ListTableMetadata, of the tables whose names fit an expression."""
    expression = re.compile(self._get_param("Expression") or ".*", re.IGNORECASE)
    found = _tables(self).tables(_found(self)["Name"])
    told = [_table(each) for each in found if expression.fullmatch(each["Name"])]
    return paged(self, "TableMetadataList", sorted(told, key=_name), "Name")


def delete_data_catalog(self: AthenaResponse) -> ActionResult:
    """DeleteDataCatalog."""
    name = self._get_param("Name")
    catalogs = self.athena_backend.data_catalogs
    if name not in catalogs:
        raise InvalidRequest(f"DataCatalog {name} was not found")
    del catalogs[name]
    return ActionResult({"DataCatalog": {"Name": name, "Type": "GLUE"}})


def _tables(response: AthenaResponse) -> "Tables":
    from embedded.extensions.athena_stores import Objects, Tables  # PyIceberg takes a second

    name = response._get_param("CatalogName") or ""  # noqa: SLF001  moto's responses use it so
    if name.lower() != CATALOG:
        raise InvalidRequest(f"The embedded AWS has AwsDataCatalog only, and not {name}.")
    backend = response.athena_backend
    return Tables(backend.account_id, Objects(backend.account_id, backend.region_name))


def _found(response: AthenaResponse) -> Entity:
    name = response._get_param("DatabaseName")  # noqa: SLF001
    found = _tables(response).database(name.lower())
    if found is None:
        raise Missing(f"Database {name} not found.")
    return found


def _database(found: Entity) -> dict[str, Any]:
    told = {key: found.get(key) for key in ("Name", "Description", "Parameters")}
    return {key: value for key, value in told.items() if value is not None}


def _table(table: Entity) -> dict[str, Any]:
    stored = table.get("StorageDescriptor") or {}
    serde = (stored.get("SerdeInfo") or {}).get("SerializationLibrary")
    told = {
        "location": stored.get("Location"),
        "inputformat": stored.get("InputFormat"),
        "outputformat": stored.get("OutputFormat"),
        "serde.serialization.lib": serde,
    }
    return {
        "Name": table["Name"],
        "CreateTime": table["CreateTime"],
        "TableType": table.get("TableType") or "EXTERNAL_TABLE",
        "Columns": [_column(each) for each in columns(table)],
        "PartitionKeys": [_column(each) for each in partition_keys(table)],
        "Parameters": parameters(table) | {key: value for key, value in told.items() if value},
    }


def _column(column: Entity) -> dict[str, Any]:
    return {key: column[key] for key in ("Name", "Type", "Comment") if column.get(key)}


def _name(entry: dict[str, Any]) -> str:
    return str(entry["Name"])
