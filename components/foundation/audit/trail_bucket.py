"""The bucket that CloudTrail delivers to: written by two trails, changed by nobody."""

from typing import NotRequired

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.durability import Durability
from components.common.hardened_bucket import Lock, LockMode, hardened_bucket, lifecycle
from components.common.iam import Document, allow, document, tls_only

NONCURRENT_DAYS = 30
ARCHIVE = {"GLACIER_IR": (90, 90), "DEEP_ARCHIVE": (365, 180)}
"""Storage class to the days after which logs move there, and the days that S3 bills it for at
least. Logs below 128 KB stay where they are: S3 moves none that would cost more to move.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
"""


def archive_days(retention_days: int) -> dict[str, int]:
    """The days until logs move to each storage class that they stay in for its least time."""
    return {
        storage_class: days
        for storage_class, (days, least) in ARCHIVE.items()
        if retention_days >= days + least
    }


def trail_arn(*, trail_name: str, account_id: str, region: str) -> str:
    """ARN of a trail, which its bucket's policy names before the trail is there."""
    return f"arn:aws:cloudtrail:{region}:{account_id}:trail/{trail_name}"


def trail_bucket_policy(
    *, bucket_arn: str, account_id: str, region: str, trail_names: list[str]
) -> Document:
    """The policy of a bucket that the named trails alone deliver to.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    trails = {
        "aws:SourceArn": [
            trail_arn(trail_name=name, account_id=account_id, region=region) for name in trail_names
        ]
    }
    return document(
        tls_only(bucket_arn),
        allow(
            ["s3:GetBucketAcl"],
            [bucket_arn],
            principal=cloudtrail,
            when={"StringEquals": trails},
            sid="CheckBucket",
        ),
        allow(
            ["s3:PutObject"],
            [f"{bucket_arn}/AWSLogs/{account_id}/*"],
            principal=cloudtrail,
            when={"StringEquals": {**trails, "s3:x-amz-acl": "bucket-owner-full-control"}},
            sid="DeliverTrails",
        ),
    )


class TrailBucketArgs(AccountArgs):
    """What a bucket for trails is made of."""

    trail_names: list[str]
    """Names of the trails that deliver to it; they are in its account and region."""
    key_arn: pulumi.Input[str]
    """Key that encrypts what is delivered."""
    region: str
    """Home region of the trails."""
    durability: Durability
    """Whether the bucket and its logs outlive the stack."""
    retention_days: int
    """Days that logs are kept."""
    log_bucket: pulumi.Input[str]
    """Name of the bucket that takes the access logs."""
    object_lock: NotRequired[LockMode]
    """Who may delete logs before that; whoever IAM lets delete objects unless given."""


class TrailBucket(pulumi.ComponentResource):
    """A bucket for trails, whose logs move to archives as they age, and may be locked.

    A change of the lock is for logs that come after it. Raises ValueError for locked logs that
    are disposable.
    """

    bucket: pulumi.Output[str]
    """Name of the bucket, known once CloudTrail may deliver to it."""
    arn: pulumi.Output[str]
    """ARN of the bucket."""

    def __init__(
        self, name: str, args: TrailBucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:TrailBucket", name, None, opts)
        mode = args.get("object_lock")
        hardened = hardened_bucket(
            self,
            name,
            durability=args["durability"],
            key_arn=args["key_arn"],
            rule=lifecycle(
                NONCURRENT_DAYS,
                archive_days=archive_days(args["retention_days"]),
                expire_days=args["retention_days"],
            ),
            policy=trail_bucket_policy,
            policy_inputs={
                "account_id": args["account_id"],
                "region": args["region"],
                "trail_names": args["trail_names"],
            },
            lock=Lock(mode, args["retention_days"]) if mode else None,
        )
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
