"""Roles of other accounts in resource policies, and what they read there.

A policy that names a role which isn't there is refused, and one whose role was made anew is dead:
so the principal is the account, and the role's name is a condition.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
"""

from collections.abc import Sequence
from typing import TypedDict

from components.common.iam import Conditions, Principal, Statement, allow


class OtherRolesArgs(TypedDict):
    """Roles of another account."""

    account_id: str
    """The other account, twelve digits."""
    role_patterns: list[str]
    """ARNs of its roles; `*` in one stands for anything."""


class PrefixReaderArgs(OtherRolesArgs):
    """Roles of another account that read one prefix of a bucket."""

    prefix: str
    """The prefix, without a slash at its end."""


class OriginArgs(TypedDict):
    """Where the artifacts of a model are that another account trains."""

    account_id: str
    """The other account."""
    bucket: str
    """Its bucket."""
    prefix: str
    """Where in it, without a slash at the end."""
    region: str
    """Region of the bucket and its key."""


def account(roles: OtherRolesArgs) -> Principal:
    """The principal of a statement for these roles."""
    return {"AWS": f"arn:aws:iam::{roles['account_id']}:root"}


def only(roles: OtherRolesArgs) -> Conditions:
    """The condition of a statement for these roles."""
    return {"ArnLike": {"aws:PrincipalArn": roles["role_patterns"]}}


def open_prefixes(bucket_arn: str, readers: Sequence[PrefixReaderArgs]) -> list[Statement]:
    """Statements of a bucket's policy that open prefixes to other accounts' roles for reading."""
    statements: list[Statement] = []
    for reader in readers:
        prefix, condition = reader["prefix"], only(reader)
        statements += [
            allow(
                ["s3:GetObject"],
                [f"{bucket_arn}/{prefix}/*"],
                principal=account(reader),
                when=condition,
            ),
            allow(
                ["s3:ListBucket"],
                [bucket_arn],
                principal=account(reader),
                when={**condition, "StringLike": {"s3:prefix": [prefix, f"{prefix}/*"]}},
            ),
        ]
    return statements


def read_origin(origin: OriginArgs) -> list[Statement]:
    """What a role needs in its own policy, to read what another account opened to it.

    The key of the objects is known there only: what narrows its use is that S3 asks for it, for
    objects of that bucket. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context
    """
    bucket = f"arn:aws:s3:::{origin['bucket']}"
    owner = {"StringEquals": {"s3:ResourceAccount": origin["account_id"]}}
    prefix, region = origin["prefix"], origin["region"]
    return [
        allow(["s3:GetObject"], [f"{bucket}/{prefix}/*"], when=owner),
        allow(
            ["s3:ListBucket"],
            [bucket],
            when={**owner, "StringLike": {"s3:prefix": [prefix, f"{prefix}/*"]}},
        ),
        allow(
            ["kms:Decrypt"],
            [f"arn:aws:kms:{region}:{origin['account_id']}:key/*"],
            when={
                "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
                "StringLike": {
                    "kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}/{prefix}/*"]
                },
            },
        ),
    ]
