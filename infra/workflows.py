"""Workflows of Airflow that run jobs of data: their runs, and a run by hand.

https://docs.aws.amazon.com/mwaa-serverless/latest/APIReference/API_StartWorkflowRun.html
"""

from datetime import date
from typing import Any

from infra.errors import InputError
from infra.models.place import Place, iso
from infra.models.shapes import TurnShape
from infra.models.turns import LAST, Started
from infra.needs.data.workflows import first_of, workflow_name
from infra.settings.data.jobs import Job

STATUSES = {"SUCCESS": "SUCCEEDED", "TIMEOUT": "TIMED_OUT", "STOPPED": "ABORTED"}
"""How runs end, in the words of Step Functions, which readers of `--json` know."""


def runs(place: Place, job: Job) -> list[TurnShape]:
    """The last runs of the workflow that a job runs in, newest first. Raises botocore's errors."""
    arn = _arn(place, job)
    if arn is None:
        return []
    client = place.client("mwaa-serverless")
    listed = client.list_workflow_runs(WorkflowArn=arn, MaxResults=LAST)["WorkflowRuns"]
    return [run(place, arn, one["RunId"]) for one in listed[:LAST]]


def run(place: Place, arn: str, id_: str) -> TurnShape:
    """One run of a workflow."""
    found = place.client("mwaa-serverless").get_workflow_run(WorkflowArn=arn, RunId=id_)
    detail: dict[str, Any] = found["RunDetail"]
    status = detail["RunState"]
    ended = detail.get("CompletedOn")
    return {
        "execution": id_,
        "status": STATUSES.get(status, status),
        "started": iso(detail.get("StartedOn") or detail["CreatedAt"]),
        "ended": iso(ended) if ended else None,
        "cause": "schedule" if found["RunType"] == "SCHEDULED" else "person",
        "outcome": "done" if status == "SUCCESS" else None,
        "reason": detail.get("ErrorMessage"),
    }


def start(place: Place, job: Job, when: date | None) -> Started:
    """Start the workflow of a job with all that comes after it, for a day if one is given.

    Raises InputError for a job that comes after another one, and where it is not there yet.
    """
    first = first_of(job, place.stack.platform.jobs)
    if first.name != job.name:
        raise InputError(
            f"{job.name} runs in the workflow of {first.name}: `maslow job run {first.name} "
            f"-s {place.names.environment}` runs both."
        )
    arn = _arn(place, job)
    if arn is None:
        raise InputError(
            f"{job.name} is not there yet: `maslow up -s {place.names.environment}` makes it."
        )
    asked = {"OverrideParameters": {"date": when.isoformat()}} if when else {}
    id_ = place.client("mwaa-serverless").start_workflow_run(WorkflowArn=arn, **asked)["RunId"]
    return Started(id_, lambda: run(place, arn, id_), lambda: doing(place, arn, id_))


def doing(place: Place, arn: str, id_: str) -> str:
    """The tasks of a run that work just now."""
    pages = place.client("mwaa-serverless").get_paginator("list_task_instances")
    tasks = [
        task
        for page in pages.paginate(WorkflowArn=arn, RunId=id_)
        for task in page["TaskInstances"]
        if task["Status"] == "RUNNING"
    ]
    return ", ".join(task["TaskInstanceId"] for task in tasks)


def _arn(place: Place, job: Job) -> str | None:
    """ARN of the workflow that a job runs in; None where it is not there."""
    name = workflow_name(place.names, first_of(job, place.stack.platform.jobs).name)
    for page in place.client("mwaa-serverless").get_paginator("list_workflows").paginate():
        for one in page["Workflows"]:
            if one.get("Name") == name:
                return str(one["WorkflowArn"])
    return None
