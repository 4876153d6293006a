"""Buckets: private, encrypted, versioned, TLS-only, and the bucket that keeps their access logs."""

from collections.abc import Callable
from typing import NamedTuple, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.durability import Durability, setting_of_stateful, stateful
from components.iam import Document, Statement, allow, deny, document, rendered, tls_only

UNFINISHED_UPLOAD_DAYS = 7
NONCURRENT_DAYS = 90
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


def private_bucket_policy(*, bucket_arn: str, key_arn: str, account_id: str) -> Document:
    """The policy of a private bucket: it only refuses, IAM policies of the account allow."""
    return document(
        tls_only(bucket_arn),
        own_key_only(bucket_arn, key_arn),
        services_of_this_account(bucket_arn, account_id),
    )


def access_log_policy(*, bucket_arn: str, account_id: str) -> Document:
    """The policy of a bucket that S3 delivers the access logs of this account's buckets to.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    return document(
        tls_only(bucket_arn),
        allow(
            ["s3:PutObject"],
            [f"{bucket_arn}/*"],
            principal={"Service": "logging.s3.amazonaws.com"},
            when={"StringEquals": {"aws:SourceAccount": account_id}},
            sid="DeliverAccessLogs",
        ),
    )


class PrivateBucketArgs(TypedDict):
    """What a private bucket is made of."""

    key_arn: pulumi.Input[str]
    """Key that encrypts every object."""
    account_id: pulumi.Input[str]
    """Account that owns the bucket."""
    durability: Durability
    """Whether the bucket and its objects outlive the stack."""
    log_bucket: NotRequired[pulumi.Input[str]]
    """Name of the bucket that takes the access logs; without it, none are written."""
    noncurrent_days: NotRequired[int]
    """Days that overwritten and deleted versions are kept; 90 unless given."""
    tier_days: NotRequired[int]
    """Days until objects move to S3 Intelligent-Tiering; they stay where they are unless given."""
    expire_days: NotRequired[int]
    """Days until objects are deleted; they are kept unless given."""


class PrivateBucket(pulumi.ComponentResource):
    """A versioned bucket that only this account reads, by TLS, encrypted with one key."""

    bucket: pulumi.Output[str]
    """Name of the bucket."""
    arn: pulumi.Output[str]
    """ARN of the bucket."""

    def __init__(
        self, name: str, args: PrivateBucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:PrivateBucket", name, None, opts)
        hardened = _hardened_bucket(
            self,
            name,
            durability=args["durability"],
            key_arn=args["key_arn"],
            lifecycle=_lifecycle(
                args.get("noncurrent_days", NONCURRENT_DAYS),
                tier_days=args.get("tier_days"),
                expire_days=args.get("expire_days"),
            ),
            policy=private_bucket_policy,
            policy_inputs={"key_arn": args["key_arn"], "account_id": args["account_id"]},
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


class AccessLogBucket(pulumi.ComponentResource):
    """The bucket that takes the access logs of the account's other buckets.

    It is encrypted with S3's own keys: log delivery writes to no bucket whose default is a KMS
    key. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
    """

    bucket: pulumi.Output[str]
    """Name of the bucket."""
    arn: pulumi.Output[str]
    """ARN of the bucket."""

    def __init__(
        self, name: str, args: AccessLogBucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:AccessLogBucket", name, None, opts)
        hardened = _hardened_bucket(
            self,
            name,
            durability=args["durability"],
            key_arn=None,
            lifecycle=_lifecycle(
                NONCURRENT_DAYS, expire_days=args.get("expire_days", ACCESS_LOG_DAYS)
            ),
            policy=access_log_policy,
            policy_inputs={"account_id": args["account_id"]},
        )
        self.bucket = hardened.bucket
        self.arn = hardened.arn
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})


def _lifecycle(
    noncurrent_days: int, *, tier_days: int | None = None, expire_days: int | None = None
) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    rule: aws.s3.BucketLifecycleConfigurationRuleArgsDict = {
        "id": "keep-house",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "abort_incomplete_multipart_upload": {"days_after_initiation": UNFINISHED_UPLOAD_DAYS},
        "noncurrent_version_expiration": {"noncurrent_days": noncurrent_days},
        "expiration": (
            {"expired_object_delete_marker": True} if expire_days is None else {"days": expire_days}
        ),
    }
    if tier_days is not None:
        rule["transitions"] = [{"days": tier_days, "storage_class": "INTELLIGENT_TIERING"}]
    return rule


class _Hardened(NamedTuple):
    bucket: pulumi.Output[str]
    """Name of the bucket, known once the last of its settings is in place."""
    arn: pulumi.Output[str]


def _hardened_bucket(
    parent: pulumi.ComponentResource,
    name: str,
    *,
    durability: Durability,
    key_arn: pulumi.Input[str] | None,
    lifecycle: aws.s3.BucketLifecycleConfigurationRuleArgsDict,
    policy: Callable[..., Document],
    policy_inputs: dict[str, pulumi.Input[str]],
) -> _Hardened:
    bucket = aws.s3.Bucket(
        f"{name}-bucket",
        force_destroy=durability is Durability.DISPOSABLE,
        opts=stateful(parent, durability),
    )
    # S3 refuses changes of one bucket that meet ("OperationAborted: a conflicting conditional
    # operation is currently in progress"), so the settings follow one another.
    private = aws.s3.BucketPublicAccessBlock(
        f"{name}-public-access",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=setting_of_stateful(parent, durability),
    )
    owned = aws.s3.BucketOwnershipControls(
        f"{name}-ownership",
        bucket=bucket.bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=setting_of_stateful(parent, durability, depends_on=[private]),
    )
    encrypted = aws.s3.BucketServerSideEncryptionConfiguration(
        f"{name}-encryption",
        bucket=bucket.bucket,
        rules=[
            {
                "apply_server_side_encryption_by_default": (
                    {"sse_algorithm": "AES256"}
                    if key_arn is None
                    else {"sse_algorithm": "aws:kms", "kms_master_key_id": key_arn}
                ),
                "bucket_key_enabled": True,
            }
        ],
        opts=setting_of_stateful(parent, durability, depends_on=[owned]),
    )
    versioned = aws.s3.BucketVersioning(
        f"{name}-versioning",
        bucket=bucket.bucket,
        versioning_configuration={"status": "Enabled"},
        opts=setting_of_stateful(parent, durability, depends_on=[encrypted]),
    )
    kept = aws.s3.BucketLifecycleConfiguration(
        f"{name}-lifecycle",
        bucket=bucket.bucket,
        rules=[lifecycle],
        opts=setting_of_stateful(parent, durability, depends_on=[versioned]),
    )
    attached = aws.s3.BucketPolicy(
        f"{name}-policy",
        bucket=bucket.bucket,
        policy=rendered(policy, bucket_arn=bucket.arn, **policy_inputs),
        opts=setting_of_stateful(parent, durability, depends_on=[kept]),
    )
    return _Hardened(bucket=attached.bucket, arn=bucket.arn)
