"""Alarms on the drift that a data-quality monitor measures.

For every feature the monitor publishes its distance from the baseline, between 0 and 1. The
guide's page on these metrics names another namespace and other dimensions than the monitor uses;
the names here are those of AWS's own dashboards and of the alarm events that come of it:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-cloudwatch.html
https://github.com/aws/sagemaker-python-sdk/blob/master/src/sagemaker/dashboard/data_quality_dashboard.py
"""

import enum
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

NAMESPACE = "aws/sagemaker/Endpoints/data-metrics"
METRICS_PER_ALARM = 10


class Frequency(enum.Enum):
    """How often a monitor runs."""

    HOURLY = "hourly"
    """At the beginning of every hour."""
    DAILY = "daily"
    """At midnight UTC."""

    @property
    def expression(self) -> str:
        """The cron expression, in one of the few forms that SageMaker takes.

        https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html
        """
        return "cron(0 * ? * * *)" if self is Frequency.HOURLY else "cron(0 0 ? * * *)"

    @property
    def seconds(self) -> int:
        """Seconds between two runs."""
        return 3600 if self is Frequency.HOURLY else 86400


def chunks(features: Sequence[str]) -> list[list[str]]:
    """The features in groups of at most 10, as many metrics as one alarm may look at.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create-alarm-on-metric-math-expression.html
    """
    return [
        list(features[start : start + METRICS_PER_ALARM])
        for start in range(0, len(features), METRICS_PER_ALARM)
    ]


def drift_queries(
    features: Sequence[str], *, endpoint_name: str, schedule_name: str, frequency: Frequency
) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgsDict]:
    """The metric queries of an alarm on the largest drift of up to 10 features.

    Raises ValueError for none and for more.
    """
    if not 1 <= len(features) <= METRICS_PER_ALARM:
        raise ValueError(f"an alarm looks at 1 to {METRICS_PER_ALARM} features: {len(features)}")
    ids = [f"m{index}" for index in range(len(features))]
    largest: aws.cloudwatch.MetricAlarmMetricQueryArgsDict = {
        "id": "largest",
        "label": "Largest drift of a feature",
        "expression": f"MAX([{', '.join(ids)}])",
        "return_data": True,
    }
    drifts: list[aws.cloudwatch.MetricAlarmMetricQueryArgsDict] = [
        {
            "id": id_,
            "label": feature,
            "metric": {
                "namespace": NAMESPACE,
                "metric_name": f"feature_baseline_drift_{feature}",
                "dimensions": {
                    "Endpoint": endpoint_name,
                    "MonitoringSchedule": schedule_name,
                },
                "period": frequency.seconds,
                "stat": "Maximum",
            },
        }
        for id_, feature in zip(ids, features, strict=True)
    ]
    return [largest, *drifts]


def drift_alarm(
    name: str,
    features: Sequence[str],
    *,
    parent: pulumi.Resource,
    endpoint_name: str,
    schedule_name: str,
    frequency: Frequency,
    threshold: float,
    topic_arn: pulumi.Input[str],
) -> aws.cloudwatch.MetricAlarm:
    """An alarm when one run of the monitor finds a feature over `threshold` from its baseline.

    The topic is told as well when runs cease to bring any distance.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """
    return aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=(
            f"{endpoint_name}: a feature is over {threshold} from its baseline "
            f"({', '.join(features)})"
        ),
        metric_queries=drift_queries(
            features,
            endpoint_name=endpoint_name,
            schedule_name=schedule_name,
            frequency=frequency,
        ),
        evaluation_periods=1,
        comparison_operator="GreaterThanThreshold",
        threshold=threshold,
        # A monitor that says nothing has found no drift, which would retrain; nobody would know of
        # any either, and that is told.
        treat_missing_data="missing",
        insufficient_data_actions=[topic_arn],
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        opts=pulumi.ResourceOptions(parent=parent),
    )
