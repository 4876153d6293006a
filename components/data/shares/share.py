"""A share: a role by which somebody outside of the environment reads places of the lake."""

import json
from collections.abc import Sequence
from typing import NotRequired

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.iam import rendered
from components.data.jobs.args import PlaceArgs
from components.data.shares.policy import account_trust, databricks_trust, share_policy


class ShareArgs(PlacedArgs):
    """Who reads what."""

    role_name: str
    """Name of the role, which the other side is told; at most 64 characters."""
    other_account_id: NotRequired[str]
    """The account that takes the role; Databricks does unless it is given."""
    external_id: str
    """What the other side gives as it takes the role."""
    reads: Sequence[PlaceArgs]
    """Places that it reads."""
    writes: Sequence[PlaceArgs]
    """Places that it writes as well; none for another account."""
    key_arn: pulumi.Input[str]
    """KMS key of the lake."""


class Share(pulumi.ComponentResource):
    """A role that another account, or Databricks, takes to read places of the lake.

    Raises ValueError for an account that would write.
    """

    role_arn: pulumi.Output[str]
    """ARN of the role, which the other side is told."""

    def __init__(
        self, name: str, args: ShareArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Share", name, None, opts)
        other, external_id = args.get("other_account_id"), args["external_id"]
        if other is not None and args["writes"]:
            raise ValueError(f"{name}: another account reads only")
        account = pulumi.Output.from_input(args["account_id"])
        itself = pulumi.Output.concat("arn:aws:iam::", account, ":role/", args["role_name"])
        trust = (
            pulumi.Output.from_input(json.dumps(account_trust(other, external_id)))
            if other is not None
            else rendered(databricks_trust, external_id=external_id, role_arn=itself)
        )
        role = aws.iam.Role(
            f"{name}-role",
            name=args["role_name"],
            description="Reads places of the lake from outside of the environment",
            assume_role_policy=trust,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.RolePolicy(
            f"{name}-share",
            role=role.name,
            policy=rendered(
                share_policy,
                reads=pulumi.Output.all(*args["reads"]),
                writes=pulumi.Output.all(*args["writes"]),
                key_arn=args["key_arn"],
                itself="" if other is not None else itself,
                account_id=account,
                region=args["region"],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.role_arn = role.arn
        self.register_outputs({"role_arn": self.role_arn})
