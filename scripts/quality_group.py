"""`maslow quality …`: the commands about data quality, each of which loads what it needs."""

from pathlib import Path

import click

from scripts.choosing import found, stack_option
from scripts.model_group import json_option

DATA_HELP = "The rows: a file of CSV with a header, Parquet or JSON."
SAMPLE_ROWS = 10_000


@click.group()
def quality() -> None:
    """Which rules data follows."""


@quality.command("suggest")
@click.argument("table")
@click.option("--data", type=click.Path(path_type=Path), metavar="FILE", help=DATA_HELP)
@stack_option
@click.option(
    "--rows",
    type=click.IntRange(1, 100_000),
    metavar="N",
    help=f"With -s: at most N rows of the table; {SAMPLE_ROWS:,} unless given.",
)
@json_option
def suggest(
    table: str, data: Path | None, stack: str | None, rows: int | None, as_json: bool
) -> None:
    """Propose rules for a table from rows of it: those of a file, or of an environment's table."""
    from scripts import quality as command

    if data is not None:
        if stack is not None or rows is not None:
            raise click.UsageError("--data goes neither with -s nor with --rows.")
        command.suggest(table, data=data, as_json=as_json)
        return
    command.suggest_by_table(*found(stack), table, rows=rows or SAMPLE_ROWS, as_json=as_json)


@quality.command("check")
@click.option(
    "--data", required=True, type=click.Path(path_type=Path), metavar="FILE", help=DATA_HELP
)
@click.option(
    "--rules",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The rules in DQDL: a ruleset, or one on each line.",
)
@click.option(
    "--set-aside",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the rows that fail to this CSV file, with the rules that they fail.",
)
@json_option
def check(data: Path, rules: Path, set_aside: Path | None, as_json: bool) -> None:
    """Tell which rules a file's rows pass; status 1 where one does not: no account, no network."""
    from scripts import quality as command

    command.check(data=data, rules=rules, set_aside=set_aside, as_json=as_json)
