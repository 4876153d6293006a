"""Alarms of a stream: what arrives late, what does not arrive, and what was not taken.

https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.common.event_start import arrived
from components.common.iam import Json
from components.common.limits import STREAM_ERRORS
from components.foundation.alerts.alert_rule import alert_on

STREAMS, DELIVERY = "AWS/Kinesis", "AWS/Firehose"
PERIOD_SECONDS = 300
UNPARTED = "processing-failed"
"""What Firehose calls the failure of records that it cannot part."""
SECONDS_PER_MINUTE, MILLISECONDS = 60, 1000


@dataclass(frozen=True)
class Watch:
    """What an alarm looks at; it goes off where the statistic is beyond the threshold."""

    suffix: str
    """What its name ends with."""
    metric: str
    statistic: str
    threshold: float
    tells: str
    """What is wrong then, after the stream's name."""
    below: bool = False
    """Whether it goes off below the threshold, and without data."""
    periods: int = 1
    """How many of three periods must breach; one is looked at by itself."""
    period: int = PERIOD_SECONDS
    """Seconds."""


def stream_watches(late_minutes: int, silent_minutes: int | None) -> list[Watch]:
    """What is watched of a stream of Kinesis: its dimension is StreamName."""
    watches = [
        Watch(
            "unread",
            "GetRecords.IteratorAgeMilliseconds",
            "Maximum",
            late_minutes * SECONDS_PER_MINUTE * MILLISECONDS,
            f"records wait over {late_minutes} minutes to be read",
        ),
        Watch(
            "throttled",
            "WriteProvisionedThroughputExceeded",
            "Sum",
            0,
            "records are not taken, for its shards are full",
            periods=2,
        ),
    ]
    if silent_minutes:
        watches.append(
            Watch(
                "silent",
                "IncomingRecords",
                "Sum",
                1,
                f"no record has come for {silent_minutes} minutes",
                below=True,
                period=silent_minutes * SECONDS_PER_MINUTE,
            )
        )
    return watches


def delivery_watches(
    late_minutes: int, *, to: str = "S3", converts: bool = False, partitions: bool = False
) -> list[Watch]:
    """What is watched of a delivery, to S3 or to Splunk: its dimension is DeliveryStreamName."""
    watches = [
        Watch(
            "late",
            f"DeliveryTo{to}.DataFreshness",
            "Maximum",
            late_minutes * SECONDS_PER_MINUTE,
            f"records arrive in {to} over {late_minutes} minutes late",
        ),
        Watch(
            "undelivered",
            f"DeliveryTo{to}.Success",
            "Average",
            1,
            f"{to} does not take what is delivered",
            periods=2,
        ),
    ]
    if converts:
        watches.append(
            Watch(
                "unconverted",
                "FailedConversion.Records",
                "Sum",
                0,
                "records do not fit its columns, and are kept aside",
            )
        )
    if partitions:
        watches.append(
            Watch(
                "overfull",
                "PartitionCountExceeded",
                "Maximum",
                0,
                "has more partitions at once than Firehose takes",
            )
        )
    return watches


def iceberg_watches(late_minutes: int) -> list[Watch]:
    """What is watched of a delivery to a table of Iceberg: its dimension is DeliveryStreamName."""
    late, _ = delivery_watches(late_minutes, to="Iceberg")
    return [
        late,
        Watch(
            "misfit",
            "DeliveryToIceberg.FailedRowCount",
            "Sum",
            0,
            "records do not become rows of its table, and are kept aside",
        ),
    ]


def unparted_pattern(bucket: str, stream: str) -> Json:
    """The event pattern of an object that holds records which tell no partition.

    https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-error-handling.html
    """
    return arrived(bucket, f"{STREAM_ERRORS}/{stream}/{UNPARTED}")


def unparted_alert(
    name: str,
    *,
    parent: pulumi.Resource,
    stream: str,
    bucket: pulumi.Input[str],
    topic_arn: pulumi.Input[str],
) -> None:
    """A rule that tells of each such object: Firehose counts these records in no metric.

    The bucket must send its events to EventBridge.
    """
    alert_on(
        name,
        pulumi.Output.from_input(bucket).apply(lambda known: unparted_pattern(known, stream)),
        parent=parent,
        description=f"{stream}: records tell no partition, and are kept aside",
        topic_arn=topic_arn,
        says="They are in s3://<bucket>/<key>, each with what is wrong.",
        paths={"bucket": "$.detail.bucket.name", "key": "$.detail.object.key"},
    )


def alarms_on(
    name: str,
    watches: Iterable[Watch],
    *,
    parent: pulumi.Resource,
    stream: str,
    namespace: str,
    dimensions: dict[str, pulumi.Input[str]],
    topic_arn: pulumi.Input[str],
) -> None:
    """An alarm for each, child of `parent`, that tells the topic when it goes off and is over."""
    for watch in watches:
        # Success is a share of 1: every failure is below it, and none of a missing delivery is.
        share = watch.metric.endswith(".Success")
        aws.cloudwatch.MetricAlarm(
            f"{name}-{watch.suffix}",
            alarm_description=f"{stream}: {watch.tells}",
            namespace=namespace,
            metric_name=watch.metric,
            dimensions=dimensions,
            statistic=watch.statistic,
            period=watch.period,
            evaluation_periods=3 if watch.periods > 1 else 1,
            datapoints_to_alarm=watch.periods,
            comparison_operator=(
                "LessThanThreshold" if watch.below or share else "GreaterThanThreshold"
            ),
            threshold=watch.threshold,
            treat_missing_data="breaching" if watch.below else "notBreaching",
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            opts=pulumi.ResourceOptions(parent=parent),
        )
