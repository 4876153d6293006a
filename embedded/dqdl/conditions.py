"""Reads the conditions of DQDL: comparisons of numbers, texts, dates, durations and sizes.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-rule-expressions
"""

import operator
from collections.abc import Callable
from datetime import timedelta

from embedded.dqdl.rule_types import DATE, DURATION, NUMBER, SIZE, TEXT, VALUE
from embedded.dqdl.rules import (
    Condition,
    Duration,
    Dynamic,
    Keyword,
    Now,
    Number,
    Operand,
    Size,
    Text,
)
from embedded.dqdl.tokens import Invalid, Token, nearest, tokens_of, written

COMPARISONS = ("=", "!=", ">", ">=", "<", "<=")
KEYWORDS = ("NULL", "EMPTY", "WHITESPACES_ONLY")
UNITS = {"days": 1440, "hours": 60, "minutes": 1}
"""Minutes in a unit of time."""
SIZES = {"B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}
ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
RESERVED = {"between", "in", "not", "matches", "where", "with", "labels", "and", "or", "AND", "OR"}
"""Words that are no parameter without quotes."""
NAMES = {
    NUMBER: "a number",
    TEXT: "a text between quotes",
    VALUE: "a number, a text between quotes, a date or NULL",
    DURATION: "a duration such as 24 hours",
    DATE: "a date",
    SIZE: "a size such as 10 MB",
}
DEEPEST = 20

Values = Text | Keyword | tuple[Text | Keyword, ...]
"""What a variable holds."""


class ConditionParser:
    """Reads conditions from tokens, one after the other."""

    def __init__(self, source: str) -> None:
        """Raises Invalid for a text that has no tokens of DQDL."""
        self.source = source
        self.tokens = tokens_of(source)
        self.at = 0
        self.variables: dict[str, Values] = {}
        self._nested = 0

    @property
    def token(self) -> Token:
        """The token that is next."""
        return self.tokens[self.at]

    def ahead(self, count: int) -> Token:
        """A token behind the next one."""
        return self.tokens[min(self.at + count, len(self.tokens) - 1)]

    def take(self) -> Token:
        """The next token, which is read with this."""
        token = self.token
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def error(self, message: str, token: Token | None = None) -> Invalid:
        """The error at a token, the next one unless it is given."""
        return Invalid(message, self.source, (token or self.token).start)

    def expect(self, *signs: str) -> Token:
        """Read the first of the signs. Raises Invalid, naming them all, for anything else."""
        if self.token.raw != signs[0]:
            allowed = " or ".join(f'"{sign}"' for sign in signs)
            raise self.error(f"{self.token.shown} is not expected; allowed: {allowed}.")
        return self.take()

    def text(self, what: str, hint: str) -> Token:
        """Read a text between quotes. Raises Invalid."""
        if self.token.kind != "text":
            raise self.error(f"{self.token.shown} is not {what}, {hint}.")
        return self.take()

    def is_name(self, token: Token) -> bool:
        """Whether it is a word that may be the name of a column."""
        return token.kind == "word" and token.raw not in RESERVED

    def starts_condition(self) -> bool:
        """Whether a condition is next."""
        return self.token.raw in (*COMPARISONS, "between", "in", "not", "matches")

    def condition(self, compares: str) -> Condition:
        """Read a condition that compares what is named. Raises Invalid."""
        first = self.take()
        name = first.raw
        if name == "not":
            name = f"not {self.take().raw}"
        if name in COMPARISONS:
            operands: tuple[Operand, ...] = (self._operand(compares),)
        elif name in ("between", "not between"):
            low = self._operand(compares)
            self.expect("and")
            operands = (low, self._operand(compares))
        elif name in ("in", "not in"):
            operands = self._operands(compares)
        elif name in ("matches", "not matches") and compares == VALUE:
            pattern = self.text("a regular expression", "between quotes")
            return Condition(name, (Text(pattern.unquoted_code),))
        else:
            allowed = [*COMPARISONS, "between", "in", "not between", "not in"]
            allowed += ["matches", "not matches"] if compares == VALUE else []
            shown = name if name.startswith("not") else first.raw
            raise self.error(
                f'"{shown}" is not a comparison here; allowed: {", ".join(allowed)}.', first
            )
        self._check(name, operands, compares, first)
        return Condition(name, operands)

    def _check(self, name: str, operands: tuple[Operand, ...], compares: str, first: Token) -> None:
        """Raises Invalid for operands that do not fit together, or the comparison."""
        ordered = name not in ("=", "!=", "in", "not in")
        kinds = {type(each) for each in operands if not isinstance(each, Keyword)}
        if {Number, Text} <= kinds or {Number, Now} <= kinds:
            raise self.error("numbers and texts are compared with at once; take one.", first)
        if ordered and compares == TEXT:
            raise self.error(f'"{name}" does not compare texts; allowed: =, !=, in.', first)
        for each in operands if ordered else ():
            if isinstance(each, Keyword):
                raise self.error(f'"{name}" does not compare with {each.name}; = does.', first)
            if isinstance(each, Text) and each.moment is None:
                raise self.error(
                    f'"{name}" compares numbers, dates and times, and "{each.value}" is none.',
                    first,
                )

    def _operands(self, compares: str) -> tuple[Operand, ...]:
        if self.token.raw == "$":
            values = self.variable()
            return values if isinstance(values, tuple) else (values,)
        self.expect("[")
        found = [self._operand(compares)]
        while self.token.raw != "]":
            self.expect(",", "]")
            found.append(self._operand(compares))
        self.take()
        return tuple(found)

    def _operand(self, compares: str) -> Operand:
        token, then = self.token, self.ahead(1)
        if compares in (VALUE, TEXT, DATE) and (token.kind == "text" or token.raw == "$"):
            return self._text()
        if compares == VALUE and token.raw.upper() in KEYWORDS:
            return Keyword(self.take().raw.upper())
        if compares in (VALUE, DATE) and "now" in (token.raw, then.raw):
            return self._moment()
        if compares in (DURATION, SIZE) and token.kind == "number":
            return self._measure(compares)
        begins = token.kind == "number" or token.raw in ("-", "(")
        if compares in (VALUE, NUMBER) and (begins or (token.kind == "word" and then.raw == "(")):
            return self._number()
        hint = nearest(token.raw, KEYWORDS) if compares == VALUE and token.kind == "word" else ""
        raise self.error(f"{token.shown} is not {NAMES[compares]}.{hint}")

    def _text(self) -> Text | Keyword:
        if self.token.kind == "text":
            return Text(self.take().unquoted)
        values = self.variable()
        if isinstance(values, tuple):
            raise self.error("the variable is a list, and one value is compared with.")
        return values

    def _measure(self, compares: str) -> Duration | Size:
        amount = self.take()
        units = UNITS if compares == DURATION else SIZES
        unit = self.take()
        if unit.raw not in units or "." in amount.raw:
            found = unit.shown if unit.raw not in units else f"{amount.raw} {unit.raw}"
            raise self.error(
                f"{found} is not a whole number with a unit; units: {', '.join(units)}.", unit
            )
        value = int(amount.raw) * units[unit.raw]
        return Duration(timedelta(minutes=value)) if compares == DURATION else Size(value)

    def _moment(self) -> Now:
        """now(), or (now() - 3 days)."""
        enclosed = self.token.raw == "("
        if enclosed:
            self.take()
        for part in ("now", "(", ")"):
            self.expect(part)
        if not enclosed:
            return Now()
        sign = self.take()
        if sign.raw not in ("+", "-"):
            raise self.error(f'{sign.shown} is not expected; allowed: "-" or "+".', sign)
        measured = self._operand(DURATION)
        self.expect(")")
        offset = measured.value if isinstance(measured, Duration) else timedelta()
        return Now(offset if sign.raw == "+" else -offset)

    def _number(self) -> Number | Dynamic:
        """A number, reckoned where it is a sum; Dynamic where it needs earlier results."""
        first = self.at
        value = self._sum()
        text = written(self.tokens[first : self.at])
        return Dynamic(text) if value is None else Number(value, text)

    def _sum(self) -> float | None:
        return self._chain(("+", "-"), lambda: self._chain(("*", "/"), self._atom))

    def _chain(self, signs: tuple[str, ...], part: Callable[[], float | None]) -> float | None:
        value = part()
        while self.token.raw in signs:
            sign = self.take()
            other = part()
            if sign.raw == "/" and other == 0:
                raise self.error("a number is divided by zero.", sign)
            known = value is not None and other is not None
            value = ARITHMETIC[sign.raw](value or 0.0, other or 0.0) if known else None
        return value

    def _atom(self) -> float | None:
        self._nested += 1
        if self._nested > DEEPEST:
            raise self.error(f"parentheses are nested deeper than {DEEPEST}.")
        token = self.take()
        value: float | None = None
        if token.raw == "-":
            found = self._atom()
            value = None if found is None else -found
        elif token.kind == "number":
            value = float(token.raw)
        elif token.raw == "(":
            value = self._sum()
            self.expect(")")
        elif token.kind == "word" and self.token.raw == "(":
            self._arguments()
        else:
            raise self.error(f"{token.shown} is not a number.", token)
        self._nested -= 1
        return value

    def _arguments(self) -> None:
        self.expect("(")
        while self.token.raw != ")":
            self._sum()
            if self.token.raw != ")":
                self.expect(",", ")")
        self.take()

    def variable(self) -> Values:
        """Read $name. Raises Invalid for a variable that is not set before."""
        self.expect("$")
        name = self.take()
        if name.raw not in self.variables:
            hint = nearest(name.raw, self.variables)
            raise self.error(f"the variable {name.shown} is not set.{hint}", name)
        return self.variables[name.raw]

    def text_operand(self) -> Text | Keyword:
        """Read a text between quotes or a keyword. Raises Invalid."""
        operand = self._operand(VALUE)
        if not isinstance(operand, Text | Keyword):
            raise self.error("a variable holds texts, and this is none.")
        return operand
