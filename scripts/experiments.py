"""`maslow experiments open`: the address of MLflow's pages."""

import click

from infra.models.experiments import address
from infra.models.place import place_of
from infra.models.shapes import PagesShape
from infra.project import Project
from infra.settings import StackFile
from scripts import model_words


def open_pages(project: Project, stack: StackFile, *, as_json: bool) -> None:
    """Print the address. Raises InputError and WorkError."""
    with model_words.readable():
        found: PagesShape = {"url": address(place_of(project, stack))}
    if as_json:
        model_words.as_json(found)
        return
    click.echo(found["url"])
