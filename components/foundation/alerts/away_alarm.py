"""An alarm on what says each minute that it is there."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

AVAILABLE = "Available"
"""The metric by which it says so: 1 where it does its work, 0 or nothing where it does not."""
PERIOD_SECONDS = 60


def away_alarm(
    name: str,
    *,
    parent: pulumi.Resource,
    description: str,
    namespace: str,
    dimensions: Mapping[str, str],
    minutes: int,
    topic_arn: pulumi.Input[str],
) -> aws.cloudwatch.MetricAlarm:
    """An alarm when it is away in each of so many minutes, or nothing tells of it.

    Nobody's silence is taken for health: missing data count as away.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """
    return aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=description,
        namespace=namespace,
        metric_name=AVAILABLE,
        dimensions=dict(dimensions),
        statistic="Maximum",
        period=PERIOD_SECONDS,
        evaluation_periods=minutes,
        datapoints_to_alarm=minutes,
        comparison_operator="LessThanThreshold",
        threshold=1,
        treat_missing_data="breaching",
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        opts=pulumi.ResourceOptions(parent=parent),
    )
