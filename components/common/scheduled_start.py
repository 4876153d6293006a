"""Schedules of EventBridge that start something, and keep what they could not start.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
"""

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.common.args import DeadLetterArgs
from components.common.event_start import start_policy
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, Json, Statement, allow, rendered

RETRY_SECONDS, RETRIES = 3600, 10


def give_up(dead_letter_arn: str, messages_key_arn: str) -> list[Statement]:
    """The statements by which a schedule's role sends what it gave up to an encrypted queue.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    """
    return [
        allow(["sqs:SendMessage"], [dead_letter_arn]),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [messages_key_arn]),
    ]


def start_on_schedule(
    name: str,
    *,
    parent: pulumi.Resource,
    description: str,
    expression: str,
    target_arn: pulumi.Input[str],
    given: pulumi.Input[str],
    policy: pulumi.Input[str],
    dead_letter_arn: pulumi.Input[str],
    account_id: pulumi.Input[str],
    zone: str = "UTC",
    ready: Sequence[pulumi.Resource] = (),
) -> aws.scheduler.Schedule:
    """A schedule and its role, as children of `parent`.

    `expression` is in the time of `zone`, `given` what the target is told, as JSON, and `policy`
    what the role may do: start the target, and `give_up`. A start that fails is tried again for an
    hour. `ready` is what the target needs and does not name.
    """
    role = ExecutionRole(
        f"{name}-at",
        {
            "service": "scheduler.amazonaws.com",
            "account_id": account_id,
            "policies": {"start": policy},
        },
        pulumi.ResourceOptions(parent=parent),
    )
    return aws.scheduler.Schedule(
        name,
        description=description,
        schedule_expression=expression,
        schedule_expression_timezone=zone,
        flexible_time_window={"mode": "OFF"},
        target={
            "arn": target_arn,
            "role_arn": role.arn,
            "input": given,
            "dead_letter_config": {"arn": dead_letter_arn},
            "retry_policy": {
                "maximum_event_age_in_seconds": RETRY_SECONDS,
                "maximum_retry_attempts": RETRIES,
            },
        },
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[*ready, *role.ready]),
    )


def start_machine_on_schedule(
    name: str,
    args: DeadLetterArgs,
    *,
    parent: pulumi.Resource,
    description: str,
    expression: str,
    machine_arn: pulumi.Input[str],
    given: Json,
    account_id: pulumi.Input[str],
    zone: str = "UTC",
) -> None:
    """The same for a state machine, with a role that may start that alone."""
    start_on_schedule(
        name,
        parent=parent,
        description=description,
        expression=expression,
        target_arn=machine_arn,
        given=json.dumps(given),
        policy=rendered(
            starting_policy,
            machine_arn=machine_arn,
            dead_letter_arn=args["dead_letter_arn"],
            messages_key_arn=args["messages_key_arn"],
        ),
        dead_letter_arn=args["dead_letter_arn"],
        account_id=account_id,
        zone=zone,
    )


def starting_policy(*, machine_arn: str, dead_letter_arn: str, messages_key_arn: str) -> Document:
    """What a schedule may do: start the machine, and keep what it gives up."""
    allowed = start_policy(machine_arn=machine_arn)
    allowed["Statement"] += give_up(dead_letter_arn, messages_key_arn)
    return allowed
