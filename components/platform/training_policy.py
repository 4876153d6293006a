"""What a training pipeline and its jobs may do."""

from collections.abc import Sequence
from typing import Any

from components.common.iam import Document, Statement, allow, document
from components.common.job_access import (
    PULL,
    image_repository_arn,
    publish_metrics,
    read_objects,
    use_keys,
    write_objects,
)
from components.common.workload import artifacts_prefix, run_statements
from components.platform.file_channels import read_file_systems


def training_policy(
    *,
    model: str,
    data_bucket: str,
    data_prefix: str,
    data_key_arn: str,
    artifacts_bucket: str,
    artifacts_key_arn: str,
    group_name: str,
    account_id: str,
    region: str,
    file_systems: Sequence[Sequence[str]] = (),
    training_plan_arn: str = "",
    training_image: str = "",
    tunes: bool = False,
    in_pods: Sequence[Statement] = (),
    **run: Any,
) -> Document:
    """What the pipeline and its jobs may do.

    SageMaker names the jobs of a pipeline `pipelines-<execution>-<step>-<random>`. `file_systems`
    are those that the jobs read, by kind and ARN, and `training_plan_arn` is the reserved capacity
    that they run on, and `training_image` their own image, if any. `tunes` is for a search for
    hyperparameters: its tuning job is named after the execution and the step alone. `in_pods` is
    what it takes to have pods train in the place of training jobs. `run` is for `run_statements`.

    https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-access.html
    """
    sagemaker = f"arn:aws:sagemaker:{region}:{account_id}"
    kinds = ("processing",) if in_pods else ("processing", "training")
    jobs = [f"{sagemaker}:{kind}-job/pipelines-*" for kind in kinds]
    packages = f"{sagemaker}:model-package/{group_name}/*"
    return document(
        allow(
            [
                *(
                    f"sagemaker:{verb}{kind.capitalize()}Job"
                    for verb in ("Create", "Describe", "Stop")
                    for kind in kinds
                ),
                "sagemaker:AddTags",
                "sagemaker:ListTags",
            ],
            jobs,
        ),
        *in_pods,
        *([allow(PULL, [image_repository_arn(training_image)])] if training_image else []),
        *(
            [allow(["sagemaker:CreateTrainingJob"], [training_plan_arn])]
            if training_plan_arn
            else []
        ),
        *([_tuning(f"{sagemaker}:hyper-parameter-tuning-job/*")] if tunes else []),
        allow(
            [
                "sagemaker:CreateModelPackage",
                "sagemaker:DescribeModelPackage",
                "sagemaker:DescribeModelPackageGroup",
                "sagemaker:AddTags",
            ],
            [f"{sagemaker}:model-package-group/{group_name}", packages],
        ),
        *data_statements(
            model=model,
            data_bucket=data_bucket,
            data_prefix=data_prefix,
            data_key_arn=data_key_arn,
            artifacts_bucket=artifacts_bucket,
            artifacts_key_arn=artifacts_key_arn,
        ),
        publish_metrics(["/aws/sagemaker/*"]),
        *read_file_systems(file_systems),
        *run_statements(
            artifacts_key_arn=artifacts_key_arn, account_id=account_id, region=region, **run
        ),
    )


def data_statements(
    *,
    model: str,
    data_bucket: str,
    data_prefix: str,
    data_key_arn: str,
    artifacts_bucket: str,
    artifacts_key_arn: str,
) -> list[Statement]:
    """What a training does with data, wherever it runs: read its own, and keep what it makes."""
    own = artifacts_prefix(model)
    return [
        *read_objects(data_bucket, data_prefix),
        *read_objects(artifacts_bucket, own),
        write_objects(artifacts_bucket, own),
        use_keys([artifacts_key_arn, data_key_arn]),
    ]


def _tuning(jobs: str) -> Statement:
    """Tuning jobs, whose training jobs SageMaker itself creates.

    https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html
    """
    return allow(
        [
            "sagemaker:CreateHyperParameterTuningJob",
            "sagemaker:DescribeHyperParameterTuningJob",
            "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
            "sagemaker:StopHyperParameterTuningJob",
            "sagemaker:AddTags",
            "sagemaker:ListTags",
        ],
        [jobs],
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
