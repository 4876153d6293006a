"""What the delivery of one model may do: its builds, its state machines, its pipeline."""

from collections.abc import Sequence

from components.common.iam import Document, Statement, allow, allow_everywhere, document
from components.common.job_access import PULL, image_repository_arn, read_objects, write_objects
from components.common.log_group import deliver_logs
from components.common.training_set import making_statements
from components.common.workload import artifacts_prefix
from components.devops.registries.pull_through import pull_through

CODE = "commits"
"""Where among a model's objects the code of its revisions is."""


def code_prefix(model: str) -> str:
    """Where in the artifacts bucket the code of a model's revisions is."""
    return f"{artifacts_prefix(model)}/{CODE}"


def check_policy(*, model: str, artifacts_bucket: str) -> Document:
    """What publishing code takes, beside the use of the bucket's key, which every build has.

    Tests run code that was pushed and not yet judged: they can write code of this model's, and
    nothing that anybody reads without having been told to.
    """
    return document(write_objects(artifacts_bucket, code_prefix(model)))


def image_policy(
    *,
    repository_arn: str,
    base_image: str,
    by_inspector: bool,
    mirrors: Sequence[str],
    account_id: str,
    region: str,
) -> Document:
    """What it takes to build from one image, to push into one repository, and to read scans.

    What else a Dockerfile builds from may come through the `mirrors`, given by their prefixes.
    Where the scans are Amazon Inspector's, ECR asks it for what they found, as the caller.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-iam.html
    """
    inspected = allow_everywhere(
        ["inspector2:ListCoverage", "inspector2:ListFindings"],
        reason="Inspector lists findings of an account, of which none has an ARN to name before",
    )
    return document(
        allow_everywhere(
            ["ecr:GetAuthorizationToken"], reason="a token is the registry's, not a repository's"
        ),
        allow(PULL, [image_repository_arn(base_image)]),
        allow(
            [
                *PULL,
                "ecr:CompleteLayerUpload",
                "ecr:DescribeImages",
                "ecr:DescribeImageScanFindings",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ],
            [repository_arn],
        ),
        *(pull_through(prefix, account_id=account_id, region=region) for prefix in mirrors),
        *([inspected] if by_inspector else []),
    )


def evaluate_policy(
    *,
    model: str,
    artifacts_bucket: str,
    pipeline_arn: str,
    group_name: str,
    endpoint_name: str,
    serving_name: str,
    account_id: str,
    region: str,
) -> Document:
    """What judging a version takes: it reads, and changes nothing."""
    sagemaker = f"arn:aws:sagemaker:{region}:{account_id}"
    return document(
        allow(["sagemaker:ListPipelineExecutions"], [pipeline_arn]),
        allow(["sagemaker:ListPipelineExecutionSteps"], [f"{pipeline_arn}/execution/*"]),
        allow(["sagemaker:DescribeModelPackage"], [f"{sagemaker}:model-package/{group_name}/*"]),
        read_live(endpoint_name, serving_name, account_id=account_id, region=region),
        *read_objects(artifacts_bucket, artifacts_prefix(model)),
    )


def read_live(endpoint_name: str, serving_name: str, *, account_id: str, region: str) -> Statement:
    """Find out which version an endpoint serves.

    `serving_name` is what the names of its configurations and models begin with.
    """
    sagemaker = f"arn:aws:sagemaker:{region}:{account_id}"
    return allow(
        [
            "sagemaker:DescribeEndpoint",
            "sagemaker:DescribeEndpointConfig",
            "sagemaker:DescribeModel",
        ],
        [
            f"{sagemaker}:endpoint/{endpoint_name}",
            f"{sagemaker}:endpoint-config/{serving_name}-*",
            f"{sagemaker}:model/{serving_name}-*",
        ],
    )


def training_machine_policy(*, pipeline_arn: str, training_set_arn: str | None = None) -> Document:
    """What the machine of the training may do: run one pipeline, follow it, keep its log.

    With `training_set_arn`, it has the machine of that ARN make the training set.
    """
    executions = f"{pipeline_arn}/execution/*"
    return document(
        allow(["sagemaker:DescribePipeline", "sagemaker:StartPipelineExecution"], [pipeline_arn]),
        allow(
            ["sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps"],
            [executions],
        ),
        *making_statements(training_set_arn),
        deliver_logs(),
    )


def release_machine_policy(
    *, group_name: str, endpoint_name: str, serving_name: str, account_id: str, region: str
) -> Document:
    """What the machine of the release may do: approve versions of one group, watch one endpoint."""
    packages = f"arn:aws:sagemaker:{region}:{account_id}:model-package/{group_name}/*"
    return document(
        allow(["sagemaker:DescribeModelPackage", "sagemaker:UpdateModelPackage"], [packages]),
        read_live(endpoint_name, serving_name, account_id=account_id, region=region),
        deliver_logs(),
    )


def machines_policy(*, machine_arns: list[str]) -> Document:
    """What the pipeline needs to start its machines and to follow them.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
    """
    executions = [arn.replace(":stateMachine:", ":execution:") + ":*" for arn in machine_arns]
    return document(
        allow(["states:DescribeStateMachine", "states:StartExecution"], machine_arns),
        allow(["states:DescribeExecution"], executions),
    )
