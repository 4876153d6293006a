"""Events that start a state machine."""

import json

import pulumi
import pulumi_aws as aws

from components.common.execution_role import ExecutionRole
from components.common.iam import Document, Json, allow, document, rendered

RETRY_SECONDS = 3600


def start_policy(*, machine_arn: str) -> Document:
    """What EventBridge may do: start the machine."""
    return document(allow(["states:StartExecution"], [machine_arn]))


def arrived(bucket: str, prefix: str) -> Json:
    """The event pattern of objects that arrive below a prefix.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    return {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [bucket]}, "object": {"key": [{"prefix": f"{prefix}/"}]}},
    }


def starting_role(
    name: str,
    *,
    parent: pulumi.Resource,
    machine_arn: pulumi.Input[str],
    account_id: pulumi.Input[str],
) -> ExecutionRole:
    """The role by which rules start the machine, as a child of `parent`."""
    return ExecutionRole(
        f"{name}-rule-role",
        {
            "service": "events.amazonaws.com",
            "account_id": account_id,
            "policies": {"start": rendered(start_policy, machine_arn=machine_arn)},
        },
        pulumi.ResourceOptions(parent=parent),
    )


def start_on_event(
    name: str,
    *,
    parent: pulumi.Resource,
    description: str,
    machine_arn: pulumi.Input[str],
    role: ExecutionRole,
    pattern: pulumi.Input[str] | None = None,
    schedule: str | None = None,
    bus: pulumi.Input[str] | None = None,
    given: Json | None = None,
    paths: dict[str, str] | None = None,
) -> None:
    """A rule that starts the machine on events of a pattern or by a schedule, below `parent`.

    The machine's input is the event, or `given` in its place, in whose texts `<name>` is what
    `paths` finds in the event. A start that fails is tried again for an hour. `bus` is the
    account's own unless given; on no other is there a schedule.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    rule = aws.cloudwatch.EventRule(
        f"{name}-rule",
        description=description,
        event_bus_name=bus,
        event_pattern=pattern,
        schedule_expression=schedule,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.cloudwatch.EventTarget(
        f"{name}-target",
        rule=rule.name,
        event_bus_name=bus,
        arn=machine_arn,
        role_arn=role.arn,
        input=json.dumps(given) if given and not paths else None,
        input_transformer=(
            {"input_paths": paths, "input_template": json.dumps(given)} if given and paths else None
        ),
        retry_policy={
            "maximum_event_age_in_seconds": RETRY_SECONDS,
            "maximum_retry_attempts": 10,
        },
        opts=pulumi.ResourceOptions(parent=parent, depends_on=role.ready),
    )
