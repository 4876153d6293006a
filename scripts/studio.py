"""`maslow studio open`."""

import click

from infra import studio_entry
from infra.models.place import place_of
from infra.project import Project
from infra.settings import StackFile
from scripts import model_words


def open_(project: Project, stack: StackFile, person: str | None, *, as_json: bool) -> None:
    """Print a link into Studio, and what it is beside it. Raises InputError and WorkError."""
    with model_words.readable():
        place = place_of(project, stack)
        told = studio_entry.opened(place, person)
    if as_json:
        model_words.as_json(told)
        return
    click.echo(told["url"])
    click.echo(f"opens the Studio of {told['person']} until {told['expires']}", err=True)
    if place.running:
        click.echo("The embedded AWS has no page behind it.", err=True)
