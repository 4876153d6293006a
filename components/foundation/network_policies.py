"""The policies of a network: what flow logs may write, and what may pass the S3 endpoint."""

from components.iam import Document, allow, allow_everywhere, document

AWS_OWNED_BUCKETS = (
    "prod-{region}-starport-layer-bucket",
    "jumpstart-cache-prod-{region}",
    "sagemaker-sample-files",
    "sagemaker-sample-files-prod-{region}",
)
"""Buckets of AWS's own that workloads read: ECR's image layers, SageMaker's models and samples.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
"""


def flow_log_policy(*, log_group_arn: str) -> Document:
    """What the flow logs' role may do: write to their own log group.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """
    return document(
        allow(
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [log_group_arn, f"{log_group_arn}:*"],
        )
    )


def s3_endpoint_policy(*, account_id: str, region: str) -> Document:
    """What may pass the S3 endpoint: the account's own buckets, and AWS's for reading only.

    Data cannot be carried out to a bucket of another account, with whatever credentials. All of
    the region's S3 traffic passes here, with or without egress.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
    """
    return document(
        allow_everywhere(
            ["s3:*"],
            reason="which buckets the account has is told by the condition",
            principal={"AWS": "*"},
            when={"StringEquals": {"aws:ResourceAccount": account_id}},
            sid="OwnBuckets",
        ),
        allow(
            ["s3:GetObject"],
            [f"arn:aws:s3:::{bucket.format(region=region)}/*" for bucket in AWS_OWNED_BUCKETS],
            principal={"AWS": "*"},
            sid="BucketsOfAws",
        ),
    )
