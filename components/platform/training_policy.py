"""What a training pipeline and its jobs may do."""

from components.iam import Document, allow, document
from components.platform.job_access import (
    attach_encrypted_volumes,
    join_network,
    publish_metrics,
    pull_image,
    read_objects,
    use_keys,
    write_logs,
    write_objects,
)


def training_policy(
    *,
    model: str,
    image_uri: str,
    data_bucket: str,
    data_prefix: str,
    data_key_arn: str,
    artifacts_bucket: str,
    artifacts_key_arn: str,
    group_name: str,
    subnet_ids: list[str],
    security_group_id: str,
    account_id: str,
    region: str,
) -> Document:
    """What the pipeline and its jobs may do.

    SageMaker names the jobs of a pipeline `pipelines-<execution>-<step>-<random>`.
    https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html
    """
    sagemaker = f"arn:aws:sagemaker:{region}:{account_id}"
    jobs = [f"{sagemaker}:{kind}-job/pipelines-*" for kind in ("processing", "training")]
    packages = f"{sagemaker}:model-package/{group_name}/*"
    own = f"models/{model}"
    return document(
        allow(
            [
                "sagemaker:CreateProcessingJob",
                "sagemaker:CreateTrainingJob",
                "sagemaker:DescribeProcessingJob",
                "sagemaker:DescribeTrainingJob",
                "sagemaker:StopProcessingJob",
                "sagemaker:StopTrainingJob",
                "sagemaker:AddTags",
                "sagemaker:ListTags",
            ],
            jobs,
        ),
        allow(
            [
                "sagemaker:CreateModelPackage",
                "sagemaker:DescribeModelPackage",
                "sagemaker:DescribeModelPackageGroup",
                "sagemaker:AddTags",
            ],
            [f"{sagemaker}:model-package-group/{group_name}", packages],
        ),
        *read_objects(data_bucket, data_prefix),
        *read_objects(artifacts_bucket, own),
        write_objects(artifacts_bucket, own),
        use_keys([artifacts_key_arn, data_key_arn]),
        attach_encrypted_volumes(artifacts_key_arn),
        *pull_image(image_uri),
        write_logs(region, account_id),
        publish_metrics(["/aws/sagemaker/*"]),
        *join_network(region, account_id, subnet_ids, security_group_id),
    )


def pass_role_policy(*, role_arn: str) -> Document:
    """The pipeline hands its own role to the jobs that it starts, and to nothing else."""
    return document(
        allow(
            ["iam:PassRole"],
            [role_arn],
            when={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        )
    )
