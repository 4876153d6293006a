"""The program under Pulumi's engine: its settings come from the engine, its versions from AWS."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pulumi

from infra.composition import declare
from infra.errors import InputError
from infra.live import Live, in_account
from infra.offline import services_of
from infra.project import Project, checked_name
from infra.settings import StackFile, from_config
from infra.stack_secrets import assumed, in_config
from infra.versions import Lookup, in_registry

Found = TypeVar("Found")

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Declare the stack that the engine has selected.

    Raises pulumi.RunError, which the engine prints without a traceback, for wrong settings.
    """
    try:
        project = Project(ROOT, checked_name(pulumi.get_project()))
        stack = _settings(project)
        secret = assumed if stack.platform.cloud == "embedded" else in_config
        newest_approved, live = _lookups(stack)
        services = _services(project, stack)
        declare(stack, newest_approved, ROOT, services=services, secret=secret, live=live)
    except InputError as error:
        raise pulumi.RunError(str(error)) from error


def _settings(project: Project) -> StackFile:
    environment = pulumi.get_stack()
    return from_config(
        pulumi.Config("maslow").get_object("platform") or {},
        pulumi.Config("aws").get("region"),
        environment=environment,
        source=ROOT / "stacks" / f"Pulumi.{environment}.yaml",
        project=project.name,
    )


def _services(project: Project, stack: StackFile) -> frozenset[str]:
    """`services_of` in a thread of its own: this one has the event loop of the engine's program."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(services_of, project, stack).result()


def _lookups(stack: StackFile) -> tuple[Lookup, Live]:
    """What the environment's account is asked: its model registry, and what there is already.

    A stack of the embedded AWS is kept from reaching for an account.
    """
    import boto3

    if stack.platform.cloud == "embedded" and "AWS_ENDPOINT_URL" not in os.environ:
        raise InputError(
            f"{stack.environment} lives on the embedded AWS, which is not running here: "
            f"maslow up -s {stack.environment}"
        )
    session = boto3.Session(region_name=stack.region)
    look_up, live = in_registry(session.client("sagemaker")), in_account(session.client)
    hint = ""
    if origin := stack.platform.origin:
        hint = (
            f"\n{origin} opens it to the deliveries of this environment, and to "
            "whom its stack file names under promotion.operators."
        )
    return (
        _readably(stack, look_up, "which version of {} is approved", hint),
        Live(
            _readably(stack, live.instances, "how many instances {} has"),
            _readably(stack, live.zones, "in which zones {} is"),
        ),
    )


def _readably(
    stack: StackFile, look_up: Callable[[str], Found], what: str, hint: str = ""
) -> Callable[[str], Found]:
    """The look-up, raising InputError for what AWS does not tell."""
    from botocore.exceptions import BotoCoreError, ClientError

    def told(name: str) -> Found:
        try:
            return look_up(name)
        except (BotoCoreError, ClientError) as error:
            raise InputError(
                f"AWS in {stack.region} did not tell {what.format(name)}: {error}{hint}"
            ) from error

    return told
