"""What of the jobs MWAA Serverless cannot run, for environments that it orchestrates.

https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/supported-airflow-parameters.html
https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/mwaa-serverless-quotas.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from components.data.jobs.workflow_limits import GLUE_MINUTES, TASK_RETRIES, WAIT_MINUTES
from infra.settings.cross_stack import entries, mapping
from infra.settings.data.jobs import Job
from infra.settings.frequency import NotFiveFields, expression, five_fields
from infra.settings.mistakes import Mistake

SERVERLESS = "mwaa-serverless"
INSTEAD = "Change it, or leave orchestration at step-functions."
Path = tuple[str | int, ...]


def check_orchestration(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield what of the jobs MWAA Serverless does not run as it is asked for."""
    if values.get("orchestration") != SERVERLESS:
        return
    jobs = entries(values.get("jobs"))
    if not jobs:
        yield Mistake(
            ("orchestration",), "there are no jobs, and so nothing to run.", "Leave it out."
        )
    for index, job in enumerate(jobs):
        yield from _starts(mapping(job.get("on")), ("jobs", index, "on"))
        yield from _limits(job, ("jobs", index))


def _starts(on: Mapping[str, Any], at: Path) -> Iterator[Mistake]:
    """A workflow starts by its one schedule or by a person; no rule of EventBridge starts one."""
    if on.get("arrival"):
        yield Mistake(
            (*at, "arrival"),
            "MWAA Serverless starts no workflow when objects arrive.",
            "Give the job a schedule, or leave orchestration at step-functions.",
        )
    schedule = on.get("schedule")
    if not isinstance(schedule, str):
        return
    if on.get("after"):
        yield Mistake(
            (*at, "schedule"),
            f"it runs in the workflow of {on['after']}, which has one schedule.",
            "Give the schedule to the first job of the chain.",
        )
    try:
        five_fields(expression(schedule, ""))
    except NotFiveFields as error:
        yield Mistake(
            (*at, "schedule"), f"MWAA Serverless takes cron of five fields, and {error}.", INSTEAD
        )
    except ValueError:
        return  # what is no schedule at all is told elsewhere


def _limits(job: Mapping[str, Any], at: Path) -> Iterator[Mistake]:
    """A task has an hour, and is tried three times again at most."""
    retries = job.get("retries", Job.model_fields["retries"].default)
    minutes = job.get("max_minutes", Job.model_fields["max_minutes"].default)
    if not isinstance(retries, int) or not isinstance(minutes, int):
        return
    if job.get("engine") == "glue":
        if retries > TASK_RETRIES:
            yield Mistake(
                (*at, "retries"),
                f"MWAA Serverless tries a task {TASK_RETRIES} times again at most, "
                f"not {retries} times.",
                INSTEAD,
            )
        if minutes > GLUE_MINUTES:
            yield Mistake(
                (*at, "max_minutes"),
                f"a run of Glue may take {GLUE_MINUTES} minutes, for a task of MWAA Serverless "
                f"has an hour; this one may take {minutes}.",
                f"Give it max_minutes: {GLUE_MINUTES}, let EMR Serverless run it, or leave "
                "orchestration at step-functions.",
            )
    elif minutes * (retries + 1) > WAIT_MINUTES:
        yield Mistake(
            (*at, "max_minutes"),
            f"MWAA Serverless follows a run for {WAIT_MINUTES} minutes, and with its retries this "
            f"one may take {minutes * (retries + 1)}.",
            INSTEAD,
        )
