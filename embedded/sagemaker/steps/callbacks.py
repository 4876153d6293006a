"""Callback steps: a message on a queue, and a wait for whoever answers with its token.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback
"""

import json
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from embedded.sagemaker.jobs import JobFailed
from embedded.sagemaker.steps.outputs import outputs, shown
from embedded.sagemaker.steps.work import Work

TOKEN_LENGTH = 10
NO_REASON = "The callback step failed without a reason"


@dataclass
class Waiting:
    """A callback step that waits for its answer."""

    execution: str
    """ARN of the execution."""
    answer: "Answer | None" = None


@dataclass(frozen=True)
class Answer:
    """What SendPipelineExecutionStepSuccess or -Failure has said."""

    values: Mapping[str, str]
    failure: str | None = None


waiting: dict[str, Waiting] = {}
"""By token. Answered ones stay, for they can't be answered again."""


def call(work: Work) -> Any:
    """Callback: send the token, and wait; it has to be answered for the execution to stop, too."""
    queue, client = work.resolved(work.step["SqsQueueUrl"]), work.client("sqs")
    letters = string.ascii_letters + string.digits
    token = "".join(secrets.choice(letters) for _ in range(TOKEN_LENGTH))
    waiting[token] = Waiting(work.execution)

    def send(status: str) -> None:
        message = {
            "token": token,
            "pipelineExecutionArn": work.execution,
            "arguments": work.arguments,
            "status": status,
        }
        client.send_message(QueueUrl=queue, MessageBody=json.dumps(message))

    told = {"CallbackToken": token, "SqsQueueUrl": queue}
    work.note(Callback=told)
    send("Executing")
    answer = work.poll(lambda: waiting[token].answer, at_stop=lambda: send("Stopping"))
    if answer.failure is not None:
        raise JobFailed(answer.failure or NO_REASON)
    found = outputs(work.step, answer.values)
    work.note(Callback={**told, "OutputParameters": shown(found)})
    return {"OutputParameters": found}


def values_of(parameters: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Output parameters as an operation is told them, by name."""
    return {one["Name"]: one["Value"] for one in parameters}
