"""What the pipeline and its builds need to be a pipeline: source, artifacts, logs."""

from components.iam import Document, allow, document


def artifacts_of(bucket_arn: str, pipeline: str) -> str:
    """The objects that CodePipeline keeps for one pipeline.

    Their keys begin with the first 20 characters of its name.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts.html#concepts-artifacts
    """
    return f"{bucket_arn}/{pipeline[:20]}/*"


def build_permissions(
    *, log_group_arn: str, artifact_bucket_arn: str, artifact_key_arn: str, pipeline: str
) -> Document:
    """What every CodeBuild project needs: its own log group, and its pipeline's artifacts.

    https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
    """
    return document(
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group_arn}:*"]),
        allow(
            ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
            [artifacts_of(artifact_bucket_arn, pipeline)],
        ),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [artifact_key_arn]),
    )


def pipeline_permissions(
    *,
    artifact_bucket_arn: str,
    artifact_key_arn: str,
    pipeline: str,
    connection_arn: str,
    project_arns: list[str],
    alert_topic_arn: str,
    alert_key_arn: str,
) -> Document:
    """What the pipeline itself needs: its source, its artifacts, its builds, its approval's topic.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
    """
    return document(
        allow(["codeconnections:UseConnection"], [connection_arn]),
        allow(
            ["s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation"],
            [artifact_bucket_arn],
        ),
        allow(
            ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
            [artifacts_of(artifact_bucket_arn, pipeline)],
        ),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [artifact_key_arn, alert_key_arn]),
        allow(["codebuild:StartBuild", "codebuild:BatchGetBuilds"], project_arns),
        allow(["sns:Publish"], [alert_topic_arn]),
    )
