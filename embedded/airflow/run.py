"""A run of a workflow: its tasks one after the other, each as often as it may be tried.

https://docs.aws.amazon.com/mwaa-serverless/latest/APIReference/API_GetWorkflowRun.html
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from embedded import workplace
from embedded.airflow.definition import Definition, Task
from embedded.airflow.operators import OPERATORS, Client, Failed, Stopped
from embedded.clock import utcnow
from embedded.turns import turn

log = logging.getLogger(__name__)
OVER = ("SUCCESS", "FAILED", "TIMEOUT", "STOPPED")


@dataclass
class TaskRun:
    """How a task of a run goes."""

    task: Task
    status: str = "NONE"
    attempt: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    error: str = ""
    returned: Any = None


@dataclass
class Run:
    """A run of one version of a workflow."""

    id: str
    version: str
    definition: Definition
    params: Mapping[str, Any]
    type: str = "ON_DEMAND"
    status: str = "STARTING"
    created: datetime = field(default_factory=utcnow)
    started: datetime | None = None
    ended: datetime | None = None
    error: str = ""
    tasks: list[TaskRun] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tasks = [TaskRun(task) for task in self.definition.tasks]


class Work(Thread):
    """What carries a run out, beside all else; `tell` hears of each state of it."""

    def __init__(self, run: Run, client: Client, tell: Callable[[Run], None]) -> None:
        super().__init__(name=f"workflow-run-{run.id}", daemon=True)
        self._run, self._client, self._tell = run, client, tell
        self._stop_it = Event()

    def stop(self) -> None:
        """Let no further task begin, and none go on waiting."""
        self._stop_it.set()

    def run(self) -> None:
        """Work to whichever end."""
        run = self._run
        with turn():
            run.started = utcnow()
        self._show("RUNNING")
        for one in run.tasks:
            if self._stop_it.is_set():
                break
            if self._failed_before(one.task):
                self._show_task(one, "UPSTREAM_FAILED")
                continue
            self._try(one)
        failed = [one for one in run.tasks if one.status == "FAILED"]
        if self._stop_it.is_set():
            self._show("STOPPED", "the run was stopped")
        elif failed:
            said = "; ".join(f"{one.task.id}: {one.error}" for one in failed)
            self._show("FAILED", f"Workflow execution failed: {said}")
        else:
            self._show("SUCCESS")

    def _failed_before(self, task: Task) -> bool:
        bad = {
            one.task.id for one in self._run.tasks if one.status in ("FAILED", "UPSTREAM_FAILED")
        }
        return any(each in bad for each in task.after)

    def _try(self, one: TaskRun) -> None:
        """Try a task, and again as often as it may be."""
        for attempt in range(one.task.retries + 1):
            one.attempt = attempt + 1
            self._show_task(one, "RUNNING")
            try:
                arguments = self._rendered(dict(one.task.arguments))
                operator = OPERATORS[one.task.operator]
                one.returned = operator(self._client, arguments, self._stop_it)
            except Stopped:
                self._show_task(one, "CANCELLED")
                return
            except (Failed, TemplateError, KeyError, ClientError, BotoCoreError) as error:
                one.error = str(error)
            except Exception as error:
                log.debug("the task %s broke", one.task.id, exc_info=True)
                one.error = f"{type(error).__name__}: {error}"
            else:
                self._show_task(one, "SUCCESS")
                return
            self._show_task(one, "UP_FOR_RETRY" if attempt < one.task.retries else "FAILED")

    def _rendered(self, value: Any) -> Any:
        """A value with its templates filled in. Raises TemplateError."""
        match value:
            case str():
                template = SandboxedEnvironment(undefined=StrictUndefined).from_string(value)
                return template.render(
                    params=self._run.params,
                    ds=f"{self._run.created:%Y-%m-%d}",
                    ti=Pulled({one.task.id: one.returned for one in self._run.tasks}),
                )
            case dict():
                return {key: self._rendered(item) for key, item in value.items()}
            case list():
                return [self._rendered(item) for item in value]
            case _:
                return value

    def _show(self, status: str, error: str = "") -> None:
        if workplace.is_closed():
            return
        with turn():
            self._run.status, self._run.error = status, error[:255]
            if status in OVER:
                self._run.ended = utcnow()
            self._tell(self._run)

    def _show_task(self, one: TaskRun, status: str) -> None:
        if workplace.is_closed():
            return
        with turn():
            one.status = status
            if status == "RUNNING":
                one.started = utcnow()
            elif status != "UP_FOR_RETRY":
                one.ended = utcnow()


class Pulled:
    """What a template knows of other tasks, as Airflow's `ti`."""

    def __init__(self, returned: Mapping[str, Any]) -> None:
        self._returned = returned

    def xcom_pull(self, task_ids: str) -> Any:
        """What a task has returned."""
        return self._returned.get(task_ids)
