"""Metrics as CloudWatch keeps them: samples by time, and the statistics of a span of them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
"""

import math
import re
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

KEPT = 100_000
"""Samples of one metric: the oldest go first."""

Dimensions = frozenset[tuple[str, str]]


class Key(NamedTuple):
    """What tells one metric from another: each set of dimensions is a metric of its own."""

    namespace: str
    name: str
    dimensions: Dimensions


class Sample(NamedTuple):
    """A value that was put so many times, or a set of statistics."""

    time: float
    """Seconds since 1970."""
    total: float
    number: float
    low: float
    high: float
    unit: str


class UnknownStatistic(ValueError):
    """A statistic that is not computed here."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The embedded AWS does not compute the statistic {name}.")


class Metric:
    """The samples of one metric."""

    def __init__(self) -> None:
        self._samples: list[Sample] = []

    @property
    def newest(self) -> float:
        """Time of the newest sample; that of none is before all times."""
        return self._samples[-1].time if self._samples else -math.inf

    def put(self, sample: Sample) -> None:
        """Keep a sample, in the order of time."""
        if sample.time >= self.newest:
            self._samples.append(sample)
        else:
            insort(self._samples, sample)
        if len(self._samples) > KEPT:
            del self._samples[: KEPT // 10]

    def between(self, begin: float, end: float, unit: str | None = None) -> list[Sample]:
        """The samples from `begin` on and before `end`, of one unit if it is given."""
        first, last = (bisect_left(self._samples, (time,)) for time in (begin, end))
        samples = self._samples[first:last]
        return [each for each in samples if each.unit == unit] if unit else samples

    def periods(
        self, begin: float, end: float, period: float, unit: str | None = None
    ) -> Iterator[tuple[float, list[Sample]]]:
        """The periods that have samples, each with its start: a multiple of the period's length."""
        grouped: dict[float, list[Sample]] = {}
        for sample in self.between(begin // period * period, end, unit):
            grouped.setdefault(sample.time // period * period, []).append(sample)
        yield from grouped.items()


def check(statistic: str) -> None:
    """Raise UnknownStatistic for one that is not computed here."""
    if statistic not in SIMPLE and _percent(statistic) is None:
        raise UnknownStatistic(statistic)


def statistic_of(samples: Sequence[Sample], statistic: str) -> float | None:
    """A statistic of at least one sample, or None where they tell none.

    A percentile is the smallest value that so many percent of the values do not exceed. Of sets of
    statistics it is known where all of a set's values are the same.
    Raises UnknownStatistic.
    """
    if statistic in SIMPLE:
        return SIMPLE[statistic](samples)
    percent = _percent(statistic)
    if percent is None:
        raise UnknownStatistic(statistic)
    if any(each.low != each.high for each in samples):
        return None
    ranked = sorted(samples, key=lambda each: each.low)
    wanted = math.ceil(sum(each.number for each in ranked) * percent / 100 - 1e-9)
    passed = 0.0
    for each in ranked:
        passed += each.number
        if passed >= wanted:
            break
    return each.low


def _percent(statistic: str) -> float | None:
    """What a percentile such as p99.9 asks for; None for another statistic."""
    found = re.fullmatch(r"p(\d{1,2}(?:\.\d{1,10})?|100)", statistic)
    return float(found[1]) if found else None


def _average(samples: Sequence[Sample]) -> float:
    return math.fsum(each.total for each in samples) / sum(each.number for each in samples)


SIMPLE: dict[str, Callable[[Sequence[Sample]], float]] = {
    "Average": _average,
    "Maximum": lambda samples: max(each.high for each in samples),
    "Minimum": lambda samples: min(each.low for each in samples),
    "SampleCount": lambda samples: sum(each.number for each in samples),
    "Sum": lambda samples: math.fsum(each.total for each in samples),
}


def dimensions_of(entries: Sequence[Mapping[str, str]]) -> Dimensions:
    """The dimensions of a request."""
    return frozenset((entry["Name"], entry["Value"]) for entry in entries)
