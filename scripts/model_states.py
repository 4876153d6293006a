"""`maslow model list`, `status`, `runs`, `why` and `logs`: what is told of models."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager

import click

from infra.models import logs, reports, runs
from infra.models.place import model_of, place_of
from infra.project import Project
from infra.settings import StackFile
from scripts import model_words
from scripts.console import Follower, out


def list_models(project: Project, stack: StackFile, *, as_json: bool) -> None:
    """Print every model of an environment. Raises InputError and WorkError."""
    with model_words.readable(), _asking("Look"):
        found = reports.listed(place_of(project, stack))
    if as_json:
        model_words.as_json(found)
    else:
        model_words.print_list(found)


def status(project: Project, stack: StackFile, name: str, *, as_json: bool) -> None:
    """Print what a model is at. Raises InputError and WorkError."""
    model_of(stack, name)
    with model_words.readable(), _asking("Look"):
        found = reports.status(place_of(project, stack), name)
    if as_json:
        model_words.as_json(found)
    else:
        model_words.print_status(found)


def list_runs(project: Project, stack: StackFile, name: str, *, most: int, as_json: bool) -> None:
    """Print the last runs of a model's training. Raises InputError and WorkError."""
    model_of(stack, name)
    with model_words.readable(), _asking("Look"):
        found = runs.runs(place_of(project, stack), name, most)
    if as_json:
        model_words.as_json(found)
    else:
        model_words.print_runs(found, stack.environment)


def why(
    project: Project, stack: StackFile, name: str, number: int | None, *, as_json: bool
) -> None:
    """Print why a version is what it is. Raises InputError and WorkError."""
    model_of(stack, name)
    with model_words.readable(), _asking("Look"):
        found = reports.why(place_of(project, stack), name, number)
    if as_json:
        model_words.as_json(found)
    else:
        model_words.print_why(found)


def show_logs(
    project: Project, stack: StackFile, name: str, *, job: str | None, lines: int, as_json: bool
) -> None:
    """Print the last lines of a model's jobs and its endpoint. Raises InputError and WorkError."""
    model_of(stack, name)
    with model_words.readable(), _asking("Read"):
        place = place_of(project, stack)
        chosen = logs.chosen(logs.sources(place, name), job)
        found = [logs.read(place, source, lines) for source in chosen]
    if as_json:
        model_words.as_json(found)
        return
    if command := logs.of_pods(place, name):
        click.echo(f"What its pods print is in the cluster: {shlex.join(command)}", err=True)
    for one in found:
        out.print(f"[cyan]{one['source']}[/] [dim]{one['job'] or one['group']}[/]")
        for line in one["lines"] or ["nothing was logged"]:
            click.echo(f"  {line}")


@contextmanager
def _asking(what: str) -> Iterator[None]:
    """Tell, in a terminal, that AWS is being asked."""
    with Follower() as follower:
        follower.begin(what)
        yield
