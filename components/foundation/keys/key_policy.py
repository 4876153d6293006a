"""Who may do what with an encryption key, by the class of data that it encrypts."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from components.common.iam import Document, Statement, allow_everywhere, deny, document

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
_PUBLISH = ["kms:Decrypt", "kms:GenerateDataKey*"]


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


@dataclass(frozen=True)
class KeyGrants:
    """Who may use the key of one class.

    `{region}` and `{account}` in values of conditions stand for the key's own.
    """

    through: tuple[str, ...]
    """Services, by the first label of their endpoint, through which the account's identities may
    use the key. Their own policies must allow it too."""
    attaches: tuple[str, ...]
    """Those of them that keep grants on the key for what they attach it to: SageMaker for volumes
    and online stores, ECR for repositories, CodeArtifact for domains. A grant outlives the call
    that makes it."""
    services: Mapping[str, Mapping[str, Mapping[str, str]]]
    """Service principals that use the key in their own name, each with its conditions."""
    writes_directly: bool = False
    """Whether the account's identities may ask KMS itself for a key to encrypt with, as far as
    their policies allow: Feature Store does in the name of an offline store's role. With that alone
    nothing is read."""


_THIS_ACCOUNT = {"StringEquals": {"aws:SourceAccount": "{account}"}}

GRANTS: Mapping[DataClass, KeyGrants] = {
    DataClass.DATA: KeyGrants(
        through=("s3", "sagemaker", "glue"),
        attaches=("sagemaker",),
        services={},
        writes_directly=True,
    ),
    DataClass.ARTIFACTS: KeyGrants(
        through=("s3", "sagemaker", "ecr", "codebuild", "codeartifact"),
        attaches=("ecr", "sagemaker", "codeartifact"),
        services={},
    ),
    DataClass.LOGS: KeyGrants(
        through=("logs",),
        attaches=(),
        services={
            "logs.{region}.amazonaws.com": {
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": (
                        "arn:aws:logs:{region}:{account}:log-group:*"
                    )
                }
            }
        },
    ),
    DataClass.MESSAGES: KeyGrants(
        through=("sns",),
        attaches=(),
        services={
            "budgets.amazonaws.com": _THIS_ACCOUNT,
            "cloudwatch.amazonaws.com": _THIS_ACCOUNT,
            "costalerts.amazonaws.com": _THIS_ACCOUNT,
            # EventBridge sends no source account with what it publishes to a topic: a condition
            # on it would never hold, and the message would be lost without an error.
            "events.amazonaws.com": {},
        },
    ),
    DataClass.AUDIT: KeyGrants(
        through=("s3",),
        attaches=(),
        services={
            "cloudtrail.amazonaws.com": {
                "ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:{region}:{account}:trail/*"}
            }
        },
    ),
}

_IN_THEIR_OWN_NAME = {
    # EventBridge looks at the key of a bus before it takes it.
    "events.amazonaws.com": [*_PUBLISH, "kms:DescribeKey"],
    # The log group's ARN, by which they are told, comes with no other call.
    "logs.{region}.amazonaws.com": _CRYPTOGRAPHY,
    "cloudtrail.amazonaws.com": [*_PUBLISH, "kms:DescribeKey"],
}
"""What services do with a key in their own name; the others publish."""


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
) -> Document:
    """The policy of the key of one class of data.

    The account's identities use the key only through the services of its class, and only as far as
    their own policies allow: nobody decrypts by calling KMS with a copied ciphertext, and what
    `closed_to` names does not come in by any policy of its own. Grants, which outlive the call that
    makes them, are for AWS's own resources only. `readers` of other accounts decrypt through the
    same services, and need a policy in their own account as well.

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
    """
    grants = GRANTS[holds]
    root = f"arn:aws:iam::{account_id}:root"
    account = {"AWS": root}

    def through(services: Sequence[str]) -> list[str]:
        return [f"{service}.{region}.amazonaws.com" for service in services]

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
                    "kms:ViaService": through(grants.through),
                    "kms:CallerAccount": account_id,
                }
            },
            sid="UseThroughServices",
        ),
    ]
    if grants.writes_directly:
        statements.append(
            allow_everywhere(
                ["kms:GenerateDataKey"],
                reason=_THE_KEY_ITSELF,
                principal=account,
                when={"StringEquals": {"kms:CallerAccount": account_id}},
                sid="WriteDirectly",
            )
        )
    if grants.attaches:
        statements.append(
            allow_everywhere(
                ["kms:CreateGrant"],
                reason=_THE_KEY_ITSELF,
                principal=account,
                when={
                    "Bool": {"kms:GrantIsForAWSResource": "true"},
                    "StringEquals": {
                        "kms:ViaService": through(grants.attaches),
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
                "StringEquals": {"kms:ViaService": through(grants.through)},
            },
            sid=f"ReadFrom{reader['account_id']}",
        )
        for reader in readers
    ]
    for service, conditions in grants.services.items():
        statements.append(
            allow_everywhere(
                _IN_THEIR_OWN_NAME.get(service, _PUBLISH),
                reason=_THE_KEY_ITSELF,
                principal={"Service": service.format(region=region)},
                when={
                    operator: {
                        key: value.format(region=region, account=account_id)
                        for key, value in tests.items()
                    }
                    for operator, tests in conditions.items()
                },
            )
        )
    return document(*statements)
