"""Runs of EMR Serverless: PySpark scripts are run by the Spark of this machine, one at a time.

https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_StartJobRun.html
https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/job-states.html
"""

from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.emrserverless.exceptions import ValidationException
from moto.emrserverless.models import EMRServerlessBackend, JobRun
from moto.emrserverless.responses import EMRServerlessResponse

from embedded.clock import utcnow
from embedded.extensions.event_bus import emit
from embedded.extensions.operations import add
from embedded.extensions.spark_work import SparkWork, keep_printed, spark_driver, stop_all
from embedded.spark.run import Ended, Unsupported
from embedded.turns import others_first

OVER = ("SUCCESS", "FAILED", "CANCELLED")
DRIVER = "SPARK_DRIVER"
_runs: dict[str, "_Work"] = {}


def install() -> None:
    """Add the operations to moto's EMR Serverless."""
    add(EMRServerlessResponse, start_job_run, cancel_job_run)


def close() -> None:
    """Stop every run, and wait until they are gone."""
    stop_all(_runs)


def start_job_run(self: EMRServerlessResponse) -> ActionResult:
    """StartJobRun, whose run begins as soon as the one before it has ended."""
    backend, asked = self.emrserverless_backend, self._get_param
    token, application = asked("clientToken"), asked("applicationId")
    for known in backend.job_runs.get(application, []):
        if token and known.client_token == token:
            return _named(known)
    try:
        submit, settings = spark_driver(asked("jobDriver"), "sparkSubmit")
    except Unsupported as error:
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


class _Work(SparkWork):
    """A run on an application, which is started as long as it goes on."""

    def __init__(
        self,
        backend: EMRServerlessBackend,
        record: JobRun,
        submit: Mapping[str, Any],
        settings: Mapping[str, str],
        attempts: int,
    ) -> None:
        super().__init__(
            record.id,
            backend.region_name,
            submit,
            settings,
            attempts=attempts,
            minutes=record.execution_timeout_minutes,
        )
        self._backend, self._record = backend, record
        self._application = backend.applications[record.application_id]
        record.created_at = record.updated_at = utcnow()
        self._show("SUBMITTED")

    def _told(self, state: str, details: str) -> None:
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
        logs = monitoring.get("cloudWatchLoggingConfiguration") or {}
        group = logs.get("logGroupName", "/aws/emr-serverless") if logs.get("enabled") else None
        keep_printed(
            self._backend,
            self._s3,
            ended,
            f"applications/{record.application_id}/jobs/{record.id}/{DRIVER}",
            group=group,
            prefix=logs.get("logStreamNamePrefix"),
            uri=(monitoring.get("s3MonitoringConfiguration") or {}).get("logUri"),
        )
