"""What the terminal shows: one console, and what a host is doing just now."""

import sys
import textwrap
from collections.abc import Mapping
from typing import Self

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from infra.errors import InputError
from infra.hosts.progress import Operation, Phase, Step


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Leave the answer to the command, which `click.echo` leaves it to as well."""
        raise  # noqa: PLE0704 - rich calls this while it handles the BrokenPipeError


out = _Console(highlight=False, soft_wrap=not sys.stdout.isatty())
"""Breaks long lines between words in a terminal, and not at all in a pipe."""

MOST_COLUMNS = 80

DONE = {
    Operation.CREATE: "created",
    Operation.IMPORT: "taken up again",
    Operation.UPDATE: "updated",
    Operation.REPLACE: "replaced",
    Operation.DELETE: "deleted",
    Operation.SAME: "unchanged",
}
PLANNED = {
    Operation.CREATE: "to create",
    Operation.IMPORT: "to take up again",
    Operation.UPDATE: "to update",
    Operation.REPLACE: "to replace",
    Operation.DELETE: "to delete",
    Operation.SAME: "unchanged",
}
SIGNS = {
    Operation.CREATE: "[green]+ create [/]",
    Operation.IMPORT: "[green]= import [/]",
    Operation.UPDATE: "[yellow]~ update [/]",
    Operation.REPLACE: "[magenta]± replace[/]",
    Operation.DELETE: "[red]- delete [/]",
}


class Follower:
    """One line that tells, in a terminal only, what goes on; gone when it is over."""

    def __init__(self, *, lists_changes: bool = False) -> None:
        """With `lists_changes`, each resource that is not left alone gets a line that stays."""
        self._lists_changes = lists_changes
        self._line = _line("")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def begin(self, what: str) -> None:
        """Begin a piece of work."""
        self.end()
        self._line = _line(what)
        self._line.start()

    def end(self) -> None:
        """End it, and leave the terminal to others until the next."""
        self._line.stop()

    def now(self, what: str) -> None:
        """Tell what is being done; called from any thread."""
        line = self._line
        line.update(line.task_ids[0], now=what)

    def on_step(self, step: Step) -> None:
        """Tell of a host's step; called from any thread."""
        if step.phase is Phase.STARTED:
            self.now(step.name)
        elif step.phase is Phase.DONE and self._lists_changes and step.operation in SIGNS:
            kind = step.type.rpartition(":")[2]
            out.print(f"  {SIGNS[step.operation]} {kind} {escape(step.name)}")


def _line(what: str) -> Progress:
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}", style="dim", markup=False),
        console=out,
        transient=True,
        # FORCE_COLOR makes rich see a terminal where there is none.
        disable=not (out.is_interactive and out.file.isatty()),
    )
    progress.add_task(what, total=None, now="")
    return progress


def told(changes: Mapping[Operation, int], words: Mapping[Operation, str] = DONE) -> str:
    """What was done, as words: `3 created, 1 updated, 251 unchanged`."""
    counted = [f"{changes[op]:,} {word}" for op, word in words.items() if changes.get(op)]
    return ", ".join(counted) or "nothing to do"


def filled(text: str, *, indent: str = "") -> str:
    """A text in lines of at most 80 columns, or of as many as the terminal has."""
    width = min(out.width, MOST_COLUMNS)
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent)


def row(label: str, text: str, *, width: int) -> RenderableType:
    """A label and what is said of it, both in markup; in a terminal it goes on below itself."""
    padded = Text.from_markup(f"  {label}")
    padded.pad_right(width + 3 - len(padded))
    if not out.is_terminal:
        return Text.assemble(padded, Text.from_markup(text))
    grid = Table.grid(Column(no_wrap=True), Column(overflow="fold"))
    grid.add_row(padded, text)
    return grid


def require_terminal() -> None:
    """Raise InputError where nobody can be asked."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError("There is no terminal to ask in; --yes does it without asking.")
