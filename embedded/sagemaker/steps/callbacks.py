"""Callback steps: a message on a queue, and a wait for whoever answers with its token.

One that asks for a training (catalog/training_message.py) would be taken by a pod, and no pods run
here: its training runs as that of a training job would, and no message is sent.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback
"""

import json
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.training_message import METRICS, MODEL, artefact_of, is_training, job_name, request_of
from embedded.sagemaker.job import clients
from embedded.sagemaker.jobs import JobFailed, Services
from embedded.sagemaker.steps.outputs import outputs, shown
from embedded.sagemaker.steps.work import Work
from embedded.sagemaker.worker import Worker

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
    if is_training(work.arguments):
        return _train(work, token, queue)
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


def _train(work: Work, token: str, queue: str) -> Any:
    """Do the training that the step asks for. Raises JobFailed, or Stopped."""
    request = request_of(work.arguments, job_name(work.execution, token))
    told = {"CallbackToken": token, "SqsQueueUrl": queue}
    work.note(Callback=told)
    region = work.execution.split(":")[3]
    training = Worker(
        request["TrainingJobName"], request, Services(*clients(region)), is_training=True
    )
    training.start()
    work.follow(training)
    found = {MODEL: artefact_of(request), METRICS: json.dumps(training.metrics)}
    work.note(Callback={**told, "OutputParameters": shown(found)})
    return {"OutputParameters": found}


def values_of(parameters: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Output parameters as an operation is told them, by name."""
    return {one["Name"]: one["Value"] for one in parameters}
