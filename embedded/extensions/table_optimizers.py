"""Optimizers of Iceberg tables in Glue: they are kept, and run by nothing.

https://docs.aws.amazon.com/glue/latest/webapi/API_CreateTableOptimizer.html
"""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.glue.responses import GlueResponse

from embedded.extensions.operations import add, kept

Key = tuple[str, str, str]


def install() -> None:
    """Add the operations to moto's Glue."""
    add(
        GlueResponse,
        create_table_optimizer,
        update_table_optimizer,
        get_table_optimizer,
        delete_table_optimizer,
    )


def create_table_optimizer(self: GlueResponse) -> ActionResult:
    """CreateTableOptimizer, of an Iceberg table that is there."""
    key = _key(self)
    database, name, type_ = key
    # Raises EntityNotFoundException where there is no such table.
    table = self.glue_backend.get_table(database, name).as_dict()
    if table.get("Parameters", {}).get("table_type", "").upper() != "ICEBERG":
        raise JsonRESTError("InvalidInputException", f"Table {database}.{name} is not of Iceberg.")
    if key in _optimizers(self):
        raise JsonRESTError(
            "AlreadyExistsException", f"Table {database}.{name} has an optimizer {type_}."
        )
    _optimizers(self)[key] = _configuration(self)
    return ActionResult({})


def update_table_optimizer(self: GlueResponse) -> ActionResult:
    """UpdateTableOptimizer: the configuration is written whole."""
    key = _existing(self)
    _optimizers(self)[key] = _configuration(self)
    return ActionResult({})


def get_table_optimizer(self: GlueResponse) -> ActionResult:
    """GetTableOptimizer."""
    key = _existing(self)
    database, name, type_ = key
    return ActionResult(
        {
            "CatalogId": self.parameters["CatalogId"],
            "DatabaseName": database,
            "TableName": name,
            "TableOptimizer": {"type": type_, "configuration": _optimizers(self)[key]},
            "ConfigurationSource": "table",
        }
    )


def delete_table_optimizer(self: GlueResponse) -> ActionResult:
    """DeleteTableOptimizer."""
    del _optimizers(self)[_existing(self)]
    return ActionResult({})


def _optimizers(response: GlueResponse) -> dict[Any, dict[str, Any]]:
    return kept(response.glue_backend, "table_optimizers")


def _key(response: GlueResponse) -> Key:
    asked = response.parameters
    return asked["DatabaseName"], asked["TableName"], asked["Type"]


def _existing(response: GlueResponse) -> Key:
    key = _key(response)
    database, name, type_ = key
    tables = response.glue_backend.databases
    gone = database not in tables or name not in tables[database].tables
    if gone:
        # AWS's optimizers go with their table.
        _optimizers(response).pop(key, None)
    if key not in _optimizers(response):
        raise JsonRESTError(
            "EntityNotFoundException", f"Table {database}.{name} has no optimizer {type_}."
        )
    return key


def _configuration(response: GlueResponse) -> dict[str, Any]:
    configuration: dict[str, Any] = response.parameters["TableOptimizerConfiguration"]
    return configuration
