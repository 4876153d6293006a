import json
from typing import Any

import pulumi_aws as aws
import pytest

from infra.graph import Graph, record
from policies.retries import retries

PUBLISH = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": True}
RETRY = {"ErrorEquals": ["States.ALL"]}


def test_what_calls_aws_by_itself_tries_again(either_pass: Graph) -> None:
    assert retries(either_pass) == []


def target(attempts: int, seconds: int) -> Graph:
    return record(
        lambda: (
            aws.cloudwatch.EventTarget(
                "target",
                rule="rule",
                arn="arn:aws:states:eu-west-1:123456789012:stateMachine:machine",
                retry_policy={
                    "maximum_retry_attempts": attempts,
                    "maximum_event_age_in_seconds": seconds,
                },
            )
            and None
        )
    )


def machine(states: dict[str, Any]) -> Graph:
    definition = json.dumps({"StartAt": next(iter(states)), "States": states})
    role = "arn:aws:iam::123456789012:role/machine"
    return record(
        lambda: aws.sfn.StateMachine("machine", role_arn=role, definition=definition) and None
    )


def test_a_target_that_tries_for_an_hour_is_let_pass() -> None:
    assert retries(target(10, 3600)) == []


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 3600), (10, 60)])
def test_a_target_that_gives_up_early_is_found(attempts: int, seconds: int) -> None:
    (finding,) = retries(target(attempts, seconds))
    assert finding.resource == "target"


def test_a_schedule_that_gives_up_early_is_found() -> None:
    def program(attempts: int) -> None:
        aws.scheduler.Schedule(
            "schedule",
            schedule_expression="rate(1 hour)",
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": "arn:aws:states:eu-west-1:123456789012:stateMachine:machine",
                "role_arn": "arn:aws:iam::123456789012:role/starting",
                "retry_policy": {"maximum_retry_attempts": attempts},
            },
        )

    assert retries(record(lambda: program(10))) == []
    (finding,) = retries(record(lambda: program(0)))
    assert finding.resource == "schedule"


@pytest.mark.parametrize(
    "task",
    [
        {**PUBLISH, "Retry": [RETRY]},
        {**PUBLISH, "Retry": [{**RETRY, "MaxAttempts": 3}]},
        {**PUBLISH, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Missing"}]},
    ],
)
def test_a_task_that_retries_or_catches_is_let_pass(task: dict[str, Any]) -> None:
    assert retries(machine({"Tell": task, "Missing": {"Type": "Succeed"}})) == []


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (PUBLISH, "its task Tell neither retries nor catches"),
        ({**PUBLISH, "Retry": [{**RETRY, "MaxAttempts": 0}]}, "its task Tell retries 0 times"),
    ],
)
@pytest.mark.parametrize("within", [False, True])
def test_a_task_that_gives_up_at_once_is_found(
    task: dict[str, Any], message: str, within: bool
) -> None:
    states = {"Tell": task}
    if within:
        branch = {"StartAt": "Tell", "States": states}
        states = {"Both": {"Type": "Parallel", "Branches": [branch], "End": True}}
    (finding,) = retries(machine(states))
    assert finding.message.startswith(message)
