"""What a text in DQDL says: rules, conditions and operands.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from embedded.dqdl.rule_types import RULE_TYPES, RuleType


@dataclass(frozen=True)
class Number:
    """A number."""

    value: float
    text: str
    """As it is written: 0.10 stays 0.10."""


@dataclass(frozen=True)
class Text:
    """A text between quotes, which may be a date or a time of day if the column is one."""

    value: str

    @property
    def moment(self) -> date | time | None:
        """The date or the time of day that it is: "2026-03-01", "19:30" or "7:30 PM"."""
        for form in ("%Y-%m-%d", "%H:%M", "%I:%M %p"):
            try:
                found = datetime.strptime(self.value, form)
            except ValueError:
                continue
            return found.date() if form == "%Y-%m-%d" else found.time()
        return None


@dataclass(frozen=True)
class Keyword:
    """NULL, EMPTY (a text without characters) or WHITESPACES_ONLY (a text of spaces alone)."""

    name: str


@dataclass(frozen=True)
class Now:
    """now(), or a time before or after it."""

    offset: timedelta = timedelta()


@dataclass(frozen=True)
class Duration:
    """A length of time."""

    value: timedelta


@dataclass(frozen=True)
class Size:
    """A size of a file, in bytes."""

    value: int


@dataclass(frozen=True)
class Dynamic:
    """A number reckoned from earlier results, such as avg(last(10)); jobs of Glue alone do it."""

    text: str


Operand = Number | Text | Keyword | Now | Duration | Size | Dynamic


@dataclass(frozen=True)
class Condition:
    """A comparison with one operand, two or more."""

    operator: str
    """=, !=, >, >=, <, <=, between, in or matches; the last three also with `not ` before."""
    operands: tuple[Operand, ...]

    @property
    def is_dynamic(self) -> bool:
        """Whether it needs earlier results."""
        return any(isinstance(operand, Dynamic) for operand in self.operands)


@dataclass(frozen=True)
class Rule:
    """One rule."""

    type: str
    parameters: tuple[str, ...]
    condition: Condition | None
    where: str | None
    """A condition of SQL: the rule is about the rows that meet it."""
    threshold: Condition | None
    """Of the share of rows that pass, from 0 to 1."""
    tags: tuple[tuple[str, Condition], ...]
    """What else follows `with`."""
    labels: tuple[tuple[str, str], ...]
    text: str
    """The rule as it is written, on one line."""

    @property
    def definition(self) -> RuleType:
        """What is known of its type."""
        return RULE_TYPES[self.type]

    @property
    def not_evaluated(self) -> str | None:
        """Why it is not evaluated here, as the end of a sentence; None if it is."""
        if not self.definition.evaluated:
            return f"rules of type {self.type}"
        conditions = [each for each in (self.condition, self.threshold) if each]
        if any(each.is_dynamic for each in conditions):
            return "rules on earlier results, such as last(10),"
        return f"`with {self.tags[0][0]}`" if self.tags else None


@dataclass(frozen=True)
class Composite:
    """Rules that are combined."""

    operator: str
    """and, or."""
    rules: "tuple[AnyRule, ...]"
    labels: tuple[tuple[str, str], ...]
    text: str


AnyRule = Rule | Composite


@dataclass(frozen=True)
class Analyzer:
    """A statistic that is collected without being judged."""

    type: str
    parameters: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Ruleset:
    """A whole text in DQDL."""

    rules: tuple[AnyRule, ...]
    analyzers: tuple[Analyzer, ...] = ()
    references: tuple[str, ...] = ()
    """The names of the tables that rules compare with, from DataSources."""

    def each(self) -> Iterator[Rule]:
        """Every rule, those of composite rules too."""
        for rule in self.rules:
            yield from parts_of(rule)


def parts_of(rule: AnyRule) -> Iterator[Rule]:
    """A rule, or the rules that a composite one combines."""
    if isinstance(rule, Rule):
        yield rule
        return
    for part in rule.rules:
        yield from parts_of(part)
