"""What is told of a monitor: what it found, that a run failed, and that it is silent.

Of a monitor that has never run the alarms have insufficient data, which is no alarm: that it cannot
be started tells the dead-letter queue's alarm, and that it starts and fails tells a rule.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

import pulumi
import pulumi_aws as aws

from components.common.iam import Json
from components.foundation.alerts.alert_rule import alert_on
from components.mlops.monitoring.job_request import MonitorKind
from components.mlops.monitoring.policies import NAMESPACE

WORST_PERIOD_SECONDS = 300
SILENT_PERIODS, SILENT_ENOUGH = 3, 2
LONGEST_SECONDS = 7 * 86400
"""The longest that an alarm looks back.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""
DAY_SECONDS = 86400
DATA_POINT = "1 - FILL(ran, REPEAT) + FILL(ran, 0)"
"""1 for a period with a run and 0 for one without; nothing before the first run, for there is no
value to repeat."""


def dimensions(model: str, kind: MonitorKind) -> dict[str, pulumi.Input[str]]:
    """By what CloudWatch tells monitors apart."""
    return {"Model": model, "Monitor": kind.value}


def silent_period(every_seconds: int) -> int:
    """Seconds of one period of an alarm on what comes so often.

    A quarter longer than that, for runs do not last equally long.
    """
    return every_seconds * 5 // 4 // 60 * 60


def alarms_by_itself(every_seconds: int) -> bool:
    """Whether CloudWatch looks far enough back for an alarm on a monitor's own silence."""
    return silent_period(every_seconds) * SILENT_PERIODS <= LONGEST_SECONDS


def worst_alarm(
    name: str,
    *,
    parent: pulumi.Resource,
    model: str,
    kind: MonitorKind,
    topic_arn: pulumi.Input[str],
) -> aws.cloudwatch.MetricAlarm:
    """An alarm when a run finds the limit reached, which lasts until one finds otherwise."""
    return aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=f"{model}: its {kind.value} monitor found more than is tolerated; "
        "the report of the run says what",
        namespace=NAMESPACE,
        metric_name="Worst",
        dimensions=dimensions(model, kind),
        statistic="Maximum",
        period=WORST_PERIOD_SECONDS,
        evaluation_periods=1,
        comparison_operator="GreaterThanOrEqualToThreshold",
        threshold=1,
        # Between two runs, and after one with too few rows, what was found last still holds.
        treat_missing_data="ignore",
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        opts=pulumi.ResourceOptions(parent=parent),
    )


def silence_alarm(
    name: str,
    *,
    parent: pulumi.Resource,
    model: str,
    kind: MonitorKind,
    every_seconds: int,
    topic_arn: pulumi.Input[str],
) -> aws.cloudwatch.MetricAlarm:
    """An alarm when a monitor that has run before has not done so for two intervals.

    CloudWatch looks a week back at most: of a rarer monitor it watches `Alive`, which the
    environment's watch over such monitors says each day that it finds them alive.
    """
    by_itself = alarms_by_itself(every_seconds)
    return aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=f"{model}: its {kind.value} monitor has ceased to run; "
        "until its first run nothing is told here",
        metric_queries=[
            {"id": "runs", "expression": DATA_POINT, "label": "Runs", "return_data": True},
            {
                "id": "ran",
                "metric": {
                    "namespace": NAMESPACE,
                    "metric_name": "Ran" if by_itself else "Alive",
                    "dimensions": dimensions(model, kind),
                    "period": silent_period(every_seconds if by_itself else DAY_SECONDS),
                    "stat": "Maximum",
                },
            },
        ],
        evaluation_periods=SILENT_PERIODS,
        datapoints_to_alarm=SILENT_ENOUGH,
        comparison_operator="LessThanThreshold",
        threshold=1,
        # Silence is a value above; where there is none, the monitor is new, or was silent before.
        treat_missing_data="ignore",
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        opts=pulumi.ResourceOptions(parent=parent),
    )


def failed_pattern(job_name: str) -> Json:
    """The event pattern of a job of this name, before the id of its run, that came to no report.

    https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
    """
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Processing Job State Change"],
        "detail": {
            "ProcessingJobName": [{"prefix": f"{job_name}-"}],
            "ProcessingJobStatus": ["Failed", "Stopped"],
        },
    }


def failure_alert(
    name: str,
    *,
    parent: pulumi.Resource,
    model: str,
    kind: MonitorKind,
    job_name: str,
    topic_arn: pulumi.Input[str],
) -> None:
    """A rule that tells of a run which failed or was stopped."""
    alert_on(
        name,
        failed_pattern(job_name),
        parent=parent,
        description=f"{model}: a run of its {kind.value} monitor failed",
        topic_arn=topic_arn,
        says=(
            "The processing job <job> is <status>. <reason>"
            "\n\nhttps://<region>.console.aws.amazon.com/sagemaker/home?region=<region>"
            "#/processing-jobs/<job>"
        ),
        paths={
            "job": "$.detail.ProcessingJobName",
            "status": "$.detail.ProcessingJobStatus",
            "reason": "$.detail.FailureReason",
            "region": "$.region",
        },
    )
