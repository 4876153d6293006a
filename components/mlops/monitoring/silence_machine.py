"""The state machine that looks once a day whether rare monitors still run, as plain values.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from collections.abc import Sequence
from typing import TypedDict

from components.common.iam import Document, Json, allow_everywhere, document
from components.common.job_access import publish_metrics
from components.common.log_group import deliver_logs
from components.common.states import RETRY
from components.mlops.monitoring.alarms import dimensions
from components.mlops.monitoring.job_request import MonitorKind
from components.mlops.monitoring.policies import NAMESPACE

INTERVALS = 2
MOST = 500
"""Metrics that one GetMetricData and one PutMetricData take, the former being stricter."""
HOUR_SECONDS = 3600


class RareMonitor(TypedDict):
    """A monitor that runs less than each day."""

    model: str
    """Name of its model."""
    kind: MonitorKind
    """What it looks at."""
    every_seconds: int
    """The longest time between two of its runs, in seconds."""


def silence_machine(monitors: Sequence[RareMonitor]) -> Json:
    """The definition: of each monitor that ran in its last two intervals, say that it is `Alive`.

    What is not said for two days is an alarm, whether the monitor is silent or this machine is.

    Raises ValueError for none, and for more than 500.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
    """
    if not 1 <= len(monitors) <= MOST:
        raise ValueError(f"a watch is over 1 to {MOST} monitors, not {len(monitors)}")
    longest = max(within_millis(monitor) for monitor in monitors)
    return {
        "Comment": "Says which of the monitors that run less than each day are alive",
        "QueryLanguage": "JSONata",
        "StartAt": "FindRuns",
        "States": {
            "FindRuns": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:cloudwatch:getMetricData",
                "Arguments": {
                    "StartTime": f"{{% $fromMillis($millis() - {longest}) %}}",
                    "EndTime": "{% $now() %}",
                    "ScanBy": "TimestampDescending",
                    "MetricDataQueries": [
                        _query(place, monitor) for place, monitor in enumerate(monitors)
                    ],
                },
                "Output": {
                    "alive": f"{{% [{', '.join(map(_alive, range(len(monitors)), monitors))}] %}}"
                },
                "Retry": RETRY,
                "Next": "IsAnyAlive",
            },
            "IsAnyAlive": {
                "Type": "Choice",
                "Choices": [
                    {"Condition": "{% $count($states.input.alive) > 0 %}", "Next": "SayAlive"}
                ],
                "Default": "AllSilent",
            },
            "SayAlive": {
                "Type": "Task",
                "Resource": "arn:aws:states:::aws-sdk:cloudwatch:putMetricData",
                "Arguments": {
                    "Namespace": NAMESPACE,
                    "MetricData": "{% [$states.input.alive] %}",
                },
                "Retry": RETRY,
                "End": True,
            },
            "AllSilent": {"Type": "Succeed"},
        },
    }


def silence_policy(*, region: str) -> Document:
    """What the machine may do: read the region's metrics, say what it found, and keep its log."""
    return document(
        allow_everywhere(
            ["cloudwatch:GetMetricData"],
            reason="a metric is no resource, and reading has no condition on a namespace",
            when={"StringEquals": {"aws:RequestedRegion": region}},
        ),
        publish_metrics([NAMESPACE]),
        deliver_logs(),
    )


def within_millis(monitor: RareMonitor) -> int:
    """Milliseconds in which a monitor that is alive has run."""
    return INTERVALS * monitor["every_seconds"] * 1000


def _query(place: int, monitor: RareMonitor) -> Json:
    return {
        "Id": f"m{place}",
        "MetricStat": {
            "Metric": {
                "Namespace": NAMESPACE,
                "MetricName": "Ran",
                "Dimensions": _dimensions(monitor),
            },
            "Period": HOUR_SECONDS,
            "Stat": "Maximum",
        },
    }


def _alive(place: int, monitor: RareMonitor) -> str:
    """The expression of a metric of a monitor, which is nothing where it has not run."""
    # The first is the newest, as the metrics are asked for.
    newest = f"$toMillis($states.result.MetricDataResults[Id = 'm{place}'].Timestamps[0])"
    pairs = ", ".join(
        f"{{'Name': '{pair['Name']}', 'Value': '{pair['Value']}'}}" for pair in _dimensions(monitor)
    )
    metric = f"{{'MetricName': 'Alive', 'Dimensions': [{pairs}], 'Value': 1, 'Unit': 'Count'}}"
    return f"{newest} >= $millis() - {within_millis(monitor)} ? {metric}"


def _dimensions(monitor: RareMonitor) -> list[dict[str, str]]:
    return [
        {"Name": name, "Value": str(value)}
        for name, value in dimensions(monitor["model"], monitor["kind"]).items()
    ]
