"""The program under Pulumi's engine: its settings come from the engine, its versions from AWS."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

import pulumi

from infra.composition import declare
from infra.errors import InputError
from infra.live import Live, in_account, state_of_stack
from infra.naming import Names
from infra.offline import services_of
from infra.project import Project, checked_name
from infra.settings import StackFile, from_config
from infra.stack_secrets import assumed, in_config
from infra.versions import Lookup, in_registry

Asked = ParamSpec("Asked")
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
        newest_approved, live = _lookups(stack, project)
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


def _lookups(stack: StackFile, project: Project) -> tuple[Lookup, Live]:
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
    names = Names(project.name, stack.environment)
    look_up = in_registry(session.client("sagemaker"))
    live = in_account(session.client, names, state_of_stack)
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
            _readably(stack, live.kept, "what is left of {1}, a {0}"),
            _readably(stack, live.multi_region, "what key {} is"),
            _readably(stack, live.feature_group, "what feature group {} is"),
            _readably(stack, live.found, "which {} the account has"),
            _readably(stack, live.lake_settings, "what its Lake Formation is set to"),
            outputs=live.outputs,
        ),
    )


def _readably(
    stack: StackFile, look_up: Callable[Asked, Found], what: str, hint: str = ""
) -> Callable[Asked, Found]:
    """The look-up, raising InputError for what AWS does not tell."""
    from botocore.exceptions import BotoCoreError, ClientError

    def told(*asked: Asked.args, **named: Asked.kwargs) -> Found:
        try:
            return look_up(*asked, **named)
        except (BotoCoreError, ClientError) as error:
            raise InputError(
                f"AWS in {stack.region} did not tell {what.format(*asked)}: {error}{hint}"
            ) from error

    return told
