"""`maslow model new` and `maslow model train --local`: a model's project, and its training here."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from infra.models.local_training import project_in, train_locally
from infra.models.new_project import FOLDER, new_project
from infra.models.shapes import SearchShape, TrainedShape
from scripts.choosing import around, found
from scripts.console import Follower, out, row

if TYPE_CHECKING:
    from components.platform.tuned_definition import TuningArgs
    from infra.settings.mlops.model import ModelSettings

WIDTH = 11


def new(name: str, kind: str) -> None:
    """Make a model project and say what to do next. Raises InputError; nothing is then made."""
    project = around()
    made = new_project(project.root, name, kind).relative_to(project.root).as_posix()
    out.print(f"Made {made}, whose own tests pass as it is: pytest {made}\n")
    out.print("Add it to a stack file, under models")
    for line in (f"- name: {name}", f"  project: {made}"):
        out.print(f"      {line}")
    out.print("\nNext")
    for command, what in {
        f"maslow model train {name} --local": "train it here, on the project's sample",
        f"{made}/README.md": "what to change to make it yours",
        "maslow validate": "whether all fits together",
    }.items():
        out.print(f"  [cyan]{command}[/]\n      {what}")


def train(
    name: str,
    stack: str | None,
    *,
    data: Path | None,
    output: Path | None,
    once: bool,
    as_json: bool,
) -> None:
    """Run the training of a project on this machine, and tell what it came to.

    Of a model of a stack file its settings count, a search for hyperparameters among them unless it
    is to train `once`; of a folder of models/, without a stack, those that the project has by
    itself. Raises InputError, and WorkError where a job fails.
    """
    root, project, model = _meant(name, stack)
    asked: Mapping[str, str] = {}
    hyperparameters: Mapping[str, Any] = {}
    tuning: TuningArgs | None = None
    if model is not None:
        from infra.models.project_parameters import asked_of_project, search_of

        hyperparameters = model.training.hyperparameters
        found_project = project_in(project)
        if data is not None:
            asked = asked_of_project(model, found_project.definition)
        if not once:
            tuning = search_of(model, found_project).get("tuning")
    into = output or root / "build" / name
    with Follower() as follower:
        follower.begin("Train")
        trained = train_locally(
            project,
            into,
            data=data,
            asked=asked,
            hyperparameters=hyperparameters,
            tuning=tuning,
            on_job=follower.now,
        )
    if as_json:
        click.echo(json.dumps(trained, indent=2))
        return
    _tell(trained, into)


def _meant(name: str, stack: str | None) -> "tuple[Path, Path, ModelSettings | None]":
    """The repository's root, the project's folder, and the model's settings if a stack counts."""
    if stack is None:
        root = around().root
        if (root / FOLDER / name / "pipeline.json").is_file():
            return root, root / FOLDER / name, None
    from infra.models.place import model_of

    project, settings = found(stack)
    model = model_of(settings, name)
    return project.root, project.root / model.project, model


def _tell(trained: TrainedShape, into: Path) -> None:
    for job, seconds in trained["seconds"].items():
        out.print(row(f"[cyan]{escape(job)}[/]", f"{seconds:.1f} s", width=WIDTH))
        if search := trained["searches"].get(job):
            _tell_search(search)
    for metric, value in trained["metrics"].items():
        out.print(row(escape(metric), f"{value:.4f}", width=WIDTH))
    if trained["accepted"] is not None:
        words = "yes" if trained["accepted"] else f"no: {'; '.join(trained['unmet'])}"
        out.print(row("accepted", escape(words), width=WIDTH))
    if trained["model"]:
        out.print(row("model", escape(str(into / trained["model"])), width=WIDTH))
    out.print(row("all else", escape(str(into)), width=WIDTH))


def _tell_search(search: SearchShape) -> None:
    trials = search["trials"]
    failed = sum(one["failure"] is not None for one in trials)
    stopped = sum(one["is_stopped"] for one in trials)
    told = [
        f"{len(trials)} trials",
        *([f"{failed} failed"] if failed else []),
        *([f"{stopped} stopped early"] if stopped else []),
    ]
    out.print(row("", ", ".join(told), width=WIDTH))
    best = ", ".join(f"{name}={value}" for name, value in search["found"].items())
    words = f"{search['best']}, {search['metric']} {search['value']:.4f}: {best}"
    out.print(row("best", escape(words), width=WIDTH))
