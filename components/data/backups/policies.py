"""What AWS Backup's roles may do with zones of the lake, and nothing else.

They are AWS's managed policies for backups and restores of S3, narrowed to buckets and a key.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForS3Backup.html
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForS3Restore.html
"""

from collections.abc import Sequence

from components.common.iam import Conditions, Document, allow, allow_everywhere, document


def backup_policy(
    *, bucket_arns: Sequence[str], key_arn: str, account_id: str, region: str
) -> Document:
    """Read buckets, learn of what changes in them, and encrypt backups by the vault's key."""
    return document(
        allow_everywhere(
            ["cloudwatch:GetMetricData"],
            reason="a metric is no resource; the condition on the region narrows it",
            when={"StringEquals": {"aws:RequestedRegion": region}},
        ),
        allow(
            [
                "events:DeleteRule",
                "events:DescribeRule",
                "events:DisableRule",
                "events:EnableRule",
                "events:ListTargetsByRule",
                "events:PutRule",
                "events:PutTargets",
                "events:RemoveTargets",
            ],
            [f"arn:aws:events:{region}:{account_id}:rule/AwsBackupManagedRule*"],
        ),
        allow_everywhere(["events:ListRules"], reason="EventBridge lists rules per account"),
        allow(
            [
                "s3:GetBucketAcl",
                "s3:GetBucketLocation",
                "s3:GetBucketNotification",
                "s3:GetBucketTagging",
                "s3:GetBucketVersioning",
                "s3:GetInventoryConfiguration",
                "s3:ListBucket",
                "s3:ListBucketVersions",
                "s3:PutBucketNotification",
                "s3:PutInventoryConfiguration",
            ],
            bucket_arns,
        ),
        allow(
            [
                "s3:GetObject",
                "s3:GetObjectAcl",
                "s3:GetObjectTagging",
                "s3:GetObjectVersion",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionTagging",
            ],
            [f"{arn}/*" for arn in bucket_arns],
        ),
        allow_everywhere(["s3:ListAllMyBuckets"], reason="S3 lists buckets per account"),
        allow(["kms:Decrypt", "kms:DescribeKey"], [key_arn], when=_by_s3(region)),
        allow(
            ["backup:TagResource"],
            [f"arn:aws:backup:{region}:{account_id}:recovery-point:*"],
        ),
    )


def restore_policy(*, bucket_arns: Sequence[str], key_arn: str, region: str) -> Document:
    """Write what a backup holds into the buckets that it is of."""
    return document(
        allow(
            [
                "s3:GetBucketLocation",
                "s3:GetBucketVersioning",
                "s3:ListBucket",
                "s3:ListBucketVersions",
            ],
            bucket_arns,
        ),
        allow(
            [
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:GetObjectAcl",
                "s3:GetObjectTagging",
                "s3:GetObjectVersion",
                "s3:GetObjectVersionAcl",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
                "s3:PutObjectAcl",
                "s3:PutObjectTagging",
                "s3:PutObjectVersionAcl",
                "s3:PutObjectVersionTagging",
            ],
            [f"{arn}/*" for arn in bucket_arns],
        ),
        allow(
            ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
            [key_arn],
            when=_by_s3(region),
        ),
    )


def _by_s3(region: str) -> Conditions:
    return {"StringLike": {"kms:ViaService": f"s3.{region}.amazonaws.com"}}
