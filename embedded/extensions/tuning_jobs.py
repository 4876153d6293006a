"""SageMaker's tuning jobs: their training jobs run, and Optuna tells what to try.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobsForHyperParameterTuningJob.html
"""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ResourceNotFound, ValidationError
from moto.sagemaker.models import HyperParameterTuningJob, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from embedded.extensions.jobs import begin, job_of
from embedded.extensions.operations import add, paged
from embedded.extensions.state_changes import tuning_job_changed
from embedded.sagemaker.job import Job
from embedded.sagemaker.shown import ENDS
from embedded.sagemaker.tuning import checks
from embedded.sagemaker.tuning.job import Tuning
from embedded.sagemaker.tuning.study import NotInstalled, Texts, require_optuna
from embedded.sagemaker.tuning.trials import FINAL, Tried, ranked, with_type
from embedded.turns import others_first

IDENTICAL = "IdenticalDataAndAlgorithm"
COUNTERS = {
    "Completed": "Completed",
    "InProgress": "InProgress",
    "Stopping": "InProgress",
    "Failed": "NonRetryableError",
    "Stopped": "Stopped",
}
"""Which counter of a tuning job counts a training job of a status."""
OBJECTIVE, NAME = "FinalObjectiveMetricValue", "Name"

_create = SageMakerResponse.create_hyper_parameter_tuning_job  # these are replaced below
_delete = SageMakerResponse.delete_hyper_parameter_tuning_job


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        create_hyper_parameter_tuning_job,
        stop_hyper_parameter_tuning_job,
        delete_hyper_parameter_tuning_job,
        list_training_jobs_for_hyper_parameter_tuning_job,
    )
    add(HyperParameterTuningJob, describe, summary)


def create_hyper_parameter_tuning_job(self: SageMakerResponse) -> ActionResult:
    """CreateHyperParameterTuningJob: take the job on, and answer while it works."""
    backend = self.sagemaker_backend
    arguments: dict[str, Any] = json.loads(self.body)
    _check(backend, arguments)
    answer = _create(self)
    record = backend.hyper_parameter_tuning_jobs[arguments["HyperParameterTuningJobName"]]
    changed = partial(tuning_job_changed, backend, record)
    tuning = Tuning(backend, record, arguments, _training, _learned(backend, arguments), changed)
    begin(record.arn, tuning)
    return answer


def stop_hyper_parameter_tuning_job(self: SageMakerResponse) -> ActionResult:
    """StopHyperParameterTuningJob, and all training jobs of it that run."""
    record = _record(self)
    if record.hyper_parameter_tuning_job_status != "InProgress":
        raise ValidationError(
            message=f"The tuning job {record.arn} is {record.hyper_parameter_tuning_job_status}, "
            "and can't be stopped."
        )
    with others_first():
        vars(record)["tuning"].stop()
    return EmptyResult()


def delete_hyper_parameter_tuning_job(self: SageMakerResponse) -> ActionResult:
    """DeleteHyperParameterTuningJob: its entry, and none of its training jobs."""
    record = _record(self)
    if record.hyper_parameter_tuning_job_status not in ENDS:
        raise ValidationError(message=f"The tuning job {record.arn} has not ended: stop it first.")
    return _delete(self)


def list_training_jobs_for_hyper_parameter_tuning_job(self: SageMakerResponse) -> ActionResult:
    """ListTrainingJobsForHyperParameterTuningJob."""
    record, backend = _record(self), self.sagemaker_backend
    by = self._get_param("SortBy") or NAME
    wanted = self._get_param("StatusEquals")
    found = [
        each
        for each in map(partial(_summary, backend), vars(record)["tuning"].tried)
        if wanted in {None, each["TrainingJobStatus"]} and (by != OBJECTIVE or FINAL in each)
    ]
    key = {
        NAME: lambda one: one["TrainingJobName"],
        "CreationTime": lambda one: one["CreationTime"],
        "Status": lambda one: one["TrainingJobStatus"],
        OBJECTIVE: lambda one: one[FINAL]["Value"],
    }[by]
    found.sort(key=key, reverse=self._get_param("SortOrder") == "Descending")
    return paged(self, "TrainingJobSummaries", found, "TrainingJobName")


def describe(self: HyperParameterTuningJob) -> dict[str, Any]:
    """What DescribeHyperParameterTuningJob tells."""
    tuning: Tuning = vars(self)["tuning"]
    jobs = _summaries(self)
    best = _best(self, jobs)
    told = {
        **_summary_of(self, jobs),
        "HyperParameterTuningJobConfig": self.hyper_parameter_tuning_job_config,
        "TrainingJobDefinition": self.training_job_definition,
        "WarmStartConfig": self.warm_start_config,
        "BestTrainingJob": best,
        "FailureReason": self.failure_reason,
        "TuningJobCompletionDetails": {
            "NumberOfTrainingJobsObjectiveNotImproving": tuning.not_improving
        },
        "ConsumedResources": {
            "RuntimeInSeconds": sum(
                int((one["TrainingEndTime"] - one["TrainingStartTime"]).total_seconds())
                for one in jobs
                if "TrainingEndTime" in one
            )
        },
    }
    if (self.warm_start_config or {}).get("WarmStartType") == IDENTICAL:
        rest = [each for parent in _parents(self) for each in _summaries(parent)]
        told["OverallBestTrainingJob"] = _best(self, [*jobs, *rest])
    del told["Strategy"], told["ResourceLimits"]
    return {key: value for key, value in told.items() if value is not None}


def summary(self: HyperParameterTuningJob) -> dict[str, Any]:
    """What ListHyperParameterTuningJobs tells of each."""
    told = _summary_of(self, _summaries(self))
    return {key: value for key, value in told.items() if value is not None}


def _summary_of(record: HyperParameterTuningJob, jobs: list[dict[str, Any]]) -> dict[str, Any]:
    counted = [COUNTERS[one["TrainingJobStatus"]] for one in jobs]
    objectives = [one["ObjectiveStatus"] for one in jobs]
    config = record.hyper_parameter_tuning_job_config
    return {
        "HyperParameterTuningJobName": record.hyper_parameter_tuning_job_name,
        "HyperParameterTuningJobArn": record.arn,
        "HyperParameterTuningJobStatus": record.hyper_parameter_tuning_job_status,
        "Strategy": config["Strategy"],
        "CreationTime": record.creation_time,
        "HyperParameterTuningEndTime": record.hyper_parameter_tuning_end_time,
        "LastModifiedTime": record.last_modified_time,
        "TrainingJobStatusCounters": {
            each: counted.count(each)
            for each in (
                "Completed",
                "InProgress",
                "RetryableError",
                "NonRetryableError",
                "Stopped",
            )
        },
        "ObjectiveStatusCounters": {
            each: objectives.count(each) for each in ("Succeeded", "Pending", "Failed")
        },
        "ResourceLimits": config["ResourceLimits"],
    }


def _summaries(record: HyperParameterTuningJob) -> list[dict[str, Any]]:
    tuning: Tuning = vars(record)["tuning"]
    return [_summary(tuning.backend, one) for one in tuning.tried]


def _summary(backend: SageMakerModelBackend, one: Tried) -> dict[str, Any]:
    """What is listed of a training job."""
    job = backend.training_jobs[one.name].response_object
    names = ("TrainingJobName", "TrainingJobArn", "CreationTime", "TrainingStartTime")
    more = ("TrainingEndTime", "TrainingJobStatus", "FailureReason")
    return {name: job[name] for name in (*names, *more) if name in job} | one.told()


def _best(record: HyperParameterTuningJob, jobs: list[dict[str, Any]]) -> dict[str, Any] | None:
    objective = record.hyper_parameter_tuning_job_config["HyperParameterTuningJobObjective"]
    best = ranked(jobs, objective)
    return with_type(best[0], objective) if best else None


def _training(arn: str) -> Job:
    job = job_of(arn)
    if not isinstance(job, Job):
        raise TypeError(f"{arn} is no training job")
    return job


def _record(response: SageMakerResponse) -> HyperParameterTuningJob:
    name = response._get_param("HyperParameterTuningJobName")  # noqa: SLF001  moto's own way
    try:
        return response.sagemaker_backend.hyper_parameter_tuning_jobs[name]
    except KeyError:
        raise ResourceNotFound(message=f"Could not find the tuning job {name}.") from None


def _parents(record: HyperParameterTuningJob) -> Iterator[HyperParameterTuningJob]:
    known = vars(record)["tuning"].backend.hyper_parameter_tuning_jobs
    for name in _parent_names(record.warm_start_config):
        if name in known:
            yield known[name]


def _parent_names(config: dict[str, Any] | None) -> list[str]:
    named = (config or {}).get("ParentHyperParameterTuningJobs", [])
    return [one["HyperParameterTuningJobName"] for one in named]


def _check(backend: SageMakerModelBackend, arguments: dict[str, Any]) -> None:
    """Raise ValidationError for what SageMaker refuses, and for what is not emulated."""
    for wrong in checks.refused(arguments):
        raise ValidationError(message=f"{wrong[0].upper()}{wrong[1:]}.")
    if "WarmStartConfig" in arguments:
        known = backend.hyper_parameter_tuning_jobs
        names = _parent_names(arguments["WarmStartConfig"])
        parents = {name: describe(known[name]) if name in known else None for name in names}
        for wrong in checks.refused_parents(arguments, parents):
            raise ValidationError(message=f"{wrong[0].upper()}{wrong[1:]}.")
    for lacking in checks.lacking(arguments):
        raise ValidationError(message=f"The embedded AWS does not run this job: {lacking}.")
    try:
        require_optuna()
    except NotInstalled as missing:
        raise ValidationError(message=str(missing)) from None


def _learned(
    backend: SageMakerModelBackend, arguments: dict[str, Any]
) -> Iterator[tuple[Texts, float]]:
    """What the parents of a warm start have tried, and what each set came to."""
    for name in _parent_names(arguments.get("WarmStartConfig")):
        record = backend.hyper_parameter_tuning_jobs[name]
        static = (record.training_job_definition or {}).get("StaticHyperParameters", {})
        for one in vars(record)["tuning"].tried:
            if one.value is not None:
                yield {**static, **one.values}, one.value
