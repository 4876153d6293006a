"""The logs of a network: its flows, and what lets AWS deliver the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.common.log_group import encrypted_log_group
from components.foundation.network.endpoint_policies import flow_log_policy, log_delivery_policy

FIREWALL_LOG, QUERIES = "firewall-log", "queries"


@dataclass(frozen=True)
class DeliveredLog:
    """A log group that one of AWS's network services delivers to."""

    group: aws.cloudwatch.LogGroup
    opened: aws.cloudwatch.LogResourcePolicy
    """What lets the service in: the log is turned on after it."""


DeliveredLogs = Mapping[str, DeliveredLog]
"""Log groups by what they take."""


def flow_log(
    name: str,
    *,
    parent: pulumi.Resource,
    vpc_id: pulumi.Input[str],
    account_id: pulumi.Input[str],
    key_arn: pulumi.Input[str],
    retention_days: int,
) -> None:
    """Log every connection of the VPC, taken or refused."""
    log_group = encrypted_log_group(
        f"{name}-flow-logs", parent=parent, key_arn=key_arn, retention_days=retention_days
    )
    role = ExecutionRole(
        f"{name}-flow-logs",
        {
            "service": "vpc-flow-logs.amazonaws.com",
            "account_id": account_id,
            "policies": {"write": rendered(flow_log_policy, log_group_arn=log_group.arn)},
        },
        pulumi.ResourceOptions(parent=parent),
    )
    aws.ec2.FlowLog(
        f"{name}-flow-log",
        vpc_id=vpc_id,
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=log_group.arn,
        iam_role_arn=role.arn,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=role.ready),
    )


def delivered_logs(
    name: str,
    what: Sequence[str],
    *,
    parent: pulumi.Resource,
    key_arn: pulumi.Input[str],
    retention_days: int,
    account_id: pulumi.Input[str],
    region: str,
) -> DeliveredLogs:
    """Log groups that AWS's network services deliver to, by `what` they take.

    They share one policy that lets them, of which a region has ten. Where none is there by the time
    that a log is turned on, AWS itself writes one that is wider, and leaves it behind.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    """
    if not what:
        return {}
    groups = {
        each: encrypted_log_group(
            f"{name}-{each}", parent=parent, key_arn=key_arn, retention_days=retention_days
        )
        for each in what
    }
    opened = aws.cloudwatch.LogResourcePolicy(
        f"{name}-log-delivery",
        policy_name=f"{name}-log-delivery",
        policy_document=rendered(
            log_delivery_policy,
            log_group_arns=pulumi.Output.all(*(group.arn for group in groups.values())),
            account_id=account_id,
            region=region,
        ),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return {each: DeliveredLog(group, opened) for each, group in groups.items()}
