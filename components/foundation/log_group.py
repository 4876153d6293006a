"""Log groups: encrypted by the logs key, kept for a stated time."""

import pulumi
import pulumi_aws as aws

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""What CloudWatch Logs takes, in days.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""


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
    if retention_days not in RETENTION_DAYS:
        offered = ", ".join(map(str, RETENTION_DAYS))
        raise ValueError(f"{name}: logs are kept for one of {offered} days, not {retention_days}")
    return aws.cloudwatch.LogGroup(
        name,
        name=log_group_name,
        kms_key_id=key_arn,
        retention_in_days=retention_days,
        opts=pulumi.ResourceOptions(parent=parent),
    )
