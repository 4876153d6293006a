"""The turns of a model's loop, and the runs of its training pipeline where it has no loop.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from catalog.training_message import job_name
from infra.errors import InputError, WorkError
from infra.models.health import is_of_another
from infra.models.place import Place, iso
from infra.models.shapes import TurnShape
from infra.needs.model_context import NAME_LIMIT

LAST = 5
"""How many turns are told of."""
POLL_SECONDS = 5.0
EMBEDDED_POLL_SECONDS = 0.5
OVER = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "Succeeded", "Failed", "Stopped"}
GOOD = {"SUCCEEDED", "Succeeded"}
DESCRIPTION_LIMIT = 3072
"""Characters of a PipelineExecutionDescription."""

NO_SUCH = {"ResourceNotFound", "ResourceNotFoundException", "ValidationException"}
"""What SageMaker answers for a pipeline that is not there, and the embedded AWS."""

OnStep = Callable[[str], None]


def loop_of(place: Place, model: str) -> str | None:
    """ARN of the state machine of a model's loop; None where it has none."""
    return machine_of(place, _head(place, model), _heads_beside(place, model))


def machine_of(place: Place, head: str, others: Sequence[str]) -> str | None:
    """ARN of the state machine whose name begins so; None where there is none.

    One whose name begins with more of what one of the `others` begins with is that one's.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html
    """
    for page in place.client("stepfunctions").get_paginator("list_state_machines").paginate():
        for machine in page["stateMachines"]:
            name = f"{machine['name']}-"
            if name.startswith(head) and not is_of_another(name, head, others):
                return str(machine["stateMachineArn"])
    return None


def _head(place: Place, model: str, what: str = "loop") -> str:
    return f"{place.names(model, what, limit=NAME_LIMIT)}-"


def _heads_beside(place: Place, model: str, what: str = "loop") -> list[str]:
    """What the machines of the other models begin with."""
    models = place.stack.platform.models
    return [_head(place, one.name, what) for one in models if one.name != model]


def turns(place: Place, loop: str | None) -> list[TurnShape]:
    """The last turns of a loop, newest first."""
    if loop is None:
        return []
    listed = place.client("stepfunctions").list_executions(stateMachineArn=loop, maxResults=LAST)
    return [turn(place, one["executionArn"]) for one in listed["executions"][:LAST]]


def turn(place: Place, execution: str) -> TurnShape:
    """One turn of a loop."""
    found = place.client("stepfunctions").describe_execution(executionArn=execution)
    asked, ended = _object(found.get("input")), _object(found.get("output"))
    failed = ": ".join(part for part in (found.get("error"), found.get("cause")) if part)
    return {
        "execution": execution,
        "status": found["status"],
        "started": iso(found["startDate"]),
        "ended": iso(found["stopDate"]) if found.get("stopDate") else None,
        "cause": asked.get("cause"),
        "outcome": ended.get("outcome"),
        "reason": ended.get("reason") or failed or None,
    }


def run_of_pipeline(
    place: Place, execution: str, begun: Sequence[dict[str, Any]] | None = None
) -> TurnShape:
    """One run of a training pipeline, whose steps are asked for unless those `begun` are given."""
    begun = steps(place, execution) if begun is None else begun
    sagemaker = place.client("sagemaker")
    found = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
    status = found["PipelineExecutionStatus"]
    reasons = [one["FailureReason"] for one in begun if one.get("FailureReason")]
    return {
        "execution": execution,
        "status": status,
        "started": iso(found["CreationTime"]),
        "ended": iso(found["LastModifiedTime"]) if status in OVER else None,
        "cause": None,
        "outcome": None,
        "reason": "; ".join(reasons) or found.get("FailureReason") or None,
    }


def steps(place: Place, execution: str) -> list[dict[str, Any]]:
    """The steps of a run of a pipeline that have begun, in their order."""
    pages = place.client("sagemaker").get_paginator("list_pipeline_execution_steps")
    return [
        step
        for page in pages.paginate(PipelineExecutionArn=execution, SortOrder="Ascending")
        for step in page["PipelineExecutionSteps"]
    ]


def has_pipeline(place: Place, pipeline: str) -> bool:
    """Whether a pipeline is there.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribePipeline.html
    """
    try:
        place.client("sagemaker").describe_pipeline(PipelineName=pipeline)
    except ClientError as error:
        if error.response["Error"]["Code"] in NO_SUCH:
            return False
        raise
    return True


def trained_by_pods(execution: str, step: Mapping[str, Any]) -> str | None:
    """The training that a step of an execution had pods do; None where it had not."""
    token = step.get("Metadata", {}).get("Callback", {}).get("CallbackToken")
    return job_name(execution, token) if token else None


def newest_run(place: Place, pipeline: str) -> dict[str, Any] | None:
    """The summary of the newest run of a pipeline; None where it never ran, or is not there."""
    if not has_pipeline(place, pipeline):
        return None
    listed = place.client("sagemaker").list_pipeline_executions(
        PipelineName=pipeline, SortBy="CreationTime", SortOrder="Descending", MaxResults=1
    )["PipelineExecutionSummaries"]
    return listed[0] if listed else None


@dataclass(frozen=True)
class Started:
    """What was started, and how it is asked after."""

    execution: str
    look: Callable[[], TurnShape]
    doing: Callable[[], str]
    """What it is at just now."""


def start(place: Place, model: str, reason: str) -> Started:
    """Start the loop of a model, or its training pipeline where it has no loop.

    Where its training set is made of the feature store, that is done before the pipeline starts.
    Raises InputError where another environment trains the model, or nothing of it is there yet, and
    WorkError where the training set is not made.
    """
    if origin := place.stack.platform.origin:
        raise InputError(f"{model} is trained by {origin}: `maslow model run {model} -s {origin}`.")
    loop, pipeline = loop_of(place, model), place.names(model)
    if loop:
        asked = json.dumps({"cause": "person", "reason": reason})
        execution = place.client("stepfunctions").start_execution(
            stateMachineArn=loop, name=f"person-{uuid.uuid4()}", input=asked
        )
        arn = execution["executionArn"]
        return Started(arn, lambda: turn(place, arn), lambda: doing(place, arn, pipeline))
    if not has_pipeline(place, pipeline):
        raise InputError(
            f"{model} has no training pipeline yet: `maslow up -s {place.names.environment}` "
            "makes it."
        )
    make_training_set(place, model)
    begun = place.client("sagemaker").start_pipeline_execution(
        PipelineName=pipeline, PipelineExecutionDescription=reason[:DESCRIPTION_LIMIT]
    )
    run = begun["PipelineExecutionArn"]
    return Started(run, lambda: run_of_pipeline(place, run), lambda: _last_step(place, run))


def make_training_set(place: Place, model: str) -> TurnShape | None:
    """Have a model's training set made, and wait for it; None where its data comes otherwise.

    Raises WorkError where it is not made, with the reason.
    """
    machine = machine_of(place, _head(place, model, "set"), _heads_beside(place, model, "set"))
    if machine is None:
        return None
    begun = place.client("stepfunctions").start_execution(stateMachineArn=machine)
    run = begun["executionArn"]
    started = Started(run, lambda: turn(place, run), lambda: "")
    return follow(place, started, lambda _: None)


def follow(place: Place, started: Started, on_step: OnStep) -> TurnShape:
    """Wait for the end of what was started; `on_step` hears what it is at.

    Raises WorkError where it does not succeed, with the reason.
    """
    pause = EMBEDDED_POLL_SECONDS if place.running else POLL_SECONDS
    while (found := started.look())["status"] not in OVER:
        on_step(started.doing())
        time.sleep(pause)
    if found["status"] not in GOOD:
        raise WorkError(
            f"{started.execution} ended as {found['status']}: "
            f"{found['reason'] or 'no reason was given'}"
        )
    return found


def doing(place: Place, execution: str, pipeline: str) -> str:
    """The state that an execution is in, and the pipeline's step if it runs meanwhile."""
    state = state_of(place, execution)
    run = newest_run(place, pipeline)
    if run and run["PipelineExecutionStatus"] == "Executing":
        return ": ".join(filter(None, (state, _last_step(place, run["PipelineExecutionArn"]))))
    return state


def state_of(place: Place, execution: str) -> str:
    """The state that an execution is in; empty where it has entered none."""
    history = place.client("stepfunctions").get_execution_history(
        executionArn=execution, reverseOrder=True, maxResults=100
    )["events"]
    entered = [event for event in history if "stateEnteredEventDetails" in event]
    newest = max(entered, key=lambda event: int(event["id"]), default=None)
    return str(newest["stateEnteredEventDetails"]["name"]) if newest else ""


def _last_step(place: Place, execution: str) -> str:
    found = steps(place, execution)
    return str(found[-1]["StepName"]) if found else ""


def _object(text: str | None) -> dict[str, Any]:
    try:
        read = json.loads(text or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
