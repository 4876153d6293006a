import json
import time
import uuid
from datetime import timedelta

import pytest
from cfnlint.api import lint
from moto.sagemaker.models import sagemaker_backends

from components.mlops.cooldown_machine import cooldown_machine
from embedded.cloud import Cloud

HOUR = 3600
PIPELINE = "maslow-test-readmission"
ROLE = "arn:aws:iam::123456789012:role/retraining-of-readmission"


def test_the_machine_is_one_that_step_functions_takes():
    definition = cooldown_machine(
        pipeline_name=PIPELINE,
        cooldown_hours=24,
        alert_topic_arn="arn:aws:sns:eu-west-1:123456789012:alerts",
    )
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": ROLE, "Definition": definition},
    }

    assert lint(json.dumps({"Resources": {"Machine": machine}}), regions=["eu-west-1"]) == []


def test_a_cool_down_of_no_time_is_refused():
    with pytest.raises(ValueError, match="one hour or more"):
        cooldown_machine(pipeline_name=PIPELINE, cooldown_hours=0, alert_topic_arn="arn:topic")


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as cloud:
        yield cloud


@pytest.fixture
def pipeline(cloud, request):
    name = f"maslow-{request.node.name.replace('_', '-')}"[:80].rstrip("-")
    cloud.client("sagemaker").create_pipeline(
        PipelineName=name,
        PipelineDisplayName=name,
        PipelineDefinition=json.dumps({"Version": "2020-12-01", "Parameters": [], "Steps": []}),
        ClientRequestToken="x" * 32,
        RoleArn=ROLE,
    )
    return name


@pytest.fixture
def messages(cloud, request):
    sns, sqs = cloud.client("sns"), cloud.client("sqs")
    name = str(abs(hash(request.node.name)))
    topic = sns.create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])

    def read():
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(each["Body"]) for each in found]

    read.topic = topic
    return read


def machine(cloud, messages, pipeline, *, hurried=False):
    definition = cooldown_machine(
        pipeline_name=pipeline, cooldown_hours=1, alert_topic_arn=messages.topic
    )
    if hurried:
        for state in definition["States"].values():
            state.pop("Retry", None)
    return cloud.client("stepfunctions").create_state_machine(
        name=pipeline[:80], definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]


def drift(cloud, machine_arn):
    """Run the machine as the rule on the drift alarms does; returns how it ended."""
    states = cloud.client("stepfunctions")
    event = {"detail": {"alarmName": "drift", "state": {"value": "ALARM"}}}
    started = states.start_execution(
        stateMachineArn=machine_arn, name=uuid.uuid4().hex, input=json.dumps(event)
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        execution = states.describe_execution(executionArn=started["executionArn"])
        if execution["status"] != "RUNNING":
            return execution["status"]
        time.sleep(0.05)
    raise TimeoutError(started["executionArn"])


def runs(cloud, pipeline):
    answer = cloud.client("sagemaker").list_pipeline_executions(PipelineName=pipeline)
    return answer["PipelineExecutionSummaries"]


def test_the_first_drift_starts_the_pipeline(cloud, pipeline, messages):
    assert drift(cloud, machine(cloud, messages, pipeline)) == "SUCCEEDED"

    assert len(runs(cloud, pipeline)) == 1
    assert messages() == []


def test_a_second_drift_within_the_cool_down_starts_nothing(cloud, pipeline, messages):
    arn = machine(cloud, messages, pipeline)
    drift(cloud, arn)

    assert drift(cloud, arn) == "SUCCEEDED"
    assert len(runs(cloud, pipeline)) == 1


def test_a_run_that_someone_started_counts_too(cloud, pipeline, messages):
    cloud.client("sagemaker").start_pipeline_execution(PipelineName=pipeline)

    assert drift(cloud, machine(cloud, messages, pipeline)) == "SUCCEEDED"
    assert len(runs(cloud, pipeline)) == 1


def test_drift_after_the_cool_down_starts_the_pipeline_again(cloud, pipeline, messages):
    arn = machine(cloud, messages, pipeline)
    drift(cloud, arn)
    age_runs(pipeline, HOUR)

    assert drift(cloud, arn) == "SUCCEEDED"
    assert len(runs(cloud, pipeline)) == 2


def test_drift_just_before_the_end_of_the_cool_down_starts_nothing(cloud, pipeline, messages):
    arn = machine(cloud, messages, pipeline)
    drift(cloud, arn)
    age_runs(pipeline, HOUR - 60)

    drift(cloud, arn)

    assert len(runs(cloud, pipeline)) == 1


def test_the_token_of_a_start_is_one_that_sagemaker_takes(cloud, pipeline, messages):
    drift(cloud, machine(cloud, messages, pipeline))

    (run,) = stored(pipeline).pipeline_executions.values()
    assert 32 <= len(run.client_request_token) <= 128


def test_a_pipeline_that_cannot_be_started_is_told_to_the_topic(cloud, messages):
    arn = machine(cloud, messages, "maslow-no-such-pipeline", hurried=True)

    assert drift(cloud, arn) == "FAILED"
    (message,) = messages()
    assert message["Subject"] == "Retraining did not start"
    told = json.loads(message["Message"])
    assert told["source"] == "custom"
    assert "maslow-no-such-pipeline" in told["content"]["description"]


def stored(pipeline):
    """The pipeline within the embedded AWS, for what its interface doesn't show."""
    return sagemaker_backends["123456789012"]["eu-west-1"].pipelines[pipeline]


def age_runs(pipeline, seconds):
    for run in stored(pipeline).pipeline_executions.values():
        run.start_time -= timedelta(seconds=seconds)
