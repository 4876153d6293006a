"""Where the models of an environment are asked for: its account, or an embedded AWS that runs."""

import getpass
import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from infra.errors import InputError, WorkError
from infra.hosts import serving
from infra.naming import Names
from infra.project import Project
from infra.promotion import promotion_of
from infra.settings import StackFile
from infra.settings.mistakes import did_you_mean
from infra.settings.mlops.model import ModelSettings

CLOCK = "/moto-api/maslow/clock"
SECONDS = 10


@dataclass(frozen=True)
class Place:
    """An environment, with clients of where it is."""

    names: Names
    stack: StackFile
    client: Callable[[str], Any]
    """The boto3 client of a service."""
    running: serving.Running | None = None
    """Whoever serves it, if it is on the embedded AWS."""

    def group(self, model: str) -> str:
        """The model package group of a model: its name, or its ARN where another account has it."""
        origin = promotion_of(self.stack, self.names.project).origin
        return origin.group(model) if origin else self.names(model)

    def now(self) -> datetime:
        """The time there: the embedded AWS's clock may be ahead.

        Raises WorkError where that has stopped meanwhile.
        """
        if self.running is None:
            return datetime.now(UTC)
        url = f"{self.running.url}{CLOCK}"
        try:
            with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310  loopback
                return datetime.fromisoformat(json.load(answer)["now"])
        except OSError as error:
            raise WorkError(f"The embedded AWS at {self.running.url} stopped answering.") from error

    def who(self) -> str:
        """Who asks: the name in the caller's ARN, or this user where it is the embedded AWS.

        https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
        """
        if self.running:
            return getpass.getuser()
        return caller(self.client("sts").get_caller_identity()["Arn"])


def model_of(stack: StackFile, name: str) -> ModelSettings:
    """The settings of a model. Raises InputError where the stack has none of that name."""
    known = {model.name: model for model in stack.platform.models}
    if name not in known:
        guess = did_you_mean(name, known)
        listed = f"It has {', '.join(known)}." if known else "It has none."
        raise InputError(f"{stack.environment} has no model {name}. {guess or listed}")
    return known[name]


def caller(arn: str) -> str:
    """The name in the ARN of a caller: `ada` of a user, and of who has taken a role."""
    return arn.rpartition("/")[2] if "/" in arn else arn.rpartition(":")[2]


def place_of(project: Project, stack: StackFile) -> Place:
    """Where an environment is.

    Raises InputError for one of the embedded AWS that nothing serves, and for credentials of
    another account than the stack file's; botocore's errors where there are none.
    """
    names = Names(project.name, stack.environment)
    if stack.platform.cloud == "embedded":
        running = serving.find(project.root, stack.environment)
        if running is None:
            raise InputError(
                f"Nothing serves {stack.environment}: it is on the embedded AWS, and there only "
                f"while `maslow up -s {stack.environment} --serve` runs."
            )
        return Place(names, stack, cache(running.client), running)
    import boto3

    client = cache(boto3.Session(region_name=stack.region).client)
    require_account(client, stack)
    return Place(names, stack, client)


def require_account(client: Callable[[str], Any], stack: StackFile) -> None:
    """Raise InputError for credentials of another account than the stack file gives."""
    if stack.account is None:
        return
    account = client("sts").get_caller_identity()["Account"]
    if account != stack.account:
        raise InputError(
            f"These AWS credentials are of account {account}; {stack.environment} is in account "
            f"{stack.account}."
        )


def iso(time: datetime) -> str:
    """A time as the shapes have it."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
