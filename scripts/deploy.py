"""`maslow preview`, `up`, `destroy` and `outputs` of an environment in AWS, by Pulumi's engine."""

import json
from collections.abc import Mapping

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from rich.markup import escape

from components.foundation.access.break_glass import keeps_data
from infra import key_administrator
from infra.automation import BY_A_PERSON, Engine, Result
from infra.errors import InputError, WorkError
from infra.hosts import serving
from infra.hosts.progress import Operation, Step
from infra.naming import Names
from infra.project import Project
from infra.settings import StackFile
from infra.stack_secrets import require
from scripts.bootstrap import NO_CREDENTIALS
from scripts.console import DONE, PLANNED, Follower, out, require_terminal, told

CHANGING = (Operation.UPDATE, Operation.REPLACE, Operation.DELETE)


def preview(project: Project, stack: StackFile) -> Result:
    """Print what `up` would change.

    Raises CliMissing, EngineFailed, and InputError for a secret that is not set.
    """
    require(stack)
    engine = _engine(project, stack)
    prefix = Names(project.name, stack.environment)("")
    kept: set[str] = set()

    with Follower(lists_changes=True) as follower:

        def on_step(step: Step) -> None:
            follower.on_step(step)
            if step.operation in CHANGING and keeps_data(step.type, step.name, prefix):
                kept.add(step.name)

        follower.begin("Preview")
        result = engine.preview(on_step)
    _print(stack, result, PLANNED)
    if kept:
        out.print(f"How data is kept changes: {', '.join(sorted(kept))}. {BY_A_PERSON}")
    return result


def up(project: Project, stack: StackFile, *, yes: bool) -> None:
    """Preview, ask unless told not to, and bring the environment up.

    Raises click.Abort where the answer is no, and InputError where nobody can be asked, a secret is
    not set, or AWS would refuse these credentials the first key.
    """
    require(stack)
    engine = _engine(project, stack)
    _require_key_administrator(project, stack)
    if not yes:
        require_terminal()
        if preview(project, stack).unchanged:
            return
        click.confirm("Do this?", abort=True)
    with Follower(lists_changes=True) as follower:
        follower.begin("Up")
        result = engine.up(follower.on_step)
    _print(stack, result)


def destroy(project: Project, stack: StackFile, *, yes: bool) -> None:
    """Ask unless told not to, and take the environment down. Raises as `up` does."""
    engine = _engine(project, stack)
    if not yes:
        require_terminal()
        click.confirm(f"Destroy {stack.environment} in {stack.region}?", abort=True)
    with Follower(lists_changes=True) as follower:
        follower.begin("Destroy")
        result = engine.destroy(follower.on_step)
    out.print(f"{stack.environment}: {told(result.changes)}")


def _print(stack: StackFile, result: Result, words: Mapping[Operation, str] = DONE) -> None:
    for note in result.notes:
        out.print(escape(note))
    out.print(f"{stack.environment}: {told(result.changes, words)}")


def outputs(project: Project, stack: StackFile, *, as_json: bool) -> None:
    """Print the environment's outputs; an embedded one has some while it is served."""
    served = serving.find(project.root, stack.environment)
    found = served.outputs() if served else _engine(project, stack).outputs()
    if as_json:
        click.echo(json.dumps(found, indent=2, sort_keys=True))
        return
    width = max(map(len, found), default=0)
    for name, value in sorted(found.items()):
        text = value if isinstance(value, str) else json.dumps(value)
        out.print(f"[cyan]{name:<{width}}[/]  {escape(text)}")


def _require_key_administrator(project: Project, stack: StackFile) -> None:
    session = boto3.Session(region_name=stack.region)
    try:
        names = Names(project.name, stack.environment)
        key_administrator.require(stack, names, session.client)
    except NoCredentialsError as error:
        raise InputError(NO_CREDENTIALS) from error
    except (ClientError, BotoCoreError) as error:
        raise WorkError(str(error)) from error


def _engine(project: Project, stack: StackFile) -> Engine:
    if stack.platform.cloud == "embedded":
        raise InputError(
            f"{stack.environment} lives on the embedded AWS, which is there only while it runs: "
            f"maslow up -s {stack.environment}"
        )
    return Engine(project.root, stack.environment)
