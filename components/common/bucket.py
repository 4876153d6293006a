"""Buckets: private, encrypted, versioned, TLS-only, and the bucket that keeps their access logs."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.durability import Durability
from components.common.hardened_bucket import (
    NONCURRENT_DAYS,
    Lock,
    LockMode,
    hardened_bucket,
    lifecycle,
)
from components.common.iam import Conditions, Document, Statement, allow, deny, document, tls_only
from components.common.other_accounts import PrefixReaderArgs, open_prefixes
from components.common.storage_classes import STORAGE_CLASSES, refused_moves

ACCESS_LOG_DAYS = 400


def own_key_only(bucket_arn: str, key_arn: str) -> Statement:
    """Refuse objects whose writer asks for another encryption than the bucket's own key.

    A request that asks for none gets the bucket's default and passes.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    return deny(
        ["s3:PutObject"],
        [f"{bucket_arn}/*"],
        principal="*",
        when={
            "Null": {"s3:x-amz-server-side-encryption": "false"},
            "StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": key_arn},
        },
        sid="OwnKeyOnly",
    )


def services_of_this_account(bucket_arn: str, account_id: str) -> Statement:
    """Refuse AWS services that act on behalf of another account.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    return deny(
        ["s3:*"],
        [bucket_arn, f"{bucket_arn}/*"],
        principal="*",
        when={
            "Bool": {"aws:PrincipalIsAWSService": "true"},
            "Null": {"aws:SourceAccount": "false"},
            "StringNotEquals": {"aws:SourceAccount": account_id},
        },
        sid="ServicesOfThisAccount",
    )


def never_deleted(bucket_arn: str) -> Statement:
    """Refuse everyone the deletion of objects; only S3's lifecycle, which no policy binds, may.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
    """
    return deny(
        ["s3:DeleteObject", "s3:DeleteObjectVersion"],
        [f"{bucket_arn}/*"],
        principal="*",
        sid="NeverDeleted",
    )


def delivered_by_config(bucket_arn: str, account_id: str) -> list[Statement]:
    """Let AWS Config deliver this account's history, in its own name.

    https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
    """
    config = {"Service": "config.amazonaws.com"}
    ours = {"aws:SourceAccount": account_id}
    return [
        allow(
            ["s3:GetBucketAcl", "s3:ListBucket"],
            [bucket_arn],
            principal=config,
            when={"StringEquals": ours},
            sid="LookedAtByConfig",
        ),
        allow(
            ["s3:PutObject"],
            [f"{bucket_arn}/AWSLogs/{account_id}/Config/*"],
            principal=config,
            when={"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", **ours}},
            sid="DeliveredByConfig",
        ),
    ]


def delivered_by_macie(bucket_arn: str, account_id: str) -> list[Statement]:
    """Let Macie of this account write what its jobs discover.

    https://docs.aws.amazon.com/macie/latest/user/discovery-results-repository-s3.html
    """
    macie = {"Service": "macie.amazonaws.com"}
    ours: Conditions = {
        "StringEquals": {"aws:SourceAccount": account_id},
        "ArnLike": {
            "aws:SourceArn": [
                f"arn:aws:macie2:*:{account_id}:export-configuration:*",
                f"arn:aws:macie2:*:{account_id}:classification-job/*",
            ]
        },
    }
    return [
        allow(
            ["s3:GetBucketLocation"],
            [bucket_arn],
            principal=macie,
            when=ours,
            sid="LookedAtByMacie",
        ),
        allow(
            ["s3:PutObject"],
            [f"{bucket_arn}/*"],
            principal=macie,
            when=ours,
            sid="DeliveredByMacie",
        ),
    ]


def private_bucket_policy(
    *,
    bucket_arn: str,
    key_arn: str,
    account_id: str,
    kept_from_deletion: bool = False,
    history_of_config: bool = False,
    results_of_macie: bool = False,
    readers: Sequence[PrefixReaderArgs] = (),
) -> Document:
    """The policy of a private bucket: it refuses, and IAM policies of the account allow.

    What it allows itself is what `readers` of other accounts read, and what AWS Config or
    Macie delivers.
    """
    return document(
        tls_only(bucket_arn),
        *([never_deleted(bucket_arn)] if kept_from_deletion else []),
        own_key_only(bucket_arn, key_arn),
        services_of_this_account(bucket_arn, account_id),
        *(delivered_by_config(bucket_arn, account_id) if history_of_config else []),
        *(delivered_by_macie(bucket_arn, account_id) if results_of_macie else []),
        *open_prefixes(bucket_arn, readers),
    )


def access_log_policy(
    *, bucket_arn: str, account_id: str, kept_from_deletion: bool = False
) -> Document:
    """The policy of a bucket that S3 delivers the access logs of this account's buckets to.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    return document(
        tls_only(bucket_arn),
        *([never_deleted(bucket_arn)] if kept_from_deletion else []),
        allow(
            ["s3:PutObject"],
            [f"{bucket_arn}/*"],
            principal={"Service": "logging.s3.amazonaws.com"},
            when={"StringEquals": {"aws:SourceAccount": account_id}},
            sid="DeliverAccessLogs",
        ),
    )


class LockArgs(TypedDict):
    """How S3 keeps every version of an object from deletion."""

    mode: LockMode
    """Who may delete it all the same."""
    days: int
    """From the object's creation, 1 to 36500."""


class PrivateBucketArgs(AccountArgs):
    """What a private bucket is made of."""

    key_arn: pulumi.Input[str]
    """Key that encrypts every object."""
    durability: Durability
    """Whether the bucket and its objects outlive the stack."""
    log_bucket: NotRequired[pulumi.Input[str]]
    """Name of the bucket that takes the access logs; without it, none are written."""
    noncurrent_days: NotRequired[int]
    """Days that overwritten and deleted versions are kept; 90 unless given."""
    storage: NotRequired[dict[str, int]]
    """Days until objects move to each class of `STORAGE_CLASSES`, by our names of them; they stay
    where they are unless given."""
    lock: NotRequired[LockArgs]
    """How S3 keeps object versions from deletion; it does not unless given."""
    expire_days: NotRequired[int]
    """Days until objects are deleted; they are kept unless given."""
    kept_from_deletion: NotRequired[bool]
    """Whether the bucket refuses everyone the deletion of objects before that; no unless given."""
    history_of_config: NotRequired[bool]
    """Whether AWS Config delivers to it; no unless given."""
    results_of_macie: NotRequired[bool]
    """Whether Macie delivers to it; no unless given."""
    readers: NotRequired[list[PrefixReaderArgs]]
    """Roles of other accounts that read prefixes; the key's policy must let them decrypt."""


class PrivateBucket(pulumi.ComponentResource):
    """A versioned bucket that this account reads, by TLS, encrypted with one key.

    Other accounts read what is opened to them by name, and nothing else.

    Raises ValueError for objects that are kept from deletion and disposable, and for moves to
    storage classes that S3 would refuse.
    """

    bucket: pulumi.Output[str]
    """Name of the bucket."""
    arn: pulumi.Output[str]
    """ARN of the bucket."""

    def __init__(
        self, name: str, args: PrivateBucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:PrivateBucket", name, None, opts)
        kept_from_deletion = _kept_from_deletion(name, args)
        hardened = hardened_bucket(
            self,
            name,
            durability=args["durability"],
            key_arn=args["key_arn"],
            rule=lifecycle(
                args.get("noncurrent_days", NONCURRENT_DAYS),
                archive_days=_transitions(name, args),
                expire_days=args.get("expire_days"),
            ),
            policy=private_bucket_policy,
            policy_inputs={
                "key_arn": args["key_arn"],
                "account_id": args["account_id"],
                "kept_from_deletion": kept_from_deletion,
                "history_of_config": args.get("history_of_config", False),
                "results_of_macie": args.get("results_of_macie", False),
                "readers": args.get("readers", []),
            },
            lock=Lock(args["lock"]["mode"], args["lock"]["days"]) if "lock" in args else None,
        )
        if "log_bucket" in args:
            aws.s3.BucketLogging(
                f"{name}-logging",
                bucket=hardened.bucket,
                target_bucket=args["log_bucket"],
                target_prefix=f"{name}/",
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.bucket = hardened.bucket
        self.arn = hardened.arn
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})


class AccessLogBucketArgs(TypedDict):
    """What a bucket for access logs is made of."""

    account_id: pulumi.Input[str]
    """Account whose buckets write their logs to it."""
    durability: Durability
    """Whether the logs outlive the stack."""
    expire_days: NotRequired[int]
    """Days that logs are kept; 400 unless given."""
    kept_from_deletion: NotRequired[bool]
    """Whether the bucket refuses everyone the deletion of logs before that; no unless given."""


class AccessLogBucket(pulumi.ComponentResource):
    """The bucket that takes the access logs of the account's other buckets.

    It is encrypted with S3's own keys: log delivery writes to no bucket whose default is a KMS
    key. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html

    Nor does it write to a bucket with object lock; a policy that refuses deletions takes its
    place. It is the weaker one: who may change the policy may delete after that.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html

    Raises ValueError for logs that are kept from deletion and disposable.
    """

    bucket: pulumi.Output[str]
    """Name of the bucket."""
    arn: pulumi.Output[str]
    """ARN of the bucket."""

    def __init__(
        self, name: str, args: AccessLogBucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:AccessLogBucket", name, None, opts)
        kept_from_deletion = _kept_from_deletion(name, args)
        hardened = hardened_bucket(
            self,
            name,
            durability=args["durability"],
            key_arn=None,
            rule=lifecycle(NONCURRENT_DAYS, expire_days=args.get("expire_days", ACCESS_LOG_DAYS)),
            policy=access_log_policy,
            policy_inputs={
                "account_id": args["account_id"],
                "kept_from_deletion": kept_from_deletion,
            },
        )
        self.bucket = hardened.bucket
        self.arn = hardened.arn
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})


def _kept_from_deletion(name: str, args: PrivateBucketArgs | AccessLogBucketArgs) -> bool:
    kept = args.get("kept_from_deletion", False)
    if kept and args["durability"] is Durability.DISPOSABLE:
        raise ValueError(f"{name}: what is kept from deletion cannot be disposable")
    return kept


def _transitions(name: str, args: PrivateBucketArgs) -> dict[str, int]:
    """Days by S3's names of the storage classes, in the order that objects move in."""
    storage = args.get("storage", {})
    for each, reason in refused_moves(storage, args.get("expire_days")):
        raise ValueError(f"{name}: storage {each}: {reason}")
    return {s3: storage[each] for each, s3 in STORAGE_CLASSES.items() if each in storage}
