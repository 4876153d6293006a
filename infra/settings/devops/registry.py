"""Where images and packages of the platform's builds come from."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from infra.settings.base import Settings, matching

LOGIN_ARN = (
    r"arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:"
    r"ecr-pullthroughcache/[\w/+=.@-]+"
)


login_arn = matching(
    LOGIN_ARN,
    "is not the ARN of a secret for ECR",
    "A secret in Secrets Manager with username and accessToken, whose name begins with "
    "ecr-pullthroughcache/.",
)
"""Refuses a secret that ECR would not read.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.md
"""


LoginArn = Annotated[str, AfterValidator(login_arn)]


class Registry(Settings):
    """Images and packages: how they are scanned, and which public ones are mirrored."""

    scanning: Literal["basic", "enhanced"] = Field(
        "basic",
        description="How images are scanned: once, as they arrive, by ECR; or over and over, "
        "packages of languages too, by Amazon Inspector, which bills for each image.",
    )
    mirrors: tuple[Literal["ecr-public", "kubernetes", "quay"], ...] = Field(
        ("ecr-public",),
        description="Public registries that images are pulled from through the environment's own.",
    )
    logins: dict[Literal["docker-hub", "github", "gitlab"], LoginArn] = Field(
        {},
        description="Mirrors of registries that want a login: the ARN of the secret with it.",
    )
    packages: bool = Field(
        True, description="Whether builds get Python packages from a repository of their own."
    )
