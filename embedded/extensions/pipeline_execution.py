"""SageMaker Pipelines that run: StartPipelineExecution works the definition's steps off.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html
"""

import json

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import get_pipeline_execution_from_arn

from embedded.extensions.jobs import job_of
from embedded.extensions.operations import add, kept
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
    backend = self.sagemaker_backend
    name = self._get_param("PipelineName")
    if self._get_param("SelectiveExecutionConfig"):
        raise ValidationError(message="The embedded AWS runs all steps of a pipeline or none.")
    given = {one["Name"]: one["Value"] for one in self._get_param("PipelineParameters") or []}
    definition = backend.describe_pipeline(name)["PipelineDefinition"]
    if isinstance(definition, str):  # moto has parsed it if it came from S3
        definition = json.loads(definition)
    try:
        values = parameters(definition, given)
        check_order(definition["Steps"])
        check_caching(definition["Steps"])
    except Invalid as error:
        raise ValidationError(message=str(error)) from error
    arn = backend.start_pipeline_execution(
        name,
        self._get_param("PipelineExecutionDisplayName"),
        self._get_param("PipelineParameters") or [],
        self._get_param("PipelineExecutionDescription"),
        self._get_param("ParallelismConfiguration"),
        self._get_param("ClientRequestToken"),
    )["PipelineExecutionArn"]
    record = backend.pipelines[name].pipeline_executions[arn]
    memory = kept(backend, "succeeded_steps")
    execution = Execution(backend, record, definition["Steps"], values, job_of, memory, _forget)
    _running[arn] = execution
    execution.start()
    return ActionResult({"PipelineExecutionArn": arn})


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
