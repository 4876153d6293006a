"""The `maslow` command.

Exit statuses: 0 done, 1 the work failed, 2 the input was wrong, 130 interrupted, 141 nobody reads
the output any more.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import get_completion_class

from infra.collector import switch_off_collector
from infra.errors import InputError, WorkError
from infra.interruption import INTERRUPTED, conclude, listen
from scripts.choosing import around, completed, environments, found, stack_option
from scripts.experiment_group import experiments
from scripts.feature_group import features
from scripts.job_group import job
from scripts.kubernetes_group import kubernetes
from scripts.model_group import model
from scripts.quality_group import quality
from scripts.studio_group import studio

if TYPE_CHECKING:
    from infra.kits import Kit

PIPE_CLOSED = 141
"""What a shell makes of a command that SIGPIPE ends, as `| head` does to most."""


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
            conclude()
            ctx.exit(INTERRUPTED)


def _settings() -> list[str]:
    from infra.settings import schema

    return schema.listed()


def _regions() -> list[str]:
    from infra.settings import schema

    return schema.values("aws:region")


def _region() -> str:
    """The region of the first environment. Raises InputError where there is none."""
    project = around()
    return project.stack(project.environments()[0]).region


@click.group(cls=Reporting, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="maslow")
def main() -> None:
    """Deploy an MLOps platform on AWS, one environment per stack file."""


@main.command()
@stack_option
@click.option("--json", "as_json", is_flag=True, help="Print the graph as JSON.")
@click.option("--first-pass", is_flag=True, help="Before any model has an approved version.")
@click.option("--all", "whole", is_flag=True, help="List every component, not a summary.")
def plan(stack: str | None, as_json: bool, first_pass: bool, whole: bool) -> None:
    """Show what an environment is made of: no engine, no account, no network."""
    click.get_current_context().call_on_close(switch_off_collector())
    from scripts import plan as command

    command.show(*found(stack), as_json=as_json, first_pass=first_pass, whole=whole)


@main.command()
@click.option(
    "--for",
    "use",
    type=click.Choice(["training", "tuning", "processing", "endpoint", "transform", "studio"]),
    default="training",
    show_default=True,
    help="What it is for.",
)
@click.option(
    "--accelerator",
    type=click.Choice(["GPU", "Trainium", "Inferentia", "none"], case_sensitive=False),
    help="Only with this accelerator, or without any.",
)
@click.option(
    "--memory",
    type=click.FloatRange(min=0, min_open=True),
    metavar="GIB",
    help="Only with accelerators of so much memory each.",
)
@click.option(
    "--region",
    metavar="REGION",
    help="The region; that of the first environment if left out.",
    shell_complete=completed(_regions),
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def hardware(
    use: str, accelerator: str | None, memory: float | None, region: str | None, as_json: bool
) -> None:
    """List instance types, cheapest first, with what is in them."""
    from scripts import hardware as command

    command.show(use, region or _region(), accelerator, memory or 0, as_json=as_json)


@main.command()
@stack_option
@click.option("--request", "ask", is_flag=True, help="Ask AWS for what lacks.")
@click.option("--all", "whole", is_flag=True, help="List every quota, not only what may lack.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def quotas(stack: str | None, ask: bool, whole: bool, as_json: bool) -> None:
    """Tell which quotas of SageMaker are too small for all environments at once.

    Without -s they are held against what new accounts have; with it against the account's own.
    """
    from scripts import quotas as command

    given = found(stack)[1] if stack else None
    command.show(around(), given, ask=ask, whole=whole, as_json=as_json)


@main.command()
@click.argument("sql", required=False)
@stack_option
@click.option("--saved", metavar="NAME", help="Run this saved query.")
@click.option("--team", metavar="TEAM", help="In the workgroup of this team.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
def query(
    sql: str | None, stack: str | None, saved: str | None, team: str | None, as_json: bool
) -> None:
    """Ask Athena: tables are named by their zones, such as curated.visits."""
    from scripts import query as command

    command.show(*found(stack), sql, saved=saved, team=team, as_json=as_json)


@main.command()
@click.argument("environments", nargs=-1, metavar="[ENV]...")
@click.option(
    "--kit",
    type=click.Choice(["service", "lake", "accounts"]),
    help="One model on tables, a lake alone, or environments in several accounts.",
)
@click.option("--cloud", type=click.Choice(["aws", "embedded"]), help="Where it is to live.")
@click.option("--region", shell_complete=completed(_regions), metavar="REGION", help="AWS region.")
@click.option("--owner", metavar="EMAIL", help="E-mail address of who answers for it.")
@click.option("--source", metavar="HOST=PATH", help="Its repository: github=example/ml-platform.")
@click.option("--model", metavar="NAME", help="Name of its model.")
@click.option("--target", metavar="COLUMN", help="Column that the model predicts.")
@click.option(
    "--account",
    "accounts",
    multiple=True,
    metavar="ENV=ID",
    help="Account of an environment, for the kit accounts; repeatable.",
)
@click.option("-y", "--yes", is_flag=True, help="Ask nothing: what is not given is guessed.")
def init(
    environments: tuple[str, ...],
    kit: "Kit | None",
    accounts: tuple[str, ...],
    yes: bool,
    **given: str | None,
) -> None:
    """Write a stack file to begin with, commented, that plans as it is."""
    from scripts import init as command

    command.run(around(), environments, kit=kit, given=given, accounts=accounts, yes=yes)


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what completes commands, environments and settings in a shell.

    For bash: eval "$(maslow completion bash)"; for fish: maslow completion fish | source.
    """
    found = get_completion_class(shell)
    if found is None:
        raise InputError(f"There is no completion for {shell}.")
    click.echo(found(main, {}, "maslow", "_MASLOW_COMPLETE").source())


@main.command()
@click.option(
    "-s",
    "--stack",
    "stacks",
    multiple=True,
    shell_complete=completed(environments),
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
@click.option(
    "--values",
    shell_complete=completed(_settings),
    metavar="SETTING",
    help="List what a setting allows: serving.instance.",
)
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
def bootstrap(stack: str | None, as_json: bool) -> None:
    """Make the bucket and the key that Pulumi keeps an environment's state in.

    Run it once for each environment, with credentials of its account, and as often as you like.
    """
    from scripts import bootstrap as command

    command.run(*found(stack), as_json=as_json)


@main.command()
@stack_option
def preview(stack: str | None) -> None:
    """Show what `up` would change, by Pulumi's engine."""
    from scripts import deploy

    deploy.preview(*found(stack))


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
    stack: str | None,
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
    project, settings = found(stack)
    if settings.platform.cloud == "embedded":
        from scripts import local

        sys.exit(
            local.up(project, settings, serve=serve, command=command, port=port or 0, data=data)
        )
    if serve or command is not None or port is not None or data is not None:
        raise InputError(
            f"--serve, --exec, --port and --data need the embedded AWS; "
            f"{settings.environment} is on AWS."
        )
    from scripts import deploy

    deploy.up(project, settings, yes=yes)


@main.command()
@click.option(
    "--page",
    type=click.Path(path_type=Path),
    default=Path("maslow-demo.html"),
    show_default=True,
    metavar="FILE",
    help="Where to write its page.",
)
@click.option("--json", "as_json", is_flag=True, help="Print its record as JSON.")
def demo(page: Path, as_json: bool) -> None:
    """Show a model that stays good by itself: drift, retraining, a canary and a rollback.

    All of it happens on an embedded AWS inside this process, within some three minutes.
    """
    from scripts import demo as command

    command.run(around(), page, as_json=as_json)


@main.command()
@stack_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def destroy(stack: str | None, yes: bool) -> None:
    """Take an environment down; what its durability protects is refused or left in AWS."""
    from scripts import deploy

    deploy.destroy(*found(stack), yes=yes)


@main.command()
@stack_option
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def outputs(stack: str | None, as_json: bool) -> None:
    """Print what an environment exports: endpoints, pipelines, buckets."""
    from scripts import deploy

    deploy.outputs(*found(stack), as_json=as_json)


main.add_command(model)
main.add_command(job)
main.add_command(features)
main.add_command(experiments)
main.add_command(quality)
main.add_command(studio)
main.add_command(kubernetes)


if __name__ == "__main__":
    main(prog_name="maslow")
