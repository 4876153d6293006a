"""What a metric alarm watches: a metric's statistic or an expression, and when that breaches.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from embedded.alarm_states import Rule, evaluation_range
from embedded.metric_functions import Scope, Value
from embedded.metric_math import Expression, parse
from embedded.metric_store import Key, Metric, Sample, check, statistic_of

COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
}
MOST_METRICS = 10
FROM_NOTHING = re.compile(r"\b(FILL|TIME_SERIES)\b")
"""Functions that have values where no metric has."""

FEW = 10
"""Fewer samples than this beyond a percentile are too few to judge by."""


class Refused(ValueError):
    """An alarm that can't be evaluated here, and why."""


class Point(NamedTuple):
    """A data point: where its period starts, its value and how many samples it is of."""

    time: float
    value: float | None
    samples: float


@dataclass(frozen=True)
class Stat:
    """A statistic of a metric."""

    key: Key
    statistic: str
    unit: str | None = None

    def __post_init__(self) -> None:
        check(self.statistic)


@dataclass(frozen=True)
class Watch:
    """What an alarm watches."""

    rule: Rule
    period: int
    comparison: str
    threshold: float
    stats: Mapping[str, Stat]
    """By the ids of their queries."""
    expressions: Mapping[str, Expression]
    """By the ids of their queries, each after those it names."""
    result: str
    """Id of the query that is compared with the threshold."""
    waits_for_samples: bool = False
    """Whether a percentile of few samples is not judged."""
    from_nothing: bool = False
    """Whether there are values where no metric has any."""

    def __post_init__(self) -> None:
        if self.comparison not in COMPARISONS:
            raise Refused(f"The embedded AWS does not compare by {self.comparison}.")

    def breaches(self, value: float) -> bool:
        """Whether a value is on the wrong side of the threshold."""
        return COMPARISONS[self.comparison][0](value, self.threshold)

    def points(self, metric_of: Callable[[Key], Metric], at: float) -> list[Point]:
        """The data points of the evaluation range, oldest first; the newest ends at that time.

        Each evaluation looks at the periods that end with it: they slide along with time.
        """
        count = evaluation_range(self.rule)
        starts = [at - self.period * back for back in range(count, 0, -1)]
        metrics = {name: metric_of(stat.key) for name, stat in self.stats.items()}
        if not self.from_nothing and all(each.newest < starts[0] for each in metrics.values()):
            return [Point(start, None, 0) for start in starts]
        counts = dict.fromkeys(starts, 0.0)
        values: dict[str, Value] = {}
        for name, stat in self.stats.items():
            values[name] = series = {}
            for start in starts:
                samples = metrics[name].between(start, start + self.period, stat.unit)
                if samples and self._are_enough(stat, samples):
                    value = statistic_of(samples, stat.statistic)
                    counts[start] += sum(each.number for each in samples)
                    if value is not None:
                        series[start] = value
        for name, expression in self.expressions.items():
            values[name] = expression.evaluate(Scope(values, starts, self.period))
        found = values[self.result]
        result = found if isinstance(found, dict) else {}
        return [Point(start, result.get(start), counts[start]) for start in starts]

    def _are_enough(self, stat: Stat, samples: Sequence[Sample]) -> bool:
        """Whether there are samples enough for a percentile, where the alarm waits for them.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
        """
        if not self.waits_for_samples or not stat.statistic.startswith("p"):
            return True
        share = float(stat.statistic[1:]) / 100
        beyond = 1 - share if share >= 0.5 else share  # noqa: PLR2004  the median
        return beyond <= 0 or sum(each.number for each in samples) >= FEW / beyond


def metric_watch(
    stat: Stat, *, rule: Rule, period: int, comparison: str, threshold: float, waits: bool
) -> Watch:
    """What an alarm on a single metric watches."""
    return Watch(rule, period, comparison, threshold, {"m": stat}, {}, "m", waits)


def math_watch(
    queries: Sequence[Mapping[str, Any]], *, rule: Rule, comparison: str, threshold: float | None
) -> Watch:
    """What an alarm on metric math watches, by its MetricDataQueries, with `stat` a Stat.

    Raises Refused, and what the parts of the queries raise.
    """
    if threshold is None:
        raise Refused("The embedded AWS does not compare with a band of anomaly detection.")
    stats = {query["id"]: query["stat"] for query in queries if query["stat"]}
    if len(stats) > MOST_METRICS:
        raise Refused(f"An alarm looks at {MOST_METRICS} metrics at most, not {len(stats)}.")
    parsed = {query["id"]: parse(query["expression"]) for query in queries if not query["stat"]}
    periods = {int(query["period"]) for query in queries if query["period"]}
    results = [query["id"] for query in queries if query["returned"]]
    if len(results) != 1 or len(periods) != 1:
        raise Refused(
            "The metrics of an alarm have one period, and ReturnData is true for one of its "
            f"queries: periods {sorted(periods)}, returned {results}."
        )
    expressions: dict[str, Expression] = {}
    waiting = dict(parsed)
    while waiting:
        known = stats.keys() | expressions.keys()
        ready = next((name for name, each in waiting.items() if each.ids <= known), None)
        if ready is None:
            name, expression = next(iter(waiting.items()))
            unknown = ", ".join(sorted(expression.ids - known))
            raise Refused(f"The expression {name!r} names what is no query before it: {unknown}.")
        expressions[ready] = waiting.pop(ready)
    return Watch(
        rule,
        periods.pop(),
        comparison,
        threshold,
        stats,
        expressions,
        results[0],
        from_nothing=any(
            FROM_NOTHING.search(query["expression"]) for query in queries if not query["stat"]
        ),
    )


def number(value: float) -> str:
    """A number as reasons write it."""
    return str(float(value)) if math.isfinite(value) else str(value)
