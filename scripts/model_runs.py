"""`maslow model run`: one turn of a model's loop, because a person asks for it."""

import click
from rich.markup import escape

from infra.models import turns
from infra.models.place import Place, model_of, place_of
from infra.models.shapes import StartedShape, TurnShape
from infra.project import Project
from infra.settings import StackFile
from scripts import model_words
from scripts.console import Follower, out

NO_REASON = "no reason was given"


def run(
    project: Project,
    stack: StackFile,
    name: str,
    *,
    reason: str | None,
    wait: bool,
    as_json: bool,
) -> None:
    """Start it and follow it to its end, unless nobody is to `wait`.

    Raises InputError, and WorkError where it does not succeed; an interruption leaves it running.
    """
    model_of(stack, name)
    with model_words.readable():
        place = place_of(project, stack)
        why = " ".join((reason or NO_REASON).split())
        started = turns.start(place, name, f"{place.who()}: {why}")
        if not as_json:
            out.print(f"Started {escape(started.execution)}")
        try:
            found = _followed(place, started) if wait else started.look()
        except KeyboardInterrupt:
            # Not among what --json prints.
            click.echo(f"It goes on: maslow model status {name} -s {stack.environment}", err=True)
            raise
    if as_json:
        shape: StartedShape = {"model": name, "turn": found}
        model_words.as_json(shape)
        return
    out.print(model_words.turn(found))


def _followed(place: Place, started: turns.Started) -> TurnShape:
    with Follower() as follower:
        follower.begin("Run")
        return turns.follow(place, started, follower.now)
