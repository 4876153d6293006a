"""`maslow model new` and `maslow model train --local`: a model's project, and its training here."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from infra.models.local_training import Trained, definition_of, train_locally
from infra.models.new_project import FOLDER, new_project
from infra.models.shapes import TrainedShape
from scripts.choosing import around, found
from scripts.console import Follower, out, row

if TYPE_CHECKING:
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
    name: str, stack: str | None, *, data: Path | None, output: Path | None, as_json: bool
) -> None:
    """Run the training of a project on this machine, and tell what it came to.

    Of a model of a stack file its settings count; of a folder of models/, without a stack, those
    that the project has by itself. Raises InputError, and WorkError where a job fails.
    """
    root, project, model = _meant(name, stack)
    asked: Mapping[str, str] = {}
    hyperparameters: Mapping[str, Any] = {}
    if model is not None:
        hyperparameters = model.training.hyperparameters
        if data is not None:
            from infra.models.project_parameters import asked_of_project

            asked = asked_of_project(model, definition_of(project))
    into = output or root / "build" / name
    with Follower() as follower:
        follower.begin("Train")
        trained = train_locally(
            project,
            into,
            data=data,
            asked=asked,
            hyperparameters=hyperparameters,
            on_job=follower.now,
        )
    if as_json:
        shape: TrainedShape = {**asdict(trained), "output": str(into)}  # type: ignore[typeddict-item]
        click.echo(json.dumps(shape, indent=2))
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


def _tell(trained: Trained, into: Path) -> None:
    for job, seconds in trained.seconds.items():
        out.print(row(f"[cyan]{escape(job)}[/]", f"{seconds:.1f} s", width=WIDTH))
    for metric, value in trained.metrics.items():
        out.print(row(escape(metric), f"{value:.4f}", width=WIDTH))
    if trained.accepted is not None:
        words = "yes" if trained.accepted else f"no: {'; '.join(trained.unmet)}"
        out.print(row("accepted", escape(words), width=WIDTH))
    if trained.model:
        out.print(row("model", escape(str(into / trained.model)), width=WIDTH))
    out.print(row("all else", escape(str(into)), width=WIDTH))
