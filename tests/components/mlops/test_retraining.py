import json

import pytest

from components.mlops.retraining import Retraining
from infra.graph import record

PIPELINE = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/maslow-dev-readmission"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/messages"
NAME = "maslow-dev-readmission-retraining"


def graph_of(**changes):
    args = {
        "alarm_names": ["drift-1", "drift-2"],
        "pipeline_name": "maslow-dev-readmission",
        "pipeline_arn": PIPELINE,
        "cooldown_hours": 24,
        "alert_topic_arn": TOPIC,
        "messages_key_arn": KEY,
        "log_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/logs",
        "log_retention_days": 90,
        "account_id": "123456789012",
        **changes,
    }
    return record(lambda: Retraining(NAME, args))


@pytest.fixture(scope="module")
def graph():
    return graph_of()


def policy(graph, name):
    document = graph.one("aws:iam/rolePolicy:RolePolicy", f"{NAME}-{name}").inputs["policy"]
    return {
        (action, resource)
        for statement in json.loads(document)["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


def test_the_rule_hears_of_these_alarms_going_off_and_of_nothing_else(graph):
    rule = graph.one("aws:cloudwatch/eventRule:EventRule")

    assert json.loads(rule.inputs["eventPattern"]) == {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": ["drift-1", "drift-2"], "state": {"value": ["ALARM"]}},
    }


def test_the_rule_starts_the_machine_by_a_role_that_can_do_only_that(graph):
    machine = graph.one("aws:sfn/stateMachine:StateMachine")
    target = graph.one("aws:cloudwatch/eventTarget:EventTarget")

    arn = target.inputs["arn"]
    assert machine.urn in target.dependencies
    assert policy(graph, "rule-role-start") == {("states:StartExecution", arn)}


def test_the_machine_starts_the_pipeline_with_the_cool_down_of_the_setting(graph):
    machine = graph.one("aws:sfn/stateMachine:StateMachine")

    definition = json.loads(machine.inputs["definition"])
    start = definition["States"]["StartPipeline"]["Arguments"]
    assert start["PipelineName"] == "maslow-dev-readmission"
    assert definition["Comment"].endswith("24 hours")
    assert definition["States"]["Alert"]["Arguments"]["TopicArn"] == TOPIC


def test_the_machine_reaches_one_pipeline_and_one_topic(graph):
    allowed = policy(graph, "machine")

    narrow = {each for each in allowed if each[1] != "*"}
    assert narrow == {
        ("sagemaker:ListPipelineExecutions", PIPELINE),
        ("sagemaker:StartPipelineExecution", PIPELINE),
        ("sns:Publish", TOPIC),
        ("kms:Decrypt", KEY),
        ("kms:GenerateDataKey", KEY),
    }
    assert all(action.startswith("logs:") for action, _ in allowed - narrow)


def test_every_step_is_logged_encrypted_for_as_long_as_the_setting_says(graph):
    log = graph.one("aws:cloudwatch/logGroup:LogGroup")
    logging = graph.one("aws:sfn/stateMachine:StateMachine").inputs["loggingConfiguration"]

    assert log.inputs["kmsKeyId"].endswith("key/logs")
    assert log.inputs["retentionInDays"] == 90
    assert logging["level"] == "ALL"
    assert logging["logDestination"].endswith(f"log-group:/aws/vendedlogs/states/{NAME}:*")


def test_the_machine_waits_for_its_permissions(graph):
    machine = graph.one("aws:sfn/stateMachine:StateMachine")
    permissions = graph.one("aws:iam/rolePolicy:RolePolicy", f"{NAME}-machine")

    assert permissions.urn in machine.dependencies


def test_retraining_without_an_alarm_is_refused():
    with pytest.raises(ValueError, match="needs an alarm"):
        graph_of(alarm_names=[])


def test_alarms_elsewhere_start_it_without_any_of_its_own():
    elsewhere = {"environment": "prod", "alarm_prefix": "maslow-prod-readmission-monitor-drift-"}
    graph = graph_of(alarm_names=[], elsewhere=[elsewhere])
    rule = graph.one("aws:cloudwatch/eventRule:EventRule")
    assert json.loads(rule.inputs["eventPattern"])["detail"]["alarmName"] == [
        {"prefix": "maslow-prod-readmission-monitor-drift-"}
    ]
