"""The `maslow` command.

Exit statuses: 0 done, 1 the work failed, 2 the input was wrong, 130 interrupted, 141 nobody reads
the output any more.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from infra.collector import switch_off_collector
from infra.errors import InputError, WorkError
from infra.interruption import hold_off, listen

if TYPE_CHECKING:
    from infra.project import Project
    from infra.settings import StackFile

INTERRUPTED = 130
PIPE_CLOSED = 141
"""What a shell makes of a command that SIGPIPE ends, as `| head` does to most."""

Command = TypeVar("Command", bound=Callable[..., Any])


class Reporting(click.Group):
    """Turns every expected failure into its message and exit status, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and answer for how it ends."""
        listen()
        try:
            return super().invoke(ctx)
        except InputError as error:
            click.echo(str(error), err=True)
            ctx.exit(2)
        except WorkError as error:
            click.echo(str(error), err=True)
            ctx.exit(1)
        except BrokenPipeError:
            # What is still buffered is written when Python ends: to nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(PIPE_CLOSED)
        except KeyboardInterrupt:
            hold_off()
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)


def stack_option(command: Command) -> Command:
    """The one option that every command about an environment has."""
    return click.option(
        "-s",
        "--stack",
        required=True,
        metavar="ENV",
        help="The environment: stacks/Pulumi.ENV.yaml.",
    )(command)


@click.group(cls=Reporting, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="maslow")
def main() -> None:
    """Deploy an MLOps platform on AWS, one environment per stack file."""


@main.command()
@stack_option
@click.option("--json", "as_json", is_flag=True, help="Print the graph as JSON.")
@click.option("--first-pass", is_flag=True, help="Before any model has an approved version.")
@click.option("--all", "whole", is_flag=True, help="List every component, not a summary.")
def plan(stack: str, as_json: bool, first_pass: bool, whole: bool) -> None:
    """Show what an environment is made of: no engine, no account, no network."""
    click.get_current_context().call_on_close(switch_off_collector())
    from scripts import plan as command

    command.run(stack, as_json=as_json, first_pass=first_pass, whole=whole)


@main.command()
@click.option(
    "-s",
    "--stack",
    "stacks",
    multiple=True,
    metavar="ENV",
    help="Only this environment; repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the mistakes as a JSON list.")
def validate(stacks: tuple[str, ...], as_json: bool) -> None:
    """Tell every mistake in the stack files, their model projects and their own package.

    No engine, no account, no network. Each environment is planned, too.
    """
    click.get_current_context().call_on_close(switch_off_collector())
    from scripts import validate as command

    command.run(stacks, as_json=as_json)


@main.command()
@click.option("--values", metavar="SETTING", help="List what a setting allows: serving.instance.")
def schema(values: str | None) -> None:
    """Print the JSON Schema of the stack files."""
    from infra.settings import schema as settings_schema

    if values is None:
        click.echo(settings_schema.text(), nl=False)
        return
    try:
        click.echo("\n".join(settings_schema.values(values)))
    except LookupError as error:
        raise InputError(str(error)) from error


@main.command()
@stack_option
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
def bootstrap(stack: str, as_json: bool) -> None:
    """Make the bucket and the key that Pulumi keeps an environment's state in.

    Run it once for each environment, with credentials of its account, and as often as you like.
    """
    from scripts import bootstrap as command

    command.run(*_found(stack), as_json=as_json)


@main.command()
@stack_option
def preview(stack: str) -> None:
    """Show what `up` would change, by Pulumi's engine."""
    from scripts import deploy

    deploy.preview(*_found(stack))


@main.command()
@stack_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask after the preview.")
@click.option("--serve", is_flag=True, help="Embedded AWS only: keep it running until Ctrl-C.")
@click.option(
    "--exec", "command", metavar="CMD", help="Embedded AWS only: run CMD against it, then stop."
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Embedded AWS only: its port; any free one unless given.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Embedded AWS only: the CSV file to train on and ask about, or a folder with one for "
    "each model.",
)
def up(
    stack: str,
    yes: bool,
    serve: bool,
    command: str | None,
    port: int | None,
    data: Path | None,
) -> None:
    """Bring an environment to what its stack file says.

    An environment of `cloud: embedded`, such as local, lives on an embedded AWS inside this
    process: no account is needed, and nothing is left when it ends.
    """
    if serve and command is not None:
        raise click.UsageError("--serve and --exec exclude each other.")
    project, settings = _found(stack)
    if settings.platform.cloud == "embedded":
        from scripts import local

        sys.exit(
            local.up(project, settings, serve=serve, command=command, port=port or 0, data=data)
        )
    if serve or command is not None or port is not None or data is not None:
        raise InputError(
            f"--serve, --exec, --port and --data need the embedded AWS; {stack} is on AWS."
        )
    from scripts import deploy

    deploy.up(project, settings, yes=yes)


@main.command()
@stack_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def destroy(stack: str, yes: bool) -> None:
    """Take an environment down; what its durability protects is refused or left in AWS."""
    from scripts import deploy

    deploy.destroy(*_found(stack), yes=yes)


@main.command()
@stack_option
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def outputs(stack: str, as_json: bool) -> None:
    """Print what an environment exports: endpoints, pipelines, buckets."""
    from scripts import deploy

    deploy.outputs(*_found(stack), as_json=as_json)


def _found(environment: str) -> "tuple[Project, StackFile]":
    from infra.project import Project

    project = Project.around(Path.cwd())
    return project, project.stack(environment)


if __name__ == "__main__":
    main(prog_name="maslow")
