"""One run of a Glue job at work, with its retries, and the record that shows how it goes."""

import logging
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.glue.models import FakeJob, FakeJobRun, GlueBackend

from embedded import workplace
from embedded.clock import utcnow
from embedded.extensions.event_bus import emit
from embedded.extensions.run_logs import keep_lines
from embedded.sagemaker.job import clients
from embedded.spark import glue_arguments
from embedded.spark.run import Ended, Run, Script, Stopped, my_turn
from embedded.turns import turn

log = logging.getLogger(__name__)

OVER = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED")
GLUE_MODULES = Path(__file__).parents[1] / "spark" / "glue_modules"
"""Where scripts find `awsglue`."""
MINUTE = 60.0
MINUTES, MINUTES_BEFORE_5 = 480, 2880
"""Minutes after which a run ends that sets none: of Glue 5.0 or later, and before."""
LOGS, SHELL_LOGS = "/aws-glue/jobs", "/aws-glue/python-jobs"
SEVERITIES = {"SUCCEEDED": "INFO", "STOPPED": "INFO", "TIMEOUT": "WARN", "FAILED": "ERROR"}
MESSAGES = {
    "SUCCEEDED": "Job run succeeded",
    "STOPPED": "Job run stopped",
    "TIMEOUT": "Job run timed out",
}


class GlueRun(FakeJobRun):
    """The record of a run, which goes on only when its work does."""

    def __init__(
        self,
        job: FakeJob,
        arguments: Mapping[str, str],
        asked: Mapping[str, Any],
        previous: str | None = None,
    ) -> None:
        """A run of a job. `asked` are members of StartJobRun that take the place of the job's."""
        super().__init__(
            job_name=job.name,
            job_run_id=previous,
            arguments=dict(arguments),
            allocated_capacity=job.allocated_capacity,
            max_capacity=job.max_capacity,
            timeout=asked.get("Timeout") or job.timeout or self.default_minutes(job),
            worker_type=asked.get("WorkerType") or job.worker_type,
            security_configuration=asked.get("SecurityConfiguration") or job.security_configuration,
            number_of_workers=asked.get("NumberOfWorkers") or job.number_of_workers,
            notification_property=job.notification_property,
        )
        self.glue_version = job.glue_version
        self.attempt, self.seconds, self.error = 0, 0, ""
        self.log_group = LOGS
        self._transitions = []  # moto's runs go on by being looked at
        self.status = "STARTING"
        self.completed_on = None  # type: ignore[assignment]  # moto's runs end as they begin

    @staticmethod
    def default_minutes(job: FakeJob) -> int:
        """When a run of the job is ended that says nothing of it."""
        return MINUTES if is_5(job.glue_version) else MINUTES_BEFORE_5

    def as_dict(self) -> dict[str, Any]:
        """The run, as GetJobRun tells of it."""
        told = {
            **super().as_dict(),
            "Attempt": self.attempt,
            "ExecutionTime": self.seconds,
            "GlueVersion": self.glue_version,
            "LogGroupName": self.log_group,
            "ErrorMessage": self.error,
        }
        return {name: value for name, value in told.items() if value not in (None, "")}


def is_5(version: str | None) -> bool:
    """Whether it is Glue 5.0 or later."""
    return bool(version) and int(str(version).partition(".")[0]) >= 5  # noqa: PLR2004


class Work(threading.Thread):
    """A run and its retries, from the queue to the end."""

    def __init__(
        self, backend: GlueBackend, job: FakeJob, run: GlueRun, *, needs_spark: bool
    ) -> None:
        super().__init__(name=f"glue-run-{run.job_run_id}", daemon=True)
        self._backend, self._job, self._record = backend, job, run
        self._needs_spark = needs_spark
        self._stopped = threading.Event()
        self._run = Run()
        client, self._variables = clients(backend.region_name)
        self._s3 = client("s3")
        run.log_group = self._log_group()
        self.ids = {run.job_run_id}
        """Of the run and its retries, which are runs of their own."""

    def run(self) -> None:
        """Work to whichever end."""
        retries: int = self._job.max_retries or 0
        first = self._record.job_run_id
        try:
            with my_turn(self._stopped):
                for attempt in range(retries + 1):
                    if attempt:
                        self._again(first, attempt)
                    state, error = self._attempt()
                    self._show(state, error)
                    if state != "FAILED":
                        return
        except Stopped:
            self._show("STOPPED")

    def stop(self) -> None:
        """Tell it to stop."""
        with turn():
            if self._record.status not in OVER:
                self._record.status = "STOPPING"
        self._stopped.set()
        self._run.stop()

    def _again(self, first: str, attempt: int) -> None:
        """Begin a retry, which has an id of its own."""
        before = self._record
        with turn():
            retry = GlueRun(self._job, before.arguments or {}, {}, previous=before.job_run_id)
            retry.job_run_id = f"{first}_attempt_{attempt}"
            retry.attempt, retry.timeout = attempt, before.timeout
            retry.log_group = before.log_group
            self._record = retry
            self.ids.add(retry.job_run_id)
            self._job.job_runs.append(retry)

    def _attempt(self) -> tuple[str, str]:
        """Its state after one attempt, and what was wrong."""
        record, self._run = self._record, Run()
        if self._stopped.is_set():
            self._run.stop()
        else:
            self._show("RUNNING")
        arguments: Mapping[str, str] = record.arguments or {}
        command: Mapping[str, str] = self._job.command  # type: ignore[assignment]  # moto's type
        script = Script(
            command["ScriptLocation"],
            glue_arguments.command_line(arguments, self._job.name, record.job_run_id),
            glue_arguments.settings(arguments),
            glue_arguments.modules(arguments),
            (GLUE_MODULES,),
            has_tables=self._needs_spark and glue_arguments.has_tables(arguments),
            needs_spark=self._needs_spark,
        )
        try:
            ended = self._run(self._s3, script, self._variables, (record.timeout or 0) * MINUTE)
            self._keep(ended)
        except Exception as error:  # noqa: BLE001  a thread has nobody to raise it to
            return self._why(error)
        return ("FAILED", ended.reason) if ended.status else ("SUCCEEDED", "")

    def _why(self, error: Exception) -> tuple[str, str]:
        """How it ends that has met an error; while the cloud stops, any may be met."""
        if isinstance(error, Stopped) or workplace.is_closed():
            return "STOPPED", ""
        if isinstance(error, subprocess.TimeoutExpired):
            return "TIMEOUT", ""
        if isinstance(error, ValueError | ClientError | BotoCoreError):
            return "FAILED", str(error)
        log.error("the run %s broke", self._record.job_run_id, exc_info=error)
        return "FAILED", f"{type(error).__name__}: {error}"

    def _show(self, state: str, error: str = "") -> None:
        if workplace.is_closed():
            return
        with turn():
            record, now = self._record, utcnow()
            if state == "RUNNING":
                record.started_on = now
            if state in OVER:
                record.completed_on = now
                record.seconds = round((now - record.started_on).total_seconds())
            record.status, record.error, record.modified_on = state, error, now
            if state in OVER:
                self._tell(state, error)

    def _tell(self, state: str, error: str) -> None:
        """Send the event of an end.

        https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-glue.html
        """
        job, run = self._job.name, self._record.job_run_id
        failed = f"JobName:{job} and JobRunId:{run} failed to execute with exception {error}"
        emit(
            self._backend.account_id,
            self._backend.region_name,
            source="aws.glue",
            detail_type="Glue Job State Change",
            resources=[],
            detail={
                "jobName": job,
                "severity": SEVERITIES[state],
                "state": state,
                "jobRunId": run,
                "message": MESSAGES.get(state, failed),
            },
        )

    def _log_group(self) -> str:
        """What the names of its log groups begin with.

        https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
        """
        if not self._needs_spark:
            return SHELL_LOGS
        name = self._record.security_configuration
        known = self._backend.security_configurations.get(name) if name else None
        logs = (known.configuration if known else {}).get("CloudWatchEncryption", {})
        if logs.get("CloudWatchEncryptionMode") == "SSE-KMS":
            return f"{LOGS}-{self._job.role.rpartition('/')[2]}-{name}"
        prefix = (self._record.arguments or {}).get("--custom-logGroup-prefix")
        return prefix if prefix and is_5(self._job.glue_version) else LOGS

    def _keep(self, ended: Ended) -> None:
        """Keep what it printed where AWS has it: what it complained of in a group of its own."""
        run, arguments = self._record.job_run_id, self._record.arguments or {}
        stream = run
        if self._needs_spark and is_5(self._job.glue_version):
            stream = f"{arguments.get('--custom-logStream-prefix', run)}-driver"
        for kind, text in (("output", ended.out), ("error", ended.error)):
            keep_lines(self._backend, f"{self._record.log_group}/{kind}", stream, text)
