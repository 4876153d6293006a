"""The runs of a model's training pipeline: how each ended, what it measured, what came of it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListPipelineExecutions.html
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from components.platform.training_definition import steps as every_step
from components.platform.version_cards.runtime.card import metrics_of
from infra.errors import InputError
from infra.models.experiments import address
from infra.models.place import Place
from infra.models.registry import document
from infra.models.shapes import RunShape, TrackedShape
from infra.models.turns import has_pipeline, run_of_pipeline, steps, trained_by_pods

Pages = Callable[[], str | None]
"""Where MLflow's pages answer, if they are open to whoever looks; None where they are not."""
TRACKING = "tracking.json"
"""What a project's job leaves beside its report, of the run that it kept."""


def runs(place: Place, model: str, most: int) -> list[RunShape]:
    """The last runs of a model's training pipeline, newest first, `most` of them at most.

    Raises InputError where another environment trains the model, and botocore's errors.
    """
    if origin := place.stack.platform.origin:
        raise InputError(
            f"{model} is trained by {origin}: `maslow model runs {model} -s {origin}`."
        )
    pipeline = place.names(model)
    if not has_pipeline(place, pipeline):
        return []
    listed = place.client("sagemaker").list_pipeline_executions(
        PipelineName=pipeline, SortBy="CreationTime", SortOrder="Descending", MaxResults=most
    )["PipelineExecutionSummaries"]
    pages = cache(partial(_pages, place))
    return [run(place, one["PipelineExecutionArn"], pages) for one in listed[:most]]


def run(place: Place, execution: str, pages: Pages) -> RunShape:
    """One of them; `pages` is asked where a run was kept."""
    done = steps(place, execution)
    found: RunShape = {
        **run_of_pipeline(place, execution, done),
        "version": None,
        "training": _made_by(done, "TrainingJob", "TuningJob")
        or next(filter(None, (trained_by_pods(execution, step) for step in done)), None),
        "kind": None,
        "metrics": None,
        "mlflow": None,
    }
    registered = _made_by(done, "RegisterModel")
    if registered:
        found["version"] = int(registered)
    for report in _reports(place, execution, done):
        kind, metrics = metrics_of(document(place, report) or {})
        if metrics:
            found["kind"], found["metrics"] = kind, metrics
            found["mlflow"] = _tracked(place, report, pages)
    return found


def _made_by(done: Sequence[Mapping[str, Any]], *kinds: str) -> str | None:
    """The last part of the ARN of what a step has made, by what its metadata calls that."""
    for step in done:
        for kind in kinds:
            if arn := step.get("Metadata", {}).get(kind, {}).get("Arn"):
                return str(arn).rpartition("/")[2]
    return None


def _reports(place: Place, execution: str, done: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """S3 URIs of the property files of a run's processing jobs, in the order of their steps."""
    sagemaker = place.client("sagemaker")
    text = sagemaker.describe_pipeline_definition_for_execution(PipelineExecutionArn=execution)
    files = {
        step["Name"]: step.get("PropertyFiles", [])
        for step in every_step(json.loads(text["PipelineDefinition"]))
    }
    for step in done:
        arn = step.get("Metadata", {}).get("ProcessingJob", {}).get("Arn")
        if not arn or not files.get(step["StepName"]):
            continue
        job = sagemaker.describe_processing_job(ProcessingJobName=arn.rpartition("/")[2])
        outputs = job.get("ProcessingOutputConfig", {}).get("Outputs", [])
        places = {one["OutputName"]: one.get("S3Output", {}).get("S3Uri") for one in outputs}
        for file in files[step["StepName"]]:
            if uri := places.get(file["OutputName"]):
                yield f"{uri}/{file['FilePath']}"


def _tracked(place: Place, report: str, pages: Pages) -> TrackedShape | None:
    """The run of MLflow that was kept of a report; None where none was."""
    told = document(place, f"{report.rpartition('/')[0]}/{TRACKING}") or {}
    if "run" not in told:
        return None
    there = pages()
    url = f"{there.rstrip('/')}/#/runs/{told['run']}" if there else None
    return {"run": told["run"], "experiment": told["experiment"], "url": url}


def _pages(place: Place) -> str | None:
    """Where MLflow's pages are: those of AWS open by an address for one, those here for anybody."""
    if place.running is None or place.stack.platform.experiments is None:
        return None
    return address(place)
