"""`maslow demo`: the story of a model that stays good, told as it happens, and as a page."""

import json
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click
from rich.markup import escape

from embedded import clock, workplace
from infra.demo import costs, story
from infra.demo.page import page, verdict
from infra.demo.run import Demonstration
from infra.demo.stack import model, stack
from infra.demo.timeline import Json, Timeline
from infra.errors import InputError, WorkError
from infra.hosts.session import session
from infra.interruption import bound, check, ignore
from infra.models.place import Place
from infra.naming import Names
from infra.project import Project
from scripts.console import Follower, filled, out
from scripts.embedded_run import (
    PROMISE,
    STOP_SECONDS,
    before_clean_up,
    reported,
    require_packages,
    running,
)
from scripts.timeline import Teller

PAGE = "maslow-demo.html"
STATED = {"Data": story.DATA, "Shift": story.SHIFT, "Faulty version": story.FAULT}


def run(project: Project, into: Path, *, as_json: bool) -> None:
    """Play it, write its page to the file `into`, and say what came of it.

    Raises InputError for a file that cannot be written, and WorkError where the story does not go
    as it should: then nothing is written.
    """
    require_packages()
    _check(project, into)
    bound(STOP_SECONDS, workplace.abandon)
    began = time.monotonic()
    with Follower() as follower, ExitStack() as undo, before_clean_up(follower):
        document = _played(project, follower, undo, began, as_json=as_json)
    ignore()
    _write(into, page(document))
    if as_json:
        click.echo(json.dumps(document, indent=2))
        return
    _, said = verdict(document)
    out.print(f"\n{escape(filled(said))}")
    out.print(f"[dim]{document['seconds']:.0f} s.[/] The page of it: {escape(str(into))}")


def _played(
    project: Project, follower: Follower, undo: ExitStack, began: float, *, as_json: bool
) -> Json:
    demo = replace(stack(), path=None)  # in this process, whatever engine there is
    teller = (lambda _: None) if as_json else Teller()
    follower.begin("Demo")
    with reported():
        cloud = undo.enter_context(running(demo, 0))
        if not as_json:
            out.print(
                f"[bold]maslow demo[/] on an embedded AWS at {cloud.url}\n[dim]{filled(PROMISE)}[/]"
                f"\n\n{filled(story.DATA)}\n{filled(story.SHIFT)}\n"
            )
        place = Place(Names(project.name, demo.environment), demo, cloud.client)
        timeline = Timeline(
            clock.now,
            environment=demo.environment,
            region=demo.region,
            model=model(demo).name,
            stated=STATED,
            on_event=teller,
        )
        bring_up = undo.enter_context(session(project, demo, cloud, follower.on_step))
        played = Demonstration(cloud, place, bring_up, timeline, follower.now)
        played.play()
        check()
        return timeline.document(
            round(time.monotonic() - began, 1),
            costs=costs.lines(played.usage(), demo.region),
            not_emulated=played.not_emulated,
        )


def _check(project: Project, into: Path) -> None:
    sample = project.root / model(stack()).project
    if not sample.is_dir():
        raise InputError(f"{sample} is gone: the demonstration trains that model project.")
    if into.is_dir():
        raise InputError(f"--page {into}: is a folder. Give a file, such as {into}/{PAGE}.")
    if not into.parent.is_dir():
        raise InputError(f"--page {into}: there is no folder {into.parent}.")


def _write(into: Path, text: str) -> None:
    try:
        into.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WorkError(f"{into} could not be written: {error.strerror}") from error
