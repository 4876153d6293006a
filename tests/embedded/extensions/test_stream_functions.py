"""Functions that read streams: batches, what is tried again, and what is given up."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded import clock
from embedded.cloud import Cloud
from tests.embedded.extensions.test_function_runs import TRUST, archive

READER = """
import base64
import json
import os
import boto3

def handler(event, context):
    texts = [base64.b64decode(one["kinesis"]["data"]).decode() for one in event["Records"]]
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(texts))
    if "broken" in texts:
        raise ValueError("broken")
    late = [one["kinesis"]["sequenceNumber"] for one, text in zip(event["Records"], texts)
            if text == "later"]
    return {"batchItemFailures": [{"itemIdentifier": one} for one in late]}
"""


class Reader:
    """A stream of one shard with a function that tells in a queue which batches it was given."""

    def __init__(self, cloud: Cloud, name: str, **settings: Any) -> None:
        self.cloud, self.name = cloud, name
        client = cloud.client
        client("kinesis").create_stream(StreamName=name, ShardCount=1)
        self.given = client("sqs").create_queue(QueueName=f"{name}-given")["QueueUrl"]
        self.lost = client("sqs").create_queue(QueueName=f"{name}-lost")["QueueUrl"]
        client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="code.handler",
            Role=f"arn:aws:iam::{cloud.account_id}:role/readers",
            Code={"ZipFile": archive(code=READER)},
            Timeout=60,
            Environment={"Variables": {"QUEUE": self.given}},
        )
        self.settings = {
            "EventSourceArn": f"arn:aws:kinesis:eu-west-1:{cloud.account_id}:stream/{name}",
            "FunctionName": name,
            "StartingPosition": "TRIM_HORIZON",
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "DestinationConfig": {"OnFailure": {"Destination": self.arn("sqs", f"{name}-lost")}},
            **settings,
        }

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:eu-west-1:{self.cloud.account_id}:{resource}"

    def read(self) -> None:
        self.mapping = self.cloud.client("lambda").create_event_source_mapping(**self.settings)

    def put(self, *texts: str) -> None:
        self.cloud.client("kinesis").put_records(
            StreamName=self.name, Records=[{"Data": text, "PartitionKey": "any"} for text in texts]
        )

    def batches(self, queue: str = "") -> list[Any]:
        """The batches of which a queue tells, in their order; they are then gone."""
        sqs, url, found = self.cloud.client("sqs"), queue or self.given, []
        while messages := sqs.receive_message(QueueUrl=url).get("Messages"):
            found += [json.loads(one["Body"]) for one in messages]
            sqs.delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
        return found

    def metric(self, name: str) -> list[float]:
        found = self.cloud.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=name,
            Dimensions=[{"Name": "FunctionName", "Value": self.name}],
            StartTime=clock.now() - timedelta(hours=3),
            EndTime=clock.now() + timedelta(minutes=1),
            Period=3 * 3600,
            Statistics=["Sum", "Maximum"],
        )["Datapoints"]
        return [found[0]["Sum"], found[0]["Maximum"]]


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud("eu-west-1") as running:
        running.client("iam").create_role(
            RoleName="readers", AssumeRolePolicyDocument=json.dumps(TRUST)
        )
        yield running


@pytest.fixture
def reader(cloud: Cloud, request: pytest.FixtureRequest) -> Iterator[Callable[..., Reader]]:
    """Makes a stream with a function that reads it, once `read` is called."""
    made: list[Reader] = []

    def make(**settings: Any) -> Reader:
        made.append(Reader(cloud, f"reader-{abs(hash(request.node.name)) % 10**8}", **settings))
        return made[-1]

    yield make
    for one in made:
        if hasattr(one, "mapping"):
            cloud.client("lambda").delete_event_source_mapping(UUID=one.mapping["UUID"])


def test_records_come_in_batches_and_each_once(cloud: Cloud, reader: Any) -> None:
    one = reader(BatchSize=2)
    one.put("a", "b", "c")
    one.read()
    cloud.advance(1)
    assert one.batches() == [["a", "b"], ["c"]]
    one.put("d")
    cloud.advance(1)
    assert one.batches() == [["d"]]
    assert one.metric("Invocations")[0] == 3
    assert one.metric("Errors")[0] == 0


def test_a_mapping_of_the_latest_reads_what_comes_after_it(cloud: Cloud, reader: Any) -> None:
    one = reader(StartingPosition="LATEST")
    one.put("before")
    one.read()
    one.put("after")
    cloud.advance(1)
    assert one.batches() == [["after"]]


def test_records_wait_for_others_as_long_as_the_window_is(cloud: Cloud, reader: Any) -> None:
    one = reader(MaximumBatchingWindowInSeconds=120)
    one.read()
    one.put("a")
    cloud.advance(60)
    assert one.batches() == []
    one.put("b")
    cloud.advance(61)
    assert one.batches() == [["a", "b"]]
    assert 59_000 <= one.metric("IteratorAge")[1] <= 65_000


def test_a_batch_that_fails_is_split_until_one_record_is_left_and_given_up(
    cloud: Cloud, reader: Any
) -> None:
    one = reader(BisectBatchOnFunctionError=True, MaximumRetryAttempts=1)
    one.read()
    one.put("a", "b", "broken", "c")
    cloud.advance(60)
    given = one.batches()
    assert given[0] == ["a", "b", "broken", "c"]
    assert given.count(["broken"]) == 2
    assert ["a", "b"] in given
    assert given[-1] == ["c"]
    (told,) = one.batches(one.lost)
    assert told["KinesisBatchInfo"]["startSequenceNumber"] == "3"
    assert told["KinesisBatchInfo"]["batchSize"] == 1
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"


def test_what_the_function_reports_is_tried_again_from_there(cloud: Cloud, reader: Any) -> None:
    one = reader(MaximumRetryAttempts=2)
    one.read()
    one.put("a", "later", "b")
    cloud.advance(60)
    assert one.batches() == [["a", "later", "b"], ["later", "b"], ["later", "b"], ["b"]]
    (told,) = one.batches(one.lost)
    assert told["KinesisBatchInfo"]["batchSize"] == 1


def test_a_failing_record_holds_up_what_comes_after_it_without_an_end(
    cloud: Cloud, reader: Any
) -> None:
    one = reader()
    one.read()
    one.put("broken")
    cloud.advance(30)
    one.put("a")
    cloud.advance(600)
    given = one.batches()
    assert len(given) > 10
    assert all("broken" in batch for batch in given)
    assert one.batches(one.lost) == []


def test_records_that_are_too_old_are_given_up(cloud: Cloud, reader: Any) -> None:
    one = reader(MaximumRecordAgeInSeconds=120)
    one.put("old")
    cloud.advance(180)
    one.put("young")
    one.read()
    cloud.advance(1)
    assert one.batches() == [["young"]]
    assert len(one.batches(one.lost)) == 1


def test_a_mapping_that_is_switched_off_goes_on_where_it_was(cloud: Cloud, reader: Any) -> None:
    one = reader()
    one.read()
    mappings = cloud.client("lambda")
    mappings.update_event_source_mapping(UUID=one.mapping["UUID"], Enabled=False)
    one.put("a")
    cloud.advance(60)
    assert one.batches() == []
    mappings.update_event_source_mapping(UUID=one.mapping["UUID"], Enabled=True)
    cloud.advance(1)
    assert one.batches() == [["a"]]


def test_the_function_is_told_of_a_record_as_lambda_tells_it(cloud: Cloud, reader: Any) -> None:
    one = reader()
    functions = cloud.client("lambda")
    text = READER.replace("json.dumps(texts)", "json.dumps(event)")
    functions.update_function_code(FunctionName=one.name, ZipFile=archive(code=text))
    one.read()
    one.put("a")
    cloud.advance(1)
    (event,) = one.batches()
    (record,) = event["Records"]
    assert record["eventID"] == "shardId-000000000000:1"
    assert record["eventSourceARN"] == one.arn("kinesis", f"stream/{one.name}")
    assert base64.b64decode(record["kinesis"]["data"]) == b"a"
    assert record["kinesis"]["sequenceNumber"] == "1"
    arrived = record["kinesis"]["approximateArrivalTimestamp"]
    assert abs(arrived - clock.now().timestamp()) < 60


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ParallelizationFactor": 11}, "ParallelizationFactor 11 is not 1 to 10"),
        ({"MaximumRecordAgeInSeconds": 30}, "30 is not -1, nor 60 to 604800"),
        ({"MaximumRetryAttempts": 10_001}, "MaximumRetryAttempts 10001"),
        ({"StartingPosition": "AT_TIMESTAMP"}, "and not from AT_TIMESTAMP"),
        ({"TumblingWindowInSeconds": 30}, "without filters and tumbling windows"),
        (
            {
                "DestinationConfig": {
                    "OnFailure": {"Destination": "arn:aws:sqs:eu-west-1:123456789012:none"}
                }
            },
            "no topic or queue that is there",
        ),
    ],
)
def test_what_lambda_does_not_take_is_refused(
    reader: Any, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        reader(**settings).read()
