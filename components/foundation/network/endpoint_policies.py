"""The policies of a network: what its logs may write, and what may pass its endpoints."""

from collections.abc import Sequence

from components.common.iam import Document, allow, allow_everywhere, document
from components.foundation.network.endpoint_services import ENDPOINTS, SHARED

AWS_OWNED_BUCKETS = (
    "prod-{region}-starport-layer-bucket",
    "jumpstart-cache-prod-{region}",
    "sagemaker-sample-files",
    "sagemaker-sample-files-prod-{region}",
    "repo.{region}.emr.amazonaws.com",
    "al2023-repos-{region}-de612dc2",
)
"""Buckets of AWS's own that workloads read: ECR's image layers, SageMaker's models and samples, and
the packages of EMR and of Amazon Linux that the nodes of its clusters are made of.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
https://docs.aws.amazon.com/emr/latest/ManagementGuide/private-subnet-iampolicy.html
https://repost.aws/knowledge-center/ec2-al1-al2-update-yum-without-internet
"""


def flow_log_policy(*, log_group_arn: str) -> Document:
    """What the flow logs' role may do: write to their own log group, having looked for it.

    It makes none: that one is there already, and encrypted.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """
    return document(
        allow(
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [log_group_arn, f"{log_group_arn}:*"],
        ),
        allow_everywhere(["logs:DescribeLogGroups"], reason="log groups are listed per account"),
    )


def s3_endpoint_policy(
    *, account_id: str, region: str, trusted_accounts: Sequence[str] = ()
) -> Document:
    """What may pass the S3 endpoint: the account's own buckets, and AWS's for reading only.

    Buckets of `trusted_accounts`, such as the one that models are promoted from, pass as well.
    Data cannot be carried out to a bucket of another account, with whatever credentials. All of
    the region's S3 traffic passes here, with or without egress.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html
    """
    return document(
        allow_everywhere(
            ["s3:*"],
            reason="the condition says which buckets the account has",
            principal={"AWS": "*"},
            when={
                "StringEquals": {
                    "aws:ResourceAccount": [account_id, *trusted_accounts]
                    if trusted_accounts
                    else account_id
                }
            },
            sid="OwnBuckets",
        ),
        allow(
            ["s3:GetObject"],
            [f"arn:aws:s3:::{bucket.format(region=region)}/*" for bucket in AWS_OWNED_BUCKETS],
            principal={"AWS": "*"},
            sid="BucketsOfAws",
        ),
    )


def interface_endpoint_policy(*, service: str, account_id: str) -> Document:
    """What may pass the interface endpoint of a service: the account's own identities.

    Where the service is none of `SHARED` they reach the account's own resources only. So stolen
    keys of another account are of no use from inside the network, to carry data out by.

    Calls that bear no resource, such as a metric's, have no account to compare either.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """
    own = {} if service in SHARED else {"StringEqualsIfExists": {"aws:ResourceAccount": account_id}}
    return document(
        allow_everywhere(
            [f"{ENDPOINTS[service]}:*"],
            reason="an identity's own policies say what it may do; this only narrows them",
            principal={"AWS": "*"},
            when={"StringEquals": {"aws:PrincipalAccount": account_id}, **own},
        )
    )


def log_delivery_policy(*, log_group_arns: Sequence[str], account_id: str, region: str) -> Document:
    """Lets AWS deliver the logs of its network services into log groups of the account.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    """
    return document(
        allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [f"{arn}:log-stream:*" for arn in log_group_arns],
            principal={"Service": "delivery.logs.amazonaws.com"},
            when={
                "StringEquals": {"aws:SourceAccount": account_id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account_id}:*"},
            },
        )
    )
