"""Columns of a file of separated values, as Glue's built-in classifier of CSV tells them.

https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-built-in
"""

import csv
import re
from typing import NamedTuple

DELIMITERS = (",", "|", "\t", ";", "\x01")
"""Those that the classifier knows, in its order."""
COLUMN = re.compile(r"[A-Za-z0-9_. -]+")
"""What the name of a column is written with."""
LONGEST_NAME = 150
LEAST_COLUMNS, LEAST_ROWS = 2, 2
NUMBERS = {"bigint": re.compile(r"[+-]?\d{1,18}"), "double": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")}


class Separated(NamedTuple):
    """A file of separated values."""

    delimiter: str
    has_header: bool
    columns: dict[str, str]
    """Types by name, in order."""
    rows: int
    """Rows without the header."""


def separated(text: str) -> Separated | None:
    """What a text is as separated values; None where it is none: by two columns and two rows.

    The first row is a header if it looks like one and a row below it has other types than text.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    for delimiter in DELIMITERS:
        rows = list(csv.reader(lines, delimiter=delimiter))
        if len(rows) < LEAST_ROWS or len(rows[0]) < LEAST_COLUMNS:
            continue
        if len({len(row) for row in rows}) > 1:
            continue
        has_header = _is_header(rows)
        data = rows[1:] if has_header else rows
        names = rows[0] if has_header else [f"col{number}" for number in range(len(rows[0]))]
        types = [_of_column([row[at] for row in data]) for at in range(len(names))]
        return Separated(delimiter, has_header, dict(zip(names, types, strict=True)), len(data))
    return None


def _is_header(rows: list[list[str]]) -> bool:
    names = rows[0]
    if not all(COLUMN.fullmatch(name) and len(name) < LONGEST_NAME for name in names):
        return False
    if any(_type(name) != "string" for name in names) or len(set(names)) < len(names):
        return False
    return any(_type(value) != "string" for row in rows[1:] for value in row)


def _of_column(values: list[str]) -> str:
    known = {_type(value) for value in values if value}
    if len(known) == 1:
        return known.pop()
    return "double" if known == {"bigint", "double"} else "string"


def _type(value: str) -> str:
    found = (name for name, form in NUMBERS.items() if form.fullmatch(value.strip()))
    return next(found, "string")
