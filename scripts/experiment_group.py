"""`maslow experiments …`: the commands about what trainings tried."""

import click

from scripts.choosing import found, stack_option
from scripts.model_group import json_option


@click.group()
def experiments() -> None:
    """What trainings tried, as MLflow keeps it."""


@experiments.command("open")
@stack_option
@json_option
def experiments_open(stack: str | None, as_json: bool) -> None:
    """Print an address that opens MLflow's pages: in AWS within five minutes, and once."""
    from scripts import experiments as command

    command.open_pages(*found(stack), as_json=as_json)
