"""Stack files to begin with: a kit is one or several, filled in for their environments."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Literal

from infra.errors import InputError
from infra.project import Project
from infra.settings.cross_stack import StackValues
from infra.settings.cross_stack_checks import free_range, other_stacks, range_of

Kit = Literal["service", "lake", "accounts"]
KITS: dict[Kit, str] = {
    "service": "one model on tables",
    "lake": "a data lake alone",
    "accounts": "several environments, each in an account of its own",
}
FOLDER = Path(__file__).parent
EMBEDDED = """\
    # On this machine, and gone at the end; without these two lines it is in AWS.
    cloud: embedded
    durability: disposable"""
AWS = """\
    # Its account, if it has one of its own:
    # accounts: {$environment: "111111111111"}"""
RANGE_BITS = 16
REMOTES = {"github.com": "github", "gitlab.com": "gitlab", "bitbucket.org": "bitbucket"}


@dataclass(frozen=True)
class Answers:
    """What a kit is filled in with."""

    region: str
    owner: str
    """E-mail address."""
    source: str
    """As a stack file has it: `github: example/ml-platform`."""
    cloud: Literal["aws", "embedded"] = "aws"
    model: str = "first-model"
    target: str = "target"
    accounts: Mapping[str, str] | None = None
    """Account by environment, which the kit `accounts` needs."""


def written(
    project: Project, kit: Kit, environments: Sequence[str], answers: Answers
) -> list[Path]:
    """Write the stack files of a kit; where one is not sound none is left.

    `environments` are in the order in which versions are promoted. Raises InputError for an
    environment that has a file already, and for answers that make no sound file.
    """
    for environment in environments:
        if (path := project.stack_path(environment)).exists():
            raise InputError(f"{path.relative_to(project.root)} is there already.")
    done: list[Path] = []
    try:
        for environment in environments:
            path = project.stack_path(environment)
            text = _text(project, kit, environments, environment, answers)
            path.parent.mkdir(exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                done.append(path)
                file.write(text)
        for environment in environments:
            project.stack(environment)
    except BaseException as error:
        for path in done:
            path.unlink(missing_ok=True)
        if isinstance(error, InputError):
            raise InputError(f"{error}\n\nNothing was written.") from error
        raise
    return done


def _text(
    project: Project, kit: Kit, environments: Sequence[str], environment: str, answers: Answers
) -> str:
    first, *later = environments
    name: str = kit
    if kit == "accounts":
        name = "accounts-first" if environment == first else "accounts-later"
    accounts = answers.accounts or {}
    last = environment == environments[-1]
    fields = {
        "environment": environment,
        "region": answers.region,
        "owner": answers.owner,
        "source": answers.source,
        "model": answers.model,
        "target": answers.target,
        "cidr": _free(project, environment),
        "cloud": Template(EMBEDDED if answers.cloud == "embedded" else AWS).substitute(
            environment=environment
        ),
        "first": first,
        "others": ", ".join(later),
        "accounts": ", ".join(f'{one}: "{account}"' for one, account in accounts.items()),
        "account": accounts.get(environment, ""),
        "zones": "3" if last else "2",
        "trigger": '{tag: "v*", excluding: "*-rc*"}' if last else '{tag: "v*-rc*"}',
    }
    return Template((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")).substitute(fields)


def _free(project: Project, environment: str) -> str:
    """A range that no other stack file has taken."""
    path = project.stack_path(environment)
    own = StackValues(path.name, environment, None, {})
    taken = [theirs for other in other_stacks(own, path) if (theirs := range_of(other))]
    found = free_range(RANGE_BITS, taken)
    if found is None:
        raise InputError(f"No range of /{RANGE_BITS} is left beside those of the stack files.")
    return str(found)


def source_of(root: Path) -> str | None:
    """Where a checkout's `origin` is, as a stack file has it; None where that cannot be told."""
    address = _git(root, "remote", "get-url", "origin")
    found = re.search(r"(?:@|//)(?:[^/@]*@)?([\w.-]+)[:/](.+?)(?:\.git)?/?$", address)
    home = REMOTES.get(found[1]) if found else None
    return f"{home}: {found[2]}" if found and home else None


def owner_of(root: Path) -> str | None:
    """The e-mail address that a checkout's commits bear."""
    return _git(root, "config", "user.email") or None


def region_of() -> str | None:
    """The region that this shell's AWS clients take."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip()
