"""Which training job of a tuning is stopped before its end, as its log tells of it.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-early-stopping.html
"""

import re
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, median
from typing import Any


def readings(log: str, objective: str, metrics: Sequence[Mapping[str, Any]]) -> list[float]:
    """Each value of the objective metric that a log tells, in order: one for each epoch."""
    (regex,) = (one["Regex"] for one in metrics if one["Name"] == objective)
    return [float(found) for found in re.findall(regex, log)]


def is_unlikely(
    own: Sequence[float],
    others: Sequence[Sequence[float]],
    is_better: Callable[[float, float], bool],
) -> bool:
    """Whether a job is stopped by the median rule.

    `own` are its readings so far, and `others` those of the jobs that have completed. Its last
    reading is held against the median of their running averages up to the same epoch.
    """
    if not own:
        return False
    epoch = len(own)
    averages = [fmean(one[:epoch]) for one in others if len(one) >= epoch]
    return bool(averages) and is_better(median(averages), own[-1])
