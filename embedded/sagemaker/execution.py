"""One execution of a SageMaker pipeline, worked off step by step in a thread of its own.

The steps run one after another, where AWS runs independent ones at once. Jobs are created as by any
client (job.py). Carried out are the step types Processing, Training, Condition, RegisterModel and
Fail; any other fails by name.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html
"""

import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.sagemaker.models import FakePipelineExecution, SageMakerModelBackend

from embedded.clock import utcnow
from embedded.sagemaker.caching import Memory, Success, is_cached, key_of, recalled
from embedded.sagemaker.container import Stopped
from embedded.sagemaker.definition import Invalid, Scope, Step, holds, needs, resolve
from embedded.sagemaker.job import Job, clients, put
from embedded.sagemaker.jobs import JobFailed, text_at
from embedded.turns import turn
from embedded.workplace import is_closed

log = logging.getLogger(__name__)

Work = Callable[[Step, dict[str, Any]], Any]
"""Carries a step out, noting what it made in the step's metadata; a Condition returns steps."""

Run = Callable[[Step, Any, dict[str, Any]], Any]
"""Runs the job of a step with its arguments; returns what references to the step resolve to."""

ENDS = {"Succeeded", "Failed", "Stopped"}
NAME_LIMIT = 63


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
        job_of: Callable[[str], Job],
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
        self._job: Job | None = None
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
        self._kinds: dict[str, Work] = {
            "Processing": partial(self._once, run=self._process),
            "Training": partial(self._once, run=self._train),
            "Condition": self._decide,
            "RegisterModel": self._register,
            "Fail": self._fail,
        }
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
        job = self._job
        if job is not None:
            job.stop()

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
        metadata: dict[str, Any] = {}
        seen = {"StepName": step["Name"], "StartTime": utcnow(), "StepStatus": "Executing"}
        seen["Metadata"] = metadata
        with turn():
            vars(self._record)["steps"].append(seen)
        status = "Failed"
        try:
            work: Work = self._kinds.get(step["Type"], _unknown)
            added: Sequence[Step] = work(step, metadata) or []
            status = "Succeeded"
        except Stopped:
            status = "Stopped"
            raise
        except (JobFailed, Invalid, ClientError, BotoCoreError, ValueError) as error:
            put(seen, FailureReason=str(error))
            raise JobFailed(f"{step['Name']}: {error}") from error
        finally:
            put(seen, StepStatus=status, EndTime=utcnow())
        return added

    def _once(self, step: Step, metadata: dict[str, Any], run: Run) -> None:
        """Run a step that makes a job, unless it is to be taken from the cache and is there."""
        arguments = resolve(step["Arguments"], self._scope)
        if not is_cached(step):
            self._scope.steps[step["Name"]] = run(step, arguments, metadata)
            return
        key = key_of(self._scope.execution["PipelineName"], step, arguments)
        with turn():
            success = recalled(self._memory, key, step)
        if success:
            source = {"SourcePipelineExecutionArn": success.execution}
            put(vars(self._record)["steps"][-1], CacheHitResult=source)
            put(metadata, **success.metadata)
        else:
            properties = run(step, arguments, metadata)
            success = Success(self.arn, utcnow(), properties, dict(metadata))
            with turn():
                self._memory[key] = success
        self._scope.steps[step["Name"]] = success.properties

    def _process(self, step: Step, arguments: Any, metadata: dict[str, Any]) -> Any:
        name = self._job_name(step)
        made = self._client("sagemaker").create_processing_job(ProcessingJobName=name, **arguments)
        put(metadata, ProcessingJob={"Arn": made["ProcessingJobArn"]})
        self._await(made["ProcessingJobArn"])
        outputs = arguments.get("ProcessingOutputConfig", {}).get("Outputs", [])
        places = {one["OutputName"]: one["S3Output"]["S3Uri"] for one in outputs}
        return {
            **arguments,
            "ProcessingJobName": name,
            "ProcessingJobArn": made["ProcessingJobArn"],
            "PropertyFiles": {
                one["PropertyFileName"]: f"{places[one['OutputName']]}/{one['FilePath']}"
                for one in step.get("PropertyFiles", [])
            },
        }

    def _train(self, step: Step, arguments: Any, metadata: dict[str, Any]) -> Any:
        name = self._job_name(step)
        client = self._client("sagemaker")
        made = client.create_training_job(TrainingJobName=name, **arguments)
        put(metadata, TrainingJob={"Arn": made["TrainingJobArn"]})
        self._await(made["TrainingJobArn"])
        return client.describe_training_job(TrainingJobName=name)

    def _await(self, arn: str) -> None:
        """Wait for a job's end. Raises JobFailed, or Stopped."""
        self._job = job = self._job_of(arn)
        if self._stopping.is_set():
            job.stop()
        job.join()
        self._job = None
        if job.failure:
            raise job.failure

    def _decide(self, step: Step, metadata: dict[str, Any]) -> Sequence[Step]:
        met = all(holds(one, self._scope) for one in step["Arguments"]["Conditions"])
        put(metadata, Condition={"Outcome": str(met)})
        self._scope.steps[step["Name"]] = {"Outcome": met}
        branch: Sequence[Step] = step["Arguments"].get("IfSteps" if met else "ElseSteps", [])
        return branch

    def _register(self, step: Step, metadata: dict[str, Any]) -> None:
        client = self._client("sagemaker")
        arguments = resolve(step["Arguments"], self._scope)
        if group := arguments.get("ModelPackageGroupName"):
            with suppress(ClientError):  # it is there; what else is wrong with it comes up below
                client.create_model_package_group(ModelPackageGroupName=group)
        made = client.create_model_package(**arguments)
        arn = made["ModelPackageArn"]
        put(metadata, RegisterModel={"Arn": arn})
        self._scope.steps[step["Name"]] = client.describe_model_package(ModelPackageName=arn)

    def _fail(self, step: Step, metadata: dict[str, Any]) -> None:
        message = str(resolve(step["Arguments"]["ErrorMessage"], self._scope))
        put(metadata, Fail={"ErrorMessage": message})
        raise JobFailed(message)

    def _job_name(self, step: Step) -> str:
        suffix = secrets.token_hex(5)
        name = f"pipelines-{self.id}-{step['Name']}".replace("_", "-")
        return f"{name[: NAME_LIMIT - len(suffix) - 1]}-{suffix}"


def _unknown(step: Step, _: dict[str, Any]) -> None:
    raise JobFailed(f"steps of type {step['Type']} are not emulated")
