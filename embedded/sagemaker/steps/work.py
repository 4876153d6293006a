"""One step of one execution while it is carried out: what the code of a step type has at hand."""

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from embedded.sagemaker.container import Stopped
from embedded.sagemaker.definition import Scope, Step, resolve
from embedded.turns import turn

NAME_LIMIT = 63


class Running(Protocol):
    """Something that a step has set off and waits for, such as a training job."""

    failure: Exception | None
    """Why it did not complete, once it has ended: JobFailed or Stopped."""

    def stop(self) -> None:
        """Tell it to end. Returns at once."""

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended."""


@dataclass
class Work:
    """A step at work. What its type's function returns is what references to the step resolve to.

    Such a function raises JobFailed with the reason where the step fails, and Stopped where it was
    told to stop.
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
    _running: Running | None = None

    @cached_property
    def arguments(self) -> Any:
        """The step's arguments, their references replaced. Raises Invalid."""
        return resolve(self.step.get("Arguments", {}), self.scope)

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
        """A new name for what the step makes, of at most so many characters, as SageMaker's are."""
        suffix = secrets.token_hex(5)
        execution = self.scope.execution["PipelineExecutionId"]
        name = f"pipelines-{execution}-{self.step['Name']}".replace("_", "-")
        return f"{name[: limit - len(suffix) - 1]}-{suffix}"

    def finish(self, arn: str) -> None:
        """Wait for a job's end. Raises JobFailed, or Stopped."""
        self._running = running = self.job_of(arn)
        if self.stopping.is_set():
            running.stop()
        running.join()
        self._running = None
        if running.failure:
            raise running.failure

    def stop(self) -> None:
        """End what the step waits for."""
        self.stopping.set()
        if (running := self._running) is not None:
            running.stop()

    def go_on(self) -> None:
        """Raise Stopped where the execution was told to stop."""
        if self.stopping.is_set():
            raise Stopped
