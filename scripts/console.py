"""What the terminal shows: one console, and the progress of a host's steps."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from infra.progress import OnStep, Operation, Phase, Step

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[OnStep]:
    """A bar that follows a host's steps, in a terminal only, and is gone when it is done."""
    bar = Progress(
        TextColumn(what),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("[dim]{task.fields[now]}"),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    task = bar.add_task(what, total=total, now="")

    def follow(step: Step) -> None:
        if step.phase is Phase.STARTED:
            bar.update(task, now=f"{step.operation} {step.name}")
        elif step.phase is Phase.DONE:
            bar.advance(task)

    with bar:
        yield follow


def told(changes: Counter[Operation]) -> str:
    """What was done, as words: `3 created, 1 updated, 251 unchanged`."""
    words = {
        Operation.CREATE: "created",
        Operation.UPDATE: "updated",
        Operation.REPLACE: "replaced",
        Operation.DELETE: "deleted",
        Operation.SAME: "unchanged",
    }
    counted = [f"{changes[op]:,} {word}" for op, word in words.items() if changes.get(op)]
    return ", ".join(counted) or "nothing to do"
