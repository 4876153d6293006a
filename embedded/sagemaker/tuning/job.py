"""One tuning job, at work in a thread of its own: training jobs, and what they come to.

The training jobs are created as by any client. A job that reaches Hyperband's MaxResource is let
finish, where SageMaker stops it: here a job that is stopped leaves no model.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning.html
"""

import logging
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.sagemaker.models import HyperParameterTuningJob, SageMakerModelBackend

from embedded.clock import utcnow
from embedded.sagemaker.algorithms import xgboost_parameters
from embedded.sagemaker.container import Stopped
from embedded.sagemaker.images import image_of
from embedded.sagemaker.job import Job, clients
from embedded.sagemaker.jobs import JobFailed
from embedded.sagemaker.shown import Shown
from embedded.sagemaker.tuning.completion import is_complete, not_improving, reason
from embedded.sagemaker.tuning.early_stopping import is_unlikely, readings
from embedded.sagemaker.tuning.study import Search, Texts
from embedded.turns import turn
from embedded.workplace import is_closed

if TYPE_CHECKING:
    from optuna import Trial

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
ATTEMPTS = 5
"""After so many jobs, none of which came to anything, the tuning fails."""
TAKEN = frozenset(
    {
        *("CheckpointConfig", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining"),
        *("EnableNetworkIsolation", "Environment", "InputDataConfig", "OutputDataConfig"),
        *("AlgorithmSpecification", "ResourceConfig", "RetryStrategy", "RoleArn"),
        *("StoppingCondition", "VpcConfig"),
    }
)
"""What a training job has of the tuning job's definition as it is."""


@dataclass
class Tried:
    """One training job of a tuning."""

    name: str
    arn: str
    values: Texts
    """The hyperparameters that were looked for."""
    objective: str
    """Name of the objective metric."""
    trial: "Trial"
    job: Job
    log: list[float] = field(default_factory=list)
    """The objective metric after each epoch, as far as the job's log tells."""
    value: float | None = None
    """What it came to in the end, if anything."""
    is_stopped: bool = False
    """Whether it was told to stop early."""
    has_ended: bool = False


class Tuning(threading.Thread):
    """A tuning job that SageMaker has taken on; `arguments` are those of its request.

    `job_of` finds the job of an ARN, and `learned` is what its parents have tried: hyperparameters,
    and what each set came to. `at_change` is called whenever its status has changed.
    """

    def __init__(
        self,
        backend: SageMakerModelBackend,
        record: HyperParameterTuningJob,
        arguments: Mapping[str, Any],
        job_of: Callable[[str], Job],
        learned: Iterable[tuple[Texts, float]] = (),
        at_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._job_name: str = arguments["HyperParameterTuningJobName"]
        super().__init__(name=f"tuning-job-{self._job_name}", daemon=True)
        self.backend = backend
        """Whose training jobs they are."""
        self._shown = Shown(record, "hyper_parameter_tuning", at_change)
        self._arguments = arguments
        self._config = arguments["HyperParameterTuningJobConfig"]
        self._definition = arguments["TrainingJobDefinition"]
        self._objective: str = self._config["HyperParameterTuningJobObjective"]["MetricName"]
        self._job_of = job_of
        self._learned = list(learned)
        self._stopping = threading.Event()
        self._began = utcnow()
        self._values: list[float] = []
        self._searching: Search | None = None
        self._client, _ = clients(backend.region_name)
        self.tried: list[Tried] = []
        """Its training jobs, in the order of their start."""
        self.not_improving = 0
        """How many training jobs have ended since the last improvement."""
        self.failure: Exception | None = None
        """Why it did not complete, once it has ended: JobFailed or Stopped."""
        self._shown.values["tuning"] = self
        self._shown.change("InProgress", hyper_parameter_tuning_end_time=None, failure_reason=None)

    def run(self) -> None:
        """Search to whichever end."""
        try:
            self._search(Search(self._arguments))
        except Stopped as stopped:
            self.failure = stopped
        except (JobFailed, ClientError, BotoCoreError, ValueError) as error:
            self.failure = Stopped() if is_closed() else JobFailed(str(error))
        except Exception as error:
            log.exception("the tuning job %s broke", self._job_name)
            self.failure = JobFailed(f"{type(error).__name__}: {error}")
        finally:
            self._stop_jobs()
            self._end()

    def stop(self) -> None:
        """Tell it to stop, and all training jobs that run."""
        self._shown.change("Stopping")
        self._stopping.set()

    def _search(self, search: Search) -> None:
        self._searching = search
        search.learn(self._learned)
        while not self._is_enough(search):
            for _ in range(self._free(search)):
                self._start(search)
            if all(one.has_ended for one in self.tried):
                self._require_success()
                return
            self._stopping.wait(POLL_SECONDS)
            if self._stopping.is_set() or is_closed():
                raise Stopped
            self._look(search)

    def _free(self, search: Search) -> int:
        """How many training jobs may start now."""
        limits = self._config["ResourceLimits"]
        most = search.size or limits.get("MaxNumberOfTrainingJobs")
        running = sum(not one.has_ended for one in self.tried)
        free: int = limits["MaxParallelTrainingJobs"] - running
        return free if most is None else min(free, most - len(self.tried))

    def _start(self, search: Search) -> None:
        trial, values = search.ask()
        name = f"{self._job_name}-{len(self.tried) + 1:03}-{secrets.token_hex(4)}"
        static = self._definition.get("StaticHyperParameters", {})
        own = {"_tuning_objective_metric": self._objective}
        made = self._client("sagemaker").create_training_job(
            TrainingJobName=name,
            HyperParameters={**static, **values, **own},
            **_taken(self._definition),
            **{key: self._arguments[key] for key in ("Tags",) if self._arguments.get(key)},
        )
        arn = made["TrainingJobArn"]
        with turn():
            vars(self.backend.training_jobs[name])["tuning_job_arn"] = self._shown.values["arn"]
            self.tried.append(Tried(name, arn, values, self._objective, trial, self._job_of(arn)))
            self._shown.values["last_modified_time"] = utcnow()

    def _look(self, search: Search) -> None:
        """See how each training job goes: what it has come to, and whether it is to stop."""
        for one in self.tried:
            if one.has_ended:
                continue
            alive = one.job.is_alive()
            if told := one.job.log():
                one.log = readings(told, self._objective, self._metrics())
            if not alive:
                self._finish(one, search)
            elif not one.is_stopped and self._is_unlikely(one, search):
                one.is_stopped = True
                one.job.stop()

    def _metrics(self) -> list[Mapping[str, Any]]:
        specification = self._definition["AlgorithmSpecification"]
        own = list(specification.get("MetricDefinitions", []))
        if image_of(specification.get("TrainingImage", "")).is_xgboost:
            return [*own, *xgboost_parameters.metric_definitions()]
        return own

    def _is_unlikely(self, one: Tried, search: Search) -> bool:
        if self._config["Strategy"] == "Hyperband":
            return search.is_pruned(one.trial, one.log)
        if self._config.get("TrainingJobEarlyStoppingType", "Off") == "Off":
            return False
        others = [each.log for each in self.tried if each.has_ended and each.value is not None]
        return is_unlikely(one.log, others, search.is_better)

    def _finish(self, one: Tried, search: Search) -> None:
        with turn():
            metrics: list[Any] = self.backend.training_jobs[one.name].final_metric_data_list
            found = {each["MetricName"]: float(each["Value"]) for each in metrics}
            if not one.job.failure:
                one.value = found.get(self._objective)
            elif one.is_stopped:
                one.value = one.log[-1]
            one.has_ended = True
            self._shown.values["last_modified_time"] = utcnow()
            if one.value is not None:
                self._values.append(one.value)
                self.not_improving = not_improving(self._values, search.is_better)
        pruned = one.is_stopped and self._config["Strategy"] == "Hyperband"
        search.tell(one.trial, one.value, pruned=pruned)

    def _is_enough(self, search: Search) -> bool:
        """Whether the tuning completes before all jobs have run. Raises JobFailed."""
        seconds = self._config["ResourceLimits"].get("MaxRuntimeInSeconds")
        if seconds and utcnow() - self._began >= timedelta(seconds=seconds):
            return True
        if sum(one.has_ended for one in self.tried) >= ATTEMPTS:
            self._require_success()
        criteria = self._config.get("TuningJobCompletionCriteria", {})
        return is_complete(criteria, self._values, search.is_better)

    def _require_success(self) -> None:
        """Raise JobFailed where no training job that has ended has come to anything."""
        ended = [one for one in self.tried if one.has_ended]
        if all(one.value is None for one in ended):
            failed = sum(one.job.failure is not None for one in ended)
            raise JobFailed(reason(len(ended), failed))

    def _stop_jobs(self) -> None:
        running = [one for one in self.tried if not one.has_ended]
        for one in running:
            if one.job.is_alive():
                one.job.stop()
        for one in running:
            one.job.join()
            if self._searching is not None:
                self._finish(one, self._searching)

    def _end(self) -> None:
        ended: dict[str, Any] = {"hyper_parameter_tuning_end_time": utcnow()}
        match self.failure:
            case None:
                self._shown.change("Completed", **ended)
            case Stopped():
                self._shown.change("Stopped", **ended)
            case error:
                self._shown.change("Failed", failure_reason=str(error), **ended)


def _taken(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What a training job has of the tuning job's definition.

    Where one type of instance is asked for, HyperParameterTuningResourceConfig says what
    ResourceConfig does, and the SDK before version 3 always writes the former.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperParameterTuningResourceConfig.html
    """
    taken = {key: value for key, value in definition.items() if key in TAKEN}
    if asked := definition.get("HyperParameterTuningResourceConfig"):
        taken["ResourceConfig"] = {**asked}
    return taken
