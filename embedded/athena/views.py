"""Views as the catalog keeps them: Presto's, in Base64 within a comment.

https://docs.aws.amazon.com/athena/latest/ug/views.html
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from embedded.athena.catalog import CATALOG, Entity
from embedded.athena.failures import not_done

BEFORE, AFTER = "/* Presto View: ", " */"


@dataclass(frozen=True)
class View:
    """What a view is of."""

    sql: str
    database: str
    """Database of the tables that it names without one."""


def of(table: Entity) -> View:
    """The view that a table of the catalog is. Raises Failed for one that Presto did not write."""
    told = table.get("ViewOriginalText") or ""
    if not told.startswith(BEFORE):
        raise not_done(f"views of Hive, as {table['Name']} is")
    found = json.loads(base64.b64decode(told[len(BEFORE) : -len(AFTER)]))
    return View(found["originalSql"], found.get("schema") or "")


def table_input(
    name: str, sql: str, database: str, columns: Sequence[tuple[str, str, str]]
) -> Entity:
    """A view as the catalog takes it; of each column the name, Athena's type and Hive's."""
    presto = {
        "originalSql": sql,
        "catalog": CATALOG,
        "schema": database,
        "columns": [{"name": each, "type": athena} for each, athena, _ in columns],
    }
    text = base64.b64encode(json.dumps(presto).encode()).decode()
    return {
        "Name": name,
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
        "ViewOriginalText": f"{BEFORE}{text}{AFTER}",
        "ViewExpandedText": "/* Presto View */",
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": [{"Name": each, "Type": hive} for each, _, hive in columns],
            "Location": "",
            "SerdeInfo": {},
        },
    }
