"""`maslow query`."""

import click
from rich.table import Table

from infra import athena
from infra.errors import InputError
from infra.models.place import place_of
from infra.project import Project
from infra.settings import StackFile
from scripts import model_words
from scripts.console import out


def show(
    project: Project,
    stack: StackFile,
    sql: str | None,
    *,
    saved: str | None,
    team: str | None,
    as_json: bool,
) -> None:
    """Run a statement and print its rows. Raises InputError and WorkError."""
    if (sql is None) == (saved is None):
        raise InputError("Give a statement of SQL, or the name of a saved one by --saved.")
    with model_words.readable():
        place = place_of(project, stack)
        statement = (
            athena.saved(place, saved, team)
            if saved is not None
            else _placed(str(sql), athena.databases(place))
        )
        told = athena.answer(place, statement, team)
    if as_json:
        model_words.as_json(told)
        return
    table = Table(*told["columns"], box=None, pad_edge=False, header_style="cyan")
    for row in told["rows"]:
        table.add_row(*("" if value is None else value for value in row))
    if told["columns"]:
        out.print(table)
    count = len(told["rows"])
    scanned = told["scanned_bytes"]
    click.echo(f"{count} row{'' if count == 1 else 's'}, {scanned:,} bytes scanned", err=True)


def _placed(sql: str, databases: dict[str, str]) -> str:
    """A statement with the environment's databases for the zones that it names."""
    from infra.queries import QueryError, placed  # sqlglot takes half a second

    try:
        return placed(sql, databases)
    except QueryError as error:
        raise InputError(str(error)) from error
