"""A key that is there already: it gets the environment's name, and stays its owner's."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws


class ExistingKeyArgs(TypedDict):
    """Which key it is."""

    arn: str
    """ARN of the key, in the environment's account and region. Its policy must let the services of
    its class of data use it, as the policy of a key that is made here does."""


class ExistingKey(pulumi.ComponentResource):
    """An alias of the component's name for a key that somebody else administers.

    Permissions know the environment's keys by their aliases.
    https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """

    arn: pulumi.Output[str]
    """ARN of the key."""
    key_id: pulumi.Output[str]
    """Id of the key, for the few inputs that take no ARN."""

    def __init__(
        self, name: str, args: ExistingKeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:ExistingKey", name, None, opts)
        key_id = args["arn"].rpartition("/")[2]
        aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{name}",
            target_key_id=key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = pulumi.Output.from_input(args["arn"])
        self.key_id = pulumi.Output.from_input(key_id)
        self.register_outputs({"arn": self.arn, "key_id": self.key_id})
