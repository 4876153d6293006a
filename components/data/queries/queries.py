"""What is kept in a workgroup: saved queries, prepared statements, and an alarm on its scans."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.data.queries.workgroup import WorkgroupArgs, workgroup

DAY_SECONDS = 24 * 60 * 60
BYTES_PER_GB = 1_000_000_000
STATES = ("succeeded", "failed", "canceled")
"""States in which a query ends: what it has scanned until then is paid.

https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html
"""


class StatementArgs(TypedDict):
    """One statement, with the environment's databases in it."""

    name: str
    """Name of small letters, digits and `_`."""
    sql: str
    """The statement, without a semicolon."""
    description: str
    """What it is for; may be empty."""


class QueriesArgs(TypedDict):
    """What is kept in a workgroup."""

    own: NotRequired[WorkgroupArgs]
    """The workgroup, where it is not there already; one of the two is given."""
    workgroup_name: NotRequired[pulumi.Input[str]]
    """Name of the workgroup that is there."""
    whose: str
    """Whose queries they are, as people call them: `oncology`."""
    database: pulumi.Input[str]
    """Database of tables that a saved query names without one."""
    saved: list[StatementArgs]
    """Saved queries."""
    prepared: list[StatementArgs]
    """Prepared statements, with `?` for their parameters."""
    daily_gb: NotRequired[float]
    """Gigabytes scanned within 24 hours at which the alarm goes off; none without it."""
    topic_arn: pulumi.Input[str]
    """Topic that hears of the alarm."""


class Queries(pulumi.ComponentResource):
    """A workgroup's saved queries and prepared statements, and the alarm on what it scans.

    Athena is paid by the bytes that queries scan, and so the alarm is one on what they cost.
    https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
    """

    workgroup_name: pulumi.Output[str]
    """Name of the workgroup."""

    def __init__(
        self, name: str, args: QueriesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Queries", name, None, opts)
        own = None
        if "own" in args:
            own = workgroup(
                f"{name}-workgroup",
                args["own"],
                parent=self,
                description=f"Queries of {args['whose']}",
            )
        group = own.name if own else pulumi.Output.from_input(args["workgroup_name"])
        for each in args["saved"]:
            aws.athena.NamedQuery(
                f"{name}-saved-{each['name']}",
                name=each["name"],
                description=each["description"] or None,
                database=args["database"],
                query=each["sql"],
                workgroup=group,
                opts=pulumi.ResourceOptions(parent=self),
            )
        for each in args["prepared"]:
            aws.athena.PreparedStatement(
                f"{name}-prepared-{each['name']}",
                name=each["name"],
                description=each["description"] or None,
                query_statement=each["sql"],
                workgroup=group,
                opts=pulumi.ResourceOptions(parent=self),
            )
        if "daily_gb" in args:
            _scan_alarm(f"{name}-scanned", self, args["whose"], group, args)
        self.workgroup_name = group
        self.register_outputs({"workgroup_name": self.workgroup_name})


def _scan_alarm(
    name: str,
    parent: pulumi.Resource,
    whose: str,
    group: pulumi.Input[str],
    args: QueriesArgs,
) -> None:
    aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=f"queries of {whose} scanned over {args['daily_gb']:g} GB in 24 hours",
        metric_queries=[
            {"id": "scanned", "expression": f"SUM([{', '.join(STATES)}])", "return_data": True},
            *[_scanned(state, group) for state in STATES],
        ],
        evaluation_periods=1,
        comparison_operator="GreaterThanThreshold",
        threshold=args["daily_gb"] * BYTES_PER_GB,
        # A day without queries costs nothing.
        treat_missing_data="notBreaching",
        alarm_actions=[args["topic_arn"]],
        ok_actions=[args["topic_arn"]],
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _scanned(state: str, group: pulumi.Input[str]) -> aws.cloudwatch.MetricAlarmMetricQueryArgsDict:
    """What queries scanned that ended in a state; only those of DML scan anything."""
    return {
        "id": state,
        "metric": {
            "namespace": "AWS/Athena",
            "metric_name": "ProcessedBytes",
            "dimensions": {
                "WorkGroup": group,
                "QueryType": "DML",
                "QueryState": state.upper(),
            },
            "period": DAY_SECONDS,
            "stat": "Sum",
        },
    }
