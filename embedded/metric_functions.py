"""The functions of CloudWatch's metric math.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

Series = dict[float, float]
"""Values by their time, in seconds since 1970, in order."""
Value = float | Series | list[Any] | Any
"""Any is a text: a part of an id, or what FILL fills with."""


@dataclass(frozen=True)
class Scope:
    """What an expression is evaluated with."""

    metrics: Mapping[str, Value]
    """By the ids of the other queries."""
    times: Sequence[float]
    """Starts of all periods that are looked at, in order."""
    period: float
    """Seconds."""


def _each(function: Callable[[float], float]) -> Callable[..., Value]:
    """A function of every value."""

    def of(_: Scope, value: Value) -> Value:
        if isinstance(value, list):
            return [of(_, each) for each in value]
        if isinstance(value, dict):
            return {at: function(each) for at, each in value.items()}
        return function(value)

    return of


def _all(function: Callable[[list[float]], float]) -> Callable[..., Value]:
    """A function of all values: a series gives a number, an array a series."""

    def of(_: Scope, value: Value) -> Value:
        if isinstance(value, dict):
            return function(list(value.values())) if value else {}
        if isinstance(value, float):
            return function([value])
        numbers = [each for each in value if not isinstance(each, dict)]
        series = [each for each in value if isinstance(each, dict)]
        if not series:
            return function(numbers)
        times = sorted({at for each in series for at in each})
        return {at: function([each[at] for each in series if at in each] + numbers) for at in times}

    return of


def _if(_: Scope, condition: Value, then: Value, otherwise: Value | None = None) -> Value:
    """IF: where the condition is missing, or what it chooses, there is nothing."""

    def at(value: Value | None, time: float) -> float | None:
        return value.get(time) if isinstance(value, dict) else value  # type: ignore[return-value]

    if not isinstance(condition, dict):
        chosen = then if condition else otherwise
        return {} if chosen is None else chosen
    chosen = {time: at(then if test else otherwise, time) for time, test in condition.items()}
    return {time: value for time, value in chosen.items() if value is not None}


def _fill(scope: Scope, value: Value, filling: Value | str) -> Value:
    """FILL: by a number, by REPEAT or by LINEAR."""
    if isinstance(value, list):
        return [_fill(scope, each, filling) for each in value]
    if not isinstance(value, dict):
        return value
    if isinstance(filling, float):
        return {at: value.get(at, filling) for at in scope.times}
    filled: Series = {}
    known = sorted(value)
    for at in scope.times:
        before = [each for each in known if each <= at]
        after = [each for each in known if each >= at]
        if before and (filling == "REPEAT" or before[-1] == at):
            filled[at] = value[before[-1]]
        elif before and after and filling == "LINEAR":
            share = (at - before[-1]) / (after[0] - before[-1])
            filled[at] = value[before[-1]] + share * (value[after[0]] - value[before[-1]])
    return filled


def _changes(value: Series) -> Series:
    return {at: value[at] - value[before] for before, at in pairwise(value)}


def _rate(_: Scope, value: Series) -> Series:
    pairs = pairwise(value)
    return {at: (value[at] - value[before]) / (at - before) for before, at in pairs}


def _running_sum(_: Scope, value: Series) -> Series:
    total, sums = 0.0, {}
    for at, each in value.items():
        total += each
        sums[at] = total
    return sums


def _calendar(part: Callable[[datetime], float]) -> Callable[..., Value]:
    """A part of the local time, which here is UTC, of each value."""
    return lambda _, value: {at: float(part(datetime.fromtimestamp(at, UTC))) for at in value}


def _series(scope: Scope, value: float) -> Series:
    return dict.fromkeys(scope.times, value)


def _metrics(scope: Scope, containing: str = "") -> list[Value]:
    return [value for name, value in scope.metrics.items() if containing in name]


def _end(last: bool) -> Callable[..., Value]:
    def of(_: Scope, value: Value) -> Value:
        if isinstance(value, list):
            return value[-1 if last else 0]
        return list(value.values())[-1 if last else 0] if isinstance(value, dict) else value

    return of


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "ABS": _each(abs),
    "AVG": _all(statistics.fmean),
    "CEIL": _each(lambda value: float(math.ceil(value))),
    "DATAPOINT_COUNT": lambda scope, value: (
        _all(lambda values: float(len(values)))(scope, value) or 0.0
    ),
    "DAY": _calendar(lambda at: at.isoweekday()),
    "DIFF": lambda _, value: _changes(value),
    "FILL": _fill,
    "FIRST": _end(last=False),
    "FLOOR": _each(lambda value: float(math.floor(value))),
    "HOUR": _calendar(lambda at: at.hour),
    "IF": _if,
    "LAST": _end(last=True),
    "LOG": _each(lambda value: math.log(value) if value > 0 else 0.0),
    "LOG10": _each(lambda value: math.log10(value) if value > 0 else 0.0),
    "MAX": _all(max),
    "METRICS": _metrics,
    "METRIC_COUNT": lambda _, value: float(len(value)) if isinstance(value, list) else 1.0,
    "MIN": _all(min),
    "MINUTE": _calendar(lambda at: at.minute),
    "MONTH": _calendar(lambda at: at.month),
    "PERIOD": lambda scope, _: float(scope.period),
    "RATE": _rate,
    "RUNNING_SUM": _running_sum,
    "STDDEV": _all(statistics.pstdev),
    "SUM": _all(math.fsum),
    "TIME_SERIES": _series,
    "YEAR": _calendar(lambda at: at.year),
}
