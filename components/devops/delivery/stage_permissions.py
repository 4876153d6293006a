"""What a pipeline and its builds need to be a pipeline: source, artifacts, logs, network."""

from typing import Any

from components.common.iam import Document, Statement, allow, allow_everywhere, document
from components.devops.delivery.source import connects, source_permissions


def artifacts_of(bucket_arn: str, pipeline: str) -> str:
    """The objects that CodePipeline keeps for one pipeline.

    Their keys begin with the first 20 characters of its name.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts.html#concepts-artifacts
    """
    return f"{bucket_arn}/{pipeline[:20]}/*"


def build_permissions(
    *,
    log_group_arn: str,
    artifact_bucket_arn: str,
    artifact_key_arn: str,
    pipeline: str,
    puts_artifacts: bool = False,
    cache_prefix: str | None = None,
) -> Document:
    """What every CodeBuild project needs: its own log group and cache, its pipeline's artifacts.

    https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
    """
    put = ["s3:PutObject"] if puts_artifacts else []
    statements = [
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group_arn}:*"]),
        allow(
            ["s3:GetObject", "s3:GetObjectVersion", *put],
            [artifacts_of(artifact_bucket_arn, pipeline)],
        ),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [artifact_key_arn]),
    ]
    if cache_prefix:
        cached = f"{artifact_bucket_arn}/{cache_prefix}/*"
        statements.append(allow(["s3:GetObject", "s3:PutObject"], [cached]))
    return document(*statements)


def network_permissions(
    *, subnet_ids: list[str], security_group_id: str, account_id: str, region: str
) -> Document:
    """What a CodeBuild project needs to run its builds in subnets.

    https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html#customer-managed-policies-example-create-vpc-network-interface
    """
    ec2 = f"arn:aws:ec2:{region}:{account_id}"
    subnets = [f"{ec2}:subnet/{subnet}" for subnet in subnet_ids]
    return document(
        allow_everywhere(
            [
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
            ],
            reason="EC2 describes no narrower than everything",
        ),
        allow(
            ["ec2:CreateNetworkInterface"],
            [*subnets, f"{ec2}:security-group/{security_group_id}", f"{ec2}:network-interface/*"],
        ),
        allow(["ec2:DeleteNetworkInterface"], [f"{ec2}:network-interface/*"]),
        allow(
            ["ec2:CreateNetworkInterfacePermission"],
            [f"{ec2}:network-interface/*"],
            when={
                "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
                "ArnEquals": {"ec2:Subnet": subnets},
            },
        ),
    )


def pipeline_permissions(
    *,
    artifact_bucket_arn: str,
    artifact_key_arn: str,
    pipeline: str,
    source: dict[str, Any],
    project_arns: list[str],
    topic_arn: str | None = None,
    topic_key_arn: str | None = None,
) -> Document:
    """What a pipeline itself needs: its source, its artifacts, its builds, its approval's topic.

    What a connection fetches is uploaded with an access control list, even where the bucket has
    none: without that permission the source fails, as an upload that was denied.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
    """
    acl = ["s3:PutObjectAcl"] if connects(source) else []
    statements: list[Statement] = [
        *source_permissions(source),
        allow(
            ["s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation"],
            [artifact_bucket_arn],
        ),
        allow(
            ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", *acl],
            [artifacts_of(artifact_bucket_arn, pipeline)],
        ),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [artifact_key_arn]),
        allow(["codebuild:StartBuild", "codebuild:BatchGetBuilds"], project_arns),
    ]
    if topic_arn and topic_key_arn:
        statements.append(allow(["sns:Publish"], [topic_arn]))
        statements.append(allow(["kms:Decrypt", "kms:GenerateDataKey"], [topic_key_arn]))
    return document(*statements)
