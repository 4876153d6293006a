"""Who may do what with an encryption key, by the class of data that it encrypts.

The catalog's services say which of them keep data of a class, and how each uses keys.
"""

import enum
from collections.abc import Iterator, Sequence
from typing import TypedDict

from catalog.service_record import KeyUse, Service
from catalog.services import services
from components.common.iam import Conditions, Document, Statement, allow_everywhere, deny, document

_THE_KEY_ITSELF = "in a key policy, * is the key that the policy belongs to"
_ADMINISTRATION = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Put*",
    "kms:ReplicateKey",
    "kms:RetireGrant",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
]
_READING = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:List*"]
_CRYPTOGRAPHY = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
_USE = [*_CRYPTOGRAPHY, "kms:DescribeKey"]


class DataClass(enum.Enum):
    """What a key encrypts; each class has a key of its own."""

    DATA = "data"
    """The lake's zones, query results and the feature store."""
    ARTIFACTS = "artifacts"
    """Images, pipeline artifacts, models, code and what workloads keep on their volumes."""
    LOGS = "logs"
    """Log groups."""
    MESSAGES = "messages"
    """Topics, and buses of events."""
    AUDIT = "audit"
    """Trails and the history of how resources are configured."""


WRITTEN_DIRECTLY = frozenset({DataClass.DATA})
"""Classes for which the account's identities may ask KMS itself for a key to encrypt with, as far
as their policies allow: Feature Store does in the name of an offline store's role. With that alone
nothing is read."""


MACIE_ROLE = (
    "arn:aws:iam::{account}:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
)
"""The role by which Macie looks into objects.

https://docs.aws.amazon.com/macie/latest/user/discovery-supported-encryption-types.html
"""
LUSTRE_S3_ROLES = (
    "arn:aws:iam::{account}:role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/"
    "AWSServiceRoleForFSxS3Access_*"
)
"""The roles by which FSx moves objects between S3 and file systems of Lustre: one of each.

https://docs.aws.amazon.com/fsx/latest/LustreGuide/using-service-linked-roles.html
"""


class KeyReaderArgs(TypedDict):
    """Roles of another account that read what a key encrypts."""

    account_id: str
    """The other account, twelve digits."""
    role_patterns: list[str]
    """ARNs of its roles; `*` in one stands for anything."""


def key_policy(
    *,
    holds: DataClass,
    account_id: str,
    region: str,
    administrators: Sequence[str] = (),
    closed_to: Sequence[str] = (),
    readers: Sequence[KeyReaderArgs] = (),
    linked_to_files: bool = False,
    read_by_macie: bool = False,
    table_buckets: Sequence[str] = (),
) -> Document:
    """The policy of the key of one class of data.

    The account's identities use the key only through the services of its class, and only as far as
    their own policies allow: nobody decrypts by calling KMS with a copied ciphertext, and what
    `closed_to` names does not come in by any policy of its own. Grants, which outlive the call that
    makes them, are for AWS's own resources only. `readers` of other accounts decrypt through the
    same services, and need a policy in their own account as well.

    With `linked_to_files`, FSx's roles for Lustre read and write objects of S3. The policies of
    these are AWS's own and name no key, so that this policy lets them by itself. A condition names
    them, for KMS refuses a principal that is not there yet. With
    `read_by_macie`, Macie's role decrypts likewise. In `table_buckets`, which are names, S3 Tables
    compacts what the key encrypts.

    Administration is the account's, which IAM policies then give; with `administrators`, only of
    those of its identities, while any may be allowed to read the key's settings. The principal
    stays the account in either case, with the names as a condition: a statement that named a role
    itself would be dead once that role is made anew, and with the last of them the key could be
    managed by nobody but AWS's support. For the same reason the account's root user is always
    among the administrators. KMS refuses a policy that would lock out whoever sets it, so a wrong
    list is an error and not a lost key.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-key-policy.html
    https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-security.html
    https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-auth.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-kms-permissions.html
    https://docs.aws.amazon.com/fsx/latest/LustreGuide/s3-server-side-encryption-support.html
    """
    through = services_of(holds)
    root = f"arn:aws:iam::{account_id}:root"
    account = {"AWS": root}

    def via(services: Sequence[Service]) -> list[str]:
        return [service.via(region) for service in services]

    statements: list[Statement] = [
        allow_everywhere(
            _ADMINISTRATION,
            reason=_THE_KEY_ITSELF,
            principal=account,
            when={"ArnLike": {"aws:PrincipalArn": [root, *administrators]}}
            if administrators
            else None,
            sid="Administer",
        ),
        allow_everywhere(_READING, reason=_THE_KEY_ITSELF, principal=account, sid="ReadSettings"),
        allow_everywhere(
            _USE,
            reason=_THE_KEY_ITSELF,
            principal=account,
            when={
                "StringEquals": {
                    "kms:ViaService": via(through),
                    "kms:CallerAccount": account_id,
                }
            },
            sid="UseThroughServices",
        ),
    ]
    if holds in WRITTEN_DIRECTLY:
        statements.append(
            allow_everywhere(
                ["kms:GenerateDataKey"],
                reason=_THE_KEY_ITSELF,
                principal=account,
                when={"StringEquals": {"kms:CallerAccount": account_id}},
                sid="WriteDirectly",
            )
        )
    if attaching := [service for service in through if service.keeps_grants]:
        statements.append(
            allow_everywhere(
                ["kms:CreateGrant"],
                reason=_THE_KEY_ITSELF,
                principal=account,
                when={
                    "Bool": {"kms:GrantIsForAWSResource": "true"},
                    "StringEquals": {
                        "kms:ViaService": via(attaching),
                        "kms:CallerAccount": account_id,
                    },
                },
                sid="AttachToResources",
            )
        )
    if closed_to:
        statements.append(
            deny(
                [*_CRYPTOGRAPHY, "kms:CreateGrant"],
                ["*"],
                principal={"AWS": "*"},
                when={"ArnLike": {"aws:PrincipalArn": list(closed_to)}},
                sid="Closed",
            )
        )
    statements += [
        allow_everywhere(
            ["kms:Decrypt", "kms:DescribeKey"],
            reason=_THE_KEY_ITSELF,
            principal={"AWS": f"arn:aws:iam::{reader['account_id']}:root"},
            when={
                "ArnLike": {"aws:PrincipalArn": reader["role_patterns"]},
                "StringEquals": {"kms:ViaService": via(through)},
            },
            sid=f"ReadFrom{reader['account_id']}",
        )
        for reader in readers
    ]
    if linked_to_files:
        statements.append(
            allow_everywhere(
                _USE,
                reason=_THE_KEY_ITSELF,
                principal={"AWS": "*"},
                when={
                    "ArnLike": {"aws:PrincipalArn": LUSTRE_S3_ROLES.format(account=account_id)},
                    "StringEquals": {
                        "aws:PrincipalAccount": account_id,
                        "kms:ViaService": f"s3.{region}.amazonaws.com",
                        "kms:CallerAccount": account_id,
                    },
                },
                sid="LinkToFiles",
            )
        )
    if read_by_macie:
        statements.append(
            allow_everywhere(
                ["kms:Decrypt"],
                reason=_THE_KEY_ITSELF,
                principal={"AWS": "*"},
                when={
                    "ArnEquals": {"aws:PrincipalArn": MACIE_ROLE.format(account=account_id)},
                    "StringEquals": {
                        "aws:PrincipalAccount": account_id,
                        "kms:CallerAccount": account_id,
                    },
                },
                sid="ReadByMacie",
            )
        )
    if table_buckets:
        arn = f"arn:aws:s3tables:{region}:{account_id}:bucket"
        statements.append(
            allow_everywhere(
                ["kms:Decrypt", "kms:GenerateDataKey"],
                reason=_THE_KEY_ITSELF,
                principal={"Service": "maintenance.s3tables.amazonaws.com"},
                when={
                    "StringLike": {
                        "kms:EncryptionContext:aws:s3:arn": [
                            f"{arn}/{name}/*" for name in table_buckets
                        ]
                    }
                },
                sid="CompactTables",
            )
        )
    for principal, key in users_of(holds):
        statements.append(
            allow_everywhere(
                key.actions,
                reason=_THE_KEY_ITSELF,
                principal={"Service": principal.format(region=region)},
                when=_filled(key.when, region=region, account=account_id),
            )
        )
    return document(*statements)


def services_of(holds: DataClass) -> list[Service]:
    """The services through which the account's identities use the key of a class, by prefix.

    Their own policies must allow it too.
    """
    found = [service for service in services() if holds.value in service.encrypts]
    return sorted(found, key=lambda service: service.prefix)


def users_of(holds: DataClass) -> Iterator[tuple[str, KeyUse]]:
    """The principals that use the key of a class in their own name, sorted, and how."""
    principals = (principal for service in services() for principal in service.principals)
    for principal in sorted(principals, key=lambda each: each.name):
        if principal.key and holds.value in principal.key.classes:
            yield principal.name, principal.key


def _filled(when: Conditions, **values: str) -> Conditions:
    return {
        operator: {
            key: wanted.format(**values)
            if isinstance(wanted, str)
            else [each.format(**values) for each in wanted]
            for key, wanted in tests.items()
        }
        for operator, tests in when.items()
    }
