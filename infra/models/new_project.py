"""Makes a model project of a kind: a folder of its own, with its code, tests and pipeline.

What all kinds share lies once, in templates/tabular. Another kind has its own files in
templates/KIND, which take the place of those of the same name; a project that is made has both and
needs neither any more.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from components.platform.model_project import DEFINITION, REQUESTS, SOURCE
from components.platform.training_definition import steps
from infra.errors import InputError
from infra.settings.mlops.model import model_name

FOLDER, TEMPLATES = "models", "templates"
BASE = "tabular"
TESTS = "tests"
LINT = "pyproject.toml"
"""A template has one so that its files are linted where they lie; a project has the base's."""

WRITES = "    text = json.dumps(definition, indent=2, sort_keys=True)\n"
"""The line of pipeline.py by which all is told that is compiled."""

KINDS: dict[str, tuple[str, ...]] = {
    BASE: ("text/csv", "application/json"),
    "text": ("application/json",),
    "vision": ("image/png", "application/x-npy", "application/json"),
}
"""What there is to choose from, each with the content types that its endpoint takes."""


def new_project(root: Path, name: str, kind: str) -> Path:
    """Make models/NAME below the repository's root, and return it.

    The folder appears whole or not at all. Raises InputError for a name that no model can have, a
    kind that there is not, a folder that is there already, and a repository without templates.
    """
    _check(root, name, kind)
    target = root / FOLDER / name
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=target.parent) as made:
        project = Path(made, name)
        lay_out(root / TEMPLATES, kind, project)
        project.rename(target)
    return target


def lay_out(templates: Path, kind: str, project: Path) -> None:
    """Write the files of a kind into a folder that is not there yet."""
    own = () if kind == BASE else (TESTS,)
    shutil.copytree(templates / BASE, project, ignore=_ignored(*own))
    if kind == BASE:
        return
    shutil.copytree(templates / kind, project, ignore=_ignored(LINT), dirs_exist_ok=True)
    _declare_requests(project, kind)


def _check(root: Path, name: str, kind: str) -> None:
    try:
        model_name(name)
    except PydanticCustomError as error:
        (mistake,) = (error.context or {})["mistakes"]
        raise InputError(f"{mistake.message} {mistake.hint}") from None
    if kind not in KINDS:
        raise InputError(f"There is no kind {kind}: choose of {', '.join(KINDS)}.")
    for each in {BASE, kind}:
        if not (root / TEMPLATES / each).is_dir():
            raise InputError(f"{root} has no {TEMPLATES}/{each}, of which the project is made.")
    if (root / FOLDER / name).exists():
        raise InputError(f"{FOLDER}/{name} is there already: choose another name, or remove it.")


def _ignored(*own: str) -> Callable[[Any, list[str]], set[str]]:
    return shutil.ignore_patterns("__pycache__", ".*", *own)


def _declare_requests(project: Path, kind: str) -> None:
    """Have the pipeline, as source and as compiled, tell what requests are, and of which types."""
    source, now = project / SOURCE, KINDS[kind]
    text = source.read_text(encoding="utf-8")
    told = f"""    # Requests have no columns: nothing is watched that is of columns.
    definition["Metadata"]["{REQUESTS}"] = "{kind}"
{WRITES}"""
    for before, after in {
        f"content_types={json.dumps(KINDS[BASE])}": f"content_types={json.dumps(now)}",
        WRITES: told,
    }.items():
        if text.count(before) != 1:
            raise ValueError(f"{source} does not say {before} once")
        text = text.replace(before, after)
    source.write_text(text, encoding="utf-8")

    compiled = project / DEFINITION
    definition = json.loads(compiled.read_text(encoding="utf-8"))
    for step in steps(definition):
        if step["Type"] == "RegisterModel":
            step["Arguments"]["InferenceSpecification"]["SupportedContentTypes"] = list(now)
    definition["Metadata"] = {REQUESTS: kind, "source": hashlib.sha256(text.encode()).hexdigest()}
    compiled.write_text(json.dumps(definition, indent=2, sort_keys=True) + "\n", encoding="utf-8")
