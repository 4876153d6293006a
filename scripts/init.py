"""`maslow init`: a stack file to begin with."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import click

from infra import kits
from infra.errors import InputError
from infra.kits import KITS, Answers, Kit
from infra.offline import recorded
from infra.project import Project
from infra.settings.aws import region_mistake
from scripts.console import out, require_terminal, row

REGION = "eu-west-1"
OWNER = "you@example.com"
SOURCE = "github: example/ml-platform"
ENVIRONMENTS = {"accounts": ("dev", "staging", "prod")}
ENVIRONMENT = "dev"


def run(
    project: Project,
    environments: Sequence[str],
    *,
    kit: Kit | None,
    given: Mapping[str, str | None],
    accounts: Sequence[str],
    yes: bool,
) -> None:
    """Write the stack files of a kit and say what to do next; asks for what is not `given`.

    Raises InputError for answers that make no sound stack file: none is then written.
    """
    if not yes:
        require_terminal()
    ask = _Ask(given, yes=yes)
    if kit is None and not yes:
        for name, what in KITS.items():
            out.print(row(f"[cyan]{name}[/]", what, width=9))
    chosen = kit or cast("Kit", ask("kit", "service", "Kit", click.Choice(list(KITS))))
    names = tuple(environments) or _environments(project, chosen, ask)
    if chosen != "accounts" and len(names) > 1:
        raise InputError(f"The kit {chosen} is of one environment, and {len(names)} are named.")
    if chosen == "accounts" and len(names) == 1:
        raise InputError("The kit accounts is of two environments or more: maslow init dev prod …")
    embedded = (
        chosen != "accounts"
        and ask(
            "cloud", "aws", "On AWS, or embedded in this machine", click.Choice(["aws", "embedded"])
        )
        == "embedded"
    )
    answers = Answers(
        region=ask("region", kits.region_of() or REGION, "AWS region", _region),
        owner=ask("owner", kits.owner_of(project.root) or OWNER, "E-mail address of its owner"),
        source=_source(ask("source", kits.source_of(project.root) or SOURCE, "Repository")),
        cloud="embedded" if embedded else "aws",
        accounts=_accounts(names, accounts, ask) if chosen == "accounts" else None,
        **(
            {}
            if chosen == "lake"
            else {
                "model": ask("model", "first-model", "Name of the model"),
                "target": ask("target", "target", "Column that it predicts"),
            }
        ),
    )
    paths = kits.written(project, chosen, names, answers)
    out.print()
    for environment, path in zip(names, paths, strict=True):
        counted = recorded(project, project.stack(environment)).counted
        out.print(f"Wrote {path.relative_to(project.root)}: sound, {counted}.")
    _next(names[0], answers, chosen)


class _Ask:
    """Asks for what is not given; with `yes`, takes the default."""

    def __init__(self, given: Mapping[str, str | None], *, yes: bool) -> None:
        self._given = given
        self._yes = yes

    def __call__(self, name: str, default: str, words: str, kind: Any = None) -> str:
        if (told := self._given.get(name)) is not None:
            return told
        return default if self._yes else str(click.prompt(words, default=default, type=kind))


def _region(told: str) -> str:
    """Have a person type a region again that is none."""
    if wrong := region_mistake(told):
        raise click.BadParameter(" ".join(wrong))
    return told


def _environments(project: Project, kit: Kit, ask: _Ask) -> tuple[str, ...]:
    if kit in ENVIRONMENTS:
        default = " ".join(ENVIRONMENTS[kit])
        told = ask("environments", default, "Environments, in the order of promotion")
        return tuple(told.split())
    known = project.environments()
    free = next(name for name in (ENVIRONMENT, "mine", *_numbered()) if name not in known)
    return (ask("environments", free, "Name of the environment"),)


def _numbered() -> Sequence[str]:
    return [f"mine{number}" for number in range(2, 100)]


def _source(told: str) -> str:
    """`github=org/repo` as a stack file has it."""
    home, mark, name = re.sub(r"\s", "", told).replace("=", ":", 1).partition(":")
    if not mark or not name:
        raise InputError(f"--source {told}: say where it is: github=example/ml-platform.")
    return f"{home}: {name}"


def _accounts(names: Sequence[str], told: Sequence[str], ask: _Ask) -> dict[str, str]:
    """The account of each environment. Raises InputError for one that nobody says."""
    accounts = dict(one.partition("=")[::2] for one in told)
    for name in names:
        if name not in accounts:
            accounts[name] = ask("account", "", f"AWS account of {name}")
        if not re.fullmatch(r"\d{12}", accounts[name]):
            raise InputError(
                f"{accounts[name] or 'nothing'} is no AWS account of {name}: it has 12 digits. "
                f"--account {name}=111111111111 says it."
            )
    return {name: accounts[name] for name in names}


def _next(environment: str, answers: Answers, kit: Kit) -> None:
    data = " --data FILE.csv" if kit == "service" else ""
    commands = {f"maslow plan -s {environment}": "what it is made of, and costs"}
    if answers.cloud == "embedded":
        commands[f"maslow up -s {environment}{data}"] = "deploy it on this machine"
    else:
        commands["docs/first-account.md"] = "what its account needs, once"
    out.print("\nNext")
    for command, what in commands.items():
        out.print(f"  [cyan]{command}[/]\n      {what}")
