"""Unquoted scalars, as far as this reader and the Pulumi engine's agree on what they are.

This one reads YAML 1.2's core schema. The engine's (Go's yaml.v3) knows notations of YAML 1.1
beside it, and rewrites a file with what it took them for.
https://yaml.org/spec/1.2.2/#103-core-schema
https://github.com/go-yaml/yaml/blob/v3.0.1/resolve.go
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Doubtful:
    """A scalar that the two readers would not read alike."""

    taken_for: str
    """What the engine takes it for: `a date`."""
    instead: str = ""
    """The same number in a notation that both read alike."""


Read = Callable[[str], Scalar | Doubtful]


def read_plain(text: str, within_flow: bool = False) -> Scalar | Doubtful:
    """The value of a scalar that is neither quoted nor tagged.

    `within_flow` tells that it is within square brackets or braces.
    """
    for pattern, read_as in NOTATIONS:
        if pattern.fullmatch(text):
            return read_as(text)
    if "_" in text and text[0] in "+-0123456789":
        plain = text.replace("_", "")
        if FLOAT.fullmatch(plain):
            return Doubtful(f"the number {plain}", plain)
    if within_flow and "?" in text[1:]:
        return Doubtful("broken within brackets")
    return text


def read_key(text: str, within_flow: bool = False) -> str | Doubtful:
    """The key of a mapping that is neither quoted nor tagged: the text of its value."""
    match read_plain(text, within_flow):
        case str() | Doubtful() as value:
            return value
        case bool() as value if text != str(value).lower():
            return Doubtful(f"the key {str(value).lower()}")
        case int() as value if text != str(value) and not isinstance(value, bool):
            return Doubtful(f"the key {value}")
        case None | float():
            return Doubtful("no text, and a key is,")
    return text


def as_written(value: object) -> str:
    """A value as people write it in YAML, within brackets too; "" for a list or a group."""
    if isinstance(value, str):
        plain = re.fullmatch(r"[\w./+-][^,:#\[\]{}\"']*(:[^\s,#\[\]{}\"']+)*", value)
        same = plain and value == value.strip() and read_plain(value, within_flow=True) == value
        return value if same else json.dumps(value, ensure_ascii=False)
    return json.dumps(value) if value is None or isinstance(value, int | float) else ""


def in_brackets(value: object) -> str:
    """A value as a list in square brackets; each part of a text between commas is an item."""
    parts = [each.strip() for each in value.split(",")] if isinstance(value, str) else [value]
    return f"[{', '.join(as_written(each) for each in parts if each != '')}]"


def _integer(text: str) -> int | Doubtful:
    value = int(text, 0 if text.startswith("0") else 10)
    if -(2**63) <= value < 2**63:
        return value
    return Doubtful("a number without its last digits")


def _number(text: str) -> float | str:
    """A whole one is an integer: the engine writes it so before it reads it a second time.

    One that is too large to be one is text.
    """
    value = float(text)
    if not math.isfinite(value):
        return text
    return int(value) if value.is_integer() and abs(value) < EXPONENT_FROM else value


def _based(base: int, kind: str) -> Read:
    """A number that has its base in its notation, and one that the engine alone knows."""

    def read(text: str) -> Doubtful:
        digits = re.sub(r"^([-+]?)0[bBoOxX]?", r"\1", text.replace("_", ""))
        try:
            value = int(digits or "0", base)
        except ValueError:  # 089 is none of base 8, and so a decimal number
            return Doubtful(f"the number {int(digits)}", str(int(digits)))
        return Doubtful(f"the {kind} number {value}", str(value))

    return read


EXPONENT_FROM = 1e21
"""Whole numbers from here on have an exponent in the engine's JSON, and so are none."""

FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
CLOCK = r"[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}([.,][0-9]+)?"
ZONE = r"(Z|[-+][0-9]{2}:[0-9]{2})"

NOTATIONS: tuple[tuple[re.Pattern[str], Read], ...] = (
    (re.compile(r"|~|null|Null|NULL"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+"), _integer),
    (re.compile(r"[-+]?0[0-9_]+"), _based(8, "octal")),
    (re.compile(r"[-+]?0[bB][01_]+"), _based(2, "binary")),
    (re.compile(r"[-+]?0[oO][0-7_]+"), _based(8, "octal")),
    (re.compile(r"[-+]?0[xX][0-9a-fA-F_]+"), _based(16, "hexadecimal")),
    (FLOAT, _number),
    (re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), lambda _: Doubtful("no finite number")),
    (
        re.compile(rf"[0-9]{{4}}(-[0-9]{{1,2}}){{2}}([Tt]{CLOCK}{ZONE}| {CLOCK})?"),
        lambda _: Doubtful("a date"),
    ),
)
"""The first that matches counts; what none matches is text."""
