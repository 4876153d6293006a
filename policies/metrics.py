"""What the metrics that alarms watch mean: which end is bad, what silence means, who emits them.

Every alarm is held to these meanings, and a metric that is not here is a finding, so that whoever
adds an alarm says what its metric means.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from infra.graph import Graph, Resource

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"

Dimensions = dict[str, str]
Emitters = Callable[[Graph], Iterator[tuple[Dimensions, int]]]
"""From a graph to the dimensions that its resources emit a metric with, each with its seconds
between two data points."""


@dataclass(frozen=True)
class Metric:
    """The meaning of one metric, or of all whose name has the same form."""

    namespace: str
    name: str
    """Its name, as a regular expression."""
    bad: str | None
    """The end at which something is wrong, `high` or `low`; None for a mere count of events, which
    an alarm sets others in proportion to."""
    missing: str
    """How an alarm treats the lack of it, as CloudWatch's `TreatMissingData`."""
    emitted: Emitters


@dataclass(frozen=True)
class Watched:
    """One metric as an alarm looks at it."""

    namespace: str
    name: str
    dimensions: Dimensions
    period: int
    """Seconds."""

    @property
    def meaning(self) -> Metric | None:
        """What this package says of the metric, if it says anything."""
        return next(
            (
                metric
                for metric in METRICS
                if metric.namespace == self.namespace and re.fullmatch(metric.name, self.name)
            ),
            None,
        )


def watched(alarm: Resource) -> list[Watched]:
    """The metrics of an alarm: its only one, or those of its metric queries."""
    inputs = alarm.inputs
    metrics = [query["metric"] for query in inputs.get("metricQueries", ()) if "metric" in query]
    return [_watched(metric) for metric in (metrics or [inputs])]


def _watched(metric: dict[str, Any]) -> Watched:
    return Watched(
        metric["namespace"],
        metric["metricName"],
        metric.get("dimensions", {}),
        int(metric["period"]),
    )


def _name(resource: Resource) -> str:
    """The name in AWS, which the recorded graph takes from the logical one where none is given."""
    return str(resource.inputs.get("name") or resource.name)


def _of_variants(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """The variants of endpoints, each minute.

    https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
    """
    configurations = {
        _name(configuration): configuration
        for configuration in graph.of_type(
            "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
        )
    }
    for endpoint in graph.of_type("aws:sagemaker/endpoint:Endpoint"):
        configuration = configurations.get(endpoint.inputs["endpointConfigName"])
        for variant in configuration.inputs["productionVariants"] if configuration else ():
            name = variant["variantName"]
            yield {"EndpointName": _name(endpoint), "VariantName": name}, 60


def _of_queues(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """Queues, each minute.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    for queue in graph.of_type("aws:sqs/queue:Queue"):
        yield {"QueueName": _name(queue)}, 60


def _of_monitors(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """Data-quality monitors, each time that they run.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html
    """
    definitions = {
        _name(definition): definition
        for definition in graph.of_type(
            "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition"
        )
    }
    for schedule in graph.of_type("aws:sagemaker/monitoringSchedule:MonitoringSchedule"):
        config = schedule.inputs["monitoringScheduleConfig"]
        definition = definitions.get(config["monitoringJobDefinitionName"])
        if definition is None:
            continue
        job = definition.inputs["dataQualityJobInput"]
        yield (
            {
                "Endpoint": job["endpointInput"]["endpointName"],
                "MonitoringSchedule": _name(schedule),
            },
            seconds_between(config["scheduleConfig"]["scheduleExpression"]),
        )


def seconds_between(expression: str) -> int:
    """Seconds between two runs of a monitor's schedule, in one of the forms that SageMaker takes.

    Those are hourly, `cron(0 * ? * * *)`, daily at an hour, and every so many hours from one on,
    `cron(0 17/12 ? * * *)`. Raises ValueError for others.
    """
    form = re.fullmatch(r"cron\(0 (\*|\d{1,2}(?:/(\d{1,2}))?) \? \* \* \*\)", expression)
    if form is None:
        raise ValueError(f"{expression} is no schedule of a monitor")
    hours = 1 if form[1] == "*" else int(form[2] or 24)
    return hours * 3600


METRICS = (
    # Without requests there is nothing to be slow or to fail.
    Metric("AWS/SageMaker", "ModelLatency", "high", "notBreaching", _of_variants),
    Metric("AWS/SageMaker", "Invocation5XXErrors", "high", "notBreaching", _of_variants),
    Metric("AWS/SageMaker", "Invocations", None, "notBreaching", _of_variants),
    # SQS says nothing of a queue that has been empty and idle for six hours.
    Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", "high", "notBreaching", _of_queues),
    Metric("AWS/SQS", "ApproximateAgeOfOldestMessage", "high", "notBreaching", _of_queues),
    # A monitor that is silent has stopped, or has nothing to look at: nobody knows of drift then.
    # It is no drift either, which would retrain, and so the alarm has insufficient data.
    Metric(
        "aws/sagemaker/Endpoints/data-metrics",
        "feature_baseline_drift_.+",
        "high",
        "missing",
        _of_monitors,
    ),
)
