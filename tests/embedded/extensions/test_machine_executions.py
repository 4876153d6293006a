import json
import time

import pytest

from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/machine"
HOUR = 3600


@pytest.fixture
def cloud():
    with Cloud() as running:
        yield running


@pytest.fixture
def machine(cloud):
    def create(states, start, name="machine"):
        return cloud.client("stepfunctions").create_state_machine(
            name=name, definition=json.dumps({"StartAt": start, "States": states}), roleArn=ROLE
        )["stateMachineArn"]

    return create


def publish(topic, **more):
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sns:publish",
        "Parameters": {"TopicArn": topic, "Message.$": "$.text"},
        **more,
    }


def ended(cloud, execution, seconds=20):
    deadline = time.monotonic() + seconds
    machines = cloud.client("stepfunctions")
    while True:
        told = machines.describe_execution(executionArn=execution)
        if told["status"] != "RUNNING" or time.monotonic() > deadline:
            return told
        time.sleep(0.02)


def waits(cloud, execution, seconds=20):
    """Wait until an execution does so."""
    deadline = time.monotonic() + seconds
    machines = cloud.client("stepfunctions")
    while time.monotonic() < deadline:
        events = machines.get_execution_history(executionArn=execution)["events"]
        if any(event["type"] == "WaitStateEntered" for event in events):
            return
        time.sleep(0.02)


WAITS = {"Wait": {"Type": "Wait", "Seconds": HOUR, "End": True}}


def test_a_machine_waits_by_the_clock_of_the_cloud(cloud, machine):
    arn = machine(WAITS, "Wait")
    machines = cloud.client("stepfunctions")
    execution = machines.start_execution(stateMachineArn=arn)["executionArn"]
    waits(cloud, execution)
    cloud.advance(HOUR / 2)
    assert machines.describe_execution(executionArn=execution)["status"] == "RUNNING"
    cloud.advance(HOUR)
    assert ended(cloud, execution)["status"] == "SUCCEEDED"


def test_a_machine_that_waits_again_and_again_goes_on_within_one_advance(cloud, machine, topic):
    states = {
        "Say": publish(topic, ResultPath=None, Next="Wait"),
        "Wait": {"Type": "Wait", "Seconds": 600, "Next": "Say"},
    }
    arn = machine(states, "Say")
    cloud.client("stepfunctions").start_execution(stateMachineArn=arn, input='{"text": "on"}')
    deadline = time.monotonic() + 10
    while not cloud.outbox()["sent"] and time.monotonic() < deadline:
        time.sleep(0.02)
    cloud.advance(HOUR + 60)
    assert len(cloud.outbox()["sent"]) >= 5


def test_executions_without_names_are_told_apart(cloud, machine):
    states, arn = cloud.client("stepfunctions"), machine({"End": {"Type": "Succeed"}}, "End")
    one, other = (states.start_execution(stateMachineArn=arn)["executionArn"] for _ in range(2))
    assert one != other
    assert ended(cloud, one)["status"] == ended(cloud, other)["status"] == "SUCCEEDED"


def test_a_cloud_does_not_wait_for_a_machine_that_waits(machine, cloud):
    arn = machine(WAITS, "Wait")
    cloud.client("stepfunctions").start_execution(stateMachineArn=arn)
    began = time.monotonic()
    cloud.stop()
    assert time.monotonic() - began < 1


def test_an_execution_tells_of_its_status(cloud, machine, topic):
    events = cloud.client("events")
    events.put_rule(Name="seen", EventPattern='{"source": ["aws.states"]}')
    events.put_targets(Rule="seen", Targets=[{"Id": "1", "Arn": topic}])
    fails = {"Fail": {"Type": "Fail", "Error": "Broken", "Cause": "It had to."}}
    arn = machine(fails, "Fail")
    execution = cloud.client("stepfunctions").start_execution(
        stateMachineArn=arn, name="one", input='{"a":1}'
    )["executionArn"]
    ended(cloud, execution)
    deadline = time.monotonic() + 10
    while len(cloud.outbox()["sent"]) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    first, last = (json.loads(each["message"]) for each in cloud.outbox()["sent"])
    assert first["detail-type"] == "Step Functions Execution Status Change"
    assert first["detail"]["status"] == "RUNNING"
    assert first["detail"]["stopDate"] is None
    assert last["resources"] == [execution]
    detail = last["detail"]
    assert (detail["status"], detail["name"], detail["stateMachineArn"]) == ("FAILED", "one", arn)
    assert (detail["input"], detail["error"], detail["cause"]) == (
        '{"a":1}',
        "Broken",
        "It had to.",
    )
    assert detail["startDate"] <= detail["stopDate"]


def test_a_metric_sets_off_an_alarm_and_all_that_follows(cloud, machine, topic):
    """Metric, alarm, event, rule, state machine, topic."""
    cloudwatch, events = cloud.client("cloudwatch"), cloud.client("events")
    cloudwatch.put_metric_alarm(
        AlarmName="drift",
        Namespace="Models",
        MetricName="Drift",
        Statistic="Maximum",
        Period=HOUR,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=0.2,
        TreatMissingData="notBreaching",
    )
    arn = machine({"Say": publish(topic, End=True)}, "Say")
    pattern = {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": ["drift"], "state": {"value": ["ALARM"]}},
    }
    events.put_rule(Name="retrain", EventPattern=json.dumps(pattern))
    template = {
        "InputPathsMap": {"name": "$.detail.alarmName", "was": "$.detail.previousState.value"},
        "InputTemplate": '{"text": "<name> is no longer <was>"}',
    }
    events.put_targets(
        Rule="retrain",
        Targets=[{"Id": "1", "Arn": arn, "RoleArn": ROLE, "InputTransformer": template}],
    )
    data = [{"MetricName": "Drift", "Value": 0.3}]
    cloudwatch.put_metric_data(Namespace="Models", MetricData=data)
    assert cloud.client("stepfunctions").list_executions(stateMachineArn=arn)["executions"] == []
    cloud.advance(HOUR)
    (execution,) = cloud.client("stepfunctions").list_executions(stateMachineArn=arn)["executions"]
    assert ended(cloud, execution["executionArn"])["status"] == "SUCCEEDED"
    assert [each["message"] for each in cloud.outbox()["sent"]] == ["drift is no longer OK"]


def test_a_machine_whose_start_starts_it_again_is_given_up(cloud, machine):
    arn = machine({"Only": {"Type": "Pass", "End": True}}, "Only")
    events, machines = cloud.client("events"), cloud.client("stepfunctions")
    pattern = {"source": ["aws.states"], "detail": {"status": ["RUNNING"]}}
    events.put_rule(Name="again", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="again", Targets=[{"Id": "1", "Arn": arn}])
    machines.start_execution(stateMachineArn=arn)
    assert len(machines.list_executions(stateMachineArn=arn)["executions"]) <= 20
    (kept,) = cloud.outbox()["undelivered"]
    assert "goes no further" in kept["reason"]


def test_a_wait_that_the_end_of_the_cloud_cuts_short_leads_to_nothing(cloud, machine, topic):
    states = {
        "Wait": {"Type": "Wait", "Seconds": HOUR, "Next": "Say"},
        "Say": publish(topic, End=True),
    }
    arn = machine(states, "Wait")
    execution = cloud.client("stepfunctions").start_execution(
        stateMachineArn=arn, input='{"text": "on"}'
    )
    waits(cloud, execution["executionArn"])
    cloud.stop()
    time.sleep(0.5)
    assert cloud.outbox()["sent"] == []


def test_machines_that_start_each_other_end_with_the_cloud(cloud, machine):
    """Each execution's end starts the next; the cloud's end is theirs."""
    arn = machine({"Only": {"Type": "Pass", "End": True}}, "Only")
    events = cloud.client("events")
    pattern = {"source": ["aws.states"], "detail": {"status": ["SUCCEEDED"]}}
    events.put_rule(Name="again", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="again", Targets=[{"Id": "1", "Arn": arn}])
    cloud.client("stepfunctions").start_execution(stateMachineArn=arn)
    time.sleep(0.5)
    began = time.monotonic()
    cloud.stop()
    assert time.monotonic() - began < 2
