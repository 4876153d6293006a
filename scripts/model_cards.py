"""`maslow model card`: what is known of a version, as AWS's model card."""

import json

import click

from infra.models import cards
from infra.models.place import model_of, place_of
from infra.project import Project
from infra.settings import StackFile
from scripts import model_words


def show(project: Project, stack: StackFile, name: str, number: int | None, *, keeps: bool) -> None:
    """Print a version's card as JSON, and keep it with the version if asked to.

    Raises InputError and WorkError.
    """
    model_of(stack, name)
    with model_words.readable():
        place = place_of(project, stack)
        version, content = cards.card(place, name, number, project.root)
        if keeps:
            cards.keep(place, version.arn, content)
    click.echo(json.dumps(content, indent=2))
    if keeps:
        # Not among the JSON.
        click.echo(f"Kept with version {version.number} of {name}", err=True)
