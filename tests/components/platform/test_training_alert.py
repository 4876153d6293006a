"""What fails on the embedded AWS is told in one message, with a link and the reason."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from components.common.states import FOLLOWED
from components.foundation.alerts.execution_alerts import failed_machines_pattern
from components.platform.training_alert import failed_trainings_pattern, telling_machine
from embedded.cloud import Cloud
from tests import one_step_pipeline

ROLE = "arn:aws:iam::123456789012:role/any"
PREFIX = "maslow-dev-"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud() as running:
        running.client("s3").create_bucket(
            Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        yield running


def machine(cloud: Cloud, name: str, definition: Any) -> str:
    made = cloud.client("stepfunctions").create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=ROLE
    )
    return str(made["stateMachineArn"])


def watch(cloud: Cloud, name: str, pattern: Any, target: dict[str, Any]) -> None:
    events = cloud.client("events")
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "1", **target}])


def told(cloud: Cloud, enough: Callable[[list[str]], bool]) -> list[str]:
    """The messages that were sent, a moment after there were enough."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        sent = [each["message"] for each in cloud.outbox()["sent"]]
        if enough(sent):
            break
        time.sleep(0.1)
    time.sleep(0.5)
    return [each["message"] for each in cloud.outbox()["sent"]]


def test_a_failed_training_that_nothing_follows_is_told_with_its_reason(cloud: Cloud) -> None:
    topic = cloud.client("sns").create_topic(Name="warnings")["TopicArn"]
    telling = machine(
        cloud, f"{PREFIX}trainings", telling_machine(topic_arn=topic, region="eu-west-1")
    )
    watch(cloud, "trainings", failed_trainings_pattern(PREFIX), {"Arn": telling, "RoleArn": ROLE})
    one_step_pipeline.create(cloud, f"{PREFIX}readmission", "raise SystemExit('no rows')")
    start = cloud.client("sagemaker").start_pipeline_execution
    start(
        PipelineName=f"{PREFIX}readmission",
        PipelineExecutionDescription=f"{FOLLOWED}the loop: drift",
    )
    run = start(PipelineName=f"{PREFIX}readmission")["PipelineExecutionArn"]
    (message,) = told(cloud, bool)
    text = json.loads(message)["content"]["description"]
    assert text.startswith(f"{run} is failed: Train: ")
    assert "https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#/" in text


def test_a_failed_machine_that_nothing_follows_is_told_with_its_reason(cloud: Cloud) -> None:
    topic = cloud.client("sns").create_topic(Name="warnings")["TopicArn"]
    watch(cloud, "machines", failed_machines_pattern(PREFIX), {"Arn": topic})
    start = cloud.client("stepfunctions").start_execution
    for error in ("NotStarted", "Broken"):
        states = {"Fail": {"Type": "Fail", "Error": error, "Cause": "It had to."}}
        arn = machine(cloud, f"{PREFIX}{error}", {"StartAt": "Fail", "States": states})
        start(stateMachineArn=arn, name="delivery-1")
        last = start(stateMachineArn=arn, name="one")["executionArn"]
    (message,) = told(cloud, bool)
    detail = json.loads(message)["detail"]
    assert (detail["executionArn"], detail["cause"]) == (last, "It had to.")
