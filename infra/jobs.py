"""The jobs of data of an environment: their last runs, a run by hand, and what runs printed.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TypedDict

from components.data.jobs.engines import GLUE_LOGS
from infra import workflows
from infra.cluster_logs import PRINTED, cluster_logs
from infra.errors import InputError
from infra.models.logs import Source, read
from infra.models.place import Place
from infra.models.shapes import LogShape, TurnShape
from infra.models.turns import Started, machine_of, state_of, turn, turns
from infra.needs.data.jobs import NAME_LIMIT
from infra.settings import StackFile
from infra.settings.data.clusters import EMR
from infra.settings.data.containers import EKS
from infra.settings.data.jobs import Job
from infra.settings.data.orchestration import SERVERLESS
from infra.settings.mistakes import did_you_mean

GLUE_DRIVER = "-driver"
"""What Glue adds to the id of a run in the name of its driver's log stream."""
MOST_DAYS = 366


class JobShape(TypedDict):
    """A job, and its last runs."""

    job: str
    reads: list[str]
    writes: list[str]
    fills: list[str]
    runs: list[TurnShape]
    """Newest first; empty where it never ran or is not there yet."""


def job_of(stack: StackFile, name: str) -> Job:
    """The settings of a job. Raises InputError where the stack has none of that name."""
    known = {job.name: job for job in stack.platform.jobs}
    if name not in known:
        guess = did_you_mean(name, known)
        listed = f"It has {', '.join(known)}." if known else "It has none."
        raise InputError(f"{stack.environment} has no job {name}. {guess or listed}")
    return known[name]


def listed(place: Place) -> list[JobShape]:
    """Every job of an environment. Raises botocore's errors."""
    return [
        {
            "job": job.name,
            "reads": list(job.reads),
            "writes": list(job.writes),
            "fills": list(job.fills),
            "runs": _runs(place, job),
        }
        for job in place.stack.platform.jobs
    ]


def days(first: str | None, last: str | None) -> Iterator[date]:
    """Each day from the first to the last. Raises InputError for what is no range of days."""
    if not first or not last:
        raise InputError("A range has both: --from 2026-01-01 --to 2026-01-31.")
    begin, end = _day("--from", first), _day("--to", last)
    if end < begin or (end - begin).days >= MOST_DAYS:
        raise InputError(f"--from {begin} --to {end}: give 1 to {MOST_DAYS} days, in their order.")
    for number in range((end - begin).days + 1):
        yield begin + timedelta(days=number)


def day(text: str | None) -> date | None:
    """A day, where one is given. Raises InputError."""
    return _day("--date", text) if text else None


def start(place: Place, name: str, reason: str, when: date | None) -> Started:
    """Start a job, for a day if one is given. Raises InputError where it is not there yet.

    Where Airflow runs it, its reason is nowhere kept.
    """
    if _in_workflows(place):
        return workflows.start(place, job_of(place.stack, name), when)
    machine = _machine(place, name)
    if machine is None:
        raise InputError(
            f"{name} is not there yet: `maslow up -s {place.names.environment}` makes it."
        )
    asked = {"cause": "person", "reason": reason} | ({"date": when.isoformat()} if when else {})
    arn = place.client("stepfunctions").start_execution(
        stateMachineArn=machine, name=f"person-{uuid.uuid4()}", input=json.dumps(asked)
    )["executionArn"]
    return Started(arn, lambda: turn(place, arn), lambda: state_of(place, arn))


def logs(place: Place, name: str, limit: int) -> list[LogShape]:
    """The last lines that the newest run with any has printed. Raises botocore's errors."""
    engine = job_of(place.stack, name).engine
    if engine == "glue":
        return _glue_logs(place, name, limit)
    if engine == EMR:
        machine = _machine(place, name)
        return cluster_logs(place, machine, limit) if machine else []
    head = f"{_head(place, name)}runs-"
    pages = place.client("logs").get_paginator("describe_log_groups")
    groups = [
        one["logGroupName"]
        for page in pages.paginate(logGroupNamePrefix=head)
        for one in page["logGroups"]
    ]
    newest = _newest_stream(place, groups[0]) if groups else None
    if newest is None:
        return []
    stream = newest.rpartition("/")[0]
    head, _, rest = stream.rpartition("/jobs/")
    run = rest.partition("/")[0]
    if engine == EKS:
        stream = _driver_stream(place, groups[0], f"{head}/jobs/{run}/") or stream
    return [read(place, Source(one, run, groups[0], f"{stream}/{one}"), limit) for one in PRINTED]


def _glue_logs(place: Place, name: str, limit: int) -> list[LogShape]:
    prefix = f"{GLUE_LOGS}/{_head(place, name).rstrip('-')}"
    groups = {"stdout": f"{prefix}/output", "stderr": f"{prefix}/error"}
    streams = [_newest_stream(place, group) for group in groups.values()]
    stream = next((one for one in streams if one), None)
    if stream is None:
        return []
    run = stream.removesuffix(GLUE_DRIVER)
    return [read(place, Source(one, run, group, stream), limit) for one, group in groups.items()]


def _newest_stream(place: Place, group: str) -> str | None:
    logs = place.client("logs")
    try:
        streams = logs.describe_log_streams(
            logGroupName=group, orderBy="LastEventTime", descending=True, limit=1
        )["logStreams"]
    except logs.exceptions.ResourceNotFoundException:
        return None
    return streams[0]["logStreamName"] if streams else None


def _driver_stream(place: Place, group: str, head: str) -> str | None:
    """What the names of the streams of a run's driver begin with; None before it printed any.

    https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/emr-eks-jobs-cloudwatch.html
    """
    pages = place.client("logs").get_paginator("describe_log_streams")
    for page in pages.paginate(logGroupName=group, logStreamNamePrefix=head):
        for one in page["logStreams"]:
            stream: str = one["logStreamName"].rpartition("/")[0]
            if stream.endswith("-driver"):
                return stream
    return None


def _in_workflows(place: Place) -> bool:
    return place.stack.platform.orchestration == SERVERLESS


def _runs(place: Place, job: Job) -> list[TurnShape]:
    if _in_workflows(place):
        return workflows.runs(place, job)
    return turns(place, _machine(place, job.name))


def _machine(place: Place, name: str) -> str | None:
    return machine_of(place, _head(place, name), _other_heads(place, name))


def _other_heads(place: Place, name: str) -> Sequence[str]:
    return [_head(place, job.name) for job in place.stack.platform.jobs if job.name != name]


def _head(place: Place, name: str) -> str:
    return f"{place.names('job', name, limit=NAME_LIMIT)}-"


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} {text}: is no day. Example: 2026-01-31.") from None
