"""Which environment a command is about, as every command is told it."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from infra.errors import InputError

if TYPE_CHECKING:
    from infra.project import Project
    from infra.settings import StackFile

Command = TypeVar("Command", bound=Callable[..., Any])


def completed(
    names: Callable[[], Iterable[str]],
) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Completes a word to one of `names`; to none where they cannot be told."""

    def complete(_ctx: click.Context, _parameter: click.Parameter, beginning: str) -> list[str]:
        try:
            return [name for name in names() if name.startswith(beginning)]
        except InputError:
            return []

    return complete


def stack_option(command: Command) -> Command:
    """The one option that every command about an environment has."""
    return click.option(
        "-s",
        "--stack",
        shell_complete=completed(environments),
        metavar="ENV",
        help="The environment, by its name or its stack file; may be left out if there is one.",
    )(command)


def around() -> "Project":
    """The project that the folder of now is in. Raises InputError outside of one."""
    from infra.project import Project

    return Project.around(Path.cwd())


def environments() -> list[str]:
    """The names of the project's environments."""
    return around().environments()


def found(given: str | None) -> "tuple[Project, StackFile]":
    """The project and the stack that are meant, by a name, a file, or the only one that there is.

    Raises InputError for one that is not there, and for mistakes in its file.
    """
    from infra.project import Project

    project, environment = Project.named(given, Path.cwd())
    return project, project.stack(environment)
