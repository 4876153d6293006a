"""SageMaker's jobs: training and processing run, and what would not run is refused by name.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html
"""

import json
import threading
from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse

from embedded.extensions.endpoints import refuse_existing
from embedded.extensions.operations import add
from embedded.extensions.state_changes import processing_job_changed, training_job_changed
from embedded.sagemaker import training_limits
from embedded.sagemaker.file_sources import refused
from embedded.sagemaker.job import STOP_SECONDS, Job, put
from embedded.sagemaker.jobs import not_emulated
from embedded.sagemaker.spot import SpotJob
from embedded.sagemaker.steps.work import Running
from embedded.turns import others_first
from embedded.workplace import Closed

NOT_RUN = (
    "create_auto_ml_job_v2",
    "create_compilation_job",
)
"""What moto would call done at once."""

_create_training_job = SageMakerResponse.create_training_job
_create_processing_job = SageMakerResponse.create_processing_job
_jobs: dict[str, Running] = {}
_beginning = threading.Lock()
_open = False


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        create_training_job,
        create_processing_job,
        stop_training_job,
        stop_processing_job,
        *map(_refusing, NOT_RUN),
    )
    global _open  # noqa: PLW0603  moto's state, too, is of the process
    _open = True


def close() -> None:
    """Stop every job, its process and its temporary folder, and wait until they are gone."""
    global _open  # noqa: PLW0603
    with _beginning:
        _open = False
    for job in _jobs.values():
        job.stop()
    for job in _jobs.values():
        job.join(STOP_SECONDS)
    _jobs.clear()


def job_of(arn: str) -> Running:
    """The job of an ARN, at work or at its end. Raises KeyError."""
    return _jobs[arn]


def running() -> list[tuple[str, Running]]:
    """Every job that was taken on, at work or at its end, with its ARN."""
    return list(_jobs.items())


def create_training_job(self: SageMakerResponse) -> ActionResult:
    """CreateTrainingJob: take the job on, and answer while it works."""
    backend, arguments = self.sagemaker_backend, _taken(self)
    name = arguments["TrainingJobName"]
    refuse_existing("training-job", name, backend.training_jobs, backend)
    answer = _create_training_job(self)
    record = backend.training_jobs[name]
    put(
        vars(record),
        algorithm_specification=arguments["AlgorithmSpecification"],
        final_metric_data_list=[],
        secondary_status_transitions=[],
        training_end_time=None,
        checkpoint_config=arguments.get("CheckpointConfig"),
        enable_managed_spot_training=arguments.get("EnableManagedSpotTraining", False),
        environment=arguments.get("Environment"),
    )
    changed = partial(training_job_changed, backend, record)
    kind = SpotJob if arguments.get("EnableManagedSpotTraining") else Job
    begin(record.arn, kind(record, arguments, backend.region_name, changed))
    return answer


def create_processing_job(self: SageMakerResponse) -> ActionResult:
    """CreateProcessingJob: take the job on, and answer while it works."""
    backend, arguments = self.sagemaker_backend, _taken(self)
    name = arguments["ProcessingJobName"]
    refuse_existing("processing-job", name, backend.processing_jobs, backend)
    answer = _create_processing_job(self)
    record = backend.processing_jobs[name]
    put(
        vars(record),
        processing_end_time=None,
        processing_resources=arguments.get("ProcessingResources"),
        environment=arguments.get("Environment"),
    )
    changed = partial(processing_job_changed, backend, record)
    begin(record.arn, Job(record, arguments, backend.region_name, changed))
    return answer


def stop_training_job(self: SageMakerResponse) -> ActionResult:
    """StopTrainingJob."""
    described = self.sagemaker_backend.describe_training_job(self._get_param("TrainingJobName"))
    return stop(described["TrainingJobArn"])


def stop_processing_job(self: SageMakerResponse) -> ActionResult:
    """StopProcessingJob."""
    name = self._get_param("ProcessingJobName")
    return stop(self.sagemaker_backend.describe_processing_job(name)["ProcessingJobArn"])


def _taken(response: SageMakerResponse) -> dict[str, Any]:
    """The request. Raises ValidationError for one that asks for what is not emulated."""
    arguments: dict[str, Any] = json.loads(response.body)
    if wrong := next(chain(refused(arguments), training_limits.refused(arguments)), ""):
        raise ValidationError(message=f"{wrong[0].upper()}{wrong[1:]}.")
    if lacking := next(not_emulated(arguments), ""):
        raise ValidationError(message=f"The embedded AWS does not run this job: {lacking}.")
    return arguments


def begin(arn: str, job: Running) -> None:
    """Have a job begin its work, and be ended with the cloud. Raises Closed."""
    with _beginning:
        if not _open:
            raise Closed
        _jobs[arn] = job
        job.start()


def stop(arn: str) -> ActionResult:
    """Stop the job of an ARN. Raises ValidationError for one that has ended."""
    job = _jobs[arn]
    if not job.is_alive():
        raise ValidationError(message=f"The job {arn} is not running, and can't be stopped.")
    with others_first():
        job.stop()
    return EmptyResult()


def _refusing(operation: str) -> Callable[[SageMakerResponse], ActionResult]:
    def refuse(_: SageMakerResponse) -> ActionResult:
        name = "".join(word.capitalize() for word in operation.split("_"))
        raise ValidationError(message=f"The embedded AWS has no {name}: nothing would run.")

    refuse.__name__ = operation
    return refuse
