"""One execution of a SageMaker pipeline, worked off in a thread of its own.

Steps that wait for nothing run at once, up to MaxParallelExecutionSteps, each in a thread. What a
step of each type does is in steps/, and how one is tried and tried again in attempts.py. After a
failure no other step begins, but for those whose dependency's trigger is that failure; the steps
that run go on to their end.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from moto.sagemaker.models import FakePipelineExecution, SageMakerModelBackend

from embedded.clock import utcnow
from embedded.sagemaker.attempts import Attempts, Outcome
from embedded.sagemaker.caching import Memory
from embedded.sagemaker.definition import COMPLETED, Scope, Step, dependencies
from embedded.sagemaker.job import clients
from embedded.sagemaker.jobs import text_at
from embedded.sagemaker.steps.work import Running
from embedded.turns import turn
from embedded.workplace import is_closed

log = logging.getLogger(__name__)

ENDS = {"Succeeded", "Failed", "Stopped", "CompletedWithFailures"}
FAILED = "Step failure: One or multiple steps failed."
"""What AWS says of every execution whose steps failed; the steps tell why."""
TRIGGERED_BY = {
    COMPLETED: {Outcome.SUCCEEDED},
    "Failed": {Outcome.FAILED},
    "Stopped": {Outcome.STOPPED},
    "Any": {*Outcome},
}


@dataclass(frozen=True)
class Plan:
    """What an execution is to do."""

    steps: Sequence[Step]
    """Those to be carried out; the branches of a Condition step are in it."""
    values: Mapping[str, Any]
    """By parameter."""
    results: Mapping[str, Any] = field(default_factory=dict)
    """By the name of a step that is not carried out again, what references to it resolve to."""
    most_at_once: int | None = None
    """MaxParallelExecutionSteps."""


class Execution(threading.Thread):
    """One execution of a pipeline, at work.

    Its state is on moto's record, where the operations find it after the thread has ended.
    `at_change` is told the status before, whenever it has changed, and `at_step` a step as it is
    shown, its type, and its status before.
    """

    def __init__(
        self,
        backend: SageMakerModelBackend,
        record: FakePipelineExecution,
        plan: Plan,
        job_of: Callable[[str], Running],
        memory: Memory,
        at_end: Callable[["Execution"], None],
        at_change: Callable[[str], None] = lambda _: None,
        at_step: Callable[[Mapping[str, Any], str, str], None] = lambda *_: None,
    ) -> None:
        self.arn: str = record.arn
        self.id = record.arn.rpartition("/")[2]
        super().__init__(name=f"pipeline-execution-{self.id}", daemon=True)
        pipeline_arn = record.arn.rpartition("/execution/")[0]
        self.most_at_once = plan.most_at_once
        self._record = record
        self._waiting = list(plan.steps)
        self._at_end = at_end
        self._at_change = at_change
        self._ended = False
        self._stopping = threading.Event()
        self._changed = threading.Condition()
        self._running: dict[str, Attempts] = {}
        self._outcomes = dict.fromkeys(plan.results, Outcome.SUCCEEDED)
        self._answered: set[str] = set()
        """Steps whose failure or stop was what another step, by its trigger, began at."""
        client, _ = clients(backend.region_name)
        scope = Scope(
            parameters=plan.values,
            execution={
                "PipelineArn": pipeline_arn,
                "PipelineName": pipeline_arn.rpartition("/")[2],
                "PipelineExecutionArn": record.arn,
                "PipelineExecutionId": self.id,
                "StartDateTime": record.start_time.isoformat(),
            },
            read=partial(text_at, client("s3")),
            steps=dict(plan.results),
        )
        vars(record).setdefault("steps", [])
        vars(record)["results"] = scope.steps
        self._attempts = partial(
            Attempts,
            scope=scope,
            listed=vars(record)["steps"],
            client=client,
            job_of=job_of,
            memory=memory,
            stopping=self._stopping,
            at_step=at_step,
            at_end=self._take,
        )
        self._set("Executing")

    def run(self) -> None:
        """Work all steps off, to whichever end."""
        try:
            self._work_off()
            self._set(*self._end())
        except Exception as error:
            if not is_closed():
                log.exception("the execution %s broke", self._record.arn)
            self._set("Failed", f"{type(error).__name__}: {error}")
        finally:
            self._at_end(self)

    def stop(self) -> None:
        """End the steps that run, and start no other."""
        self._set("Stopping")
        self._stopping.set()
        with self._changed:
            running = list(self._running.values())
            self._changed.notify_all()
        for attempts in running:
            attempts.stop()

    def _set(self, status: str, reason: str = "") -> None:
        with turn():
            if self._ended:
                return
            self._ended = status in ENDS
            before: str = vars(self._record).get("pipeline_execution_status") or ""
            vars(self._record).update(
                pipeline_execution_status=status,
                pipeline_execution_failure_reason=reason,
                last_modified_time=utcnow(),
            )
            self._at_change(before)

    def _work_off(self) -> None:
        with self._changed:
            while True:
                for step in self._ready():
                    self._waiting.remove(step)
                    attempts = self._running[step["Name"]] = self._attempts(step)
                    attempts.start()
                if not self._running:
                    return
                self._changed.wait()

    def _ready(self) -> list[Step]:
        """The steps that begin now."""
        if self._stopping.is_set() or self._unanswered():
            return []
        ready = [step for step in self._waiting if self._may_begin(step)]
        if self.most_at_once is None:
            return ready
        return ready[: max(0, self.most_at_once - len(self._running))]

    def _may_begin(self, step: Step) -> bool:
        return all(
            self._outcomes.get(name) in TRIGGERED_BY[trigger]
            for name, trigger in dependencies(step).items()
        )

    def _unanswered(self) -> bool:
        """Whether a step has not succeeded, and none was there to begin at that."""
        return any(
            outcome is not Outcome.SUCCEEDED and name not in self._answered
            for name, outcome in self._outcomes.items()
        )

    def _take(self, attempts: Attempts) -> None:
        """Take note of a step's end; other threads call it."""
        name = attempts.step["Name"]
        with self._changed:
            self._outcomes[name] = attempts.outcome
            if attempts.outcome is not Outcome.SUCCEEDED and any(
                trigger != COMPLETED and attempts.outcome in TRIGGERED_BY[trigger]
                for step in self._waiting
                for needed, trigger in dependencies(step).items()
                if needed == name
            ):
                self._answered.add(name)
            self._waiting.extend(attempts.added)
            del self._running[name]
            self._changed.notify_all()

    def _end(self) -> tuple[str, str]:
        """The status at which it ends, and why."""
        if self._stopping.is_set():
            return "Stopped", ""
        outcomes = {
            outcome for name, outcome in self._outcomes.items() if name not in self._answered
        }
        if Outcome.FAILED in outcomes:
            return "Failed", FAILED
        if Outcome.STOPPED in outcomes:
            return "Stopped", ""
        return ("CompletedWithFailures" if self._answered else "Succeeded"), ""
