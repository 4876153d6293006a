"""What holds data, and the one role that may change how it is kept.

A lifecycle rule empties a bucket, and a policy opens it, as surely as deleting or reading its
objects would. So the permissions boundary denies both to every role of the environment, the one
that deploys it among them, but for the persona break-glass: a person who takes that role on
purpose. Who deploys may still set the tags of these buckets, and all settings of those that hold
code, models, reports and artifacts of runs, which the platform makes again.

An administrator of the account, whom no boundary binds, makes them first.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from components.common.environment_scope import EnvironmentScope
from components.common.iam import Conditions, Statement, deny

BREAK_GLASS = "break-glass"
"""The persona that may, and the end of its role's name."""
ZONE_BACKUPS = "zone-backups"
"""The end of the name of the role by which AWS Backup keeps zones."""

BUCKETS = ("access-logs-*", "config-history-*", "lake-*", "macie-*", "state-*", "trails-*")
"""Buckets that hold data or the record of what was done, by how their names go on after the
environment's prefix."""
KEYS = ("audit", "data", "state")
"""Keys that encrypt it, by how their aliases go on after the prefix."""

BUCKET_SETTINGS = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketLogging",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
)
"""What empties a bucket, opens it, copies it elsewhere, or stops telling who reads it.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""
LISTING = ("s3:PutInventoryConfiguration",)
"""What has S3 list a bucket's objects to wherever one says. AWS Backup does so, as its own role.

https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
"""
KEY_SETTINGS = ("kms:DeleteImportedKeyMaterial", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion")
"""What opens to others, or takes away for good, all that a key encrypts."""
MAKING = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole*",
    "iam:DetachRolePolicy",
    "iam:PassRole",
    "iam:PutRole*",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole*",
)
"""How a role is made, changed, or handed to a service."""


def keeps_data(type_: str, name: str, prefix: str) -> bool:
    """Whether a resource, by its type token and logical name, says how data is kept.

    Buckets themselves are not among them: their tags are anybody's who deploys.
    """
    if type_ in ("aws:kms/alias:Alias", "aws:kms/key:Key"):
        return name.removeprefix(prefix).rpartition("-")[0] in KEYS
    setting = type_.startswith("aws:s3/bucket") and not type_.endswith((":Bucket", "Objectv2"))
    return setting and any(fnmatchcase(name, f"{prefix}{what}") for what in BUCKETS)


def role_arn(account_id: str, role_name: str) -> str:
    """ARN of a role that has no path."""
    return f"arn:aws:iam::{account_id}:role/{role_name}"


def kept_from_all_but(
    exempt: str, scope: EnvironmentScope, lists: Sequence[str] = ()
) -> list[Statement]:
    """Deny the settings of what holds data to all roles but `exempt`, an ARN.

    The roles of the ARNs `lists` may have objects listed as well, and nothing else.

    No role makes, changes or hands on the exempt one, itself included, whether it is there or not:
    what it may do would be anybody's who can write a policy into some other role. A key is told by
    its aliases, so those stay where they are as well.
    https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """
    others: Conditions = {"ArnNotEquals": {"aws:PrincipalArn": exempt}}
    aliases = [f"alias/{scope.prefix}{what}" for what in KEYS]
    return [
        # One statement of both, for a managed policy has little room: no action of either is one
        # on the other.
        deny(
            [*BUCKET_SETTINGS, "kms:DeleteAlias", "kms:UpdateAlias"],
            [
                *(f"arn:aws:s3:::{scope.prefix}{what}" for what in BUCKETS),
                *(scope.arn("kms", alias) for alias in aliases),
            ],
            when=others,
            sid="BucketsAndAliasesOfData",
        ),
        deny(
            LISTING,
            [f"arn:aws:s3:::{scope.prefix}*"],
            when={"ArnNotEquals": {"aws:PrincipalArn": [exempt, *lists]}},
            sid="Listings",
        ),
        deny(
            KEY_SETTINGS,
            [scope.arn("kms", "key/*")],
            when={**others, "ForAnyValue:StringEquals": {"kms:ResourceAliases": aliases}},
            sid="KeysOfData",
        ),
        deny(MAKING, [exempt], sid="BreakGlass"),
    ]
