"""Reads a model project: the compiled pipeline definition and the code that its jobs run."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEFINITION = "pipeline.json"
SOURCE = "pipeline.py"
CODE = "code"
DOCKERFILE = "Dockerfile"
TUNING = "tuning.json"
HASH_LENGTH = 16
REQUESTS = "requests"
"""In the definition's metadata: what requests are, such as `text`, where they have no columns."""


class ProjectError(ValueError):
    """A directory that is no complete model project; the message names the file and the way out."""


@dataclass(frozen=True)
class ModelProject:
    """A model project as plain values."""

    definition: dict[str, Any]
    """Compiled SageMaker pipeline definition."""
    code: dict[str, str]
    """Text of every file of the code folder by its POSIX path within it, sorted."""
    code_hash: str
    """Hash of the code's paths and texts: 16 hexadecimal digits."""
    tuning: dict[str, Any] | None = None
    """Which values to look for its hyperparameters among, by name, if it says so."""
    has_image: bool = False
    """Whether it has a Dockerfile, and so an image of its own."""


def read_project(directory: Path) -> ModelProject:
    """The model project in `directory`.

    Hidden files and Python's caches are not part of it. Raises ProjectError.
    """
    if not directory.is_dir():
        raise ProjectError(f"{directory}: there is no such model project")
    code = _code(directory / CODE)
    definition = _definition(directory / DEFINITION)
    _check_source(directory, definition)
    return ModelProject(
        definition=definition,
        code=code,
        code_hash=content_hash(code),
        tuning=_tuning(directory / TUNING),
        has_image=(directory / DOCKERFILE).is_file(),
    )


def content_hash(code: dict[str, str]) -> str:
    """The hash of files, of their paths as much as of their texts."""
    digest = hashlib.sha256()
    for path, text in sorted(code.items()):
        for part in (path, text):
            content = part.encode()
            digest.update(len(content).to_bytes(8, "big"))
            digest.update(content)
    return digest.hexdigest()[:HASH_LENGTH]


def definition_hash(definition: dict[str, Any]) -> str:
    """The hash of a compiled pipeline, whatever the order of its keys.

    The delivery of the model finds out by it which revision's pipeline is deployed.
    """
    text = json.dumps(definition, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def _definition(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ProjectError(
            f"{path}: the project has no compiled pipeline; compile it with its pipeline.py"
        ) from error
    try:
        definition = json.loads(text)
    except json.JSONDecodeError as error:
        raise ProjectError(f"{path}: line {error.lineno} is no JSON: {error.msg}") from error
    if not isinstance(definition, dict) or not definition.get("Steps"):
        raise ProjectError(f"{path}: a pipeline definition is an object with Steps")
    return definition


def _tuning(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except json.JSONDecodeError as error:
        raise ProjectError(f"{path}: line {error.lineno} is no JSON: {error.msg}") from error
    if not isinstance(found, dict):
        raise ProjectError(f"{path}: it is an object of hyperparameters, each with its values")
    return found


def _check_source(directory: Path, definition: dict[str, Any]) -> None:
    """Refuse a definition that was compiled of another pipeline.py than the one beside it."""
    source = directory / SOURCE
    if not source.is_file():
        return
    known = definition.get("Metadata", {}).get("source")
    now = hashlib.sha256(source.read_text(encoding="utf-8").encode()).hexdigest()
    if known != now:
        changed = "has changed since" if known else "is not said to be what"
        compiled = "was compiled" if known else "was compiled from"
        raise ProjectError(
            f"{source} {changed} {DEFINITION} {compiled}; compile it with `make pipelines`"
        )


def _code(directory: Path) -> dict[str, str]:
    files = {
        path.relative_to(directory).as_posix(): path
        for path in sorted(directory.rglob("*"))
        if path.is_file() and not _ignored(path.relative_to(directory))
    }
    if not files:
        raise ProjectError(f"{directory}: the project has no code")
    try:
        return {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    except UnicodeDecodeError as error:
        raise ProjectError(f"{directory}: code is UTF-8 text; data belongs in S3") from error


def _ignored(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)
