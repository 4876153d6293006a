"""Log groups: encrypted by the logs key, kept for a stated time."""

import pulumi
import pulumi_aws as aws

from components.common.iam import Statement, allow_everywhere
from components.common.limits import LOG_RETENTION_DAYS

TRAINING_JOBS = "/aws/sagemaker/TrainingJobs"
PROCESSING_JOBS = "/aws/sagemaker/ProcessingJobs"
"""Where SageMaker keeps the logs of all jobs of an account and region.

https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
"""


def endpoint_log_group(endpoint_name: str) -> str:
    """Where SageMaker keeps the logs of one endpoint."""
    return f"/aws/sagemaker/Endpoints/{endpoint_name}"


def encrypted_log_group(
    name: str,
    *,
    parent: pulumi.Resource,
    key_arn: pulumi.Input[str],
    retention_days: int,
    log_group_name: str | None = None,
) -> aws.cloudwatch.LogGroup:
    """A log group as a child of `parent`.

    `log_group_name` is given only where a service looks for its own, such as
    `/aws/sagemaker/Endpoints/<name>`. Raises ValueError for a retention that CloudWatch Logs
    does not offer.
    """
    if retention_days not in LOG_RETENTION_DAYS:
        offered = ", ".join(map(str, LOG_RETENTION_DAYS))
        raise ValueError(f"{name}: logs are kept for one of {offered} days, not {retention_days}")
    return aws.cloudwatch.LogGroup(
        name,
        name=log_group_name,
        kms_key_id=key_arn,
        retention_in_days=retention_days,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def deliver_logs() -> Statement:
    """Let a state machine write its log.

    https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
    """
    return allow_everywhere(
        [
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
        ],
        reason="CloudWatch's interface for log deliveries takes no resource",
    )
