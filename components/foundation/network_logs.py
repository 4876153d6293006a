"""The logs of a network: its flows, and what lets AWS deliver the others."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.foundation.execution_role import ExecutionRole
from components.foundation.log_group import encrypted_log_group
from components.foundation.network_policies import flow_log_policy, log_delivery_policy
from components.iam import rendered


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


def log_delivery(
    name: str,
    *,
    parent: pulumi.Resource,
    log_groups: Sequence[aws.cloudwatch.LogGroup],
    account_id: pulumi.Input[str],
    region: str,
) -> None:
    """Let AWS's network services deliver into `log_groups`.

    Where nothing says so, AWS itself writes a policy that is wider, and leaves it behind.
    """
    aws.cloudwatch.LogResourcePolicy(
        f"{name}-log-delivery",
        policy_name=f"{name}-log-delivery",
        policy_document=rendered(
            log_delivery_policy,
            log_group_arns=pulumi.Output.all(*(group.arn for group in log_groups)),
            account_id=account_id,
            region=region,
        ),
        opts=pulumi.ResourceOptions(parent=parent),
    )
