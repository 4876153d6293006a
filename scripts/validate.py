"""`maslow validate`: every mistake in the stack files, and in what they name."""

import json
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from infra.errors import InputError
from infra.graph import Graph
from infra.offline import recorded
from infra.project import Project
from infra.settings import Mistake, SettingsError, StackFile
from infra.settings.stackfile import refused
from policies import findings

PACKAGE = ("custom", "module")
"""The setting that names a team's own package."""


def run(environments: Sequence[str], *, as_json: bool) -> None:
    """Tell which stack files are sound and what is wrong with the others.

    Raises InputError with every mistake; as JSON they are printed, and the status is 2 as well.
    """
    folder = Path.cwd()
    found = [Project.named(each, folder) for each in environments]
    if not environments:
        around = Project.around(folder)
        found = [(around, environment) for environment in around.environments()]
    wrong: list[SettingsError] = []
    for project, environment in found:
        try:
            graph = validated(project, environment)
        except SettingsError as error:
            wrong.append(error)
            continue
        if not as_json:
            click.echo(f"stacks/Pulumi.{environment}.yaml: sound, {graph.counted}")
    if as_json:
        click.echo(json.dumps([each for error in wrong for each in listed(error)], indent=2))
        sys.exit(2 if wrong else 0)
    if wrong:
        raise InputError("\n\n".join(map(str, wrong)))
    if not found:
        click.echo("stacks/ has no stack file.")


def validated(project: Project, environment: str) -> Graph:
    """The graph of an environment in which nothing is wrong. Raises SettingsError.

    Of a team's own package all is asked that is asked of the platform: names, regions, policies.
    """
    stack = project.stack(environment)
    try:
        graph = recorded(project, stack)
    except SettingsError:
        raise
    except InputError as error:
        raise SettingsError(_file(environment), [Mistake((), str(error))]) from error
    except Exception as error:
        if place := _place(error, stack, project.root):
            message = f"{type(error).__name__}: {error} ({place})"
            raise refused(stack, [Mistake(PACKAGE, message)]) from error
        raise
    if wrong := _against_rules(project, stack, graph):
        raise refused(stack, wrong)
    return graph


def listed(error: SettingsError) -> list[dict[str, str | int | None]]:
    """The mistakes for machines; `line` counts from 1, and is None where no line is to blame."""
    return [
        {
            "file": error.source,
            "line": mistake.line,
            "setting": mistake.setting,
            "message": mistake.message,
            "hint": mistake.hint,
        }
        for mistake in error.mistakes
    ]


def _against_rules(project: Project, stack: StackFile, graph: Graph) -> list[Mistake]:
    """What the rules of policies/ find in the graph and would not find without the package."""
    found = findings(graph) if stack.platform.custom else []
    if not found:
        return []
    platform = stack.platform.model_copy(update={"custom": None})
    anyway = findings(recorded(project, replace(stack, platform=platform)))
    return [
        Mistake(
            PACKAGE,
            f"{each.resource} ({each.type}): {each.message}.",
            f"The rule is policies/{each.rule}.py.",
        )
        for each in found
        if each not in anyway
    ]


def _file(environment: str) -> str:
    return f"stacks/Pulumi.{environment}.yaml"


def _place(error: Exception, stack: StackFile, root: Path) -> str:
    """The last line of the team's own package that an error came through; empty without one."""
    if stack.platform.custom is None:
        return ""
    package = root.joinpath(*stack.platform.custom.module.split("."))
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(package) or path == package.with_suffix(".py"):
            return f"{path.relative_to(root)}:{frame.lineno}"
    return ""
