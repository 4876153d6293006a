"""The function that makes features of a stream's records, and what watches it."""

import json
from typing import Any

import pytest

from components.data.streams.features import (
    StreamFeatures,
    StreamFeaturesArgs,
    files,
    plan,
)
from infra.graph import Graph, record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/data"
MESSAGES = "arn:aws:kms:eu-west-1:123456789012:key/messages"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:warning"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:maslow-dev-dead-letters"
STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/maslow-dev-stream-visits"
GROUP = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/maslow-dev-visits-v1"
FEATURES = {"visit_id": "String", "visited_at": "String"}
ARGS: StreamFeaturesArgs = {
    "stream": "visits",
    "stream_name": "maslow-dev-stream-visits",
    "stream_arn": STREAM,
    "columns": {"visit_id": "string", "visited_at": "timestamp"},
    "groups": [
        {
            "name": "maslow-dev-visits-v1",
            "arn": GROUP,
            "record_id": "visit_id",
            "event_time": "visited_at",
            "features": FEATURES,
        }
    ],
    "bucket": "raw",
    "bucket_arn": "arn:aws:s3:::raw",
    "key_arn": KEY,
    "artifacts_bucket": "artifacts",
    "artifacts_key_arn": KEY,
    "dead_letter_arn": QUEUE,
    "messages_key_arn": MESSAGES,
    "late_minutes": 10,
    "topic_arn": TOPIC,
    "log_key_arn": KEY,
    "log_retention_days": 30,
    "account_id": "123456789012",
    "region": "eu-west-1",
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(lambda: StreamFeatures("maslow-dev-features-visits", ARGS) and None)


def one(graph: Graph, token: str) -> dict[str, Any]:
    """The inputs of the only resource of a type."""
    (found,) = graph.of_type(token)
    return found.inputs


def test_the_package_holds_the_code_and_what_it_is_told() -> None:
    held = files(plan(ARGS["columns"], ARGS["groups"]))
    assert set(held) == {"plan.json", "to_features.py"}
    assert "def handler(" in held["to_features.py"]
    (group,) = json.loads(held["plan.json"])["groups"]
    assert group == {
        "name": "maslow-dev-visits-v1",
        "record_id": "visit_id",
        "event_time": "visited_at",
        "features": FEATURES,
    }


def test_other_features_are_other_code(graph: Graph) -> None:
    key = one(graph, "aws:s3/bucketObjectv2:BucketObjectv2")["key"]
    more: Any = {**ARGS, "columns": {**ARGS["columns"], "age": "int"}}
    changed = record(lambda: StreamFeatures("maslow-dev-features-visits", more) and None)
    assert one(changed, "aws:s3/bucketObjectv2:BucketObjectv2")["key"] != key
    assert one(graph, "aws:lambda/function:Function")["s3Key"] == key


def test_what_fails_is_tried_again_and_told_when_it_is_given_up(graph: Graph) -> None:
    reads = one(graph, "aws:lambda/eventSourceMapping:EventSourceMapping")
    assert reads["eventSourceArn"] == STREAM
    assert reads["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert reads["bisectBatchOnFunctionError"] is True
    assert reads["maximumRetryAttempts"] == 100
    assert reads["maximumRecordAgeInSeconds"] == 6 * 3600
    assert reads["destinationConfig"] == {"onFailure": {"destinationArn": QUEUE}}


def test_the_role_reads_this_stream_and_fills_these_groups_alone(graph: Graph) -> None:
    policy = json.loads(one(graph, "aws:iam/rolePolicy:RolePolicy")["policy"])
    may = {
        action: statement["Resource"]
        for statement in policy["Statement"]
        for action in statement["Action"]
    }
    assert may["kinesis:GetRecords"] == [STREAM]
    assert may["sagemaker:PutRecord"] == [GROUP]
    assert may["s3:PutObject"] == ["arn:aws:s3:::raw/errors/visits/features-failed/*"]
    assert may["sqs:SendMessage"] == [QUEUE]
    assert not {"s3:GetObject", "sagemaker:DeleteRecord", "sagemaker:GetRecord"} & may.keys()
    (metrics,) = [
        each for each in policy["Statement"] if "cloudwatch:PutMetricData" in each["Action"]
    ]
    assert metrics["Condition"] == {"StringLike": {"cloudwatch:namespace": ["maslow/Streams"]}}


def test_what_is_late_fails_or_does_not_fit_is_told(graph: Graph) -> None:
    alarms = {
        alarm.inputs["metricName"]: alarm.inputs
        for alarm in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    }
    assert alarms.keys() == {"IteratorAge", "Errors", "BadRecords"}
    assert alarms["IteratorAge"]["threshold"] == 10 * 60 * 1000
    assert alarms["BadRecords"]["dimensions"] == {"StreamName": "maslow-dev-stream-visits"}
    assert all(alarm["alarmActions"] == [TOPIC] for alarm in alarms.values())
