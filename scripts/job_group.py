"""`maslow job …`: the commands about jobs of data, each of which loads what it needs."""

import click

from scripts.choosing import found, stack_option
from scripts.model_group import json_option


@click.group()
def job() -> None:
    """How jobs of data run."""


@job.command("list")
@stack_option
@json_option
def job_list(stack: str | None, as_json: bool) -> None:
    """List the jobs, and how their last runs ended."""
    from scripts import jobs as command

    command.list_jobs(*found(stack), as_json=as_json)


@job.command("run")
@click.argument("name")
@stack_option
@click.option("--date", metavar="DAY", help="The day that the run is for: 2026-01-31.")
@click.option("--from", "first", metavar="DAY", help="Run it for each day from this one on …")
@click.option("--to", "last", metavar="DAY", help="… to this one, one after the other.")
@click.option("--reason", metavar="TEXT", help="Why; kept with the run.")
@click.option("--no-wait", is_flag=True, help="Only start it; list tells how it goes on.")
@json_option
def job_run(
    name: str,
    stack: str | None,
    date: str | None,
    first: str | None,
    last: str | None,
    reason: str | None,
    no_wait: bool,
    as_json: bool,
) -> None:
    """Run a job, for a day or for each of a range, and follow it to its end."""
    from scripts import jobs as command

    command.run(
        *found(stack),
        name,
        date=date,
        range_=(first, last),
        reason=reason,
        wait=not no_wait,
        as_json=as_json,
    )


@job.command("logs")
@click.argument("name")
@stack_option
@click.option(
    "--lines",
    type=click.IntRange(1, 10_000),
    default=100,
    metavar="N",
    help="The last N lines; 100 unless given.",
)
@json_option
def job_logs(name: str, stack: str | None, lines: int, as_json: bool) -> None:
    """Print what the newest run of a job has printed."""
    from scripts import jobs as command

    command.show_logs(*found(stack), name, lines=lines, as_json=as_json)
