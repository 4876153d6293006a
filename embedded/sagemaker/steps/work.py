"""One step of one execution while it is carried out: what the code of a step type has at hand."""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol, TypeVar

from embedded.clock import now
from embedded.sagemaker.container import Stopped
from embedded.sagemaker.definition import Scope, Step, resolve
from embedded.turns import turn
from embedded.workplace import is_closed

NAME_LIMIT = 63
SUFFIX_BYTES = 5
POLL_SECONDS = 0.1

Found = TypeVar("Found")


class Running(Protocol):
    """Something that a step has set off and waits for, such as a training job."""

    failure: Exception | None
    """Why it did not complete, once it has ended: JobFailed or Stopped."""

    def start(self) -> None:
        """Let it begin."""

    def is_alive(self) -> bool:
        """Whether it has begun, and not ended."""

    def stop(self) -> None:
        """Tell it to end. Returns at once."""

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended."""


@dataclass
class Work:
    """One attempt at a step. What its type's function returns is what references to it resolve to.

    Such a function raises JobFailed with the reason where the step fails, and Stopped where it was
    told to stop. Errors of AWS's operations fail the step, too, and need not be caught.
    """

    step: Step
    scope: Scope
    client: Callable[[str], Any]
    """Clients of this embedded AWS, by the name of a service."""
    job_of: Callable[[str], Running]
    """The job of an ARN."""
    shown: dict[str, Any]
    """The step as ListPipelineExecutionSteps shows it."""
    added: Sequence[Step] = ()
    """Steps to be carried out because of the outcome of this one."""
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set once the execution is told to stop."""
    _suffix: str = field(default_factory=lambda: secrets.token_hex(SUFFIX_BYTES))
    _running: Running | None = None

    @cached_property
    def arguments(self) -> Any:
        """The step's arguments, their references replaced. Raises Invalid."""
        return self.resolved(self.step.get("Arguments", {}))

    def resolved(self, value: Any) -> Any:
        """A part of the step's definition, its references replaced. Raises Invalid."""
        own = {
            "CurrentDateTime": now().isoformat(),
            "TrainingJobName": self.name(),
            "ProcessingJobName": self.name(),
        }
        return resolve(value, replace(self.scope, execution={**self.scope.execution, **own}))

    @property
    def execution(self) -> str:
        """The ARN of the execution."""
        return self.scope.execution["PipelineExecutionArn"]

    def note(self, **metadata: Any) -> None:
        """Tell what the step has made, in the Metadata of ListPipelineExecutionSteps.

        https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PipelineExecutionStepMetadata.html
        """
        with turn():
            self.shown["Metadata"].update(metadata)

    def name(self, limit: int = NAME_LIMIT) -> str:
        """The name of what this attempt makes, of at most so many characters."""
        execution = self.scope.execution["PipelineExecutionId"]
        name = f"pipelines-{execution}-{self.step['Name']}".replace("_", "-")
        return f"{name[: limit - len(self._suffix) - 1]}-{self._suffix}"

    def named(self, key: str, limit: int = NAME_LIMIT) -> dict[str, Any]:
        """The arguments, with this attempt's name under `key`.

        A name in the definition, which the SDK leaves there for use_custom_job_prefix, becomes the
        beginning of it.
        https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html
        """
        given = self.arguments.get(key)
        if not given:
            return {**self.arguments, key: self.name(limit)}
        rest = f"-{self.scope.execution['PipelineExecutionId']}-{self._suffix}"
        return {**self.arguments, key: f"{str(given)[: limit - len(rest)]}{rest}"}

    def finish(self, arn: str) -> None:
        """Wait for a job's end. Raises JobFailed, or Stopped."""
        self.follow(self.job_of(arn))

    def follow(self, running: Running) -> None:
        """Wait for the end of what has begun. Raises JobFailed, or Stopped."""
        self._running = running
        if self.stopping.is_set():
            running.stop()
        running.join()
        self._running = None
        if running.failure:
            raise running.failure

    def poll(self, read: Callable[[], Found | None], at_stop: Callable[[], object]) -> Found:
        """What `read` returns as soon as it returns anything, asked again and again.

        `at_stop` is called once where the execution is told to stop meanwhile; the wait goes on,
        for what it has stopped has an end to be told of. Raises Stopped where the cloud stops.
        """
        told = False
        while (found := read()) is None:
            if is_closed():
                raise Stopped
            if self.stopping.is_set() and not told:
                told = True
                at_stop()
            time.sleep(POLL_SECONDS)
        return found

    def stop(self) -> None:
        """End the job that the step waits for."""
        self.stopping.set()
        if (running := self._running) is not None:
            running.stop()
