"""The project that a command is run in: where it is, what it is called, which stacks it has."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from infra.errors import InputError
from infra.settings import Mistake, SettingsError, StackFile, load
from infra.settings.cross_stack_checks import environment_of
from infra.settings.filekeys import PLATFORM
from infra.settings.mistakes import shown
from infra.settings.yamlfile import read

MARKER = "Pulumi.yaml"
NAME_LIMIT = 15


@dataclass(frozen=True)
class Project:
    """A checkout of maslow, or of a project made from it."""

    root: Path
    name: str

    @classmethod
    def around(cls, folder: Path) -> Self:
        """The project that `folder` lies in.

        Raises InputError where there is none above it either.
        """
        for root in (folder, *folder.parents):
            marker = root / MARKER
            if marker.is_file():
                return cls(root, _name(marker))
        raise InputError(f"{folder} is in no Pulumi project: there is no {MARKER} here or above.")

    @classmethod
    def named(cls, given: str | None, folder: Path) -> tuple[Self, str]:
        """The project, and the environment that a person means.

        `given` is its name or the path of its stack file; None means the only one. Raises
        InputError for a path of no stack file, and where one of several would have to be guessed.
        """
        if given is not None and ("/" in given or given.endswith(".yaml")):
            path = (folder / given).resolve()
            project = cls.around(path.parent)
            environment = environment_of(path)
            if path != project.stack_path(environment).resolve():
                raise InputError(f"{given} is no stack file: that is stacks/Pulumi.ENV.yaml.")
            return project, environment
        project = cls.around(folder)
        known = [given] if given is not None else project.environments()
        if not known:
            raise InputError("stacks/ has no stack file. `maslow init` writes one.")
        if len(known) > 1:
            raise InputError(f"Which environment? -s {', -s '.join(known)}")
        return project, known[0]

    def environments(self, cloud: str | None = None) -> list[str]:
        """Names of the environments that have a stack file, sorted.

        With `cloud`, `aws` or `embedded`, those alone whose file says so and can be read.
        """
        files = sorted((self.root / "stacks").glob("Pulumi.*.yaml"))
        return [environment_of(path) for path in files if cloud is None or _cloud_of(path) == cloud]

    def stack_path(self, environment: str) -> Path:
        """Where the stack file of an environment is, or would be."""
        return self.root / "stacks" / f"Pulumi.{environment}.yaml"

    def stack(self, environment: str) -> StackFile:
        """The settings of one environment. Raises SettingsError."""
        return load(self.stack_path(environment), self.name)


def _cloud_of(path: Path) -> str | None:
    """Where a stack lives, by its file alone, whatever mistakes there are in it."""
    values = read(path).values
    for key in ("config", PLATFORM):
        values = values.get(key) if isinstance(values, dict) else None
    return str(values.get("cloud", "aws")) if isinstance(values, dict) else None


def _name(marker: Path) -> str:
    document = read(marker)
    if document.values is None and document.mistakes:
        line = document.line(())
        raise SettingsError(
            MARKER, [replace(wrong, line=wrong.line or line) for wrong in document.mistakes]
        )
    name = document.values.get("name") if isinstance(document.values, dict) else None
    if not isinstance(name, str) or not name:
        raise SettingsError(
            MARKER, [Mistake((), "is missing; every resource is called after it.", setting="name")]
        )
    return checked_name(name)


def checked_name(name: str) -> str:
    """A project's name that fits, with an environment's, at the head of every AWS name.

    Roles that are scoped to the environment know its resources by that head, so it is never cut.
    Raises SettingsError.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) or len(name) > NAME_LIMIT:
        hint = (
            "Small letters, digits and single hyphens between them, a letter first, "
            f"at most {NAME_LIMIT} characters."
        )
        mistake = Mistake((), f"{shown(name)} cannot head the names of resources.", hint, "name")
        raise SettingsError(MARKER, [mistake])
    return name
