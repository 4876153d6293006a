"""The managed policies by which one environment's platform is previewed and deployed."""

from functools import partial
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.iam import Document, rendered
from components.devops.delivery.permissions import deploy_permissions, preview_permissions

ANY_ACCOUNT = "0" * 12
"""Stands for an account where only its length matters."""

PERMISSIONS = {"preview": preview_permissions, "deploy": deploy_permissions}


class PlatformPoliciesArgs(TypedDict):
    """Whose platform it is."""

    project: str
    """Name of the Pulumi project: with the environment, what the platform's names begin with."""
    environment: str
    """Name of the environment."""
    account_id: pulumi.Input[str]
    """Account of the environment."""
    region: str
    """Region of the environment."""


class PlatformPolicies(pulumi.ComponentResource):
    """What previews and deploys, whichever role does it: the pipeline's builds or CI's.

    They are managed policies because a role's inline ones may have 10,240 characters together.
    """

    def __init__(
        self, name: str, args: PlatformPoliciesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:PlatformPolicies", name, None, opts)
        self.preview_arns = self._policies(name, "preview", args)
        self.deploy_arns = self._policies(name, "deploy", args)
        self.register_outputs({})

    def _policies(
        self, name: str, what: str, args: PlatformPoliciesArgs
    ) -> list[pulumi.Input[str]]:
        build = PERMISSIONS[what]
        known: dict[str, Any] = {
            "project": args["project"],
            "environment": args["environment"],
            "region": args["region"],
        }
        # How many there are has to be plain, and every account is as long as any other.
        count = len(build(account_id=ANY_ACCOUNT, **known))
        return [
            aws.iam.Policy(
                f"{name}-{what}-{number + 1}",
                description=f"For the {what} of {args['environment']}, {number + 1} of {count}",
                policy=rendered(
                    partial(_one, what, number), account_id=args["account_id"], **known
                ),
                opts=pulumi.ResourceOptions(parent=self),
            ).arn
            for number in range(count)
        ]


def _one(what: str, number: int, **known: str) -> Document:
    return PERMISSIONS[what](**known)[number]
