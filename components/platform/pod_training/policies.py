"""What those of a model's trainings on Kubernetes may do: in AWS, and in the team's namespace."""

from typing import Any

from components.common.iam import Document, Statement, allow, deny_without_tls, document
from components.common.job_access import publish_metrics, use_keys, write_logs
from components.common.log_group import TRAINING_JOBS
from components.platform.training_policy import data_statements

METRICS = "maslow/Training"
"""Namespace of the metric by which what asks for trainings says that it does its work."""


def training_policy(**data: Any) -> Document:
    """What the pods that train may do: with the data, what SageMaker's jobs may.

    `data` is for `data_statements`.
    """
    return document(*data_statements(**data))


def asking_policy(
    *,
    queue_arn: str,
    messages_key_arn: str,
    pipeline_name: str,
    account_id: str,
    region: str,
    makes_log_groups: bool,
) -> Document:
    """What asks for trainings may do: take messages, tell the pipeline, and keep logs."""
    executions = f"arn:aws:sagemaker:{region}:{account_id}:pipeline/{pipeline_name}/execution/*"
    return document(
        allow(["sqs:DeleteMessage", "sqs:ReceiveMessage"], [queue_arn]),
        use_keys([messages_key_arn]),
        allow(
            [
                "sagemaker:DescribePipelineExecution",
                "sagemaker:SendPipelineExecutionStepFailure",
                "sagemaker:SendPipelineExecutionStepSuccess",
            ],
            [executions],
        ),
        write_logs(region, account_id, [TRAINING_JOBS], makes_groups=makes_log_groups),
        publish_metrics([METRICS]),
    )


def sending_statements(queue_arn: str, messages_key_arn: str) -> list[Statement]:
    """What a pipeline's role needs for its Callback steps.

    https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback
    """
    return [allow(["sqs:SendMessage"], [queue_arn]), use_keys([messages_key_arn])]


def queue_policy(*, queue_arn: str) -> Document:
    """By TLS alone; who may send and receive, their roles say."""
    return document(deny_without_tls(["sqs:*"], [queue_arn]))


def rules(by: str) -> list[dict[str, Any]]:
    """What asks for trainings may do in the namespace: make them, and see how they go.

    https://kubernetes.io/docs/reference/access-authn-authz/rbac/
    """
    group, kinds = ("ray.io", ["rayjobs"])
    if by != "ray":
        group, kinds = ("trainer.kubeflow.org", ["trainjobs", "trainingruntimes"])
    return [
        {
            "apiGroups": [group],
            "resources": kinds,
            "verbs": ["create", "delete", "get", "list"],
        },
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
        {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
    ]
