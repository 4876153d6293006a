"""The managed policies by which one environment's platform is previewed and deployed."""

from collections.abc import Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws


class PlatformPoliciesArgs(TypedDict):
    """What previews and deployments may do."""

    environment: str
    """Name of the environment."""
    preview: list[pulumi.Input[str]]
    """Policy documents, as JSON, of what previews may do; each at most 6,144 characters."""
    deploy: list[pulumi.Input[str]]
    """The same, of what deployments may do."""


class PlatformPolicies(pulumi.ComponentResource):
    """What previews and deploys, whichever role does it: the pipeline's builds or CI's.

    They are managed policies because a role's inline ones may have 10,240 characters together.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """

    def __init__(
        self, name: str, args: PlatformPoliciesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:PlatformPolicies", name, None, opts)
        environment = args["environment"]
        self.preview_arns = self._policies(name, "preview", args["preview"], environment)
        self.deploy_arns = self._policies(name, "deploy", args["deploy"], environment)
        self.register_outputs({})

    def _policies(
        self, name: str, what: str, documents: Sequence[pulumi.Input[str]], environment: str
    ) -> list[pulumi.Input[str]]:
        return [
            aws.iam.Policy(
                f"{name}-{what}-{number}",
                description=f"For the {what} of {environment}, {number} of {len(documents)}",
                policy=document,
                opts=pulumi.ResourceOptions(parent=self),
            ).arn
            for number, document in enumerate(documents, start=1)
        ]
