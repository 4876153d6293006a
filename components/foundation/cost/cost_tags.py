"""Activation of the tags that cost is told apart by."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws


class CostTagsArgs(TypedDict):
    """Which tags are activated."""

    keys: list[str]
    """Keys, each of which AWS has seen on a billed resource."""


class CostTags(pulumi.ComponentResource):
    """Cost-allocation tags, activated in the account that pays.

    AWS refuses this in the member accounts of an organization, whose payer activates the tags, and
    for keys that it has not seen: those appear up to a day after the first resource bears them.
    Cost from before the activation stays without tags.

    https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
    """

    def __init__(
        self, name: str, args: CostTagsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:CostTags", name, None, opts)
        for key in args["keys"]:
            aws.costexplorer.CostAllocationTag(
                f"{name}-{key}",
                tag_key=key,
                status="Active",
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
