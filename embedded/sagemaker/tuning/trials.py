"""The trainings of one search for hyperparameters: which are begun, and what they come to.

Who begins them is told by the caller: the tuning job of a cloud, or a training on this machine. A
training that reaches Hyperband's MaxResource is let finish, where SageMaker stops it: here one that
is stopped leaves no model.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning.html
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from embedded.clock import utcnow
from embedded.sagemaker.algorithms import xgboost_parameters
from embedded.sagemaker.container import Stopped
from embedded.sagemaker.images import image_of
from embedded.sagemaker.jobs import JobFailed
from embedded.sagemaker.tuning.completion import is_complete, not_improving, reason
from embedded.sagemaker.tuning.early_stopping import is_unlikely, readings
from embedded.sagemaker.tuning.study import Search, Texts
from embedded.turns import turn
from embedded.workplace import is_closed

if TYPE_CHECKING:
    from optuna import Trial

POLL_SECONDS = 0.1
FINAL = "FinalHyperParameterTuningJobObjectiveMetric"
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


class Training(Protocol):
    """A training job that has begun."""

    metrics: Mapping[str, float]
    """What it has come to by the name of each metric, once it has completed."""
    failure: Exception | None
    """Why it did not complete, once it has ended: JobFailed or Stopped."""

    def is_alive(self) -> bool:
        """Whether it has not ended."""

    def log(self) -> str:
        """What it has written, as far as it has come."""

    def stop(self) -> None:
        """Tell it to end. Returns at once."""

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended."""


class Begun(NamedTuple):
    """A training that was begun."""

    name: str
    job: Training


Begin = Callable[[int, dict[str, Any]], Begun]
"""Begins the training of a number, from 1, by a CreateTrainingJob request without a name."""


@dataclass
class Tried:
    """One training job of a tuning."""

    name: str
    values: Texts
    """The hyperparameters that were looked for."""
    objective: str
    """Name of the objective metric."""
    trial: "Trial"
    job: Training
    log: list[float] = field(default_factory=list)
    """The objective metric after each epoch, as far as the job's log tells."""
    value: float | None = None
    """What it came to in the end, if anything."""
    is_stopped: bool = False
    """Whether it was told to stop early."""
    has_ended: bool = False

    def told(self) -> dict[str, Any]:
        """What a HyperParameterTrainingJobSummary tells of it that its training job does not.

        https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperParameterTrainingJobSummary.html
        """
        found = "Failed" if self.value is None else "Succeeded"
        told: dict[str, Any] = {
            "ObjectiveStatus": found if self.has_ended else "Pending",
            "TunedHyperParameters": dict(self.values),
        }
        if self.value is not None:
            told[FINAL] = {"MetricName": self.objective, "Value": self.value}
        return told


class Trials:
    """The trainings that a CreateHyperParameterTuningJob request asks for.

    `stopping` is set once it is told to stop; `at_change` is called, in a turn of its own, whenever
    a training has begun or ended.
    """

    def __init__(
        self,
        arguments: Mapping[str, Any],
        begin: Begin,
        stopping: threading.Event,
        at_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._arguments = arguments
        self._config = arguments["HyperParameterTuningJobConfig"]
        self._definition = arguments["TrainingJobDefinition"]
        self._objective: str = self._config["HyperParameterTuningJobObjective"]["MetricName"]
        self._begin = begin
        self._stopping = stopping
        self._at_change = at_change
        self._began = utcnow()
        self._values: list[float] = []
        self.tried: list[Tried] = []
        """Its training jobs, in the order of their start."""
        self.not_improving = 0
        """How many training jobs have ended since the last improvement."""

    def run(self, learned: Iterable[tuple[Texts, float]] = ()) -> None:
        """Search to whichever end, at which no training runs any more.

        `learned` is what its parents have tried: hyperparameters, and what each set came to.
        Raises JobFailed where no training came to anything, and Stopped.
        """
        search = Search(self._arguments)
        search.learn(learned)
        try:
            self._search(search)
        finally:
            self._stop_jobs(search)

    def _search(self, search: Search) -> None:
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
        static = self._definition.get("StaticHyperParameters", {})
        own = {"_tuning_objective_metric": self._objective}
        request = {"HyperParameters": {**static, **values, **own}, **_taken(self._definition)}
        begun = self._begin(len(self.tried) + 1, request)
        with turn():
            self.tried.append(Tried(begun.name, values, self._objective, trial, begun.job))
            self._at_change()

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
            if not one.job.failure:
                one.value = one.job.metrics.get(self._objective)
            elif one.is_stopped:
                one.value = one.log[-1]
            one.has_ended = True
            if one.value is not None:
                self._values.append(one.value)
                self.not_improving = not_improving(self._values, search.is_better)
            self._at_change()
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

    def _stop_jobs(self, search: Search) -> None:
        running = [one for one in self.tried if not one.has_ended]
        for one in running:
            if one.job.is_alive():
                one.job.stop()
        for one in running:
            one.job.join()
            self._finish(one, search)


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


def ranked(jobs: Iterable[Mapping[str, Any]], objective: Mapping[str, str]) -> list[dict[str, Any]]:
    """Those of a tuning's training jobs that left a model and a value, the best first.

    `jobs` are summaries, as ListTrainingJobsForHyperParameterTuningJob tells them, and `objective`
    is the request's. One that was stopped early has no model.
    """
    done = [dict(one) for one in jobs if one["TrainingJobStatus"] == "Completed" and FINAL in one]
    is_maximized = objective["Type"] == "Maximize"
    return sorted(done, key=lambda one: one[FINAL]["Value"], reverse=is_maximized)


def with_type(job: Mapping[str, Any], objective: Mapping[str, str]) -> dict[str, Any]:
    """A summary as BestTrainingJob has it, which tells the type of its objective, too."""
    return {**job, FINAL: {**job[FINAL], "Type": objective["Type"]}}
