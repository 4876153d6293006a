"""`maslow quality …`: the commands about data quality, each of which loads what it needs."""

from pathlib import Path

import click

from scripts.model_group import json_option

data_option = click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The rows: a file of CSV with a header, Parquet or JSON.",
)


@click.group()
def quality() -> None:
    """Which rules data follows."""


@quality.command("suggest")
@click.argument("table")
@data_option
@json_option
def suggest(table: str, data: Path, as_json: bool) -> None:
    """Propose rules for a table from rows of it: no account and no network."""
    from scripts import quality as command

    command.suggest(table, data=data, as_json=as_json)


@quality.command("check")
@data_option
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
