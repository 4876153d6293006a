"""What SageMaker jobs and endpoints may do in the account, as IAM statements.

https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
"""

import re
from collections.abc import Sequence

from components.common.iam import Statement, allow, allow_everywhere

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
"""What it takes to pull an image from a repository, beside a login to the registry."""

_ECR_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/"
    r"(?P<repository>[^:@]+)([:@].+)?"
)


def read_objects(bucket: str, prefix: str) -> list[Statement]:
    """Read and list what is under `prefix` (without a slash at its end) of a bucket."""
    return [
        allow(["s3:GetObject"], [f"arn:aws:s3:::{bucket}/{prefix}/*"]),
        allow(
            ["s3:ListBucket"],
            [f"arn:aws:s3:::{bucket}"],
            when={"StringLike": {"s3:prefix": [prefix, f"{prefix}/*"]}},
        ),
    ]


def write_objects(bucket: str, prefix: str) -> Statement:
    """Write under `prefix` (without a slash at its end) of a bucket, in parts too."""
    return allow(["s3:PutObject", "s3:AbortMultipartUpload"], [f"arn:aws:s3:::{bucket}/{prefix}/*"])


def use_keys(key_arns: Sequence[str]) -> Statement:
    """Read and write what the keys encrypt."""
    return allow(["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"], key_arns)


def attach_encrypted_volumes(key_arn: str) -> Statement:
    """Have SageMaker attach volumes that a key encrypts, for which it makes grants on the key.

    https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html
    """
    return allow(
        ["kms:CreateGrant"], [key_arn], when={"Bool": {"kms:GrantIsForAWSResource": "true"}}
    )


def image_repository_arn(image_uri: str) -> str:
    """ARN of the ECR repository of an image, in whichever account it is.

    Raises ValueError for an image that isn't in ECR.
    """
    image = _ECR_IMAGE.fullmatch(image_uri)
    if image is None:
        raise ValueError(f"{image_uri}: SageMaker pulls images from ECR only")
    return f"arn:aws:ecr:{image['region']}:{image['account']}:repository/{image['repository']}"


def pull_image(*image_uris: str) -> list[Statement]:
    """Pull the images of these images' repositories."""
    return [
        allow(
            PULL,
            sorted({image_repository_arn(image_uri) for image_uri in image_uris}),
        ),
        allow_everywhere(
            ["ecr:GetAuthorizationToken"], reason="a token is the registry's, not a repository's"
        ),
    ]


def write_logs(
    region: str, account_id: str, groups: Sequence[str], *, makes_groups: bool = False
) -> Statement:
    """Write into log groups of these names, or make them, too.

    A group that SageMaker makes is kept for ever, under a key of AWS's.
    https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    """
    arns = [f"arn:aws:logs:{region}:{account_id}:log-group:{group}" for group in groups]
    return allow(
        [
            *(["logs:CreateLogGroup"] if makes_groups else []),
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
        ],
        [form for arn in arns for form in (arn, f"{arn}:*")],
    )


def publish_metrics(namespaces: Sequence[str]) -> Statement:
    """Publish CloudWatch metrics of these namespaces (`*` at an end stands for the rest).

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
    """
    return allow_everywhere(
        ["cloudwatch:PutMetricData"],
        reason="a metric is no resource; the condition on its namespace narrows it",
        when={"StringLike": {"cloudwatch:namespace": namespaces}},
    )


def join_network(
    region: str, account_id: str, subnet_ids: Sequence[str], security_group_id: str
) -> list[Statement]:
    """Put network interfaces into these subnets and this security group, and take them away.

    https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    """
    ec2 = f"arn:aws:ec2:{region}:{account_id}"
    interfaces = f"{ec2}:network-interface/*"
    return [
        allow(
            ["ec2:CreateNetworkInterface"],
            [interfaces, f"{ec2}:security-group/{security_group_id}"]
            + [f"{ec2}:subnet/{subnet_id}" for subnet_id in subnet_ids],
        ),
        allow(
            [
                "ec2:CreateNetworkInterfacePermission",
                "ec2:DeleteNetworkInterface",
                "ec2:DeleteNetworkInterfacePermission",
            ],
            [interfaces],
        ),
        allow_everywhere(
            [
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            reason="EC2 offers no resource for describing",
        ),
    ]
