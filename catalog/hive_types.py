"""The types of columns in the data catalog, as Hive and Athena write them.

https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""

import re
from dataclasses import dataclass

PRIMITIVES = (
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "float",
    "double",
    "string",
    "timestamp",
    "date",
)
ALLOWED = (
    f"Allowed: {', '.join(PRIMITIVES)}, decimal(10,2), array<int>, map<string,int>, "
    "struct<name:string>."
)
MOST_DIGITS = 38
"""Most digits of a decimal."""

DECIMAL = re.compile(r"decimal\(([0-9]{1,2}),([0-9]{1,2})\)")
COLLECTION = re.compile(r"(array|map|struct)<(.+)>")
FIELD = re.compile(r"([a-z_][a-z0-9_]*):(.+)")


class UnknownHiveType(ValueError):
    """A text that is no type, or has a part that is none."""


@dataclass(frozen=True)
class HiveType:
    """A type of a column."""

    kind: str
    """One of `PRIMITIVES`, or decimal, array, map or struct."""
    digits: int = 0
    """Of a decimal, all its digits."""
    scale: int = 0
    """Of a decimal, the digits after its point."""
    parts: tuple[tuple[str, "HiveType"], ...] = ()
    """Of an array, what it holds, under `element`; of a map, that under `value`, its keys are
    strings; of a struct, each field under its name."""


def parse(text: str) -> HiveType:
    """The type that a text without blanks writes, such as `array<int>`.

    Raises UnknownHiveType, which names the part that is none.
    """
    if text in PRIMITIVES:
        return HiveType(text)
    if found := DECIMAL.fullmatch(text):
        digits, scale = int(found[1]), int(found[2])
        if 1 <= digits <= MOST_DIGITS and scale <= digits:
            return HiveType("decimal", digits=digits, scale=scale)
    elif found := COLLECTION.fullmatch(text):
        inner = _split(found[2])
        if found[1] == "array" and len(inner) == 1:
            return HiveType("array", parts=(("element", parse(inner[0])),))
        if found[1] == "map" and len(inner) == 2 and inner[0] == "string":  # noqa: PLR2004  a pair
            return HiveType("map", parts=(("value", parse(inner[1])),))
        fields = [FIELD.fullmatch(each) for each in inner]
        if found[1] == "struct" and all(fields):
            return HiveType("struct", parts=tuple((one[1], parse(one[2])) for one in fields if one))
    raise UnknownHiveType(text)


def _split(text: str) -> list[str]:
    """The parts between commas that no bracket holds together."""
    parts, depth = [""], 0
    for character in text:
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(character, 0)
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts
