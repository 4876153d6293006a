"""Copies of a zone in another region or account: what is written here is written there."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.durability import Durability, setting_of_stateful
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, allow, document, rendered

COPYING = (
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
)
"""What S3 does in the bucket of the copies.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
"""
ENCRYPTING = ("kms:Encrypt", "kms:GenerateDataKey")
"""What it does with the key of the copies.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
"""


class ReplicaArgs(TypedDict):
    """Where the copies of a zone go."""

    bucket: str
    """Name of the bucket, which is there, is versioned, and is no one's of this stack."""
    key_arn: str
    """KMS key of the copies, in the bucket's region."""
    account_id: NotRequired[str]
    """Account of the bucket, which then owns the copies; this one unless given."""


def replica_policy(
    *,
    bucket: str,
    key_arn: str,
    to_bucket: str,
    to_key_arn: str,
    region: str,
) -> Document:
    """Read the versions of a zone's objects with its key, and write them elsewhere with another."""
    source, target = f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{to_bucket}"
    there = to_key_arn.split(":")[3]
    return document(
        allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], [source]),
        allow(
            [
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionTagging",
            ],
            [f"{source}/*"],
        ),
        allow(COPYING, [f"{target}/*"]),
        allow(
            ["kms:Decrypt"],
            [key_arn],
            when={"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
        ),
        allow(
            ENCRYPTING,
            [to_key_arn],
            when={"StringEquals": {"kms:ViaService": f"s3.{there}.amazonaws.com"}},
        ),
    )


def replication_rule(
    to_bucket: str, to_key_arn: str, account_id: str | None
) -> aws.s3.BucketReplicationConfigRuleArgsDict:
    """Every object is copied; a deletion is not, so that the copies outlive it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
    """
    destination: aws.s3.BucketReplicationConfigRuleDestinationArgsDict = {
        "bucket": f"arn:aws:s3:::{to_bucket}",
        "encryption_configuration": {"replica_kms_key_id": to_key_arn},
    }
    if account_id:
        destination["account"] = account_id
        destination["access_control_translation"] = {"owner": "Destination"}
    return {
        "id": "copy-all",
        "status": "Enabled",
        "priority": 1,
        "filter": {"prefix": ""},
        "delete_marker_replication": {"status": "Disabled"},
        "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}},
        "destination": destination,
    }


class ZoneReplicaArgs(PlacedArgs):
    """What the copying of a zone needs to know."""

    bucket: pulumi.Input[str]
    """Name of the zone's bucket, which is versioned."""
    key_arn: pulumi.Input[str]
    """KMS key of the zone."""
    to: ReplicaArgs
    """Where the copies go."""
    durability: Durability
    """Whether the zone outlives the stack, and its copying with it."""


class ZoneReplica(pulumi.ComponentResource):
    """S3 copies what is written to a zone to a bucket elsewhere, by a role of its own.

    What is there already is not copied; S3 Batch Replication does that once. The other bucket's
    policy must let this role write where the account is another.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
    """

    role_arn: pulumi.Output[str]
    """ARN of the role that S3 takes, for the other bucket's policy."""

    def __init__(
        self, name: str, args: ZoneReplicaArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:ZoneReplica", name, None, opts)
        to = args["to"]
        role = ExecutionRole(
            name,
            {
                "service": "s3.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "copy": rendered(
                        replica_policy,
                        bucket=args["bucket"],
                        key_arn=args["key_arn"],
                        to_bucket=to["bucket"],
                        to_key_arn=to["key_arn"],
                        region=args["region"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        aws.s3.BucketReplicationConfig(
            f"{name}-replication",
            bucket=args["bucket"],
            role=role.arn,
            rules=[replication_rule(to["bucket"], to["key_arn"], to.get("account_id"))],
            opts=setting_of_stateful(self, args["durability"], depends_on=role.ready),
        )
        self.role_arn = role.arn
        self.register_outputs({"role_arn": self.role_arn})
