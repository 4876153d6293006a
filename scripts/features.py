"""`maslow features training-set` and `maslow model ask`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import click
from rich.markup import escape

from infra.errors import InputError
from infra.features import lookup, tags
from infra.features import training_set as sets
from infra.features.columns import by_group, groups_of
from infra.features.training_query import Asked, asked_of, sql
from infra.models.place import model_of, place_of
from infra.naming import Names
from infra.project import Project
from infra.settings import StackFile
from infra.settings.mlops.model import ModelSettings
from scripts import model_words
from scripts.console import out, row

WIDTH = 9


def training_set(
    project: Project,
    stack: StackFile,
    name: str,
    *,
    labels: str | None,
    time: str | None,
    text_time: bool,
    ids: Sequence[str],
    keep: Sequence[str],
    print_only: bool,
    as_json: bool,
) -> None:
    """Make a training set, or print its query. Raises InputError and WorkError."""
    model = model_of(stack, name)
    asked = _asked(stack, model, labels, time, ids, keep, text_time=text_time)
    if print_only:
        names = Names(project.name, stack.environment)
        click.echo(sql(names, stack, model, asked, datetime.now(UTC))[0])
        return
    with model_words.readable():
        made = sets.build(place_of(project, stack), model, asked)
    if as_json:
        model_words.as_json(made)
        return
    out.print(row("[cyan]made[/]", escape(made["uri"]), width=WIDTH))
    out.print(row("[cyan]columns[/]", escape(", ".join(made["columns"])), width=WIDTH))
    out.print(row("[cyan]as of[/]", f"what was written by {made['as_of']}", width=WIDTH))
    if made["beside"]:
        told = f"trained on as well: {', '.join(made['beside'])}"
        out.print(row("[yellow]beside[/]", escape(told), width=WIDTH))


def tag(
    project: Project, stack: StackFile, name: str, *, version: int | None, as_json: bool
) -> None:
    """Tag the snapshots that a version was learned from. Raises InputError and WorkError."""
    model_of(stack, name)
    with model_words.readable():
        told = tags.keep(place_of(project, stack), name, version)
    if as_json:
        model_words.as_json(told)
        return
    for table, snapshot in told["tables"].items():
        line = f"{told['tag']}: snapshot {snapshot} of {table}"
        out.print(row("[cyan]tagged[/]", escape(line), width=WIDTH))


def _asked(
    stack: StackFile,
    model: ModelSettings,
    labels: str | None,
    time: str | None,
    ids: Sequence[str],
    keep: Sequence[str],
    *,
    text_time: bool,
) -> Asked:
    """What the options say, or the stack file where they name no labels. Raises InputError."""
    if labels and time:
        named = by_group(ids, groups_of(stack, model), "--id")
        return Asked(labels, time, text_time, named, keep)
    if labels or time or ids or text_time:
        raise InputError("--labels and --time belong together, and the rest is said beside them.")
    groups_of(stack, model)
    told = asked_of(model)
    if told is None:
        raise InputError(
            f"Which labels? --labels and --time name them, or the stack file for {model.name}: "
            "labels: {table: curated.outcomes, time: decided_at}"
        )
    return replace(told, keep=keep)


def ask(
    project: Project, stack: StackFile, name: str, *, records: Sequence[str], as_json: bool
) -> None:
    """Look features up, ask a model's endpoint, and print both. Raises InputError and WorkError."""
    model = model_of(stack, name)
    wanted = by_group(records, groups_of(stack, model), "--record")
    with model_words.readable():
        told = lookup.ask(place_of(project, stack), model, wanted)
    if as_json:
        model_words.as_json(told)
        return
    width = max(len(name) for name in ("answer", *told["features"])) + 1
    for feature, value in told["features"].items():
        out.print(row(f"[dim]{escape(feature)}[/]", escape(str(value)), width=width))
    out.print(row("[cyan]answer[/]", escape(str(told["answer"])), width=width))
