"""What the machine of the loop may do."""

from collections.abc import Sequence

from components.common.iam import Document, allow, allow_everywhere, document
from components.common.job_access import read_objects
from components.common.log_group import deliver_logs
from components.common.training_set import making_statements
from components.mlops.loop.comparing import comparison_prefix


def loop_policy(
    *,
    model: str,
    machine_prefix: str,
    pipeline_arn: str,
    training_set_arn: str | None,
    group_name: str,
    job_prefix: str,
    job_role_arn: str,
    bucket: str,
    key_arn: str,
    alarm_names: Sequence[str],
    topic_arns: Sequence[str],
    messages_key_arn: str,
    searches: bool,
    account_id: str,
    region: str,
) -> Document:
    """Look at itself, train, compare, judge versions of one group, tell topics, and keep a log.

    The machine's own name is not known before it is there; `machine_prefix` begins it.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    """
    here = f"{region}:{account_id}"
    states, sagemaker = f"arn:aws:states:{here}", f"arn:aws:sagemaker:{here}"
    return document(
        allow(["states:ListExecutions"], [f"{states}:stateMachine:{machine_prefix}*"]),
        allow(["states:DescribeExecution"], [f"{states}:execution:{machine_prefix}*"]),
        allow(
            [
                "sagemaker:ListPipelineExecutions",
                "sagemaker:StartPipelineExecution",
                "sagemaker:DescribePipelineExecution",
                "sagemaker:ListPipelineExecutionSteps",
            ],
            [pipeline_arn, f"{pipeline_arn}/execution/*"],
        ),
        *making_statements(training_set_arn),
        allow(
            [
                "sagemaker:ListModelPackages",
                "sagemaker:DescribeModelPackage",
                "sagemaker:UpdateModelPackage",
            ],
            [f"{sagemaker}:model-package/{group_name}/*"],
        ),
        allow(
            [
                "sagemaker:CreateProcessingJob",
                "sagemaker:DescribeProcessingJob",
                "sagemaker:AddTags",
            ],
            [f"{sagemaker}:processing-job/{job_prefix}-*"],
        ),
        allow(
            ["iam:PassRole"],
            [job_role_arn],
            when={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        *read_objects(bucket, comparison_prefix(model)),
        allow(["kms:Decrypt"], [key_arn]),
        *(
            [
                allow(
                    ["cloudwatch:DescribeAlarms"],
                    [f"arn:aws:cloudwatch:{here}:alarm:{name}" for name in alarm_names],
                )
            ]
            if alarm_names
            else []
        ),
        *(
            [
                allow_everywhere(
                    ["sagemaker:Search"], reason="a search is for all resources of a kind"
                )
            ]
            if searches
            else []
        ),
        allow(["sns:Publish"], topic_arns),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [messages_key_arn]),
        deliver_logs(),
    )
