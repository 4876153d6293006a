"""Patterns of dates: Joda's and Java's, as strftime writes them.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

import re

from embedded.athena.failures import not_done

LETTERS = {
    "yyyy": "%Y",
    "YYYY": "%Y",
    "uuuu": "%Y",
    "y": "%Y",
    "yy": "%y",
    "MM": "%m",
    "M": "%-m",
    "MMM": "%b",
    "MMMM": "%B",
    "dd": "%d",
    "d": "%-d",
    "DDD": "%j",
    "HH": "%H",
    "H": "%-H",
    "hh": "%I",
    "h": "%-I",
    "mm": "%M",
    "m": "%-M",
    "ss": "%S",
    "s": "%-S",
    "SSS": "%g",
    "SSSSSS": "%f",
    "a": "%p",
    "E": "%a",
    "EEE": "%a",
    "EEEE": "%A",
    "Z": "%z",
}
PART = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")


def from_joda(pattern: str) -> str:
    """Such as %Y-%m-%d for yyyy-MM-dd. Raises Failed for a letter that is not known here."""
    written = []
    for match in PART.finditer(pattern):
        part = match.group()
        if part.startswith("'"):
            written.append((match[1] or "'").replace("''", "'").replace("%", "%%"))
        elif part[0].isalpha():
            if part not in LETTERS:
                raise not_done(f"the pattern {part} of dates")
            written.append(LETTERS[part])
        else:
            written.append(part.replace("%", "%%"))
    return "".join(written)
