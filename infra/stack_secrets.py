"""Secrets of an environment: in the engine's configuration, encrypted, and assumed elsewhere.

A stack file has them as `maslow:<name>: {secure: …}`, where `pulumi config set --secret` puts them.
https://www.pulumi.com/docs/iac/concepts/secrets/
"""

from collections.abc import Callable, Iterator

import pulumi

from infra.errors import InputError
from infra.settings import StackFile
from infra.settings.filekeys import PAGERDUTY_URL
from infra.settings.yamlfile import read

ASSUMED = {PAGERDUTY_URL: f"https://events.pagerduty.com/integration/{'0' * 32}/enqueue"}
"""What a secret may look like, where nothing is deployed with it."""

Secrets = Callable[[str], pulumi.Output[str]]


def assumed(name: str) -> pulumi.Output[str]:
    """A plausible value of a secret, for what is deployed nowhere for real. Raises KeyError."""
    return pulumi.Output.secret(ASSUMED[name])


def in_config(name: str) -> pulumi.Output[str]:
    """The secret in the configuration of the stack that the engine has selected.

    Raises InputError where it is not set.
    """
    value = pulumi.Config("maslow").get_secret(name)
    if value is None:
        raise _unset(name, pulumi.get_stack())
    return value


def require(stack: StackFile) -> None:
    """Raise InputError for a secret that the environment cannot be deployed without.

    It looks for them in the stack file; one that names environments of Pulumi ESC may have them
    there, which the engine will tell.
    """
    values = read(stack.path).values if stack.path else None
    if not isinstance(values, dict) or "environment" in values:
        return
    for name in _needed(stack):
        if f"maslow:{name}" not in values["config"]:
            raise _unset(name, stack.environment)


def _needed(stack: StackFile) -> Iterator[str]:
    if stack.platform.alerts.pagerduty != "off":
        yield PAGERDUTY_URL


def _unset(name: str, environment: str) -> InputError:
    return InputError(
        f"The secret maslow:{name} is not set for {environment}. Set it with\n"
        f"  pulumi config set --secret maslow:{name} --stack {environment}"
    )
