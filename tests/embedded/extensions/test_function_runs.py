"""Functions of Lambda are run, and what they do in the cloud is there."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
COUNTING = """
import os
import boto3

called = 0

def handler(event, context):
    global called
    called += 1
    print("it was called by", context.function_name)
    if event.get("wrong"):
        raise ValueError(event["wrong"])
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=event["say"])
    return {"called": called, "region": os.environ["AWS_REGION"]}
"""

Make = Callable[..., str]


def archive(**files: str) -> bytes:
    """A ZIP archive of modules, by their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(f"{name}.py", text)
    return out.getvalue()


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture(scope="module")
def role(cloud: Cloud) -> str:
    made = cloud.client("iam").create_role(
        RoleName="functions", AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    return str(made["Role"]["Arn"])


@pytest.fixture
def make(cloud: Cloud, role: str) -> Iterator[Make]:
    """Makes a function of a text, which is gone after the test."""
    functions, names = cloud.client("lambda"), []

    def made(name: str, text: str, **settings: Any) -> str:
        request = {"Runtime": "python3.13", "Handler": "code.handler", "Timeout": 60, **settings}
        code = {"ZipFile": archive(code=text)}
        functions.create_function(FunctionName=name, Role=role, Code=code, **request)
        names.append(name)
        return name

    yield made
    for name in names:
        functions.delete_function(FunctionName=name)


def call(cloud: Cloud, name: str, event: Any, **options: str) -> dict[str, Any]:
    """What Invoke answers, its payload read."""
    answer = cloud.client("lambda").invoke(
        FunctionName=name, Payload=json.dumps(event).encode(), **options
    )
    text = answer["Payload"].read()
    return {**answer, "Payload": json.loads(text) if text else None}


def test_a_function_is_a_client_of_the_cloud_and_stays_for_the_next_event(
    cloud: Cloud, make: Make
) -> None:
    queue = cloud.client("sqs").create_queue(QueueName="said")["QueueUrl"]
    make("counting", COUNTING, Environment={"Variables": {"QUEUE": queue}})
    assert call(cloud, "counting", {"say": "one"})["Payload"] == {
        "called": 1,
        "region": "eu-west-1",
    }
    assert call(cloud, "counting", {"say": "two"})["Payload"]["called"] == 2
    said = cloud.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    assert sorted(each["Body"] for each in said["Messages"]) == ["one", "two"]


def test_an_error_is_told_as_lambda_tells_it(cloud: Cloud, make: Make) -> None:
    make("failing", COUNTING)
    answer = call(cloud, "failing", {"wrong": "no ward"})
    assert answer["FunctionError"]
    assert answer["Payload"]["errorType"] == "ValueError"
    assert answer["Payload"]["errorMessage"] == "no ward"


def test_what_it_prints_is_in_its_log_group(cloud: Cloud, make: Make) -> None:
    logs = cloud.client("logs")
    logs.create_log_group(logGroupName="own")
    make("printing", COUNTING, LoggingConfig={"LogFormat": "JSON", "LogGroup": "own"})
    call(cloud, "printing", {"wrong": "any"})
    (stream,) = logs.describe_log_streams(logGroupName="own")["logStreams"]
    told = logs.get_log_events(logGroupName="own", logStreamName=stream["logStreamName"])
    assert "it was called by printing" in [each["message"] for each in told["events"]]


def test_new_code_is_run_by_the_next_invocation(cloud: Cloud, make: Make) -> None:
    make("changing", "def handler(event, context):\n    return 1\n")
    assert call(cloud, "changing", {})["Payload"] == 1
    cloud.client("lambda").update_function_code(
        FunctionName="changing",
        ZipFile=archive(code="def handler(event, context):\n    return 2\n"),
    )
    assert call(cloud, "changing", {})["Payload"] == 2


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("import time\ndef handler(e, c):\n    time.sleep(60)\n", "Timedout", "after 1.00 seconds"),
        ("import os\ndef handler(e, c):\n    os._exit(3)\n", "ExitError", "without an answer"),
        ("import nothing_of_this_name\n", "ModuleNotFoundError", "nothing_of_this_name"),
        ("handler = None\n", "TypeError", "not callable"),
    ],
)
def test_code_that_does_not_answer_has_failed(
    cloud: Cloud, make: Make, text: str, kind: str, message: str
) -> None:
    make("broken", text, Timeout=1)
    began = time.monotonic()
    answer = call(cloud, "broken", {})
    assert answer["FunctionError"]
    assert kind in answer["Payload"]["errorType"]
    assert message in answer["Payload"]["errorMessage"]
    assert time.monotonic() - began < 40


def test_functions_in_other_languages_are_refused_by_name(cloud: Cloud, make: Make) -> None:
    make("other", "exports.handler = () => 1", Runtime="nodejs22.x")
    with pytest.raises(ClientError, match=r"runs functions in Python, and not in nodejs22\.x"):
        call(cloud, "other", {})
