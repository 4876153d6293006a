"""What came of all rules by time: a table of Glue's results, and a query that tells how they go."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.durability import Durability
from components.data.tables.definition import (
    ColumnArgs,
    PartitionArgs,
    TableFormat,
    whole_values,
)
from components.data.tables.table import Table

FIRST_YEAR = 2025
"""The oldest year that a query looks for."""
TREND = "quality_trend"
"""Name of the saved query."""
TREND_DAYS = 30
COLUMNS: list[ColumnArgs] = [
    {"name": "catalogid", "type": "string", "description": "Account of the table"},
    {"name": "databasename", "type": "string", "description": "Database of the table"},
    {"name": "tablename", "type": "string", "description": "Name of the table"},
    {"name": "dqrunid", "type": "string", "description": "Id of the run"},
    {"name": "evaluationstartedon", "type": "string", "description": "ISO 8601"},
    {"name": "evaluationcompletedon", "type": "string", "description": "ISO 8601"},
    {"name": "rule", "type": "string", "description": "The rule in DQDL"},
    {"name": "outcome", "type": "string", "description": "Passed or Failed"},
    {"name": "failurereason", "type": "string", "description": "Why it failed"},
    {"name": "evaluatedmetrics", "type": "map<string,double>", "description": "What was measured"},
]
"""What a line of Glue's results has: one rule on one table in one run."""
PARTITIONS: list[PartitionArgs] = [
    {
        "name": "year",
        "type": "string",
        "projection": {
            "type": "date",
            "format": "yyyy",
            "range": f"{FIRST_YEAR},NOW",
            "interval": "1",
            "interval.unit": "YEARS",
        },
    },
    {"name": "month", "type": "int", "projection": whole_values(1, 12, 2)},
    {"name": "day", "type": "int", "projection": whole_values(1, 31, 2)},
]
"""The folders that Glue writes results to, in UTC."""


class QualityResultsArgs(TypedDict):
    """Where results are, and where they are queried."""

    table_name: str
    """Name of the table of results."""
    database_name: pulumi.Input[str]
    """Glue database of the table."""
    bucket: pulumi.Input[str]
    """Bucket of the results of all tables."""
    prefix: str
    """Where in it they are, without a slash at its end."""
    workgroup_name: NotRequired[pulumi.Input[str]]
    """Workgroup of Athena that has the saved query; without it there is none."""
    durability: Durability


class QualityResults(pulumi.ComponentResource):
    """The table of what came of every rule, and the saved query `quality_trend` over it.

    Athena works the days out by itself, so that results are found as soon as Glue has written them.
    https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
    """

    table_name: pulumi.Output[str]
    """Database and table with a dot between them, as a query names it."""

    def __init__(
        self, name: str, args: QualityResultsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:QualityResults", name, None, opts)
        table = Table(
            f"{name}-of",
            {
                "table_name": args["table_name"],
                "database_name": args["database_name"],
                "bucket": args["bucket"],
                "prefix": args["prefix"],
                "format": TableFormat.JSON,
                "columns": COLUMNS,
                "partitions": PARTITIONS,
                "description": "What came of each rule of data quality, a row for each evaluation",
                "durability": args["durability"],
            },
            pulumi.ResourceOptions(parent=self),
        )
        if "workgroup_name" in args:
            aws.athena.NamedQuery(
                f"{name}-trend",
                name=TREND,
                description=f"Rules that passed and failed, by table and day, of {TREND_DAYS} days",
                database=args["database_name"],
                query=table.name.apply(trend),
                workgroup=args["workgroup_name"],
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.table_name = table.name
        self.register_outputs({"table_name": self.table_name})


def trend(table: str) -> str:
    """The statement of the saved query, over the table of results as a query names it.

    Days are compared as text: the partitions have days such as 2026-02-31, which are no dates.
    """
    day = "year || '-' || lpad(CAST(month AS varchar), 2, '0') || '-' || "
    day += "lpad(CAST(day AS varchar), 2, '0')"
    first = f"CAST(current_date - INTERVAL '{TREND_DAYS}' DAY AS varchar)"
    return (
        "SELECT databasename AS database_name, tablename AS table_name,\n"
        f"       {day} AS checked_on,\n"
        "       count(DISTINCT dqrunid) AS runs,\n"
        "       count_if(outcome = 'Passed') AS passed,\n"
        "       count_if(outcome <> 'Passed') AS failed\n"
        f"FROM {table}\n"
        f"WHERE {day} >= {first}\n"
        "GROUP BY 1, 2, 3\n"
        "ORDER BY 1, 2, 3"
    )
