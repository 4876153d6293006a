"""The rule of a composite alarm: ALARM(…), OK(…) and INSUFFICIENT_DATA(…) with AND, OR and NOT.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

TOKEN = re.compile(
    r"\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"
    r"(?:\"(?P<quoted>[^\"]+)\"|'(?P<single>[^']+)'|(?P<bare>[^\s()]+))\s*\)"
    r"|(?P<word>AND|OR|NOT|TRUE|FALSE)\b|(?P<sign>[()]))",
    re.IGNORECASE,
)
MOST_CHILDREN = 100
ARN = re.compile(r"arn:[^:]+:cloudwatch:[^:]*:\d+:alarm:(.+)")

Test = Callable[[Mapping[str, str]], bool]


class Invalid(ValueError):
    """A rule that AWS would refuse."""


@dataclass(frozen=True)
class AlarmRule:
    """A parsed rule."""

    holds: Test
    """Whether it holds, by the states of alarms."""
    children: frozenset[str]
    """Names of the alarms."""


def parse(text: str) -> AlarmRule:
    """The rule of a text. Raises Invalid."""
    parser = _Parser(text)
    test = parser.either()
    if parser.part:
        raise Invalid(f"AlarmRule: {parser.part!r} is not expected in {text!r}")
    if len(parser.children) > MOST_CHILDREN:
        raise Invalid(f"AlarmRule: {len(parser.children)} alarms, not {MOST_CHILDREN} at most")
    return AlarmRule(test, frozenset(parser.children))


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self.children: set[str] = set()
        self.part = ""
        self._test: Test | None = None
        self._next()

    def either(self) -> Test:
        tests = [self._both()]
        while self.part == "OR":
            self._next()
            tests.append(self._both())
        return lambda states: any(test(states) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self.part == "AND":
            self._next()
            tests.append(self._one())
        return lambda states: all(test(states) for test in tests)

    def _one(self) -> Test:
        part, test = self.part, self._test
        self._next()
        if part == "NOT":
            negated = self._one()
            return lambda states: not negated(states)
        if part == "(":
            inner = self.either()
            if self.part != ")":
                raise Invalid(f"AlarmRule: ')' is missing in {self._text!r}")
            self._next()
            return inner
        if test is None:
            raise Invalid(f"AlarmRule: {part or 'its end'!r} is not expected in {self._text!r}")
        return test

    def _next(self) -> None:
        self.part, self._test = "", None
        rest = self._text[self._position :]
        if not rest.strip():
            return
        found = TOKEN.match(self._text, self._position)
        if not found:
            raise Invalid(f"AlarmRule: {rest.strip()!r} is no part of a rule")
        self._position = found.end()
        if state := found["state"]:
            name = found["quoted"] or found["single"] or found["bare"]
            if arn := ARN.fullmatch(name):
                name = arn[1]
            self.children.add(name)
            self.part = found[0].strip()
            self._test = _in_state(name, state.upper())
        else:
            self.part = (found["word"] or found["sign"]).upper()
            if self.part in ("TRUE", "FALSE"):
                self._test = _always(self.part == "TRUE")


def _in_state(name: str, state: str) -> Test:
    return lambda states: states.get(name) == state


def _always(value: bool) -> Test:
    return lambda _: value
