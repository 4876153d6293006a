"""`maslow studio …`: the commands about Studio, each of which loads what it needs."""

import click

from scripts.choosing import found, stack_option
from scripts.model_group import json_option


@click.group()
def studio() -> None:
    """Where people of teams work with notebooks."""


@studio.command("open")
@click.argument("person", required=False)
@stack_option
@json_option
def studio_open(person: str | None, stack: str | None, as_json: bool) -> None:
    """Print a link that opens the Studio of PERSON, or of whoever asks, for five minutes."""
    from scripts import studio as command

    command.open_(*found(stack), person, as_json=as_json)
