"""The queue of what EventBridge could not deliver."""

import json

import pulumi
import pulumi_aws as aws
import pytest

from components.foundation.access.persona_policies import PERSONAS
from components.foundation.alerts.dead_letter_queue import DeadLetterQueue, dead_letter_policy
from infra.graph import Graph, record
from infra.needs.need import Guards, Need

ACCOUNT, REGION = "123456789012", "eu-west-1"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:maslow-dev-dead-letters"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
SCHEDULE = "aws:scheduler/schedule:Schedule"


def recorded() -> Graph:
    def program() -> None:
        DeadLetterQueue(
            "maslow-dev-dead-letters",
            {
                "key_arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/messages",
                "name_prefix": "maslow-dev-",
                "topic_arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:warning",
                "account_id": ACCOUNT,
                "region": REGION,
            },
        )

    return record(program)


def test_only_the_environments_own_rules_may_send() -> None:
    policy = dead_letter_policy(
        queue_arn=QUEUE, name_prefix="maslow-dev-", account_id=ACCOUNT, region=REGION
    )
    (sending,) = [s for s in policy["Statement"] if s["Effect"] == "Allow"]
    assert sending["Action"] == ["sqs:SendMessage"]
    rules = f"arn:aws:events:{REGION}:{ACCOUNT}:rule"
    assert sending["Condition"] == {
        "ArnLike": {"aws:SourceArn": [f"{rules}/maslow-dev-*", f"{rules}/*/maslow-dev-*"]}
    }


def test_the_queue_is_encrypted_and_keeps_messages_as_long_as_sqs_lets_it() -> None:
    queue = recorded().one("aws:sqs/queue:Queue").inputs
    assert queue["kmsMasterKeyId"].endswith("key/messages")
    assert queue["messageRetentionSeconds"] == 1_209_600


def test_the_first_event_that_waits_there_alarms() -> None:
    alarm = recorded().one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("GreaterThanThreshold", 0)
    assert (
        alarm["alarmActions"] == alarm["okActions"] == [f"arn:aws:sns:{REGION}:{ACCOUNT}:warning"]
    )


def test_every_target_of_every_stack_has_the_queue_of_its_environment(graph: Graph) -> None:
    (queue,) = [
        queue
        for queue in graph.of_type("aws:sqs/queue:Queue")
        if queue.name.endswith("-dead-letters-queue")
    ]
    for target in graph.of_type(TARGET):
        assert target.inputs["deadLetterConfig"]["arn"].endswith(f":{queue.name}"), target.name


@pytest.mark.parametrize("own", [None, {"arn": f"{QUEUE}-of-its-own"}])
def test_targets_and_schedules_below_a_need_get_the_queue_unless_they_have_one(
    own: dict[str, str] | None,
) -> None:
    def program() -> None:
        need = Need("mlops", aws.Provider("aws"), Guards(None, pulumi.Output.from_input(QUEUE)))
        aws.cloudwatch.EventTarget(
            "target", rule="rule", arn=QUEUE, dead_letter_config=own, opts=need.child_options()
        )
        aws.scheduler.Schedule(
            "schedule",
            schedule_expression="rate(1 day)",
            flexible_time_window={"mode": "OFF"},
            target={"arn": QUEUE, "role_arn": "arn", "dead_letter_config": own},
            opts=need.child_options(),
        )

    graph = record(program)
    expected = own or {"arn": QUEUE}
    assert graph.one(TARGET).inputs["deadLetterConfig"] == expected
    assert graph.one(SCHEDULE).inputs["target"]["deadLetterConfig"] == expected


def test_those_who_answer_alarms_can_read_the_queue(every_graph: list[Graph]) -> None:
    answering = {
        role.rpartition("-")[0]: statement
        for graph in every_graph
        for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        if statement.get("Sid") == "DeadLetters"
        for role in [policy.name]
    }
    personas = {name for name in PERSONAS if any(name in role for role in answering)}
    assert personas == {"platform-engineer", "ml-engineer"}
    for statement in answering.values():
        assert "sqs:ReceiveMessage" in statement["Action"]
