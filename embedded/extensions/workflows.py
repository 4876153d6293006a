"""MWAA Serverless: workflows that are kept and carried out, a service that moto lacks.

https://docs.aws.amazon.com/mwaa-serverless/latest/APIReference/Welcome.html
"""

import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import md5
from typing import Any
from uuid import uuid4

from moto import backend_index
from moto.core.responses import ActionResult, BaseResponse

from embedded import clock
from embedded.airflow.run import OVER, Run, Work
from embedded.extensions.event_bus import emit
from embedded.extensions.operations import paged
from embedded.extensions.workflow_store import (
    SERVICE,
    Invalid,
    NotFound,
    Workflow,
    WorkflowBackend,
    airflowserverless_backends,
)
from embedded.sagemaker.job import clients
from embedded.schedules import Cron
from embedded.turns import others_first

NAME = "airflowserverless"
MODULE = f"moto.{NAME}"
STOP_SECONDS = 10
ENDS = {
    "RUNNING": "Running",
    "SUCCESS": "Succeeded",
    "FAILED": "Failed",
    "TIMEOUT": "Timeout",
    "STOPPED": "Stopped",
}
"""What the events of a run's states are called."""
_works: dict[str, Work] = {}


class WorkflowResponse(BaseResponse):
    """The operations on workflows and their runs."""

    def __init__(self) -> None:
        super().__init__(service_name="mwaa-serverless")
        self.automated_parameter_parsing = True

    @property
    def backend(self) -> WorkflowBackend:
        """The backend of the caller's account and region."""
        return airflowserverless_backends[self.current_account][self.region]

    def create_workflow(self) -> ActionResult:
        """CreateWorkflow, which reads the definition once."""
        one = self.backend.create(
            self._get_param("Name"), self._asked(), self._get_param("Tags") or {}
        )
        return ActionResult(
            {
                "WorkflowArn": one.arn,
                "CreatedAt": one.created,
                "RevisionId": one.versions[-1],
                "WorkflowStatus": "READY",
                "WorkflowVersion": one.versions[-1],
                "IsLatestVersion": True,
                "Warnings": [],
            }
        )

    def update_workflow(self) -> ActionResult:
        """UpdateWorkflow, which makes a version of what it is told, and of nothing else."""
        one = self._workflow()
        kept = {key: one.asked.get(key) for key in ("EncryptionConfiguration",)}
        self.backend.update(one, {**self._asked(), **kept})
        return ActionResult(
            {
                "WorkflowArn": one.arn,
                "ModifiedAt": one.modified,
                "WorkflowVersion": one.versions[-1],
                "Warnings": [],
            }
        )

    def get_workflow(self) -> ActionResult:
        """GetWorkflow, of the newest version."""
        one = self._workflow()
        schedule = one.definition.schedule
        told = {
            **one.asked,
            "WorkflowArn": one.arn,
            "WorkflowVersion": one.versions[-1],
            "Name": one.name,
            "CreatedAt": one.created,
            "ModifiedAt": one.modified,
            "WorkflowStatus": "READY",
            "WorkflowDefinition": one.text,
            "ScheduleConfiguration": {"CronExpression": schedule} if schedule else None,
        }
        return ActionResult({key: value for key, value in told.items() if value is not None})

    def list_workflows(self) -> ActionResult:
        """ListWorkflows."""
        found = [
            {
                "WorkflowArn": one.arn,
                "WorkflowVersion": one.versions[-1],
                "Name": one.name,
                "CreatedAt": one.created,
                "ModifiedAt": one.modified,
                "WorkflowStatus": "READY",
            }
            for one in self.backend.workflows.values()
        ]
        return paged(self, "Workflows", found, "WorkflowArn")

    def list_workflow_versions(self) -> ActionResult:
        """ListWorkflowVersions, the newest first."""
        one = self._workflow()
        found = [
            {
                "WorkflowVersion": version,
                "WorkflowArn": one.arn,
                "IsLatestVersion": version == one.versions[-1],
            }
            for version in reversed(one.versions)
        ]
        return paged(self, "WorkflowVersions", found, "WorkflowVersion")

    def delete_workflow(self) -> ActionResult:
        """DeleteWorkflow, whose runs are stopped."""
        one = self._workflow()
        for run in one.runs.values():
            if run.status not in OVER:
                _works[run.id].stop()
        del self.backend.workflows[one.arn]
        return ActionResult({"WorkflowArn": one.arn})

    def start_workflow_run(self) -> ActionResult:
        """StartWorkflowRun, whose tasks begin at once."""
        backend, one = self.backend, self._workflow()
        params = {**one.definition.params, **(self._get_param("OverrideParameters") or {})}
        token = self._get_param("ClientToken") or uuid4().hex
        id_ = md5(f"{one.arn} {token}".encode(), usedforsecurity=False).hexdigest()[:15]
        if id_ not in one.runs:
            _begin(backend, one, Run(id_, one.versions[-1], one.definition, params))
        run = one.runs[id_]
        return ActionResult({"RunId": id_, "Status": run.status, "StartedAt": run.created})

    def get_workflow_run(self) -> ActionResult:
        """GetWorkflowRun."""
        arn = self._get_param("WorkflowArn")
        run = self.backend.run(arn, self._get_param("RunId"))
        detail = {
            "WorkflowArn": arn,
            "WorkflowVersion": run.version,
            "RunId": run.id,
            "RunType": run.type,
            "StartedOn": run.started,
            "CreatedAt": run.created,
            "CompletedOn": run.ended,
            "ErrorMessage": run.error or None,
            "TaskInstances": [one.task.id for one in run.tasks],
            "RunState": run.status,
        }
        return ActionResult(
            {
                "WorkflowArn": arn,
                "WorkflowVersion": run.version,
                "RunId": run.id,
                "RunType": run.type,
                "OverrideParameters": dict(run.params),
                "RunDetail": {key: value for key, value in detail.items() if value is not None},
            }
        )

    def list_workflow_runs(self) -> ActionResult:
        """ListWorkflowRuns, the newest first."""
        one = self._workflow()
        found = []
        for run in reversed(one.runs.values()):
            summary = {
                "Status": run.status,
                "CreatedOn": run.created,
                "StartedAt": run.started,
                "EndedAt": run.ended,
            }
            found.append(
                {
                    "RunId": run.id,
                    "WorkflowArn": one.arn,
                    "WorkflowVersion": run.version,
                    "RunType": run.type,
                    "RunDetailSummary": {k: v for k, v in summary.items() if v is not None},
                }
            )
        return paged(self, "WorkflowRuns", found, "RunId")

    def stop_workflow_run(self) -> ActionResult:
        """StopWorkflowRun. Raises Invalid for a run that is over."""
        arn, id_ = self._get_param("WorkflowArn"), self._get_param("RunId")
        run = self.backend.run(arn, id_)
        if run.status in OVER:
            raise Invalid(f"The run {id_} is {run.status}")
        _works[id_].stop()
        with others_first():
            _works[id_].join(STOP_SECONDS)
        return ActionResult({"WorkflowArn": arn, "RunId": id_, "Status": run.status})

    def list_task_instances(self) -> ActionResult:
        """ListTaskInstances, in the order in which they run."""
        arn = self._get_param("WorkflowArn")
        run = self.backend.run(arn, self._get_param("RunId"))
        found = [
            {
                "WorkflowArn": arn,
                "RunId": run.id,
                "TaskInstanceId": one.task.id,
                "Status": one.status,
                "OperatorName": one.task.operator.rpartition(".")[2],
            }
            for one in run.tasks
        ]
        return paged(self, "TaskInstances", found, "TaskInstanceId")

    def get_task_instance(self) -> ActionResult:
        """GetTaskInstance."""
        arn, id_ = self._get_param("WorkflowArn"), self._get_param("TaskInstanceId")
        run = self.backend.run(arn, self._get_param("RunId"))
        one = next((each for each in run.tasks if each.task.id == id_), None)
        if one is None:
            raise NotFound(f"Task instance not found: {id_}")
        told = {
            "WorkflowArn": arn,
            "RunId": run.id,
            "TaskInstanceId": id_,
            "TaskId": id_,
            "Status": one.status,
            "OperatorName": one.task.operator.rpartition(".")[2],
            "StartedAt": one.started,
            "EndedAt": one.ended,
            "AttemptNumber": one.attempt,
            "ErrorMessage": one.error or None,
        }
        return ActionResult({key: value for key, value in told.items() if value is not None})

    def tag_resource(self) -> ActionResult:
        """TagResource."""
        self.backend.workflow(self._get_param("ResourceArn")).tags |= self._get_param("Tags")
        return ActionResult({})

    def untag_resource(self) -> ActionResult:
        """UntagResource."""
        tags = self.backend.workflow(self._get_param("ResourceArn")).tags
        for key in self._get_param("TagKeys"):
            tags.pop(key, None)
        return ActionResult({})

    def list_tags_for_resource(self) -> ActionResult:
        """ListTagsForResource."""
        return ActionResult({"Tags": self.backend.workflow(self._get_param("ResourceArn")).tags})

    def _workflow(self) -> Workflow:
        return self.backend.workflow(self._get_param("WorkflowArn"))

    def _asked(self) -> dict[str, Any]:
        """What a version is asked to be. Raises Invalid for what is not carried out here."""
        for name in ("Code", "NetworkConfiguration", "Environment", "TriggerMode"):
            if self._get_param(name):
                raise Invalid(f"The embedded AWS carries out no workflow with {name}.")
        names = (
            "DefinitionS3Location",
            "RoleArn",
            "Description",
            "EncryptionConfiguration",
            "LoggingConfiguration",
            "EngineVersion",
        )
        given = {name: self._get_param(name) for name in names}
        return {name: value for name, value in given.items() if value is not None}


class _Scheduled:
    """The workflows of all accounts that have a schedule."""

    def next(self, after: datetime) -> datetime | None:
        """When the first of them is due."""
        dues = (cron.next(after) for _, _, cron in _scheduled())
        return min((due for due in dues if due), default=None)

    def fire(self, at: datetime) -> int:
        """Start a run of those that are due."""
        before = at - timedelta(microseconds=1)
        due = [(backend, one) for backend, one, cron in _scheduled() if cron.next(before) == at]
        for backend, one in due:
            given, version = one.definition, one.versions[-1]
            run = Run(uuid4().hex[:15], version, given, given.params, "SCHEDULED", created=at)
            _begin(backend, one, run)
        return len(due)


def _scheduled() -> Iterator[tuple[WorkflowBackend, Workflow, Cron]]:
    for regions in airflowserverless_backends.values():
        for backend in regions.values():
            for one in backend.workflows.values():
                if one.definition.cron:
                    yield backend, one, one.definition.cron


def _begin(backend: WorkflowBackend, workflow: Workflow, run: Run) -> None:
    """Have a run carried out, beside all else."""
    workflow.runs[run.id] = run
    client, _ = clients(backend.region_name)
    work = Work(run, client, lambda run: _tell(backend, workflow, run))
    _works[run.id] = work
    work.start()


def _tell(backend: WorkflowBackend, workflow: Workflow, run: Run) -> None:
    """Send the event of a run's state; what AWS's own holds beside its kind is not known.

    https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-airflow-serverless.html
    """
    emit(
        backend.account_id,
        backend.region_name,
        source="aws.airflow-serverless",
        detail_type=f"MWAA Serverless Workflow Run {ENDS[run.status]}",
        resources=[workflow.arn],
        detail={},
    )


url_bases = [rf"https?://{SERVICE}\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": WorkflowResponse.dispatch}


def install() -> None:
    """Add the service where moto's server looks it up, and have schedules fire."""
    clock.current().add(_Scheduled())
    if MODULE not in sys.modules:
        sys.modules[MODULE] = sys.modules[__name__]
        backend_index.backend_url_patterns.extend((NAME, re.compile(base)) for base in url_bases)


def close() -> None:
    """Stop every run, and wait until they are gone."""
    for work in list(_works.values()):
        work.stop()
    for work in list(_works.values()):
        work.join(STOP_SECONDS)
    _works.clear()
