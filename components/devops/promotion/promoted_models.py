"""What the deliveries of an environment may do with the registry that its models come from."""

import json
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.common.registry_access import deploy, group_arn, look_up


class PromotedModelsArgs(TypedDict):
    """What the access to another account's registry is made of."""

    account_id: str
    """The other account."""
    region: str
    """Region of both."""
    prefix: str
    """What the names of the other environment's groups begin with, such as `maslow-dev-`."""


class PromotedModels(pulumi.ComponentResource):
    """Managed policies to look versions up in another account's registry, and to deploy them.

    They are the same whichever models there are, since a deployment cannot change what deployments
    may do. Which groups they reach, each group's own policy tells.
    """

    look_up_arn: pulumi.Output[str]
    """ARN of the policy for roles that preview or deploy."""
    deploy_arn: pulumi.Output[str]
    """ARN of the policy that those which deploy need beside it."""

    def __init__(
        self, name: str, args: PromotedModelsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:PromotedModels", name, None, opts)
        groups = group_arn(
            f"{args['prefix']}*", account_id=args["account_id"], region=args["region"]
        )
        seen = aws.iam.Policy(
            f"{name}-look-up",
            description="Look up versions of models that another account trains",
            policy=json.dumps(look_up(group_arn=groups)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        deployed = aws.iam.Policy(
            f"{name}-deploy",
            description="Deploy versions of models that another account trains",
            policy=json.dumps(deploy(group_arn=groups)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.look_up_arn = seen.arn
        self.deploy_arn = deployed.arn
        self.register_outputs({"look_up_arn": self.look_up_arn, "deploy_arn": self.deploy_arn})
