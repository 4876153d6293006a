"""Alarms of a file system of Lustre: when it is nearly full, and when it falls behind the lake.

https://docs.aws.amazon.com/fsx/latest/LustreGuide/fs-metrics.html
"""

import pulumi
import pulumi_aws as aws

FREE_SHARE, GIB = 0.1, 2**30
"""Of its size; with less left it warns."""
LATE_SECONDS = 3600
"""How long a change waits to be imported or exported before it warns."""


def nearly_full(
    name: str,
    parent: pulumi.Resource,
    system: aws.fsx.LustreFileSystem,
    *,
    size_gb: int,
    topic_arn: pulumi.Input[str],
) -> None:
    """Warn when little of the file system is free.

    Each of its disks tells what it has left once a minute, so that the sum of a minute is what
    the file system has.
    """
    aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=f"Less than {FREE_SHARE:.0%} of the fast files' {size_gb} GB are free",
        namespace="AWS/FSx",
        metric_name="FreeDataStorageCapacity",
        dimensions={"FileSystemId": system.id},
        statistic="Sum",
        period=60,
        evaluation_periods=15,
        datapoints_to_alarm=15,
        comparison_operator="LessThanThreshold",
        threshold=size_gb * GIB * FREE_SHARE,
        treat_missing_data="ignore",
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        opts=pulumi.ResourceOptions(parent=parent),
    )


def late(
    name: str,
    parent: pulumi.Resource,
    system: aws.fsx.LustreFileSystem,
    *,
    publisher: str,
    topic_arn: pulumi.Input[str],
) -> None:
    """Warn when changes wait long to be moved between the lake and the file system."""
    aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=f"{publisher} of the fast files: changes wait over an hour",
        namespace="AWS/FSx",
        metric_name="AgeOfOldestQueuedMessage",
        dimensions={"FileSystemId": system.id, "Publisher": publisher},
        statistic="Maximum",
        period=300,
        evaluation_periods=3,
        datapoints_to_alarm=3,
        comparison_operator="GreaterThanThreshold",
        threshold=LATE_SECONDS,
        treat_missing_data="notBreaching",
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        opts=pulumi.ResourceOptions(parent=parent),
    )
