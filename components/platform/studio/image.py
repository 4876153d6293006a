"""An image of a team's own, in which apps of Studio may run."""

from typing import Any, NotRequired

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, document, rendered
from components.common.job_access import pull_image
from components.platform.studio.app_settings import OfferedImageArgs, StudioApp

SAGEMAKER = "sagemaker.amazonaws.com"
NAME_VARIABLE = "MASLOW_IMAGE"
"""The environment variable that tells in an app which image it runs in."""


class StudioImageArgs(AccountArgs):
    """An image, and how apps start it."""

    image_name: str
    """Name within account and region: at most 51 small letters, digits and hyphens."""
    base_image: str
    """URI of the image in ECR, of the same region: with a digest, or a tag as it is now."""
    title: NotRequired[str]
    """What people see of it, at most 128 characters; its name unless given."""
    apps: list[StudioApp]
    """The kinds of apps that run in it, at least one."""
    command: list[str]
    """What starts the app, and its arguments; the image's own entry point where it is empty."""
    environment: dict[str, str]
    """Environment variables of the app, at most 24."""


def pull_policy(*, base_image: str) -> Document:
    """What SageMaker needs to make a version of an image: to pull it from its repository alone."""
    return document(*pull_image(base_image))


def container_config(
    image_name: str, command: list[str], environment: dict[str, str]
) -> dict[str, Any]:
    """How the container is started.

    It is never empty: Terraform's provider sends no empty block, and the block of a kind of app is
    what tells AWS which one it is for.

    https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-byoi-how-to-container-configuration.html
    """
    return {
        **({"container_entrypoints": command[:1]} if command else {}),
        **({"container_arguments": command[1:]} if command[1:] else {}),
        "container_environment_variables": {**environment, NAME_VARIABLE: image_name},
    }


class StudioImage(pulumi.ComponentResource):
    """A name for an image in ECR, its newest version, and how each kind of app starts it.

    A version never changes: another image is another version, which takes the place of the one
    before in what people are offered, and then that one goes. Raises ValueError without an app.

    https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-byoi.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateImageVersion.html
    """

    image_name: pulumi.Output[str]
    """Name of the image."""
    version: pulumi.Output[int]
    """Number of the version that people are offered."""
    config_names: dict[str, pulumi.Output[str]]
    """Names of the configurations that start it, by kind of app."""

    def __init__(
        self, name: str, args: StudioImageArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:StudioImage", name, None, opts)
        if not args["apps"]:
            raise ValueError(f"{name}: an image is for an app")
        role = ExecutionRole(
            f"{name}-pulls",
            {
                "service": SAGEMAKER,
                "account_id": args["account_id"],
                "policies": {"pull": rendered(pull_policy, base_image=args["base_image"])},
            },
            pulumi.ResourceOptions(parent=self),
        )
        image = aws.sagemaker.Image(
            f"{name}-image",
            image_name=args["image_name"],
            display_name=args.get("title"),
            role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )
        version = aws.sagemaker.ImageVersion(
            f"{name}-version",
            image_name=image.image_name,
            base_image=args["base_image"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        container: Any = container_config(args["image_name"], args["command"], args["environment"])
        self.config_names = {
            app.value: _config(f"{name}-{app.value.lower()}", self, app, args, container)
            for app in args["apps"]
        }
        self.image_name = version.image_name
        self.version = version.version
        self.register_outputs(
            {
                "image_name": self.image_name,
                "version": self.version,
                "config_names": self.config_names,
            }
        )

    def offered(self, app: StudioApp) -> OfferedImageArgs:
        """What settings of a domain or a profile say to offer it for a kind of app."""
        return {
            "image_name": self.image_name,
            "image_version_number": self.version,
            "app_image_config_name": self.config_names[app.value],
        }


def _config(
    name: str, parent: pulumi.Resource, app: StudioApp, args: StudioImageArgs, container: Any
) -> pulumi.Output[str]:
    """Declare how a kind of app starts an image; the configuration's name."""
    block: Any = {"container_config": container}
    lab = app is StudioApp.JUPYTER_LAB
    return aws.sagemaker.AppImageConfig(
        name,
        app_image_config_name=f"{args['image_name']}-{app.value.lower()}",
        jupyter_lab_image_config=block if lab else None,
        code_editor_app_image_config=None if lab else block,
        opts=pulumi.ResourceOptions(parent=parent),
    ).app_image_config_name
