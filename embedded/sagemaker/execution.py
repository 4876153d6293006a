"""One execution of a SageMaker pipeline, worked off step by step in a thread of its own.

The steps run one after another, where AWS runs independent ones at once. Jobs are created as by any
client (job.py). What a step of each type does is in steps/; any other type fails by name.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.sagemaker.models import FakePipelineExecution, SageMakerModelBackend

from embedded.clock import utcnow
from embedded.sagemaker.caching import Memory, Success, is_cached, key_of, recalled
from embedded.sagemaker.container import Stopped
from embedded.sagemaker.definition import Invalid, Scope, Step, needs
from embedded.sagemaker.job import clients, put
from embedded.sagemaker.jobs import JobFailed, text_at
from embedded.sagemaker.steps.kinds import KINDS
from embedded.sagemaker.steps.work import Running, Work
from embedded.turns import turn
from embedded.workplace import is_closed

log = logging.getLogger(__name__)

ENDS = {"Succeeded", "Failed", "Stopped"}


class Execution(threading.Thread):
    """One execution of a pipeline, at work.

    Its state is on moto's record, where the operations find it after the thread has ended.
    `at_change` is told the status before, whenever it has changed.
    """

    def __init__(
        self,
        backend: SageMakerModelBackend,
        record: FakePipelineExecution,
        steps: Sequence[Step],
        values: Mapping[str, Any],
        job_of: Callable[[str], Running],
        memory: Memory,
        at_end: Callable[["Execution"], None],
        at_change: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.arn: str = record.arn
        self.id = record.arn.rpartition("/")[2]
        super().__init__(name=f"pipeline-execution-{self.id}", daemon=True)
        pipeline_arn = record.arn.rpartition("/execution/")[0]
        self._record = record
        self._steps = steps
        self._job_of = job_of
        self._memory = memory
        self._at_end = at_end
        self._at_change = at_change
        self._work: Work | None = None
        self._ended = False
        self._stopping = threading.Event()
        self._client, _ = clients(backend.region_name)
        self._scope = Scope(
            parameters=values,
            execution={
                "PipelineArn": pipeline_arn,
                "PipelineName": pipeline_arn.rpartition("/")[2],
                "PipelineExecutionArn": record.arn,
                "PipelineExecutionId": self.id,
                "StartDateTime": record.start_time.isoformat(),
                "CurrentDateTime": record.start_time.isoformat(),
            },
            read=partial(text_at, self._client("s3")),
        )
        vars(record)["steps"] = []
        self._set("Executing")

    def run(self) -> None:
        """Work all steps off, to whichever end."""
        try:
            self._work_off(self._steps)
            self._set("Succeeded")
        except Stopped:
            self._set("Stopped")
        except JobFailed as error:
            self._set("Failed", f"Step failure: {error}")
        except Exception as error:
            if not is_closed():
                log.exception("the execution %s broke", self._record.arn)
            self._set("Failed", f"{type(error).__name__}: {error}")
        finally:
            self._at_end(self)

    def stop(self) -> None:
        """End the step that runs, and start no other."""
        self._set("Stopping")
        self._stopping.set()
        if (work := self._work) is not None:
            work.stop()

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

    def _work_off(self, steps: Sequence[Step]) -> None:
        waiting = list(steps)
        while ready := [step for step in waiting if needs(step) <= self._scope.steps.keys()]:
            waiting.remove(ready[0])
            waiting.extend(self._carry_out(ready[0]))

    def _carry_out(self, step: Step) -> Sequence[Step]:
        """Carry one step out; returns the steps that its outcome adds."""
        if self._stopping.is_set():
            raise Stopped
        seen = {"StepName": step["Name"], "StartTime": utcnow(), "StepStatus": "Executing"}
        seen["Metadata"] = {}
        with turn():
            vars(self._record)["steps"].append(seen)
        status = "Failed"
        work = Work(step, self._scope, self._client, self._job_of, seen, stopping=self._stopping)
        self._work = work
        try:
            self._scope.steps[step["Name"]] = self._result(work)
            status = "Succeeded"
        except Stopped:
            status = "Stopped"
            raise
        except (JobFailed, Invalid, ClientError, BotoCoreError, ValueError) as error:
            put(seen, FailureReason=str(error))
            raise JobFailed(f"{step['Name']}: {error}") from error
        finally:
            self._work = None
            put(seen, StepStatus=status, EndTime=utcnow())
        return work.added

    def _result(self, work: Work) -> Any:
        """What references to a step resolve to: by carrying it out, unless the cache has it."""
        step = work.step
        if step["Type"] not in KINDS:
            raise JobFailed(f"steps of type {step['Type']} are not emulated")
        kind = KINDS[step["Type"]]
        if not (kind.is_cached and is_cached(step)):
            return kind.run(work)
        key = key_of(self._scope.execution["PipelineName"], step, work.arguments)
        with turn():
            success = recalled(self._memory, key, step)
        if success:
            put(work.shown, CacheHitResult={"SourcePipelineExecutionArn": success.execution})
            work.note(**success.metadata)
            return success.properties
        properties = kind.run(work)
        with turn():
            metadata = dict(work.shown["Metadata"])
            self._memory[key] = Success(self.arn, utcnow(), properties, metadata)
        return properties
