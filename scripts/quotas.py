"""`maslow quotas`: whether an account's quotas allow what all stack files could ask at once."""

import json
from collections.abc import Mapping, Sequence

import click
from rich.markup import escape

from catalog.quotas import SERVICE, told_on
from infra.errors import InputError
from infra.models.place import Place, place_of
from infra.project import Project
from infra.quotas import Demand, Where, applied, demands, request
from infra.settings import StackFile
from scripts import model_words
from scripts.console import filled, out, row

WIDTH = 10
SIGNS = {True: "[red]too little[/]", None: "[yellow]unknown[/]", False: "[green]enough[/]"}


def show(
    project: Project, given: StackFile | None, *, ask: bool, whole: bool, as_json: bool
) -> None:
    """Print what is asked of each quota.

    With an environment it is its account's, as AWS tells them; with `ask` what lacks is asked for.
    Raises InputError where a stack file has mistakes, and WorkError for what AWS refuses.
    """
    stacks = [project.stack(name) for name in project.environments("aws")]
    if given is not None and given.platform.cloud == "embedded":
        raise InputError(f"{given.environment} is on the embedded AWS, which has no quotas.")
    if not stacks:
        raise InputError("No environment is in AWS, and so none asks anything of its quotas.")
    if given is None:
        if ask:
            raise InputError("--request needs -s, which says in whose account.")
        _print(demands(stacks, project.name), f"by default on {told_on()}", whole, as_json)
        return
    here = Where(given.account, given.region)
    with model_words.readable():
        place = place_of(project, given)
        found = demands(stacks, project.name, applied(place.client))[here]
        _print({here: found}, "allowed", whole, as_json)
        if ask:
            _request(place, found)


def _request(place: Place, found: Sequence[Demand]) -> None:
    lacking = [demand for demand in found if demand.lacks and demand.code]
    for demand in lacking:
        id_ = request(place.client, demand)
        click.echo(f"asked for {demand.asked}: {demand.quota} ({id_})", err=True)
    if not lacking:
        click.echo("Nothing lacks: nothing was asked for.", err=True)


def _print(
    found: Mapping[Where, Sequence[Demand]], allowed: str, whole: bool, as_json: bool
) -> None:
    if as_json:
        click.echo(json.dumps([_shape(where, each) for where, each in found.items()], indent=2))
        return
    for where, each in found.items():
        out.print(f"[bold]{escape(_named(where))}[/]")
        shown = [demand for demand in each if whole or demand.lacks is not False]
        for demand in shown:
            out.print(row(SIGNS[demand.lacks], escape(_line(demand, allowed)), width=WIDTH))
        enough = len(each) - len(shown)
        if enough:
            out.print(
                filled(f"{enough} more of what is asked: enough. --all lists it.", indent="  ")
            )
        for line in _commands(where, each):
            out.print(f"  {line}", soft_wrap=True)


def _named(where: Where) -> str:
    return f"{f'account {where.account}' if where.account else 'the account'}, {where.region}"


def _line(demand: Demand, allowed: str) -> str:
    has = "" if demand.allowed is None else f", {demand.allowed:,} {allowed}"
    return f"{demand.quota}: {demand.asked:,} asked{has} ({', '.join(demand.by)})"


def _commands(where: Where, found: Sequence[Demand]) -> list[str]:
    """What asks AWS for what lacks."""
    lacking = [demand for demand in found if demand.lacks and demand.code]
    if not lacking:
        return []
    return [
        "Ask AWS for more:",
        *(
            f"aws service-quotas request-service-quota-increase --region {where.region} "
            f"--service-code {SERVICE} --quota-code {demand.code} --desired-value {demand.asked}"
            for demand in lacking
        ),
    ]


def _shape(where: Where, found: Sequence[Demand]) -> dict[str, object]:
    return {
        "account": where.account,
        "region": where.region,
        "quotas": [
            {
                "quota": demand.quota,
                "code": demand.code,
                "asked": demand.asked,
                "allowed": demand.allowed,
                "lacks": demand.lacks,
                "by": demand.by,
            }
            for demand in found
        ],
    }
