"""Encryption keys: one customer-managed key per class of data, usable only as that class needs."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.durability import Durability, stateful
from components.iam import Document, Statement, allow_everywhere, document, rendered

DELETION_DAYS = 30
DISPOSABLE_DELETION_DAYS = 7

_THE_KEY_ITSELF = "in a key policy, * is the key that the policy belongs to"
_ADMINISTRATION = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:Describe*",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:Put*",
    "kms:RetireGrant",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
]
_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
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
    """Topics."""


@dataclass(frozen=True)
class KeyGrants:
    """Who may use the key of one class.

    `{region}` and `{account}` in values of conditions stand for the key's own.
    """

    through: tuple[str, ...]
    """Services, by the first label of their endpoint, through which the account's identities may
    use the key. Their own policies must allow it too."""
    attaches: bool
    """Whether AWS may keep grants on the key for what it attaches it to, such as volumes."""
    services: Mapping[str, Mapping[str, Mapping[str, str]]]
    """Service principals that use the key in their own name, each with its conditions."""


_THIS_ACCOUNT = {"StringEquals": {"aws:SourceAccount": "{account}"}}

GRANTS: Mapping[DataClass, KeyGrants] = {
    DataClass.DATA: KeyGrants(through=("s3", "sagemaker", "glue"), attaches=True, services={}),
    DataClass.ARTIFACTS: KeyGrants(
        through=("s3", "sagemaker", "ecr", "codebuild"), attaches=True, services={}
    ),
    DataClass.LOGS: KeyGrants(
        through=("logs",),
        attaches=False,
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
        attaches=False,
        services={
            "budgets.amazonaws.com": _THIS_ACCOUNT,
            "cloudwatch.amazonaws.com": _THIS_ACCOUNT,
            # EventBridge sends no source account with what it publishes to a topic: a condition
            # on it would never hold, and the message would be lost without an error.
            "events.amazonaws.com": {},
        },
    ),
}


def key_policy(*, holds: DataClass, account_id: str, region: str) -> Document:
    """The policy of the key of one class of data.

    The account's IAM policies administer the key, and open it only through the services of its
    class: nobody decrypts by calling KMS with a copied ciphertext. Grants, which outlive the call
    that makes them, are for AWS's own resources only.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    grants = GRANTS[holds]
    account = {"AWS": f"arn:aws:iam::{account_id}:root"}
    through = [f"{service}.{region}.amazonaws.com" for service in grants.through]
    statements: list[Statement] = [
        allow_everywhere(
            _ADMINISTRATION, reason=_THE_KEY_ITSELF, principal=account, sid="Administer"
        ),
        allow_everywhere(
            _USE,
            reason=_THE_KEY_ITSELF,
            principal=account,
            when={"StringEquals": {"kms:ViaService": through}},
            sid="UseThroughServices",
        ),
    ]
    if grants.attaches:
        statements.append(
            allow_everywhere(
                ["kms:CreateGrant"],
                reason=_THE_KEY_ITSELF,
                principal=account,
                when={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                sid="AttachToResources",
            )
        )
    for service, conditions in grants.services.items():
        statements.append(
            allow_everywhere(
                _USE if holds is DataClass.LOGS else _PUBLISH,
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


class Key(pulumi.ComponentResource):
    """A symmetric key, rotated every year, with an alias of the component's name."""

    arn: pulumi.Output[str]
    """ARN of the key."""
    key_id: pulumi.Output[str]
    """Id of the key, for the few inputs that take no ARN."""

    def __init__(
        self, name: str, args: KeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Key", name, None, opts)
        disposable = args["durability"] is Durability.DISPOSABLE
        key = aws.kms.Key(
            f"{name}-key",
            description=f"{name}: encrypts {args['holds'].value}",
            policy=rendered(
                key_policy,
                holds=args["holds"],
                account_id=args["account_id"],
                region=args["region"],
            ),
            enable_key_rotation=True,
            deletion_window_in_days=DISPOSABLE_DELETION_DAYS if disposable else DELETION_DAYS,
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
