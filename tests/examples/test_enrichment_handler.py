"""The worked example's function on events as SQS sends them, against the embedded AWS."""

import importlib
import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from embedded.cloud import Cloud
from tests.examples.enrichment.enrichment import RUNTIME, package

ZONE = "maslow-custom-lake-curated"


@pytest.fixture
def function(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The function's module, with the environment that the component gives it."""
    for name, value in {
        "AWS_ENDPOINT_URL": cloud.url,
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_DEFAULT_REGION": cloud.region,
        "ZONE_BUCKET": ZONE,
        "ZONE_PREFIX": "enriched",
    }.items():
        monkeypatch.setenv(name, value)
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=ZONE, CreateBucketConfiguration={"LocationConstraint": cloud.region})
    yield importlib.import_module("tests.examples.enrichment.runtime.handler")
    for item in s3.list_objects_v2(Bucket=ZONE).get("Contents", []):
        s3.delete_object(Bucket=ZONE, Key=item["Key"])
    s3.delete_bucket(Bucket=ZONE)


def received(cloud: Cloud, *bodies: str) -> dict[str, Any]:
    """The event of a batch that was sent through a queue and received from it."""
    sqs = cloud.client("sqs")
    queue = sqs.create_queue(QueueName="enrichment")["QueueUrl"]
    for body in bodies:
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    messages = sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
    )["Messages"]
    sqs.delete_queue(QueueUrl=queue)
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:enrichment",
                "awsRegion": "eu-west-1",
            }
            for message in messages
        ]
    }


def written(cloud: Cloud) -> dict[str, Any]:
    s3 = cloud.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=ZONE).get("Contents", [])]
    return {key: json.load(s3.get_object(Bucket=ZONE, Key=key)["Body"]) for key in keys}


def test_a_record_is_written_with_what_is_known_of_its_ward(
    cloud: Cloud, function: ModuleType
) -> None:
    event = received(cloud, '{"visit": 7, "ward": "a1"}')
    assert function.handler(event, None) == {"batchItemFailures": []}
    (message,) = event["Records"]
    assert written(cloud) == {
        f"enriched/{message['messageId']}.json": {
            "visit": 7,
            "ward": "a1",
            "specialty": "cardiology",
            "beds": 24,
        }
    }


def test_only_what_failed_comes_again(cloud: Cloud, function: ModuleType) -> None:
    bodies = ('{"ward": "a1"}', '{"ward": "z9"}', "no JSON", "[1]", '{"ward": "b2"}')
    event = received(cloud, *bodies)
    failed = {item["itemIdentifier"] for item in function.handler(event, None)["batchItemFailures"]}
    bad = {m["messageId"] for m in event["Records"] if m["body"] in bodies[1:4]}
    assert failed == bad
    assert {record["ward"] for record in written(cloud).values()} == {"a1", "b2"}


def test_a_message_that_comes_twice_is_written_once(cloud: Cloud, function: ModuleType) -> None:
    event = received(cloud, '{"ward": "c3"}')
    function.handler(event, None)
    function.handler(event, None)
    assert len(written(cloud)) == 1


def test_what_the_zone_does_not_take_comes_again(
    cloud: Cloud, function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZONE_BUCKET", "not-there")
    event = received(cloud, '{"ward": "a1"}')
    (message,) = event["Records"]
    assert function.handler(event, None) == {
        "batchItemFailures": [{"itemIdentifier": message["messageId"]}]
    }


def test_the_same_files_are_the_same_archive() -> None:
    assert package(RUNTIME) == package(RUNTIME)
