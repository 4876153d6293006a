"""The script that apps of Studio start with, as SageMaker keeps it: one for each kind of app."""

import base64
import hashlib
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.common.limits import STUDIO_SETUP_BYTES
from components.platform.studio.app_settings import APPS

HASH_LENGTH = 8


class StudioSetupArgs(TypedDict):
    """What apps start with."""

    name_prefix: str
    """What the names begin with within the account; at most 42 characters."""
    script: str
    """The script, which has at most 12,288 bytes."""


def setup_name(prefix: str, app: str, script: str) -> str:
    """The name of a script for a kind of app: another one for another script.

    SageMaker changes no script that is there.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateStudioLifecycleConfig.html
    """
    digest = hashlib.sha256(script.encode()).hexdigest()[:HASH_LENGTH]
    return f"{prefix}-{app.lower()}-{digest}"


class StudioSetup(pulumi.ComponentResource):
    """A lifecycle configuration of JupyterLab and one of Code Editor, with the same script.

    A changed script is another configuration; the one before goes once no app runs that started
    with it. Raises ValueError for a script that is too long.
    """

    arns: dict[str, pulumi.Output[str]]
    """ARNs of the configurations by kind of app."""

    def __init__(
        self, name: str, args: StudioSetupArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:StudioSetup", name, None, opts)
        script = args["script"].encode()
        if len(script) > STUDIO_SETUP_BYTES:
            raise ValueError(f"{name}: {len(script)} bytes are more than {STUDIO_SETUP_BYTES}")
        self.arns = {
            app: aws.sagemaker.StudioLifecycleConfig(
                f"{name}-{app.lower()}",
                studio_lifecycle_config_name=setup_name(args["name_prefix"], app, args["script"]),
                studio_lifecycle_config_app_type=app,
                studio_lifecycle_config_content=base64.b64encode(script).decode(),
                opts=pulumi.ResourceOptions(parent=self),
            ).arn
            for app in APPS
        }
        self.register_outputs({"arns": self.arns})
