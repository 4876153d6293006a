"""Parts of a summary, and how they are laid out as plain text."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from infra.graph import Resource

SHOWN = 5
"""How many of a kind are told before the rest are counted."""

Row = tuple[str, str]
"""A label and what there is to say to it."""


@dataclass(frozen=True)
class Section:
    """A heading, and what is told below it."""

    heading: str
    rows: tuple[Row, ...] = ()
    indent: int = 12
    """Columns before a row's text; a label that takes more has its text below it."""


def lines(found: Iterable[Section], width: int) -> Iterator[tuple[str, bool]]:
    """The lines of a summary, none wider than `width`, each with whether it is a heading."""
    for section in found:
        for line in textwrap.wrap(section.heading, width, subsequent_indent="  "):
            yield line, True
        for label, text in section.rows:
            for line in _row(label, text, width, section.indent):
                yield line, False


def _row(label: str, text: str, width: int, indent: int) -> list[str]:
    first = f"  {label}"
    if not text:
        return textwrap.wrap(label, width, initial_indent="  ", subsequent_indent="  ")
    beside = len(first) < indent
    wrapped = textwrap.wrap(
        text,
        width,
        initial_indent=first.ljust(indent) if beside else " " * indent,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
    )
    return wrapped if beside else [first[:width], *wrapped]


def some(named: Sequence[str], shown: int = SHOWN) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(named) - shown:,} more" if len(named) > shown else ""
    return ", ".join(named[:shown]) + more


def kinds(resources: Iterable[Resource]) -> str:
    """Kinds of resources with their numbers, the most frequent first: `Bucket × 8, Key × 5`."""
    counted = Counter(resource.type.rpartition(":")[2] for resource in resources)
    return some([f"{kind} × {count:,}" for kind, count in counted.most_common()])
