"""Encryption keys: one customer-managed key per class of data, usable only as that class needs."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.durability import Durability, stateful
from components.common.iam import rendered
from components.common.limits import KEY_DELETION_DAYS, KEY_ROTATION_DAYS
from components.foundation.keys.key_policy import DataClass, KeyReaderArgs, key_policy

__all__ = ["DataClass", "Key", "KeyArgs"]

ROTATION_DAYS = 365
DELETION_DAYS = 30
DISPOSABLE_DELETION_DAYS = 7


class KeyArgs(TypedDict):
    """What a key is made of."""

    holds: DataClass
    """Class of data that it encrypts."""
    account_id: pulumi.Input[str]
    """Account that administers it."""
    region: str
    """Region that it is used in."""
    durability: Durability
    """Whether the key outlives the stack. What it encrypted is lost with it."""
    administrators: NotRequired[pulumi.Input[list[str]]]
    """ARNs, as patterns, of the account's identities that alone may administer the key, besides
    the root user; every identity that IAM allows it unless given. Give whoever applies the program:
    KMS refuses a policy that locks its author out."""
    closed_to: NotRequired[pulumi.Input[list[str]]]
    """ARNs, as patterns, of identities that must never use the key, whatever IAM allows them."""
    readers: NotRequired[list[KeyReaderArgs]]
    """Roles of other accounts that may decrypt, through the services of the key's class."""
    linked_to_files: NotRequired[bool]
    """Whether FSx moves objects that it encrypts to file systems of Lustre, and back; no unless
    given."""
    read_by_macie: NotRequired[bool]
    """Whether Macie looks into objects that it encrypts; no unless given."""
    table_buckets: NotRequired[list[str]]
    """Names of table buckets whose tables it encrypts, and S3 Tables compacts; none unless
    given."""
    rotation_days: NotRequired[int]
    """Days between rotations, 90 to 2560; 365 unless given."""
    deletion_days: NotRequired[int]
    """Days that AWS waits before it deletes the key, in which a deletion can be cancelled, 7 to 30;
    unless given 30, or 7 for a disposable key."""
    multi_region: NotRequired[bool]
    """Whether replicas of it can be made in other regions; not unless given. A key stays as it was
    made: a change makes a new key, and what the old one encrypted needs the old one."""


def check(args: KeyArgs) -> None:
    """Raise ValueError, naming the argument, for what AWS would refuse."""
    for what, days, (low, high) in (
        ("rotation_days", args.get("rotation_days", ROTATION_DAYS), KEY_ROTATION_DAYS),
        ("deletion_days", args.get("deletion_days", DELETION_DAYS), KEY_DELETION_DAYS),
    ):
        if not low <= days <= high:
            raise ValueError(f"{what}: {days} is not between {low} and {high}")


class Key(pulumi.ComponentResource):
    """A symmetric key that rotates by itself, with an alias of the component's name.

    Raises ValueError for periods that AWS would refuse.
    """

    arn: pulumi.Output[str]
    """ARN of the key."""
    key_id: pulumi.Output[str]
    """Id of the key, for the few inputs that take no ARN."""

    def __init__(
        self, name: str, args: KeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Key", name, None, opts)
        check(args)
        disposable = args["durability"] is Durability.DISPOSABLE
        key = aws.kms.Key(
            f"{name}-key",
            description=f"{name}: encrypts {args['holds'].value}",
            policy=rendered(
                key_policy,
                holds=args["holds"],
                account_id=args["account_id"],
                region=args["region"],
                administrators=args.get("administrators", []),
                closed_to=args.get("closed_to", []),
                readers=args.get("readers", []),
                linked_to_files=args.get("linked_to_files", False),
                read_by_macie=args.get("read_by_macie", False),
                table_buckets=args.get("table_buckets", []),
            ),
            enable_key_rotation=True,
            rotation_period_in_days=args.get("rotation_days", ROTATION_DAYS),
            deletion_window_in_days=args.get(
                "deletion_days", DISPOSABLE_DELETION_DAYS if disposable else DELETION_DAYS
            ),
            multi_region=args.get("multi_region", False),
            opts=stateful(self, args["durability"]),
        )
        aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{name}",
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = key.arn
        self.key_id = key.key_id
        self.register_outputs({"arn": self.arn, "key_id": self.key_id})
