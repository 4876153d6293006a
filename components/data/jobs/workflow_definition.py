"""The definition of a workflow of MWAA Serverless that runs a chain of jobs; plain values.

It is a DAG in the format of DAG Factory. Its parameter `date` is the day that a run is for, and
empty for the day of its start. Tasks call AWS by operators of Airflow's Amazon provider, which
MWAA Serverless lists: a run of a job is started and followed to its end, then the tables that it
wrote are held against their rules, and then the jobs begin that come after it. A task that fails
keeps what is behind it from running, and fails the run of the workflow.

https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/operators.html
https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/supported-jinja-parameters.html
https://astronomer.github.io/dag-factory/latest/
"""

from collections.abc import Iterator, Sequence
from typing import Any, NotRequired, TypedDict

import yaml

from components.common.iam import Json
from components.data.jobs.machine import LEAST_POLL_SECONDS, poll_seconds
from components.data.jobs.serverless import RunArgs, run_request
from components.data.jobs.workflow_limits import (
    CHECK_MINUTES,
    DEFINITION_BYTES,
    TASK_MINUTES,
    TASK_RETRIES,
)
from components.data.quality.gate import POLL_SECONDS, WORKERS, CheckArgs, run_options

AMAZON = "airflow.providers.amazon.aws"
START_RUN = f"{AMAZON}.operators.emr.EmrServerlessStartJobOperator"
AWAIT_RUN = f"{AMAZON}.sensors.emr.EmrServerlessJobSensor"
RUN_GLUE = f"{AMAZON}.operators.glue.GlueJobOperator"
CHECK_TABLE = f"{AMAZON}.operators.glue.GlueDataQualityRuleSetEvaluationRunOperator"
DAY = "{{ params.date or ds }}"
"""The day that a run is for: its parameter, or that of its start."""
RETRY_SECONDS = 30
START_SECONDS, START_LOOKS = 15, 40
"""Pause between two looks at an application that starts, and how many there are."""


class GlueTask(TypedDict):
    """What a run of a job by Glue is."""

    job: str
    """Name of the job."""
    glue_job: str
    """Its name in Glue."""
    retries: int
    """How often a run that failed is tried again, at most three times."""


class JobTasks(TypedDict):
    """A job of a chain: one of `serverless` and `glue` says what runs it."""

    serverless: NotRequired[RunArgs]
    """A run on EMR Serverless."""
    glue: NotRequired[GlueTask]
    """A run by Glue."""
    after: NotRequired[str]
    """The job of the chain whose end in success starts it; the first one has none."""
    checks: Sequence[CheckArgs]
    """Tables that it writes whose rules must pass before what comes after it begins."""


def definition(name: str, jobs: Sequence[JobTasks], schedule: str | None = None) -> Json:
    """The DAG of a chain of jobs, by its name.

    `jobs` are in the order in which they run; `schedule` is cron of five fields, in UTC.
    """
    last: dict[str, str] = {}
    tasks: dict[str, Json] = {}
    for each in jobs:
        before = [last[each["after"]]] if "after" in each else []
        for task, settings in _job(each):
            tasks[task] = settings | ({"dependencies": before} if before else {})
            before = [task]
        last[_named(each)] = before[0]
    return {name: {"schedule": schedule, "params": {"date": ""}, "tasks": tasks}}


def written(name: str, jobs: Sequence[JobTasks], schedule: str | None = None) -> str:
    """The YAML of the definition. Raises ValueError where it is larger than AWS takes."""
    text = yaml.safe_dump(definition(name, jobs, schedule), sort_keys=False, width=1000)
    size = len(text.encode())
    if size > DEFINITION_BYTES:
        raise ValueError(
            f"{name}: the definition has {size} bytes, and MWAA Serverless takes "
            f"{DEFINITION_BYTES}: let fewer jobs come after one another"
        )
    return text


def seconds(number: int) -> Json:
    """A time as DAG Factory reads it; MWAA Serverless refuses a plain number."""
    return {"__type__": "datetime.timedelta", "seconds": number}


def _named(each: JobTasks) -> str:
    return each["serverless"]["job"] if "serverless" in each else each["glue"]["job"]


def _job(each: JobTasks) -> Iterator[tuple[str, Json]]:
    """The tasks of a job, by their ids: its name has no underscores, and so none is taken twice."""
    name = _named(each)
    if "serverless" in each:
        run = each["serverless"]
        yield f"{name}__start", _start(run)
        yield f"{name}__await", _await(run, f"{name}__start")
    else:
        yield f"{name}__run", _glue(each["glue"])
    for number, check in enumerate(each["checks"]):
        yield f"{name}__check{number}", _check(check)


def _start(args: RunArgs) -> Json:
    """Start a run. It is not tried again: the operator has a new token each time, and so a run."""
    request = run_request(args, DAY)
    return {
        "operator": START_RUN,
        "application_id": request["ApplicationId"],
        "execution_role_arn": request["ExecutionRoleArn"],
        "name": request["Name"],
        "job_driver": _camel(request["JobDriver"]),
        "configuration_overrides": _camel(request["ConfigurationOverrides"]),
        "config": {
            "executionTimeoutMinutes": request["ExecutionTimeoutMinutes"],
            "retryPolicy": _camel(request["RetryPolicy"]),
            "tags": request["Tags"],
        },
        "wait_for_completion": False,
        "waiter_delay": START_SECONDS,
        "waiter_max_attempts": START_LOOKS,
        "retries": 0,
        "execution_timeout": seconds(TASK_MINUTES * 60),
    }


def _await(args: RunArgs, started: str) -> Json:
    """Follow a run to its end: each try waits on for an hour."""
    return {
        "operator": AWAIT_RUN,
        "application_id": args["application_id"],
        "job_run_id": f"{{{{ ti.xcom_pull(task_ids='{started}') }}}}",
        "poke_interval": poll_seconds(args["max_minutes"], args["retries"]),
        "retries": TASK_RETRIES,
        "retry_delay": seconds(RETRY_SECONDS),
        "execution_timeout": seconds(TASK_MINUTES * 60),
    }


def _glue(args: GlueTask) -> Json:
    return {
        "operator": RUN_GLUE,
        "job_name": args["glue_job"],
        "script_args": {"--date": DAY},
        "wait_for_completion": True,
        "job_poll_interval": LEAST_POLL_SECONDS,
        "stop_job_run_on_kill": True,
        "retries": args["retries"],
        "retry_delay": seconds(RETRY_SECONDS),
        "execution_timeout": seconds(TASK_MINUTES * 60),
    }


def _check(args: CheckArgs) -> Json:
    """Have the rules evaluated. It is not tried again: the same rows would fail again."""
    return {
        "operator": CHECK_TABLE,
        "datasource": {
            "GlueTable": {"DatabaseName": args["database"], "TableName": args["table_name"]}
        },
        "role": args["role_arn"],
        "rule_set_names": [args["ruleset"]],
        "number_of_workers": WORKERS,
        "timeout": CHECK_MINUTES,
        "verify_result_status": True,
        "rule_set_evaluation_run_kwargs": {"AdditionalRunOptions": run_options(args)},
        "wait_for_completion": True,
        "waiter_delay": POLL_SECONDS,
        "waiter_max_attempts": CHECK_MINUTES * 60 // POLL_SECONDS + 5,
        "retries": 0,
        "execution_timeout": seconds(TASK_MINUTES * 60),
    }


def _camel(value: Any) -> Any:
    """The members of a request by their names in boto3, which begin with a small letter."""
    if isinstance(value, dict):
        return {f"{key[0].lower()}{key[1:]}": _camel(item) for key, item in value.items()}
    return [_camel(item) for item in value] if isinstance(value, list) else value
