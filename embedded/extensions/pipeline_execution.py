"""SageMaker Pipelines that run: StartPipelineExecution works the definition's steps off.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html
"""

import json
from functools import partial
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakePipeline, FakePipelineExecution, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import get_pipeline_execution_from_arn, get_pipeline_from_name

from embedded.clock import utcnow
from embedded.extensions.jobs import job_of
from embedded.extensions.operations import add, kept, paged
from embedded.extensions.state_changes import pipeline_execution_changed, pipeline_step_changed
from embedded.sagemaker.checks import check
from embedded.sagemaker.definition import Invalid, Step, parameters
from embedded.sagemaker.execution import ENDS, Execution, Plan
from embedded.sagemaker.job import put
from embedded.sagemaker.selection import remaining, selected
from embedded.turns import others_first

STOP_SECONDS = 30

_running: dict[str, Execution] = {}


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        start_pipeline_execution,
        stop_pipeline_execution,
        retry_pipeline_execution,
        update_pipeline_execution,
        describe_pipeline_execution,
        describe_pipeline_definition_for_execution,
        list_pipeline_execution_steps,
        list_pipeline_executions,
    )


def close() -> None:
    """Stop every execution, its process and its temporary folder, and wait until they are gone."""
    executions = list(_running.values())
    for execution in executions:
        execution.stop()
    for execution in executions:
        execution.join(STOP_SECONDS)


def start_pipeline_execution(self: SageMakerResponse) -> ActionResult:
    """StartPipelineExecution: check all that is asked, set the execution off, answer at once."""
    arn = start(
        self.sagemaker_backend,
        self._get_param("PipelineName"),
        self._get_param("PipelineParameters") or [],
        display_name=self._get_param("PipelineExecutionDisplayName"),
        description=self._get_param("PipelineExecutionDescription"),
        parallelism=self._get_param("ParallelismConfiguration"),
        token=self._get_param("ClientRequestToken"),
        selective=self._get_param("SelectiveExecutionConfig"),
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
    selective: dict[str, Any] | None = None,
) -> str:
    """Set an execution of a pipeline off; returns its ARN. Raises moto's ValidationError.

    `values` are entries of parameters, with Name and Value. `selective` is a
    SelectiveExecutionConfig.
    """
    pipeline = get_pipeline_from_name(backend.pipelines, name)
    arn = (selective or {}).get("SourcePipelineExecutionArn")
    source = _source(backend, pipeline, arn) if arn else None
    try:
        steps, resolved, results = _plan(pipeline.pipeline_definition, values, selective, source)
    except Invalid as error:
        raise ValidationError(message=str(error)) from error
    started = backend.start_pipeline_execution(
        pipeline.pipeline_name,
        display_name,  # type: ignore[arg-type]
        values,
        description,  # type: ignore[arg-type]
        parallelism,  # type: ignore[arg-type]
        token,  # type: ignore[arg-type]
    )
    record = pipeline.pipeline_executions[started["PipelineExecutionArn"]]
    vars(record)["selective_execution_config"] = selective
    if source:
        vars(record)["steps"] = [
            {**step, "SelectiveExecutionResult": {"SourcePipelineExecutionArn": source.arn}}
            for step in vars(source)["steps"]
            if step["StepName"] in results
        ]
    _begin(backend, record, Plan(steps, resolved, results, _at_once(record)))
    return record.arn


def retry_pipeline_execution(self: SageMakerResponse) -> ActionResult:
    """RetryPipelineExecution: go on with one that has failed or was stopped, from there.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RetryPipelineExecution.html
    """
    backend, arn = self.sagemaker_backend, self._get_param("PipelineExecutionArn")
    record = get_pipeline_execution_from_arn(backend.pipelines, arn)
    if arn in _running or record.pipeline_execution_status not in ("Failed", "Stopped"):
        raise ValidationError(
            message=f"Pipeline execution {arn} is {record.pipeline_execution_status}: only one "
            "that is Failed or Stopped can be retried."
        )
    told = vars(record)
    selective, done = told.get("selective_execution_config"), dict(told["results"])
    source = (selective or {}).get("SourcePipelineExecutionArn")
    found = get_pipeline_execution_from_arn(backend.pipelines, source) if source else None
    steps, resolved, _ = _plan(
        record.pipeline_definition_for_execution, record.pipeline_parameters, selective, found
    )
    put(
        told,
        steps=[step for step in told["steps"] if step["StepStatus"] == "Succeeded"],
        parallelism_configuration=self._get_param("ParallelismConfiguration")
        or record.parallelism_configuration,
    )
    _begin(backend, record, Plan(remaining(steps, done), resolved, done, _at_once(record)))
    return ActionResult({"PipelineExecutionArn": arn})


def update_pipeline_execution(self: SageMakerResponse) -> ActionResult:
    """UpdatePipelineExecution: its name, its description, and how many steps run at once."""
    arn = self._get_param("PipelineExecutionArn")
    record = get_pipeline_execution_from_arn(self.sagemaker_backend.pipelines, arn)
    asked = {
        "pipeline_execution_display_name": self._get_param("PipelineExecutionDisplayName"),
        "pipeline_execution_description": self._get_param("PipelineExecutionDescription"),
        "parallelism_configuration": self._get_param("ParallelismConfiguration"),
    }
    given = {name: value for name, value in asked.items() if value is not None}
    put(vars(record), **given, last_modified_time=utcnow())
    if arn in _running:
        _running[arn].most_at_once = _at_once(record)
    return ActionResult({"PipelineExecutionArn": arn})


def stop_pipeline_execution(self: SageMakerResponse) -> ActionResult:
    """StopPipelineExecution: end the steps that run, and start no other."""
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
    described["SelectiveExecutionConfig"] = vars(record).get("selective_execution_config")
    return ActionResult({key: value for key, value in described.items() if value})


def list_pipeline_executions(self: SageMakerResponse) -> ActionResult:
    """ListPipelineExecutions, the newest first unless SortOrder is Ascending, in pages."""
    backend, name = self.sagemaker_backend, self._get_param("PipelineName")
    listed = [
        {key: value for key, value in one.items() if value not in (None, "", "None")}
        for one in backend.list_pipeline_executions(name)["PipelineExecutionSummaries"]
    ]
    if self._get_param("SortOrder") != "Ascending":
        listed.reverse()  # they are kept in the order of their start
    return paged(self, "PipelineExecutionSummaries", listed, "PipelineExecutionArn")


def list_pipeline_execution_steps(self: SageMakerResponse) -> ActionResult:
    """ListPipelineExecutionSteps, in the order of their start unless SortOrder is Descending."""
    arn = self._get_param("PipelineExecutionArn")
    record = get_pipeline_execution_from_arn(self.sagemaker_backend.pipelines, arn)
    steps = list(vars(record).get("steps", []))
    if self._get_param("SortOrder") == "Descending":
        steps.reverse()
    return ActionResult({"PipelineExecutionSteps": steps})


def describe_pipeline_definition_for_execution(self: SageMakerResponse) -> ActionResult:
    """DescribePipelineDefinitionForExecution, in JSON, from wherever the definition came."""
    arn = self._get_param("PipelineExecutionArn")
    record = get_pipeline_execution_from_arn(self.sagemaker_backend.pipelines, arn)
    found: Any = record.pipeline_definition_for_execution
    text = found if isinstance(found, str) else json.dumps(found)
    return ActionResult({"PipelineDefinition": text, "CreationTime": record.creation_time})


def _plan(
    text: Any,
    values: list[dict[str, str]],
    selective: dict[str, Any] | None,
    source: FakePipelineExecution | None,
) -> tuple[list[Step], dict[str, Any], dict[str, Any]]:
    """Steps to be carried out, parameters, and results of other steps. Raises Invalid."""
    definition = json.loads(text) if isinstance(text, str) else text  # moto has parsed S3's
    resolved = parameters(definition, {one["Name"]: one["Value"] for one in values})
    check(definition["Steps"], resolved)
    if not selective:
        return definition["Steps"], resolved, {}
    names = [one["StepName"] for one in selective["SelectedSteps"]]
    known = vars(source)["results"] if source else {}
    steps, results = selected(definition["Steps"], names, known)
    return steps, resolved, results


def _source(
    backend: SageMakerModelBackend, pipeline: FakePipeline, arn: str
) -> FakePipelineExecution:
    """The execution whose results others use. Raises ValidationError for one that is no such."""
    record = get_pipeline_execution_from_arn(backend.pipelines, arn)
    if arn not in pipeline.pipeline_executions:
        raise ValidationError(message=f"{arn} is no execution of {pipeline.pipeline_name}.")
    if record.pipeline_execution_status not in ENDS:
        raise ValidationError(
            message=f"{arn} is {record.pipeline_execution_status}, and has to have ended."
        )
    return record


def _begin(backend: SageMakerModelBackend, record: FakePipelineExecution, plan: Plan) -> None:
    execution = Execution(
        backend,
        record,
        plan,
        job_of,
        kept(backend, "succeeded_steps"),
        _forget,
        partial(pipeline_execution_changed, backend, record),
        partial(pipeline_step_changed, backend, record),
    )
    _running[record.arn] = execution
    execution.start()


def _at_once(record: FakePipelineExecution) -> int | None:
    return (record.parallelism_configuration or {}).get("MaxParallelExecutionSteps")


def _forget(execution: Execution) -> None:
    _running.pop(execution.arn, None)
