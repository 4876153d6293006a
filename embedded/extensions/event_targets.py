"""What the rules of EventBridge and the schedules of its Scheduler call.

A target that fails is not tried again, since what answers in this process would answer the same:
the message goes to the target's dead-letter queue at once, as AWS does with errors that a retry
does not mend, and into the outbox.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from moto.core.exceptions import ServiceException
from moto.logs.models import logs_backends
from moto.sagemaker.models import sagemaker_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends
from moto.stepfunctions.responses import get_backend
from werkzeug.exceptions import HTTPException

from embedded import clock, outbox
from embedded.event_inputs import ABSENT, at

log = logging.getLogger(__name__)

NAMES = {
    "batch": "jobs of Batch",
    "codebuild": "builds of CodeBuild",
    "codepipeline": "pipelines of CodePipeline",
    "ecs": "tasks of ECS",
    "glue": "workflows of Glue",
    "lambda": "functions of Lambda",
}
"""Targets that nothing runs here."""

MOST_A_MINUTE = 1_000
"""Deliveries of one minute of the clock: state machines may start each other for ever."""

Forward = Callable[[str, dict[str, Any]], None]


class Sender(NamedTuple):
    """A rule or schedule."""

    arn: str
    account: str
    region: str


class Undeliverable(Exception):
    """What a target can't take, and why."""


class _Counter:
    minute = ""
    count = 0


def deliver(
    sender: Sender,
    target: Mapping[str, Any],
    text: str,
    event: dict[str, Any],
    forward: Forward,
) -> bool:
    """Send a text, made of an event, to a target; returns whether it took it."""
    arn = str(target["Arn"])
    try:
        _count()
        call(target, text, event, forward)
    except Exception as error:
        give_up(sender, target, text, error)
        log.debug("%s did not take an event", arn, exc_info=True)
        return False
    return True


def call(
    target: Mapping[str, Any],
    text: str,
    event: dict[str, Any],
    forward: Forward,
) -> None:
    """Call a target. Raises Undeliverable, and the service's own errors."""
    arn = str(target["Arn"])
    service, region, account, resource = arn.split(":", 5)[2:6]
    match service:
        case "sns":
            sns_backends[account][region].publish(text, arn)
        case "sqs":
            group = (target.get("SqsParameters") or {}).get("MessageGroupId")
            sqs_backends[account][region].send_message(resource, text, group_id=group)
        case "states":
            _start_machine(account, region, arn, text)
        case "sagemaker":
            _start_pipeline(account, region, resource, target, event)
        case "events" if resource.startswith("event-bus/"):
            forward(arn, event)
        case "logs":
            _log(account, region, resource.removeprefix("log-group:").removesuffix(":*"), text)
        case _:
            what = NAMES.get(service, f"targets of {service}")
            raise Undeliverable(f"The embedded AWS does not run {what}.")


def give_up(sender: Sender, target: Mapping[str, Any], text: str, error: Exception) -> None:
    """Keep what a target did not take: in its dead-letter queue, if any, and in the outbox."""
    arn, reason = str(target["Arn"]), message_of(error)
    queue = (target.get("DeadLetterConfig") or {}).get("Arn")
    if queue:
        code = getattr(error, "code", None) or type(error).__name__
        attributes = {
            "RULE_ARN": sender.arn,
            "TARGET_ARN": arn,
            "ERROR_CODE": str(code),
            "ERROR_MESSAGE": reason,
        }
        region, account, name = queue.split(":")[3:6]
        try:
            sqs_backends[account][region].send_message(
                name,
                text,
                message_attributes={
                    key: {"DataType": "String", "StringValue": value}
                    for key, value in attributes.items()
                },
            )
        except (ServiceException, HTTPException) as lost:
            reason = f"{reason} (nor does the dead-letter queue take it: {message_of(lost)})"
            queue = None
    outbox.keep_undelivered(sender.arn, arn, reason, text, queue)


def message_of(error: Exception) -> str:
    """What an error says."""
    told = getattr(error, "message", None) or getattr(error, "description", None) or str(error)
    return str(told) or type(error).__name__


def _count() -> None:
    minute = f"{clock.now():%Y%m%d%H%M}"
    if minute != _Counter.minute:
        _Counter.minute, _Counter.count = minute, 0
    _Counter.count += 1
    if _Counter.count > MOST_A_MINUTE:
        raise Undeliverable(f"More than {MOST_A_MINUTE} deliveries in one minute: none is made.")


def _start_machine(account: str, region: str, arn: str, text: str) -> None:
    """Start an execution; EventBridge gives JSON, and so does an input that is a text."""
    backend = get_backend(account, region)
    try:
        json.loads(text)
    except ValueError as error:
        raise Undeliverable("The input of a state machine is not JSON.") from error
    backend.start_execution(arn, name=str(uuid4()), execution_input=text)


def _start_pipeline(
    account: str, region: str, resource: str, target: Mapping[str, Any], event: dict[str, Any]
) -> None:
    """Start a SageMaker pipeline; a parameter's value may be a path into the event."""
    from embedded.extensions.pipeline_execution import start  # its executions send events in turn

    kind, _, name = resource.partition("/")
    if kind != "pipeline":
        raise Undeliverable(f"The embedded AWS has no target {kind!r} of SageMaker.")
    told = (target.get("SageMakerPipelineParameters") or {}).get("PipelineParameterList") or []
    values = []
    for each in told:
        value = at(each["Value"], event) if each["Value"].startswith("$.") else each["Value"]
        if value is ABSENT:
            raise Undeliverable(f"The event has nothing at {each['Value']}.")
        text = value if isinstance(value, str) else json.dumps(value)
        values.append({"Name": each["Name"], "Value": text})
    start(sagemaker_backends[account][region], name, values)


def _log(account: str, region: str, group: str, text: str) -> None:
    """Write to a log group, in a stream of its own."""
    backend, stream = logs_backends[account][region], str(uuid4())
    backend.create_log_stream(group, stream)
    entry = {"timestamp": int(clock.now().timestamp() * 1000), "message": text}
    backend.put_log_events(group, stream, [entry])
