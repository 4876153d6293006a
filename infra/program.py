"""The program under Pulumi's engine: its settings come from the engine, its versions from AWS."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pulumi

from infra.composition import declare
from infra.errors import InputError
from infra.live_instances import LiveInstances, in_account
from infra.offline import services_of
from infra.project import Project, checked_name
from infra.settings import StackFile, from_config
from infra.stack_secrets import assumed, in_config
from infra.versions import Lookup, ModelVersion, in_registry

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Declare the stack that the engine has selected.

    Raises pulumi.RunError, which the engine prints without a traceback, for wrong settings.
    """
    try:
        project = Project(ROOT, checked_name(pulumi.get_project()))
        stack = _settings(project)
        secret = assumed if stack.platform.cloud == "embedded" else in_config
        newest_approved, live_instances = _lookups(stack)
        declare(
            stack,
            newest_approved,
            ROOT,
            services=_services(project, stack),
            secret=secret,
            live_instances=live_instances,
        )
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


def _lookups(stack: StackFile) -> tuple[Lookup, LiveInstances]:
    """What the environment's account is asked: its model registry, and its endpoints.

    A stack of the embedded AWS is kept from reaching for an account.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    if stack.platform.cloud == "embedded" and "AWS_ENDPOINT_URL" not in os.environ:
        raise InputError(
            f"{stack.environment} lives on the embedded AWS, which is not running here: "
            f"maslow up -s {stack.environment}"
        )
    sagemaker = boto3.client("sagemaker", region_name=stack.region)
    look_up, count = in_registry(sagemaker), in_account(sagemaker)

    def newest_approved(group: str) -> ModelVersion | None:
        try:
            return look_up(group)
        except (BotoCoreError, ClientError) as error:
            hint = ""
            if origin := stack.platform.origin:
                hint = (
                    f"\n{origin} opens it to the deliveries of this environment, and to "
                    "whom its stack file names under promotion.operators."
                )
            raise InputError(
                f"AWS in {stack.region} did not tell which version of {group} is approved: "
                f"{error}{hint}"
            ) from error

    def live_instances(endpoint_name: str) -> int:
        try:
            return count(endpoint_name)
        except (BotoCoreError, ClientError) as error:
            raise InputError(
                f"AWS in {stack.region} did not tell how many instances {endpoint_name} has: "
                f"{error}"
            ) from error

    return newest_approved, live_instances
