"""How one step is carried out: from the cache, or tried until it succeeds or no policy is left."""

import enum
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.core.utils import get_service_model

from embedded import clock
from embedded.clock import utcnow
from embedded.sagemaker.caching import Memory, Success, is_cached, key_of, recalled
from embedded.sagemaker.container import Stopped
from embedded.sagemaker.definition import Invalid, Scope, Step
from embedded.sagemaker.jobs import JobFailed
from embedded.sagemaker.retries import pause, type_of
from embedded.sagemaker.steps.kinds import KINDS
from embedded.sagemaker.steps.work import Running, Work
from embedded.turns import turn
from embedded.workplace import is_closed

log = logging.getLogger(__name__)

REASON_LIMIT = 1024
"""Characters of a step's FailureReason."""
KNOWN = (JobFailed, Invalid, ClientError, BotoCoreError, ValueError)
"""What steps fail with; anything else is a fault of ours, which is logged as well."""


class Outcome(enum.Enum):
    """How a step has ended, as its StepStatus tells."""

    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    STOPPED = "Stopped"


class Attempts(threading.Thread):
    """A step at work; `outcome` and `added` are its result once `at_end` is called."""

    def __init__(
        self,
        step: Step,
        scope: Scope,
        listed: list[dict[str, Any]],
        client: Callable[[str], Any],
        job_of: Callable[[str], Running],
        memory: Memory,
        stopping: threading.Event,
        at_step: Callable[[Mapping[str, Any], str, str], None],
        at_end: Callable[["Attempts"], None],
    ) -> None:
        execution = scope.execution["PipelineExecutionId"]
        super().__init__(name=f"pipeline-execution-{execution}-{step['Name']}", daemon=True)
        self.step = step
        self.outcome = Outcome.FAILED
        self.added: Sequence[Step] = ()
        self._scope, self._listed = scope, listed
        self._client, self._job_of, self._memory = client, job_of, memory
        self._stopping, self._at_step, self._at_end = stopping, at_step, at_end
        self._shown: dict[str, Any] = {
            "StepName": step["Name"],
            **{f"Step{key}": step[key] for key in ("DisplayName", "Description") if key in step},
            "Metadata": {},
        }
        self._work: Work | None = None

    def run(self) -> None:
        """Carry the step out, to whichever end."""
        with turn():
            self._listed.append(self._shown)
            self._show("Starting", StartTime=utcnow(), AttemptCount=1)
        try:
            self._show("Executing")
            self._try_until_it_ends()
        finally:
            self._at_end(self)

    def stop(self) -> None:
        """End what the step waits for."""
        if self._shown.get("StepStatus") in ("Starting", "Executing"):
            self._show("Stopping")
        if (work := self._work) is not None:
            work.stop()

    def _try_until_it_ends(self) -> None:
        began, count = clock.now(), 1
        while True:
            try:
                self._succeed()
            except Stopped:
                self.outcome = Outcome.STOPPED
                self._show("Stopped", EndTime=utcnow())
            except Exception as error:  # noqa: BLE001  a thread has nobody to raise it to
                if self._is_tried_again(error, count, began):
                    count += 1
                    self._show("Executing", AttemptCount=count, Metadata={})
                    continue
                self._fail(error)
            return

    def _succeed(self) -> None:
        self._work = work = Work(
            self.step, self._scope, self._client, self._job_of, self._shown, stopping=self._stopping
        )
        properties = self._result(work)
        with turn():
            self._scope.steps[self.step["Name"]] = properties
        self.added = work.added
        self.outcome = Outcome.SUCCEEDED
        self._show("Succeeded", EndTime=utcnow())

    def _result(self, work: Work) -> Any:
        """What references to the step resolve to: by carrying it out, unless the cache has it."""
        kind = KINDS[self.step["Type"]]
        if not (kind.is_cached and is_cached(self.step)):
            return kind.run(work)
        key = key_of(self._scope.execution["PipelineName"], self.step, work.resolved(self.step))
        with turn():
            success = recalled(self._memory, key, self.step)
        if success:
            with turn():
                source = {"SourcePipelineExecutionArn": success.execution}
                self._shown["CacheHitResult"] = source
            work.note(**success.metadata)
            return success.properties
        properties = kind.run(work)
        with turn():
            metadata = dict(self._shown["Metadata"])
            self._memory[key] = Success(work.execution, utcnow(), properties, metadata)
        return properties

    def _is_tried_again(self, error: Exception, count: int, began: Any) -> bool:
        """Wait, where a policy has the step tried again; whether it is to be."""
        policies = self.step.get("RetryPolicies", [])
        seconds = pause(policies, type_of(error), count, began, clock.now())
        if seconds is None or self._stopping.is_set():
            return False
        return clock.current().wait(seconds, lambda: not self._stopping.is_set())

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, KNOWN) and not is_closed():
            log.error("the step %s broke", self.step["Name"], exc_info=error)
        self._show("Failed", FailureReason=reason_of(error)[:REASON_LIMIT], EndTime=utcnow())

    def _show(self, status: str, **more: Any) -> None:
        with turn():
            before = self._shown.get("StepStatus", "")
            self._shown.update(more, StepStatus=status)
            self._at_step(self._shown, self.step["Type"], before)


def reason_of(error: Exception) -> str:
    """The FailureReason of a step, as SageMaker words it where an operation has refused."""
    if isinstance(error, ClientError) and error.operation_name in _operations():
        message = error.response.get("Error", {}).get("Message", "")
        operation = f"sagemaker:{error.operation_name}"
        return f"ClientError: Failed to invoke {operation}. Error Details: {message}"
    if isinstance(error, KNOWN):
        return str(error)
    return f"{type(error).__name__}: {error}"


@cache
def _operations() -> frozenset[str]:
    return frozenset(get_service_model("sagemaker").operation_names)
