"""A view in the data catalog, as Athena keeps those that it creates itself."""

import base64
import json
from typing import TypedDict

import pulumi
import pulumi_aws as aws

HIVE_TYPES = {
    "integer": "int",
    "real": "float",
    "varchar": "string",
}
"""Types that Hive, and so the catalog, calls otherwise than Athena's queries do.

https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""


class ViewColumnArgs(TypedDict):
    """A column of a view."""

    name: str
    """In lower case."""
    type: str
    """A type as Athena's queries have it: `varchar`, `decimal(10,2)`."""


class ViewArgs(TypedDict):
    """What a view is made of."""

    view_name: str
    """Name in its database: lower-case letters, digits and `_`."""
    database_name: pulumi.Input[str]
    """The Glue database that it is in."""
    sql: str
    """The SELECT that it stands for."""
    columns: list[ViewColumnArgs]
    """What that gives, in order: Athena refuses a view whose columns are others."""
    description: str
    """What it is for; may be empty."""


class View(pulumi.ComponentResource):
    """A view that queries read like a table; it holds nothing itself.

    https://docs.aws.amazon.com/athena/latest/ug/views.html
    """

    name: pulumi.Output[str]
    """Database and view with a dot between them, as a query names it."""

    def __init__(
        self, name: str, args: ViewArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:View", name, None, opts)
        view = aws.glue.CatalogTable(
            f"{name}-view",
            name=args["view_name"],
            database_name=args["database_name"],
            description=args["description"] or None,
            table_type="VIRTUAL_VIEW",
            parameters={"presto_view": "true", "comment": "Presto View"},
            view_original_text=pulumi.Output.from_input(args["database_name"]).apply(
                lambda database: presto_view(args["sql"], database, args["columns"])
            ),
            view_expanded_text="/* Presto View */",
            storage_descriptor={
                "columns": [
                    {"name": each["name"], "type": hive_type(each["type"])}
                    for each in args["columns"]
                ]
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = pulumi.Output.concat(view.database_name, ".", view.name)
        self.register_outputs({"name": self.name})


def presto_view(sql: str, database: str, columns: list[ViewColumnArgs]) -> str:
    """A view as the catalog keeps it: its definition in Base64, within a comment."""
    told = {
        "originalSql": sql,
        "catalog": "awsdatacatalog",
        "schema": database,
        "columns": [{"name": each["name"], "type": each["type"]} for each in columns],
    }
    return f"/* Presto View: {base64.b64encode(json.dumps(told).encode()).decode()} */"


def hive_type(type_: str) -> str:
    """The catalog's name of a type of Athena's queries: `string` for `varchar`."""
    base = type_.partition("(")[0]
    return type_ if base == "decimal" else HIVE_TYPES.get(base, base)
