"""CloudWatch's metric math: expressions over the values of metrics.

A value is a number, a time series or an array of these. What a series lacks at some time stays
missing: an operator needs both of its sides, SUM([…]) and its like take what there is.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import math
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from embedded.metric_functions import FUNCTIONS, Scope, Value

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
