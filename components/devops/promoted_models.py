"""What the deliveries of an environment may do with the registry that its models come from."""

import json
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.platform.registry_access import group_arn, look_up_and_deploy


class PromotedModelsArgs(TypedDict):
    """What the access to another account's registry is made of."""

    account_id: str
    """The other account."""
    region: str
    """Region of both."""
    prefix: str
    """What the names of the other environment's groups begin with, such as `maslow-dev-`."""


class PromotedModels(pulumi.ComponentResource):
    """A managed policy to look versions up in another account's registry, and to deploy them.

    It is the same whichever models there are, since a deployment cannot change what deployments
    may do. Which groups it reaches, each group's own policy tells.
    """

    policy_arn: pulumi.Output[str]
    """ARN of the policy, for the roles that preview and deploy."""

    def __init__(
        self, name: str, args: PromotedModelsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:PromotedModels", name, None, opts)
        groups = group_arn(
            f"{args['prefix']}*", account_id=args["account_id"], region=args["region"]
        )
        policy = aws.iam.Policy(
            f"{name}-policy",
            description="Look up and deploy versions of models that another account trains",
            policy=json.dumps(look_up_and_deploy(group_arn=groups)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.policy_arn = policy.arn
        self.register_outputs({"policy_arn": self.policy_arn})
