"""Runs of EMR Serverless: PySpark scripts are run by the Spark of this machine, one at a time.

https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_StartJobRun.html
https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/job-states.html
"""

import gzip
import logging
import subprocess
import threading
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.core.responses import ActionResult
from moto.emrserverless.exceptions import ValidationException
from moto.emrserverless.models import EMRServerlessBackend, JobRun
from moto.emrserverless.responses import EMRServerlessResponse

from embedded import workplace
from embedded.clock import utcnow
from embedded.extensions.event_bus import emit
from embedded.extensions.operations import add
from embedded.extensions.run_logs import keep_lines
from embedded.sagemaker.job import clients
from embedded.spark.installed import NotInstalled, require_spark
from embedded.spark.run import (
    CATALOG,
    Ended,
    Run,
    Script,
    Stopped,
    Unsupported,
    my_turn,
    settings_of,
)
from embedded.spark.submit import GLUE
from embedded.turns import others_first, turn

log = logging.getLogger(__name__)

OVER = ("SUCCESS", "FAILED", "CANCELLED")
STOP_SECONDS = 10
DRIVER = "SPARK_DRIVER"
_runs: dict[str, "_Work"] = {}


def install() -> None:
    """Add the operations to moto's EMR Serverless."""
    add(EMRServerlessResponse, start_job_run, cancel_job_run)


def close() -> None:
    """Stop every run, and wait until they are gone."""
    for work in list(_runs.values()):
        work.stop()
    for work in list(_runs.values()):
        work.join(STOP_SECONDS)
    _runs.clear()


def start_job_run(self: EMRServerlessResponse) -> ActionResult:
    """StartJobRun, whose run begins as soon as the one before it has ended."""
    backend, asked = self.emrserverless_backend, self._get_param
    token, application = asked("clientToken"), asked("applicationId")
    for known in backend.job_runs.get(application, []):
        if token and known.client_token == token:
            return _named(known)
    submit = _submit(asked("jobDriver") or {})
    try:
        require_spark()
        settings = settings_of(submit.get("sparkSubmitParameters", ""))
    except (NotInstalled, Unsupported) as error:
        raise ValidationException(str(error)) from error
    record = backend.start_job_run(
        application_id=application,
        client_token=token,
        execution_role_arn=asked("executionRoleArn"),
        job_driver=asked("jobDriver"),
        configuration_overrides=asked("configurationOverrides"),
        tags=asked("tags"),
        execution_timeout_minutes=self._get_int_param("executionTimeoutMinutes"),
        name=asked("name"),
    )
    attempts = (asked("retryPolicy") or {}).get("maxAttempts", 1)
    work = _Work(backend, record, submit, settings, int(attempts))
    _runs[record.id] = work
    work.start()
    return _named(record)


def _named(record: JobRun) -> ActionResult:
    named = {"applicationId": record.application_id, "jobRunId": record.id, "arn": record.arn}
    return ActionResult(named)


def cancel_job_run(self: EMRServerlessResponse) -> ActionResult:
    """CancelJobRun: end the run, unless it has ended."""
    application, id_ = self._get_param("applicationId"), self._get_param("jobRunId")
    record = self.emrserverless_backend.get_job_run(application, id_)
    if record.state in OVER:
        raise ValidationException(f"The job run {id_} is {record.state}, and can't be cancelled.")
    with others_first():
        _runs[id_].stop()
    return ActionResult({"applicationId": application, "jobRunId": id_})


def _submit(driver: Mapping[str, Any]) -> dict[str, Any]:
    submit: dict[str, Any] | None = driver.get("sparkSubmit")
    if not submit:
        raise ValidationException("The embedded AWS runs jobs of Spark alone: give sparkSubmit.")
    entry = submit["entryPoint"]
    if not entry.endswith(".py") or not entry.startswith(("s3://", "s3a://")):
        raise ValidationException(f"The embedded AWS runs Python scripts in S3, and not {entry}.")
    return submit


class _Work(threading.Thread):
    """A run, from its place in the queue to its end."""

    def __init__(
        self,
        backend: EMRServerlessBackend,
        record: JobRun,
        submit: Mapping[str, Any],
        settings: Mapping[str, str],
        attempts: int,
    ) -> None:
        super().__init__(name=f"spark-run-{record.id}", daemon=True)
        self._backend, self._record = backend, record
        self._submit, self._settings, self._attempts = submit, settings, attempts
        self._run: Run | None = None
        self._stopped = threading.Event()
        self._application = backend.applications[record.application_id]
        client, self._variables = clients(backend.region_name)
        self._s3 = client("s3")
        record.created_at = record.updated_at = utcnow()
        self._show("SUBMITTED")

    def run(self) -> None:
        """Work to whichever end."""
        try:
            with my_turn(self._stopped):
                self._show("RUNNING")
                for left in reversed(range(self._attempts)):
                    state, details = self._attempt()
                    if state != "FAILED" or not left:
                        break
        except Stopped:
            state, details = "CANCELLED", "it was cancelled"
        self._show(state, details)

    def stop(self) -> None:
        """Tell it to stop."""
        self._stopped.set()
        if self._run is not None:
            self._run.stop()

    def _attempt(self) -> tuple[str, str]:
        """Its state after one attempt, and the details of it."""
        self._run = Run()
        if self._stopped.is_set():
            self._run.stop()
        try:
            ended = self._run(
                self._s3,
                Script(
                    self._submit["entryPoint"],
                    self._submit.get("entryPointArguments", []),
                    self._settings,
                    has_tables=self._settings.get(CATALOG) == GLUE,
                ),
                self._variables,
                self._record.execution_timeout_minutes * 60,
            )
            self._keep(ended)
        except Exception as error:  # noqa: BLE001  a thread has nobody to raise it to
            return self._why(error)
        return ("FAILED", f"Job failed: {ended.reason}") if ended.status else ("SUCCESS", "")

    def _why(self, error: Exception) -> tuple[str, str]:
        """How it ends that has met an error; while the cloud stops, any may be met."""
        if isinstance(error, Stopped) or workplace.is_closed():
            return "CANCELLED", "it was cancelled"
        if isinstance(error, subprocess.TimeoutExpired):
            minutes = self._record.execution_timeout_minutes
            return "FAILED", f"it did not end within {minutes} minutes"
        if isinstance(error, ValueError | ClientError | BotoCoreError):
            return "FAILED", str(error)
        log.error("the run %s broke", self._record.id, exc_info=error)
        return "FAILED", f"{type(error).__name__}: {error}"

    def _show(self, state: str, details: str = "") -> None:
        if workplace.is_closed():
            return
        with turn():
            before, now = self._record.state, utcnow()
            self._record.state, self._record.state_details = state, details
            self._record.updated_at = now
            self._application.state = "STARTED" if state not in OVER else "STOPPED"
            self._tell(state, before)

    def _tell(self, state: str, before: str) -> None:
        """Send the event of a state.

        https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/using-eventbridge.html
        """
        record = self._record
        emit(
            self._backend.account_id,
            self._backend.region_name,
            source="aws.emr-serverless",
            detail_type="EMR Serverless Job Run State Change",
            resources=[record.arn],
            detail={
                "jobRunId": record.id,
                "jobRunName": record.name,
                "applicationId": record.application_id,
                "arn": record.arn,
                "releaseLabel": record.release_label,
                "state": state,
                "previousState": before,
                "updatedAt": f"{utcnow():%Y-%m-%dT%H:%M:%SZ}",
            },
        )

    def _keep(self, ended: Ended) -> None:
        """Keep what it printed, where the request says and as AWS lays it."""
        overrides: Mapping[str, Any] = self._record.configuration_overrides or {}
        monitoring = overrides.get("monitoringConfiguration") or {}
        record = self._record
        place = f"applications/{record.application_id}/jobs/{record.id}/{DRIVER}"
        printed = {"stdout": ended.out, "stderr": ended.error}
        logs = monitoring.get("cloudWatchLoggingConfiguration") or {}
        if logs.get("enabled"):
            group = logs.get("logGroupName", "/aws/emr-serverless")
            prefix = f"{logs['logStreamNamePrefix']}/" if "logStreamNamePrefix" in logs else ""
            for stream, text in printed.items():
                keep_lines(self._backend, group, f"{prefix}{place}/{stream}", text)
        uri = (monitoring.get("s3MonitoringConfiguration") or {}).get("logUri")
        if uri:
            bucket, _, head = uri.removeprefix("s3://").rstrip("/").partition("/")
            for stream, text in printed.items():
                key = f"{head}/{place}/{stream}.gz".lstrip("/")
                self._s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(text.encode()))
