"""What a demonstration tells in the terminal: a line for each event, by the cloud's clock."""

from typing import Any

from rich.console import RenderableType
from rich.markup import escape

from infra.demo.page import BAD, GOOD, NAMES
from infra.demo.timeline import Kind, moment
from scripts.console import out, row

LABEL = len("06:00 ") + max(map(len, NAMES.values()))
"""Width of a time and a kind, in letters."""


def line(event: dict[str, Any]) -> RenderableType:
    """An event of the record: its time, its kind, and what happened."""
    kind = Kind(event["kind"])
    colour = "red" if kind in BAD else "green" if kind in GOOD else "cyan"
    label = f"[dim]{moment(event['at']):%H:%M}[/] [{colour}]{NAMES[kind]}[/]"
    return row(label, escape(event["text"]), width=LABEL + 1)


class Teller:
    """Prints each event, under a heading for each day; for a record's `on_event`."""

    def __init__(self) -> None:
        self._days: list[str] = []

    def __call__(self, event: dict[str, Any]) -> None:
        """Print an event; called from any thread."""
        day = f"{moment(event['at']):%Y-%m-%d}"
        if day not in self._days:
            self._days.append(day)
            out.print(f"[bold]Day {len(self._days)}[/]")
        out.print(line(event))
