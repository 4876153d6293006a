"""The search of a Tuning step on this machine: trainings of a project's own scripts, by Optuna.

What is tried, at most how often, and when it ends are the embedded AWS's own decisions.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from embedded.sagemaker.jobs import JobFailed, Services
from embedded.sagemaker.tuning import checks
from embedded.sagemaker.tuning.study import NotInstalled, require_optuna
from embedded.sagemaker.tuning.trials import FINAL, Begun, Trials, Tried, ranked, with_type
from embedded.sagemaker.worker import Worker
from infra.errors import InputError
from infra.models.shapes import SearchShape, TrialShape

NAME = "HyperParameterTuningJobName"
HERE = "local"
"""What the tuning job is called that no cloud knows."""


def check_search(step: Mapping[str, Any]) -> None:
    """Raise InputError for a Tuning step that can't be run here, whatever its references are."""
    if parents := step["Arguments"].get("WarmStartConfig"):
        names = [each[NAME] for each in parents.get("ParentHyperParameterTuningJobs", [])]
        raise InputError(
            f"The search of {step['Name']} goes on from {', '.join(names)}, and this machine knows "
            "no tuning jobs: leave warm_start out, or train --once."
        )
    try:
        require_optuna()
    except NotInstalled as missing:
        raise InputError(str(missing)) from missing


def search(
    step: str,
    arguments: Mapping[str, Any],
    services: Services,
    on_job: Callable[[str], None],
) -> tuple[dict[str, Any], SearchShape]:
    """Run the trainings of a Tuning step, whose references are resolved, to the end.

    Returns what later steps can refer to, as the service describes the tuning job and its best
    training jobs, and what is told of it. `on_job` hears each training's name as it begins. No
    training is left running, however it ends.

    Raises InputError for what is not run here, and JobFailed where no training leaves a model.
    """
    request = {**arguments, NAME: HERE}
    if wrong := [*checks.refused(request), *checks.lacking(request)]:
        raise InputError(f"The job {step} is not run here: {'; '.join(wrong)}.")

    def begin(number: int, training: dict[str, Any]) -> Begun:
        name = f"{step}-{number:03}"
        on_job(name)
        job = Worker(name, training, services, is_training=True)
        job.start()
        return Begun(name, job)

    stopping = threading.Event()
    trials = Trials(request, begin, stopping)
    # Outside of the main thread, where Ctrl-C could raise while a training is begun.
    with ThreadPoolExecutor(1) as beside:
        try:
            beside.submit(trials.run).result()
        except JobFailed as error:
            raise JobFailed(" ".join([str(error), *_last_failure(trials.tried)])) from error
        finally:
            stopping.set()
    objective = request["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    best = ranked(map(_summary, trials.tried), objective)
    if not best:
        raise JobFailed("each of its trainings was stopped, and none left a model")
    described = {
        **request,
        "BestTrainingJob": with_type(best[0], objective),
        "TrainingJobSummaries": best,
    }
    return described, _shape(trials.tried, best[0])


def _summary(one: Tried) -> dict[str, Any]:
    failed = "Failed" if isinstance(one.job.failure, JobFailed) else "Stopped"
    status = failed if one.job.failure else "Completed"
    return {"TrainingJobName": one.name, "TrainingJobStatus": status, **one.told()}


def _last_failure(tried: list[Tried]) -> list[str]:
    """Why the last training failed that did, for no cloud can be asked."""
    failed = [one for one in tried if isinstance(one.job.failure, JobFailed)]
    return [f"{one.name}: {one.job.failure}" for one in failed[-1:]]


def _shape(tried: list[Tried], best: Mapping[str, Any]) -> SearchShape:
    metric = best[FINAL]
    return {
        "metric": metric["MetricName"],
        "value": metric["Value"],
        "best": best["TrainingJobName"],
        "found": best["TunedHyperParameters"],
        "trials": [
            TrialShape(
                training=one.name,
                tried=dict(one.values),
                value=one.value,
                is_stopped=one.is_stopped,
                failure=str(one.job.failure) if isinstance(one.job.failure, JobFailed) else None,
            )
            for one in tried
        ],
    }
