"""SageMaker Pipelines that run: StartPipelineExecution works the definition's steps off.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html
"""

import json
from functools import partial

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import get_pipeline_execution_from_arn

from embedded.extensions.jobs import job_of
from embedded.extensions.operations import add, kept
from embedded.extensions.state_changes import pipeline_execution_changed
from embedded.sagemaker.caching import check_caching
from embedded.sagemaker.definition import Invalid, check_order, parameters
from embedded.sagemaker.execution import Execution
from embedded.turns import others_first

STOP_SECONDS = 30

_running: dict[str, Execution] = {}


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        start_pipeline_execution,
        stop_pipeline_execution,
        describe_pipeline_execution,
        list_pipeline_execution_steps,
    )


def close() -> None:
    """Stop every execution, its process and its temporary folder, and wait until they are gone."""
    executions = list(_running.values())
    for execution in executions:
        execution.stop()
    for execution in executions:
        execution.join(STOP_SECONDS)


def start_pipeline_execution(self: SageMakerResponse) -> ActionResult:
    """StartPipelineExecution: check the parameters, set the execution off, and answer at once."""
    if self._get_param("SelectiveExecutionConfig"):
        raise ValidationError(message="The embedded AWS runs all steps of a pipeline or none.")
    arn = start(
        self.sagemaker_backend,
        self._get_param("PipelineName"),
        self._get_param("PipelineParameters") or [],
        display_name=self._get_param("PipelineExecutionDisplayName"),
        description=self._get_param("PipelineExecutionDescription"),
        parallelism=self._get_param("ParallelismConfiguration"),
        token=self._get_param("ClientRequestToken"),
    )
    return ActionResult({"PipelineExecutionArn": arn})


def start(
    backend: SageMakerModelBackend,
    name: str,
    values: list[dict[str, str]],
    *,
    display_name: str | None = None,
    description: str | None = None,
    parallelism: dict[str, int] | None = None,
    token: str | None = None,
) -> str:
    """Set an execution of a pipeline off; returns its ARN. Raises moto's ValidationError.

    `values` are entries of parameters, with Name and Value.
    """
    given = {one["Name"]: one["Value"] for one in values}
    definition = backend.describe_pipeline(name)["PipelineDefinition"]
    if isinstance(definition, str):  # moto has parsed it if it came from S3
        definition = json.loads(definition)
    try:
        resolved = parameters(definition, given)
        check_order(definition["Steps"])
        check_caching(definition["Steps"])
    except Invalid as error:
        raise ValidationError(message=str(error)) from error
    started = backend.start_pipeline_execution(
        name,
        display_name,  # type: ignore[arg-type]
        values,
        description,  # type: ignore[arg-type]
        parallelism,  # type: ignore[arg-type]
        token,  # type: ignore[arg-type]
    )
    arn = started["PipelineExecutionArn"]
    record = backend.pipelines[name].pipeline_executions[arn]
    memory = kept(backend, "succeeded_steps")
    execution = Execution(
        backend,
        record,
        definition["Steps"],
        resolved,
        job_of,
        memory,
        _forget,
        partial(pipeline_execution_changed, backend, record),
    )
    _running[arn] = execution
    execution.start()
    return arn


def stop_pipeline_execution(self: SageMakerResponse) -> ActionResult:
    """StopPipelineExecution: end the step that runs, and start no other."""
    arn = self._get_param("PipelineExecutionArn")
    get_pipeline_execution_from_arn(self.sagemaker_backend.pipelines, arn)
    execution = _running.get(arn)
    if execution is None:
        raise ValidationError(message=f"Pipeline execution {arn} is not executing.")
    with others_first():
        execution.stop()
    return ActionResult({"PipelineExecutionArn": arn})


def describe_pipeline_execution(self: SageMakerResponse) -> ActionResult:
    """DescribePipelineExecution, with the reason of a failure."""
    backend = self.sagemaker_backend
    arn = self._get_param("PipelineExecutionArn")
    described = backend.describe_pipeline_execution(arn)
    record = get_pipeline_execution_from_arn(backend.pipelines, arn)
    described["FailureReason"] = record.pipeline_execution_failure_reason
    return ActionResult({key: value for key, value in described.items() if value})


def list_pipeline_execution_steps(self: SageMakerResponse) -> ActionResult:
    """ListPipelineExecutionSteps, in the order of their start unless SortOrder is Descending."""
    arn = self._get_param("PipelineExecutionArn")
    record = get_pipeline_execution_from_arn(self.sagemaker_backend.pipelines, arn)
    steps = list(vars(record).get("steps", []))
    if self._get_param("SortOrder") == "Descending":
        steps.reverse()
    return ActionResult({"PipelineExecutionSteps": steps})


def _forget(execution: Execution) -> None:
    _running.pop(execution.arn, None)
