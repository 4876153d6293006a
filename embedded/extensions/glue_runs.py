"""Runs of Glue's jobs: their scripts are run by the Spark or the Python of this machine.

https://docs.aws.amazon.com/glue/latest/webapi/API_StartJobRun.html
https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
"""

from typing import Any, NoReturn

from moto.core.responses import ActionResult
from moto.glue.exceptions import (
    ConcurrentRunsExceededException,
    InvalidInputException,
    JobRunNotFoundException,
)
from moto.glue.models import FakeJob
from moto.glue.responses import GlueResponse

from embedded.extensions.glue_work import OVER, GlueRun, Work
from embedded.extensions.operations import add
from embedded.spark.glue_arguments import refuse_undone
from embedded.spark.installed import NotInstalled, require_spark
from embedded.spark.run import Unsupported
from embedded.turns import others_first

STOP_SECONDS = 10
KINDS = {"glueetl": True, "pythonshell": False}
"""Commands of jobs that are run, and whether by Spark."""

_works: dict[str, Work] = {}


def install() -> None:
    """Add the operations to moto's Glue."""
    add(GlueResponse, start_job_run, get_job_runs, batch_stop_job_run)
    add(GlueResponse, get_job_bookmark, reset_job_bookmark)


def close() -> None:
    """Stop every run, and wait until they are gone."""
    for work in list(_works.values()):
        work.stop()
    for work in list(_works.values()):
        work.join(STOP_SECONDS)
    _works.clear()


def start_job_run(self: GlueResponse) -> ActionResult:
    """StartJobRun, whose script begins as soon as no other run works on this machine."""
    job = self.glue_backend.get_job(self._get_param("JobName"))
    asked = {
        name: self._get_param(name)
        for name in ("Timeout", "WorkerType", "NumberOfWorkers", "SecurityConfiguration")
    }
    arguments = {
        **job.default_arguments,
        **(self._get_param("Arguments") or {}),
        **(job.non_overridable_arguments or {}),
    }
    _refuse(job, arguments)
    running = [run for run in job.job_runs if run.status not in OVER]
    if len(running) >= job.execution_property.get("MaxConcurrentRuns", 1):
        raise ConcurrentRunsExceededException(f"Concurrent runs exceeded for {job.name}")
    run = GlueRun(job, arguments, asked, previous=self._get_param("JobRunId"))
    job.job_runs.append(run)
    work = Work(self.glue_backend, job, run, needs_spark=KINDS[_kind(job)])
    _works[run.job_run_id] = work
    work.start()
    return ActionResult({"JobRunId": run.job_run_id})


def get_job_runs(self: GlueResponse) -> ActionResult:
    """GetJobRuns, the newest first."""
    job = self.glue_backend.get_job(self._get_param("JobName"))
    length = self._get_int_param("MaxResults") or len(job.job_runs)
    begin = int(self._get_param("NextToken") or 0)
    page = job.job_runs[::-1][begin : begin + length]
    told: dict[str, Any] = {"JobRuns": [run.as_dict() for run in page]}
    if begin + length < len(job.job_runs):
        told["NextToken"] = str(begin + length)
    return ActionResult(told)


def batch_stop_job_run(self: GlueResponse) -> ActionResult:
    """BatchStopJobRun: end those that have not ended."""
    job = self.glue_backend.get_job(self._get_param("JobName"))
    stopped, errors = [], []
    for id_ in self._get_param("JobRunIds"):
        named = {"JobName": job.name, "JobRunId": id_}
        try:
            run = job.get_job_run(id_)
        except JobRunNotFoundException as error:
            told = {"ErrorCode": "EntityNotFoundException", "ErrorMessage": error.message}
            errors.append({**named, "ErrorDetail": told})
            continue
        if run.status in OVER:
            said = f"The job run is {run.status} and cannot be stopped."
            told = {"ErrorCode": "InvalidInputException", "ErrorMessage": said}
            errors.append({**named, "ErrorDetail": told})
            continue
        with others_first():
            work = next(one for one in _works.values() if id_ in one.ids)
            work.stop()
        stopped.append(named)
    return ActionResult({"SuccessfulSubmissions": stopped, "Errors": errors})


def get_job_bookmark(self: GlueResponse) -> NoReturn:
    """GetJobBookmark: there are none."""
    del self
    raise InvalidInputException("GetJobBookmark", "The embedded AWS keeps no job bookmarks.")


def reset_job_bookmark(self: GlueResponse) -> NoReturn:
    """ResetJobBookmark: there are none."""
    del self
    raise InvalidInputException("ResetJobBookmark", "The embedded AWS keeps no job bookmarks.")


def _kind(job: FakeJob) -> str:
    command: dict[str, str] = job.command  # type: ignore[assignment]  # moto calls it a text
    return command["Name"]


def _refuse(job: FakeJob, arguments: dict[str, str]) -> None:
    """Raise InvalidInputException for what this machine does not do, or cannot."""
    kind = _kind(job)
    if kind not in KINDS:
        allowed = " and ".join(KINDS)
        raise InvalidInputException(
            "StartJobRun", f"The embedded AWS does not run jobs of {kind}: only {allowed}."
        )
    try:
        refuse_undone(arguments)
        if KINDS[kind]:
            require_spark()
    except (NotInstalled, Unsupported) as error:
        raise InvalidInputException("StartJobRun", str(error)) from error
