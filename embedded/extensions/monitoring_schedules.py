"""SageMaker Model Monitor's schedules. Nothing runs by them here: no execution is ever listed.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateMonitoringSchedule.html
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ResourceInUseException, ResourceNotFound, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import arn_formatter

from embedded.clock import utcnow
from embedded.extensions.operations import add, kept, paged

INPUTS = {
    "DataQuality": ("data_quality_job_definitions", "data_quality_job_input"),
    "ModelQuality": ("model_quality_job_definitions", "model_quality_job_input"),
    "ModelBias": ("model_bias_job_definitions", "model_bias_job_input"),
    "ModelExplainability": (
        "model_explainability_job_definitions",
        "model_explainability_job_input",
    ),
}


@dataclass
class Schedule:
    """A monitoring schedule."""

    arn: str
    name: str
    config: dict[str, Any]
    endpoint_name: str | None
    tags: list[dict[str, str]]
    status: str = "Scheduled"
    created: datetime = field(default_factory=utcnow)
    modified: datetime = field(default_factory=utcnow)

    def summary(self) -> dict[str, Any]:
        """The MonitoringScheduleSummary."""
        entries = {
            "MonitoringScheduleName": self.name,
            "MonitoringScheduleArn": self.arn,
            "MonitoringScheduleStatus": self.status,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
            "EndpointName": self.endpoint_name,
            "MonitoringJobDefinitionName": self.config.get("MonitoringJobDefinitionName"),
            "MonitoringType": self.config.get("MonitoringType"),
        }
        return {key: value for key, value in entries.items() if value is not None}


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        create_monitoring_schedule,
        describe_monitoring_schedule,
        update_monitoring_schedule,
        delete_monitoring_schedule,
        start_monitoring_schedule,
        stop_monitoring_schedule,
        list_monitoring_schedules,
        list_monitoring_executions,
    )


def schedules(backend: SageMakerModelBackend) -> dict[str, Schedule]:
    """The backend's monitoring schedules by ARN."""
    return kept(backend, "monitoring_schedules")


def create_monitoring_schedule(self: SageMakerResponse) -> ActionResult:
    """CreateMonitoringSchedule; its job definition must be there."""
    backend = self.sagemaker_backend
    name = self._get_param("MonitoringScheduleName")
    config = self._get_param("MonitoringScheduleConfig")
    arn = _arn(backend, name)
    if arn in schedules(backend):
        raise ResourceInUseException(message=f"Monitoring Schedule {arn} already exists")
    schedules(backend)[arn] = Schedule(
        arn, name, config, _monitored(backend, config), self._get_param("Tags") or []
    )
    return ActionResult({"MonitoringScheduleArn": arn})


def describe_monitoring_schedule(self: SageMakerResponse) -> ActionResult:
    """DescribeMonitoringSchedule."""
    schedule = _schedule(self)
    return ActionResult(schedule.summary() | {"MonitoringScheduleConfig": schedule.config})


def update_monitoring_schedule(self: SageMakerResponse) -> ActionResult:
    """UpdateMonitoringSchedule: the whole configuration is replaced."""
    schedule = _schedule(self)
    config = self._get_param("MonitoringScheduleConfig")
    schedule.endpoint_name = _monitored(self.sagemaker_backend, config)
    schedule.config = config
    schedule.modified = utcnow()
    return ActionResult({"MonitoringScheduleArn": schedule.arn})


def delete_monitoring_schedule(self: SageMakerResponse) -> ActionResult:
    """DeleteMonitoringSchedule, at once."""
    del schedules(self.sagemaker_backend)[_schedule(self).arn]
    return EmptyResult()


def start_monitoring_schedule(self: SageMakerResponse) -> ActionResult:
    """StartMonitoringSchedule."""
    return _turn(_schedule(self), "Scheduled")


def stop_monitoring_schedule(self: SageMakerResponse) -> ActionResult:
    """StopMonitoringSchedule."""
    return _turn(_schedule(self), "Stopped")


def list_monitoring_schedules(self: SageMakerResponse) -> ActionResult:
    """ListMonitoringSchedules, filtered and sorted."""
    wanted = {
        "EndpointName": self._get_param("EndpointName"),
        "MonitoringScheduleStatus": self._get_param("StatusEquals"),
        "MonitoringJobDefinitionName": self._get_param("MonitoringJobDefinitionName"),
        "MonitoringType": self._get_param("MonitoringTypeEquals"),
    }
    contained = self._get_param("NameContains") or ""
    summaries = [
        summary
        for summary in (item.summary() for item in schedules(self.sagemaker_backend).values())
        if contained in summary["MonitoringScheduleName"]
        and all(value is None or summary.get(key) == value for key, value in wanted.items())
    ]
    by = {"Name": "MonitoringScheduleName", "Status": "MonitoringScheduleStatus"}
    sort_key = by.get(self._get_param("SortBy"), "CreationTime")
    descending = self._get_param("SortOrder") != "Ascending"
    summaries.sort(key=lambda summary: summary[sort_key], reverse=descending)
    return paged(self, "MonitoringScheduleSummaries", summaries, "MonitoringScheduleArn")


def list_monitoring_executions(self: SageMakerResponse) -> ActionResult:  # noqa: ARG001
    """ListMonitoringExecutions: always none, since no schedule runs here."""
    return ActionResult({"MonitoringExecutionSummaries": []})


def _turn(schedule: Schedule, status: str) -> ActionResult:
    schedule.status = status
    schedule.modified = utcnow()
    return EmptyResult()


def _arn(backend: SageMakerModelBackend, name: str) -> str:
    return arn_formatter("monitoring-schedule", name, backend.account_id, backend.region_name)


def _schedule(response: SageMakerResponse) -> Schedule:
    backend = response.sagemaker_backend
    arn = _arn(backend, response._get_param("MonitoringScheduleName"))  # noqa: SLF001
    try:
        return schedules(backend)[arn]
    except KeyError:
        raise ResourceNotFound(message=f"Monitoring Schedule {arn} not found") from None


def _monitored(backend: SageMakerModelBackend, config: dict[str, Any]) -> str | None:
    """The endpoint that the schedule watches, by its named or its own job definition."""
    name = config.get("MonitoringJobDefinitionName")
    if not name:
        inputs = config.get("MonitoringJobDefinition", {}).get("MonitoringInputs") or [{}]
        return _endpoint_of(inputs[0])
    definitions, input_name = INPUTS[config["MonitoringType"]]
    definition = getattr(backend, definitions).get(name)
    if definition is None:
        raise ValidationError(message=f"Could not find job definition '{name}'.")
    return _endpoint_of(getattr(definition, input_name))


def _endpoint_of(job_input: dict[str, Any]) -> str | None:
    endpoint: dict[str, str] = job_input.get("EndpointInput", {})
    return endpoint.get("EndpointName")
