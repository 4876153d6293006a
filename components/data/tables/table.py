"""A table of the lake: files below one prefix of a zone, named in its database."""

from collections.abc import Iterator
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.column_types import UnknownType, check_type, is_primitive, unkept
from components.common.durability import Durability, stateful
from components.common.limits import CATALOG_NAME, ICEBERG_RESERVED
from components.data.tables.definition import (
    ColumnArgs,
    PartitionArgs,
    TableFormat,
    parameters,
    storage,
)


class TableArgs(TypedDict):
    """What a table is made of."""

    table_name: str
    """Name in its database: lower-case letters, digits and `_`."""
    database_name: pulumi.Input[str]
    """The Glue database of its zone."""
    bucket: pulumi.Input[str]
    """Name of the bucket of its zone."""
    prefix: str
    """Where in the bucket its files are, without a slash at its end."""
    format: TableFormat
    """What its files are."""
    columns: list[ColumnArgs]
    """Its columns, in order, without its partitions."""
    partitions: NotRequired[list[PartitionArgs]]
    """What its files are parted by, in the order of the folders; nothing unless given."""
    description: NotRequired[str]
    """What is in it."""
    durability: Durability
    """Whether an Iceberg table outlives the stack, as all tables' files do."""


class Table(pulumi.ComponentResource):
    """A table that queries and jobs find in the data catalog.

    The files are those that lie below the prefix. What is in an Iceberg table its metadata say,
    which Glue writes with the table, and the engines after that: its columns are changed by them
    (`ALTER TABLE`), and so a change of `columns` is not brought to a table that is there.
    https://docs.aws.amazon.com/glue/latest/dg/populate-otf.html

    Raises ValueError for names and types that the catalog, or the format, does not take.
    """

    name: pulumi.Output[str]
    """Database and table with a dot between them, as a query names it."""
    table_name: pulumi.Output[str]
    """Name in its database, known once the table is there."""
    database_name: pulumi.Output[str]
    """Name of its database."""

    def __init__(
        self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Table", name, None, opts)
        for found in _unfit(args):
            raise ValueError(f"{name}: {found}")
        iceberg = args["format"] is TableFormat.ICEBERG
        partitions = args.get("partitions", [])
        location = pulumi.Output.concat(
            "s3://", args["bucket"], "/", args["prefix"], "" if iceberg else "/"
        )
        # Only of Iceberg's tables is something lost: which of the files they are.
        options = pulumi.ResourceOptions(parent=self)
        if iceberg:
            options = stateful(self, args["durability"])
            options.ignore_changes = ["openTableFormatInput", "parameters", "storageDescriptor"]
        table = aws.glue.CatalogTable(
            f"{name}-table",
            name=args["table_name"],
            database_name=args["database_name"],
            description=args.get("description"),
            table_type="EXTERNAL_TABLE",
            parameters=(
                None
                if iceberg
                else location.apply(lambda uri: parameters(args["format"], uri, partitions))
            ),
            partition_keys=(
                [{"name": each["name"], "type": each["type"]} for each in partitions] or None
            ),
            storage_descriptor=storage(args["format"], location, args["columns"]),
            open_table_format_input=(
                {"iceberg_input": {"metadata_operation": "CREATE", "version": "2"}}
                if iceberg
                else None
            ),
            opts=options,
        )
        self.table_name = table.name
        self.database_name = table.database_name
        self.name = pulumi.Output.concat(table.database_name, ".", table.name)
        self.register_outputs(
            {
                "name": self.name,
                "table_name": self.table_name,
                "database_name": self.database_name,
            }
        )


def _unfit(args: TableArgs) -> Iterator[str]:
    """What the catalog or the table's format would not take."""
    partitions = args.get("partitions", [])
    names = [each["name"] for each in (*args["columns"], *partitions)]
    if not CATALOG_NAME.fullmatch(args["table_name"]):
        yield f"{args['table_name']} is not a name for a table"
    if not args["columns"]:
        yield "it has no columns"
    if args["format"] is TableFormat.ICEBERG and partitions:
        yield "Iceberg keeps its partitions in its metadata, which Glue makes without any"
    for each in names:
        if not CATALOG_NAME.fullmatch(each) or (
            args["format"] is TableFormat.ICEBERG and each in ICEBERG_RESERVED
        ):
            yield f"{each} is not a name for a column"
        if names.count(each) > 1:
            yield f"{each} is there twice"
    for column in args["columns"]:
        yield from _type(column["name"], column["type"], args["format"])
    for partition in partitions:
        # Their values are in the names of folders, which every format leaves to the catalog.
        yield from _type(partition["name"], partition["type"], TableFormat.PARQUET)
        if not is_primitive(partition["type"]):
            yield f"{partition['name']}: files are parted by simple types alone"


def _type(name: str, type_: str, format_: TableFormat) -> Iterator[str]:
    try:
        check_type(type_)
    except UnknownType as error:
        yield f"{name}: {error}"
        return
    if lost := unkept(type_, format_.value):
        yield f"{name}: {format_.value} keeps no {', '.join(lost)}"
