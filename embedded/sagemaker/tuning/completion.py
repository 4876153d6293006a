"""When a tuning job ends before all of its training jobs have run.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-progress.html
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

IMPROVEMENT = 0.01
"""Share by which a job must be better than all before it to count as an improvement.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_BestObjectiveNotImproving.html
"""

IsBetter = Callable[[float, float], bool]


def not_improving(values: Sequence[float], is_better: IsBetter) -> int:
    """How many jobs have ended since the last improvement; `values` are in the order of their end.

    It is the best so far that a job has to be better than.
    """
    count, best = 0, None
    for value in values:
        improves = best is None or (
            is_better(value, best) and abs(value - best) >= IMPROVEMENT * abs(best)
        )
        count = 0 if improves else count + 1
        if best is None or is_better(value, best):
            best = value
    return count


def is_complete(criteria: Mapping[str, Any], values: Sequence[float], is_better: IsBetter) -> bool:
    """Whether jobs that came to these values meet a tuning job's completion criteria."""
    target = criteria.get("TargetObjectiveMetricValue")
    if target is not None and any(not is_better(target, value) for value in values):
        return True
    most = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving")
    return most is not None and not_improving(values, is_better) >= most


def reason(ended: int, failed: int) -> str:
    """Why a tuning job fails, none of whose training jobs has come to anything.

    So many have ended, and so many of them have failed.
    """
    if failed == ended:
        return (
            f"No training job succeeded after {ended} attempts. For additional details, please "
            "take a look at the training job failures by listing training jobs for the "
            "hyperparameter tuning job."
        )
    return (
        f"No objective metrics found after running {ended} training jobs. Please ensure that the "
        "custom algorithm is emitting the objective metric as defined by the regular expression "
        "provided."
    )
