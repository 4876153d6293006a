"""What the metrics that alarms watch mean: which end is bad, what silence means, who emits them.

Every alarm is held to these meanings, and a metric that is not here is a finding, so that whoever
adds an alarm says what its metric means.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from infra.graph import Graph, Resource
from policies.scheduled_jobs import jobs_of

MONITORS, SERVING, TRAINING = "maslow/Monitors", "maslow/Serving", "maslow/Training"
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


def _of_workgroups(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """Workgroups, whenever a query of theirs ends; other queries than those of DML scan nothing.

    https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html
    """
    for workgroup in graph.of_type("aws:athena/workgroup:Workgroup"):
        for state in ("SUCCEEDED", "FAILED", "CANCELED"):
            found = {"WorkGroup": _name(workgroup), "QueryType": "DML", "QueryState": state}
            yield found, 60


def _of_monitors(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """The platform's monitors, each time that they run."""
    for job in jobs_of(graph):
        yield _monitor(job.argument("--model"), job.argument("--monitor")), job.every[1]


def _of_silence_watches(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """The rare monitors that a watch says of each day whether they are alive."""
    for machine in graph.of_type("aws:sfn/stateMachine:StateMachine"):
        for state in json.loads(machine.inputs["definition"])["States"].values():
            for query in state.get("Arguments", {}).get("MetricDataQueries", ()):
                told = query["MetricStat"]["Metric"]["Dimensions"]
                yield {each["Name"]: each["Value"] for each in told}, 86400


def _monitor(model: str, kind: str) -> Dimensions:
    return {"Model": model, "Monitor": kind}


def _of_machines(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """State machines, whenever an execution of theirs changes.

    https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
    """
    for machine in graph.of_type("aws:sfn/stateMachine:StateMachine"):
        yield {"StateMachineArn": machine.outputs["arn"]}, 60


def _of_streams(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """Streams of Kinesis, each minute.

    https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
    """
    for stream in graph.of_type("aws:kinesis/stream:Stream"):
        yield {"StreamName": _name(stream)}, 60


def _of_deliveries(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """Firehose's streams, each five minutes.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
    """
    for delivery in graph.of_type("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"):
        yield {"DeliveryStreamName": _name(delivery)}, 300


def _of_functions(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """Functions of Lambda, each minute in which they are called.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """
    for function in graph.of_type("aws:lambda/function:Function"):
        yield {"FunctionName": _name(function)}, 60


def _of_features(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """Streams whose function counts the records that fit no feature group, when it meets some."""
    for function in graph.of_type("aws:lambda/function:Function"):
        told = (function.inputs.get("environment") or {}).get("variables", {})
        if "STREAM_NAME" in told:
            yield {"StreamName": told["STREAM_NAME"]}, 60


def _of_lustre(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """File systems of Lustre, each minute, once for each of their disks.

    https://docs.aws.amazon.com/fsx/latest/LustreGuide/fs-metrics.html
    """
    for system in graph.of_type("aws:fsx/lustreFileSystem:LustreFileSystem"):
        yield {"FileSystemId": system.id}, 60


def _of_links(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """What moves between S3 and file systems of Lustre, each minute.

    https://docs.aws.amazon.com/fsx/latest/LustreGuide/fs-metrics.html
    """
    for system in graph.of_type("aws:fsx/lustreFileSystem:LustreFileSystem"):
        for publisher in ("AutoImport", "AutoExport"):
            yield {"FileSystemId": system.id, "Publisher": publisher}, 60


def _of_receivers(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """What captures the requests of models on Kubernetes, each minute, with requests or without."""
    for deployment in graph.of_type("kubernetes:apps/v1:Deployment"):
        for container in deployment.inputs["spec"]["template"]["spec"]["containers"]:
            told = {each["name"]: each.get("value", "") for each in container.get("env", ())}
            if told.get("NAMESPACE") == SERVING:
                yield {"EndpointName": told["ENDPOINT"], "VariantName": told["VARIANT"]}, 60


def _of_askers(graph: Graph) -> Iterator[tuple[Dimensions, int]]:
    """What asks the cluster for trainings, each minute, with trainings or without."""
    for deployment in graph.of_type("kubernetes:apps/v1:Deployment"):
        for container in deployment.inputs["spec"]["template"]["spec"]["containers"]:
            told = {each["name"]: each.get("value", "") for each in container.get("env", ())}
            asks = json.loads(told.get("TOLD", "{}"))
            if asks.get("metrics") == TRAINING:
                yield {"Pipeline": asks["pipeline"]}, 60


METRICS = (
    # Without requests there is nothing to be slow or to fail.
    Metric("AWS/SageMaker", "ModelLatency", "high", "notBreaching", _of_variants),
    Metric("AWS/SageMaker", "Invocation5XXErrors", "high", "notBreaching", _of_variants),
    Metric("AWS/SageMaker", "Invocations", None, "notBreaching", _of_variants),
    Metric(SERVING, "ModelLatency|Failures", "high", "notBreaching", _of_receivers),
    Metric(SERVING, "Invocations", None, "notBreaching", _of_receivers),
    # Nothing else tells that pods answer: without it, nobody looks.
    Metric(SERVING, "Available", "low", "breaching", _of_receivers),
    # Without it, a pipeline waits for a training that nobody asks for.
    Metric(TRAINING, "Available", "low", "breaching", _of_askers),
    # SQS says nothing of a queue that has been empty and idle for six hours.
    Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", "high", "notBreaching", _of_queues),
    Metric("AWS/SQS", "ApproximateAgeOfOldestMessage", "high", "notBreaching", _of_queues),
    # A day without queries costs nothing.
    Metric("AWS/Athena", "ProcessedBytes", "high", "notBreaching", _of_workgroups),
    Metric("AWS/States", "ExecutionsStarted", None, "notBreaching", _of_machines),
    Metric("AWS/States", "ExecutionsFailed", "high", "notBreaching", _of_machines),
    Metric(MONITORS, "Rows", None, "ignore", _of_monitors),
    # Between two runs, and after one with too few rows, what was found last still holds.
    Metric(MONITORS, "Worst", "high", "ignore", _of_monitors),
    # Silence is made a value by an expression; where that has none, the monitor has never run.
    Metric(MONITORS, "Ran", "low", "ignore", _of_monitors),
    Metric(MONITORS, "Alive", "low", "ignore", _of_silence_watches),
    # Where nothing is put and read, nothing is late.
    Metric(
        "AWS/Kinesis",
        r"GetRecords\.IteratorAgeMilliseconds",
        "high",
        "notBreaching",
        _of_streams,
    ),
    Metric(
        "AWS/Kinesis", "WriteProvisionedThroughputExceeded", "high", "notBreaching", _of_streams
    ),
    # Kinesis says nothing of a stream that nobody puts into.
    Metric("AWS/Kinesis", "IncomingRecords", "low", "breaching", _of_streams),
    Metric(
        "AWS/Firehose",
        r"DeliveryTo(S3|Splunk|Iceberg)\.DataFreshness",
        "high",
        "notBreaching",
        _of_deliveries,
    ),
    Metric(
        "AWS/Firehose", r"DeliveryTo(S3|Splunk)\.Success", "low", "notBreaching", _of_deliveries
    ),
    Metric("AWS/Firehose", r"FailedConversion\.Records", "high", "notBreaching", _of_deliveries),
    Metric(
        "AWS/Firehose",
        r"DeliveryToIceberg\.FailedRowCount",
        "high",
        "notBreaching",
        _of_deliveries,
    ),
    Metric("AWS/Firehose", "PartitionCountExceeded", "high", "notBreaching", _of_deliveries),
    # A function that is not called is neither late nor wrong.
    Metric("AWS/Lambda", "IteratorAge|Errors", "high", "notBreaching", _of_functions),
    Metric("maslow/Streams", "BadRecords", "high", "notBreaching", _of_features),
    # While it is changed it may say nothing, and is as full as it was.
    Metric("AWS/FSx", "FreeDataStorageCapacity", "low", "ignore", _of_lustre),
    # What moves nothing has nothing that waits.
    Metric("AWS/FSx", "AgeOfOldestQueuedMessage", "high", "notBreaching", _of_links),
)
