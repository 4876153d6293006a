"""What every bucket has in common: closed to the public, encrypted, versioned, tidied, guarded."""

import enum
from collections.abc import Callable
from typing import NamedTuple

import pulumi
import pulumi_aws as aws

from components.common.durability import Durability, setting_of_stateful, stateful
from components.common.iam import Document, rendered

UNFINISHED_UPLOAD_DAYS = 7
NONCURRENT_DAYS = 90


class LockMode(enum.Enum):
    """Who may delete a locked object version before its time."""

    GOVERNANCE = "GOVERNANCE"
    """Whoever may bypass the lock (`s3:BypassGovernanceRetention`)."""
    COMPLIANCE = "COMPLIANCE"
    """Nobody, the root user and AWS's support included; the time can only be made longer."""


class Lock(NamedTuple):
    """How long S3 keeps every object version from being deleted or overwritten.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
    """

    mode: LockMode
    days: int
    """From the object's creation, 1 to 36500."""


def lifecycle(
    noncurrent_days: int,
    *,
    archive_days: dict[str, int] | None = None,
    expire_days: int | None = None,
) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    """The one rule of a bucket: what becomes of its objects as they age.

    `archive_days` are the days until objects move to each storage class, such as `GLACIER_IR`.
    """
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
    if archive_days:
        rule["transitions"] = [
            {"days": days, "storage_class": storage_class}
            for storage_class, days in archive_days.items()
        ]
    return rule


class Hardened(NamedTuple):
    """A bucket that is ready for use."""

    bucket: pulumi.Output[str]
    """Name of the bucket, known once the last of its settings is in place."""
    arn: pulumi.Output[str]


def hardened_bucket(
    parent: pulumi.ComponentResource,
    name: str,
    *,
    durability: Durability,
    key_arn: pulumi.Input[str] | None,
    rule: aws.s3.BucketLifecycleConfigurationRuleArgsDict,
    policy: Callable[..., Document],
    policy_inputs: dict[str, pulumi.Input[object]],
    lock: Lock | None = None,
) -> Hardened:
    """A bucket and its settings as children of `parent`.

    Without a key, S3's own keys encrypt. `policy` makes the bucket's policy of `bucket_arn` and
    `policy_inputs`. Raises ValueError for a lock on a disposable bucket: it could not be emptied,
    and the stack not be destroyed.
    """
    if lock and durability is Durability.DISPOSABLE:
        raise ValueError(f"{name}: what is locked cannot be disposable")
    bucket = aws.s3.Bucket(
        f"{name}-bucket",
        force_destroy=durability is Durability.DISPOSABLE,
        opts=stateful(parent, durability),
    )
    # S3 refuses changes of one bucket that meet ("OperationAborted: a conflicting conditional
    # operation is currently in progress"), so the settings follow one another.
    last: pulumi.Resource = aws.s3.BucketPublicAccessBlock(
        f"{name}-public-access",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=setting_of_stateful(parent, durability),
    )
    last = aws.s3.BucketOwnershipControls(
        f"{name}-ownership",
        bucket=bucket.bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=setting_of_stateful(parent, durability, depends_on=[last]),
    )
    last = aws.s3.BucketServerSideEncryptionConfiguration(
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
        opts=setting_of_stateful(parent, durability, depends_on=[last]),
    )
    last = aws.s3.BucketVersioning(
        f"{name}-versioning",
        bucket=bucket.bucket,
        versioning_configuration={"status": "Enabled"},
        opts=setting_of_stateful(parent, durability, depends_on=[last]),
    )
    if lock:
        # Set apart from the bucket, so that locking a bucket that is there does not replace it.
        last = aws.s3.BucketObjectLockConfiguration(
            f"{name}-lock",
            bucket=bucket.bucket,
            rule={"default_retention": {"mode": lock.mode.value, "days": lock.days}},
            opts=setting_of_stateful(parent, durability, depends_on=[last]),
        )
    last = aws.s3.BucketLifecycleConfiguration(
        f"{name}-lifecycle",
        bucket=bucket.bucket,
        rules=[rule],
        opts=setting_of_stateful(parent, durability, depends_on=[last]),
    )
    attached = aws.s3.BucketPolicy(
        f"{name}-policy",
        bucket=bucket.bucket,
        policy=rendered(policy, bucket_arn=bucket.arn, **policy_inputs),
        opts=setting_of_stateful(parent, durability, depends_on=[last]),
    )
    return Hardened(bucket=attached.bucket, arn=bucket.arn)
