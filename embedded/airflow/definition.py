"""A workflow's definition, read from YAML in the format of DAG Factory.

https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/supported-airflow-parameters.html
https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/mwaa-serverless-quotas.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

import yaml

from embedded.schedules import Cron, Invalid, parse

MOST_BYTES = 50 * 1024
MOST_RETRIES = 3
MOST_DELAY_SECONDS = 300
MOST_SECONDS = 3600
FIELDS = 5
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
OWN = {"operator", "dependencies", "retries", "retry_delay", "execution_timeout", "task_id"}
"""What of a task is Airflow's own, and no argument of its operator."""


class Wrong(Exception):
    """A definition that MWAA Serverless would not take, or that is not carried out here."""


@dataclass(frozen=True)
class Task:
    """A task: what it runs, when, and how often."""

    id: str
    operator: str
    """The class, by its whole path."""
    arguments: Mapping[str, Any]
    after: tuple[str, ...]
    retries: int


@dataclass(frozen=True)
class Definition:
    """A workflow, its tasks in an order in which they may run."""

    schedule: str | None
    """Cron of five fields; None where it starts by hand alone."""
    cron: Cron | None
    """When that is."""
    params: Mapping[str, Any]
    tasks: Sequence[Task]


def read(text: str, operators: Sequence[str]) -> Definition:
    """The definition in a text, of which each task has one of these operators. Raises Wrong."""
    if len(text.encode()) > MOST_BYTES:
        raise Wrong(f"The definition is larger than {MOST_BYTES} bytes.")
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Wrong(f"The definition is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(document, Mapping) or len(document) != 1:
        raise Wrong("The definition holds one workflow, by its name.")
    ((name, dag),) = document.items()
    given = dag.get("tasks") if isinstance(dag, Mapping) else None
    if not isinstance(given, Mapping) or not given:
        raise Wrong(f"{name} has no tasks.")
    tasks = {task: _task(task, settings, given, operators) for task, settings in given.items()}
    try:
        order = [
            *TopologicalSorter({id_: task.after for id_, task in tasks.items()}).static_order()
        ]
    except CycleError as error:
        raise Wrong(f"The tasks wait for one another: {' -> '.join(error.args[1])}.") from error
    schedule = _schedule(dag.get("schedule"))
    return Definition(
        schedule,
        _cron(schedule) if schedule else None,
        dag.get("params") or {},
        [tasks[id_] for id_ in order],
    )


def _schedule(given: object) -> str | None:
    if given is None or given == "None":
        return None
    if not isinstance(given, str) or len(given.split()) != FIELDS:
        raise Wrong(f"The schedule {given!r} is not cron of five fields.")
    return given


def _cron(five: str) -> Cron:
    """The schedule as EventBridge would have it, in which one of the two days is `?`."""
    minute, hour, day, month, weekday = five.split()
    if weekday == "*":
        weekday = "?"
    elif day == "*":
        day = "?"
    weekday = re.sub(r"(?<![/\d])[0-7](?!\d)", lambda found: DAYS[int(found[0]) % 7], weekday)
    try:
        parsed = parse(f"cron({minute} {hour} {day} {month} {weekday} *)")
    except Invalid as error:
        raise Wrong(f"The schedule {five!r} is not carried out here: {error}.") from error
    if not isinstance(parsed, Cron):
        raise Wrong(f"The schedule {five!r} is not cron.")
    return parsed


def _task(id_: str, settings: object, all_: Mapping[str, Any], operators: Sequence[str]) -> Task:
    if not isinstance(settings, Mapping):
        raise Wrong(f"The task {id_} has no settings.")
    operator = settings.get("operator")
    if operator not in operators:
        raise Wrong(
            f"The task {id_} has the operator {operator}. The embedded AWS has "
            f"{', '.join(sorted(operators))}."
        )
    after = tuple(settings.get("dependencies") or ())
    for each in after:
        if each not in all_:
            raise Wrong(f"The task {id_} comes after {each}, which is not there.")
    retries = settings.get("retries", 1)
    if not isinstance(retries, int) or not 0 <= retries <= MOST_RETRIES:
        raise Wrong(f"The task {id_}: retries is {retries}, and 0 to {MOST_RETRIES} are allowed.")
    _within(id_, settings, "retry_delay", MOST_DELAY_SECONDS)
    _within(id_, settings, "execution_timeout", MOST_SECONDS)
    arguments = {name: value for name, value in settings.items() if name not in OWN}
    return Task(id_, str(operator), arguments, after, retries)


def _within(id_: str, settings: Mapping[str, Any], name: str, most: int) -> None:
    """Refuse a time that is no timedelta, or longer than AWS allows."""
    given = settings.get(name)
    if given is None:
        return
    if not isinstance(given, Mapping) or given.get("__type__") != "datetime.timedelta":
        raise Wrong(f"The task {id_}: {name} is not a datetime.timedelta.")
    if not 0 <= given.get("seconds", 0) <= most:
        raise Wrong(f"The task {id_}: {name} is longer than {most} seconds.")
