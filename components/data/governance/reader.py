"""What one persona reads of a governed lake: tables by their tags, and filters of rows."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.data.governance.expressions import ZONE


class FilterArgs(TypedDict):
    """Some rows and columns of a table."""

    database_name: pulumi.Input[str]
    table_name: pulumi.Input[str]
    """Its name in the database, known once the table is there."""
    columns: list[str]
    """The columns that are seen; at least one."""
    where: NotRequired[str]
    """The rows that are seen, as a condition of SQL; all unless given.

    https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html
    """


class LakeReaderArgs(AccountArgs):
    """Who reads what."""

    role_arn: pulumi.Input[str]
    """Role of the persona."""
    filter_name: str
    """What its filters are called, each on a table of its own: `maslow-dev-data-scientist`."""
    databases: dict[str, pulumi.Input[str]]
    """Database of each zone of the lake, also of those that it does not read."""
    tag_keys: dict[str, pulumi.Input[str]]
    """Key of each tag by its short name."""
    seen: dict[str, list[str]]
    """Tags of what it sees by their short names, each with the values; the zones may be none."""
    filters: dict[str, FilterArgs]
    """By a name of each table that can be part of a resource's: `curated-visits`."""


class LakeReader(pulumi.ComponentResource):
    """A persona for which Lake Formation decides, and what it is granted.

    It is opted in to all zones, so that IAM gives it none; then it is granted the tables and
    columns that bear the tags, and a filter for each table of which it sees a part.
    https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-access-mode.html

    Raises ValueError for a filter without columns.
    """

    role_arn: pulumi.Output[str]
    """Role of the persona."""

    def __init__(
        self, name: str, args: LakeReaderArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:LakeReader", name, None, opts)
        for each, told in args["filters"].items():
            if not told["columns"]:
                raise ValueError(f"{name}: of {each}, no column is left to see")
        for zone, database in args["databases"].items():
            self._opt_in(f"{name}-{zone}", args, {"database": {"name": database}})
            tables: aws.lakeformation.OptInResourceDataArgsDict = {
                "table": {"database_name": database, "wildcard": True}
            }
            self._opt_in(f"{name}-{zone}-tables", args, tables)
        if args["seen"][ZONE]:
            zones = {ZONE: args["seen"][ZONE]}
            self._grant(f"{name}-databases", args, "DATABASE", zones, ["DESCRIBE"])
            self._grant(f"{name}-tables", args, "TABLE", args["seen"], ["DESCRIBE", "SELECT"])
        for each, told in args["filters"].items():
            self._filter(f"{name}-{each}", args, told)
        self.role_arn = pulumi.Output.from_input(args["role_arn"])
        self.register_outputs({"role_arn": self.role_arn})

    def _opt_in(
        self,
        name: str,
        args: LakeReaderArgs,
        what: aws.lakeformation.OptInResourceDataArgsDict,
    ) -> None:
        aws.lakeformation.OptIn(
            name,
            principals=[{"data_lake_principal_identifier": args["role_arn"]}],
            resource_datas=[what],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _grant(
        self,
        name: str,
        args: LakeReaderArgs,
        kind: str,
        tags: dict[str, list[str]],
        permissions: list[str],
    ) -> None:
        aws.lakeformation.Permissions(
            name,
            principal=args["role_arn"],
            permissions=permissions,
            lf_tag_policy={
                "resource_type": kind,
                "expressions": [
                    {"key": args["tag_keys"][short], "values": values}
                    for short, values in tags.items()
                ],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _filter(self, name: str, args: LakeReaderArgs, told: FilterArgs) -> None:
        row_filter: aws.lakeformation.DataCellsFilterTableDataRowFilterArgsDict = (
            {"filter_expression": told["where"]} if "where" in told else {"all_rows_wildcard": {}}
        )
        made = aws.lakeformation.DataCellsFilter(
            f"{name}-filter",
            table_data={
                "database_name": told["database_name"],
                "table_name": told["table_name"],
                "table_catalog_id": args["account_id"],
                "name": args["filter_name"],
                "column_names": told["columns"],
                "row_filter": row_filter,
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.lakeformation.Permissions(
            f"{name}-rows",
            principal=args["role_arn"],
            permissions=["SELECT"],
            data_cells_filter={
                "database_name": told["database_name"],
                "table_name": told["table_name"],
                "table_catalog_id": args["account_id"],
                "name": args["filter_name"],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=made),
        )
