"""`maslow job list`, `run` and `logs`: what is told and asked of jobs of data."""

from collections.abc import Iterator

import click
from rich.markup import escape

from infra import jobs
from infra.errors import InputError
from infra.jobs import JobShape
from infra.models.place import place_of
from infra.models.shapes import TurnShape
from infra.models.turns import follow
from infra.project import Project
from infra.settings import StackFile
from scripts import model_words
from scripts.console import Follower, out, row
from scripts.model_runs import NO_REASON

Range = tuple[str | None, str | None]


def list_jobs(project: Project, stack: StackFile, *, as_json: bool) -> None:
    """Print every job of an environment. Raises InputError and WorkError."""
    with model_words.readable():
        found = jobs.listed(place_of(project, stack))
    if as_json:
        model_words.as_json(found)
        return
    if not found:
        out.print("There are no jobs.")
    width = max((len(one["job"]) for one in found), default=0)
    for one in found:
        out.print(row(f"[cyan]{one['job']}[/]", escape(", ".join(_of(one))), width=width + 1))


def run(
    project: Project,
    stack: StackFile,
    name: str,
    *,
    date: str | None,
    range_: Range,
    reason: str | None,
    wait: bool,
    as_json: bool,
) -> None:
    """Start it, for a day or each of a range, and follow it unless nobody is to `wait`.

    Raises InputError, and WorkError where a run does not succeed, after which none is started; an
    interruption leaves it running.
    """
    jobs.job_of(stack, name)
    when = [jobs.day(date)]
    if any(range_):
        if date or not wait:
            raise InputError("--from and --to go neither with --date nor with --no-wait.")
        when = [*jobs.days(*range_)]
    found: list[TurnShape] = []
    with model_words.readable():
        place = place_of(project, stack)
        why = f"{place.who()}: {' '.join((reason or NO_REASON).split())}"
        for day in when:
            started = jobs.start(place, name, why, day)
            if not as_json:
                out.print(f"Started {escape(started.execution)}{f' for {day}' if day else ''}")
            try:
                with Follower() as follower:
                    follower.begin("Run")
                    found.append(follow(place, started, follower.now) if wait else started.look())
            except KeyboardInterrupt:
                # Not among what --json prints.
                click.echo(f"It goes on: maslow job list -s {stack.environment}", err=True)
                raise
            if not as_json:
                out.print(model_words.turn(found[-1]))
    if as_json:
        model_words.as_json(found)


def show_logs(project: Project, stack: StackFile, name: str, *, lines: int, as_json: bool) -> None:
    """Print the last lines of a job's newest run. Raises InputError and WorkError."""
    jobs.job_of(stack, name)
    with model_words.readable():
        found = jobs.logs(place_of(project, stack), name, lines)
    if as_json:
        model_words.as_json(found)
        return
    for one in found:
        out.print(f"[cyan]{one['source']}[/] [dim]{one['job']}[/]")
        for line in one["lines"] or ["nothing was printed"]:
            click.echo(f"  {line}")
    if not found:
        out.print(f"{name} has not printed anything yet.")


def _of(one: JobShape) -> Iterator[str]:
    yield f"{', '.join(one['reads'])} to {', '.join([*one['writes'], *one['fills']])}"
    if not one["runs"]:
        yield "never ran"
        return
    newest = one["runs"][0]
    yield f"{newest['status'].lower()} {newest['ended'] or newest['started']}"
    if newest["status"] not in ("RUNNING", "SUCCEEDED") and newest["reason"]:
        yield newest["reason"]
