"""`maslow model approve`, `reject` and `rollback`: decisions of a person, kept in the registry."""

import sys
from collections.abc import Callable, Sequence

import click
from rich.markup import escape

from infra.errors import InputError, WorkError
from infra.hosts.serving import Running
from infra.models import decisions
from infra.models.decisions import Decision
from infra.models.place import Place, model_of, place_of
from infra.models.registry import Version, comparison, versions
from infra.models.reports import serving_version
from infra.models.shapes import DecisionShape
from infra.project import Project
from infra.settings import StackFile
from scripts import model_words
from scripts.console import Follower, out, require_terminal

VERBS = {"Approved": "Approve", "Rejected": "Reject"}

Decide = Callable[[Sequence[Version]], Decision]


def approve(
    project: Project,
    stack: StackFile,
    name: str,
    number: int | None,
    *,
    again: bool,
    reason: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Approve a version, beside which the approved one is shown.

    Raises InputError, and WorkError where its deployment fails.
    """

    def decide(found: Sequence[Version]) -> Decision:
        return decisions.to_approve(name, found, number, again=again)

    _decide(project, stack, name, "approve", decide, reason=reason, yes=yes, as_json=as_json)


def reject(
    project: Project,
    stack: StackFile,
    name: str,
    number: int | None,
    *,
    last: bool,
    reason: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Reject a version. Raises as `approve` does."""

    def decide(found: Sequence[Version]) -> Decision:
        return decisions.to_reject(name, found, number, last=last)

    _decide(project, stack, name, "reject", decide, reason=reason, yes=yes, as_json=as_json)


def rollback(
    project: Project,
    stack: StackFile,
    name: str,
    *,
    reason: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Go back to the approved version before the one that is deployed. Raises as `approve` does."""

    def decide(found: Sequence[Version]) -> Decision:
        return decisions.to_roll_back(name, found)

    _decide(project, stack, name, "rollback", decide, reason=reason, yes=yes, as_json=as_json)


def _decide(
    project: Project,
    stack: StackFile,
    name: str,
    verb: str,
    decide: Decide,
    *,
    reason: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    model_of(stack, name)
    with model_words.readable():
        place = place_of(project, stack)
        decisions.require_own(place, name, verb)
        decision = decide(versions(place, name))
        if not as_json:
            _show(place, name, decision)
        text = decisions.describe(place.who(), reason if reason is not None else _asked())
        if not yes:
            require_terminal()
            question = f"{VERBS[decision.status]} version {decision.version.number}?"
            click.confirm(question, abort=True, err=True)
        decisions.keep(place, decision, text)
        done = _done(place, name, decision, text)
    if as_json:
        model_words.as_json(done)
        return
    out.print(f"Version {done['version']} of {name} is {done['status']}: {escape(text)}")
    out.print(escape(done["next"]))


def _show(place: Place, name: str, decision: Decision) -> None:
    """What is to be decided of, and which version is the approved one then."""
    out.print(f"[bold]{name}[/] in {place.names.environment}")
    if decision.status == "Approved":
        before = decision.before
        live = f", approved is version {before.number}" if before else ", none is approved yet"
        out.print(f"Version {decision.version.number}{live}")
        for line in model_words.compared(comparison(place, decision.version, before)):
            out.print(f"  {line}")
    elif decision.version == decision.before:
        after = decision.after
        back = f"version {after.number} comes back" if after else "no approved version is left"
        out.print(f"Version {decision.version.number} is the approved one: {back}")


def _asked() -> str:
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError("There is no terminal to ask for a reason in: --reason TEXT gives it.")
    return str(click.prompt("Reason", err=True))


def _done(place: Place, name: str, decision: Decision, text: str) -> DecisionShape:
    """The decision as it was kept, once what follows from it is done, or said."""
    deployed = None
    if place.running is None:
        following = decisions.next_in_aws(place, decision)
    elif not decision.deploys:
        deployed = serving_version(place, name)
        following = f"Nothing is deployed by that: {_served(place, name, deployed)}."
    else:
        deployed = _deployed(place, place.running, name, decision)
        following = f"Deployed: {_served(place, name, deployed)}."
    return {
        "model": name,
        "version": decision.version.number,
        "status": decision.status,
        "description": text,
        "approved": decision.after.number if decision.after else None,
        "deployed": deployed,
        "next": following,
    }


def _served(place: Place, name: str, version: int | None) -> str:
    """Which version serves on the embedded AWS, which runs no pods."""
    if version is None:
        return "no version serves"
    if model_of(place.stack, name).serving.on == "kubernetes":
        return f"KServe has version {version}, which no pod serves here"
    return f"version {version} serves"


def _deployed(place: Place, running: Running, name: str, decision: Decision) -> int | None:
    """Have whoever serves the embedded AWS bring it up, and tell which version serves then.

    Raises WorkError where the deployment fails or is rolled back, and where another version serves.
    """
    with Follower() as follower:
        follower.begin("Deploy")
        try:
            running.up()
        except (WorkError, InputError) as error:
            raise WorkError(f"{error}\n{_left(name, decision)}") from error
    found = serving_version(place, name)
    wanted = decision.after.number if decision.after else None
    if found != wanted:
        said = _served(place, name, found)
        raise WorkError(f"{said[:1].upper()}{said[1:]}.\n{_left(name, decision)}")
    return found


def _left(name: str, decision: Decision) -> str:
    """What stands where a deployment failed: the decision does, and the next one tries again."""
    stays = f"Version {decision.version.number} of {name} stays {decision.status} all the same"
    if decision.status == "Approved" and decision.before:
        return (
            f"{stays}, and the next `up` tries it again; `maslow model rollback {name}` goes back "
            f"to version {decision.before.number}."
        )
    return f"{stays}, and the next `up` tries again."
