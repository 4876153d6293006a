"""CloudWatch's metric math: expressions over the values of metrics.

A value is a number, a time series or an array of these. What a series lacks at some time stays
missing: an operator needs both of its sides, SUM([…]) and its like take what there is.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import math
import operator
import re
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any

Series = dict[float, float]
"""Values by their time, in seconds since 1970, in order."""
Value = float | Series | list[Any] | Any
"""Any is a text: a part of an id, or what FILL fills with."""

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/^<>()\[\],]))"
)
COMPARISONS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
JOINS: dict[str, Callable[[float, float], bool]] = {
    "&&": lambda left, right: bool(left) and bool(right),
    "||": lambda left, right: bool(left) or bool(right),
}
WORDS = {"AND": "&&", "OR": "||"}


class Invalid(ValueError):
    """An expression that can't be evaluated here, and why."""


@dataclass(frozen=True)
class Scope:
    """What an expression is evaluated with."""

    metrics: Mapping[str, Value]
    """By the ids of the other queries."""
    times: Sequence[float]
    """Starts of all periods that are looked at, in order."""
    period: float
    """Seconds."""


Node = Callable[[Scope], Value]
"""A parsed expression: gives its value."""


@dataclass(frozen=True)
class Expression:
    """A parsed expression."""

    evaluate: Node
    ids: frozenset[str]
    """The other queries that it names."""


@lru_cache(maxsize=1024)
def parse(text: str) -> Expression:
    """An expression ready to be evaluated. Raises Invalid."""
    if text.lstrip().upper().startswith("SELECT "):
        raise Invalid("The embedded AWS does not evaluate queries of Metrics Insights (SELECT).")
    parser = _Parser(text)
    node = parser.joined()
    if parser.part:
        raise Invalid(f"{text!r}: {parser.part!r} is not expected")
    return Expression(node, frozenset(parser.ids))


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self.ids: set[str] = set()
        self.kind, self.part = next(self._tokens)

    def joined(self) -> Node:
        left = self._compared()
        while (sign := WORDS.get(self.part, self.part)) in JOINS:
            self._next()
            left = _between(_number_of(JOINS[sign]), left, self._compared())
        return left

    def _compared(self) -> Node:
        left = self._added()
        while self.part in COMPARISONS:
            compare = COMPARISONS[self._next()]
            left = _between(_number_of(compare), left, self._added())
        return left

    def _added(self) -> Node:
        left = self._multiplied()
        while self.part in ("+", "-"):
            combine = operator.add if self._next() == "+" else operator.sub
            left = _between(combine, left, self._multiplied())
        return left

    def _multiplied(self) -> Node:
        left = self._signed()
        while self.part in ("*", "/"):
            combine = operator.mul if self._next() == "*" else _divided
            left = _between(combine, left, self._signed())
        return left

    def _signed(self) -> Node:
        if self.part == "-":
            self._next()
            return _between(operator.mul, lambda _: -1.0, self._signed())
        base = self._atom()
        if self.part == "^":
            self._next()
            return _between(_power, base, self._signed())
        return base

    def _atom(self) -> Node:
        kind, part = self.kind, self._next()
        if part == "(":
            node = self.joined()
            self._expect(")")
            return node
        if part == "[":
            items = self._list("]")
            return lambda scope: [item(scope) for item in items]
        if kind == "name":
            return self._named(part)
        if kind in ("number", "text"):
            return _constant(float(part) if kind == "number" else part[1:-1])
        raise Invalid(f"{self._text!r}: {part or 'its end'!r} is not expected")

    def _named(self, name: str) -> Node:
        """A function's call, a word of FILL or the id of a query."""
        if self.part == "(":
            self._next()
            return self._call(name, self._list(")"))
        if name in ("REPEAT", "LINEAR"):
            return _constant(name)
        self.ids.add(name)
        return lambda scope: _metric(scope, name)

    def _call(self, name: str, arguments: list[Node]) -> Node:
        if name not in FUNCTIONS:
            raise Invalid(f"{self._text!r}: the embedded AWS does not evaluate {name}()")
        function = FUNCTIONS[name]

        def call(scope: Scope) -> Value:
            try:
                return function(scope, *(argument(scope) for argument in arguments))
            except (TypeError, AttributeError) as error:
                raise Invalid(f"{self._text!r}: {name}() takes other arguments") from error

        return call

    def _list(self, end: str) -> list[Node]:
        items: list[Node] = []
        while self.part != end:
            items.append(self.joined())
            if self.part != end:
                self._expect(",")
        self._next()
        return items

    def _expect(self, sign: str) -> None:
        if self._next() != sign:
            raise Invalid(f"{self._text!r}: {sign!r} is missing")

    def _next(self) -> str:
        part = self.part
        self.kind, self.part = next(self._tokens, ("end", ""))
        return part


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while text[position:].strip():
        found = TOKEN.match(text, position)
        if not found:
            raise Invalid(f"{text!r}: {text[position:].strip()[0]!r} is not expected")
        position = found.end()
        kind = found.lastgroup or ""
        yield kind, found[kind]
    yield "end", ""


def _constant(value: Value) -> Node:
    return lambda _: value


def _metric(scope: Scope, name: str) -> Value:
    try:
        return scope.metrics[name]
    except KeyError:
        raise Invalid(f"{name!r} is the id of no query") from None


def _between(combine: Callable[[float, float], float], left: Node, right: Node) -> Node:
    return lambda scope: _combined(combine, left(scope), right(scope))


def _combined(combine: Callable[[float, float], float], left: Value, right: Value) -> Value:
    """An operator's value: of numbers, of a series with each number, of arrays item by item."""
    match left, right:
        case list(), list():
            return [_combined(combine, *pair) for pair in zip(left, right, strict=True)]
        case list(), _:
            return [_combined(combine, each, right) for each in left]
        case _, list():
            return [_combined(combine, left, each) for each in right]
        case dict(), dict():
            both = {at: (left[at], right[at]) for at in left if at in right}
        case dict(), _:
            both = {at: (value, right) for at, value in left.items()}
        case _, dict():
            both = {at: (left, value) for at, value in right.items()}
        case _:
            return combine(left, right)
    combined = {at: combine(*pair) for at, pair in both.items()}
    return {at: value for at, value in combined.items() if math.isfinite(value)}


def _number_of(test: Callable[[Any, Any], bool]) -> Callable[[float, float], float]:
    return lambda left, right: float(test(left, right))


def _divided(left: float, right: float) -> float:
    return left / right if right else math.nan


def _power(left: float, right: float) -> float:
    try:
        value = left**right
    except (OverflowError, ZeroDivisionError):
        return math.nan
    return value if isinstance(value, float | int) else math.nan


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
