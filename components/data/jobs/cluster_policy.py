"""What EMR, and the machine of a job, may do with the clusters of its runs."""

from collections.abc import Sequence

from components.common.iam import (
    Conditions,
    Document,
    Statement,
    allow,
    allow_everywhere,
    document,
)
from components.data.jobs.cluster import JOB_TAG

SERVICE = "elasticmapreduce.amazonaws.com"
EVENTS_OF_CLUSTERS = "StepFunctionsGetEventForEMRRunJobFlowRule"
"""The rule by which Step Functions learns that a cluster is there."""
DESCRIBED = (
    "AccountAttributes",
    "CapacityReservations",
    "DhcpOptions",
    "Images",
    "InstanceTypeOfferings",
    "Instances",
    "LaunchTemplates",
    "NetworkAcls",
    "NetworkInterfaces",
    "RouteTables",
    "SecurityGroups",
    "SpotInstanceRequests",
    "SpotPriceHistory",
    "Subnets",
    "VolumeStatus",
    "Volumes",
    "VpcEndpoints",
    "Vpcs",
)
"""What of EC2 the service role looks at."""


def cluster_runs(
    *,
    name: str,
    job_role_arn: str,
    service_role_arn: str,
    account_id: str,
    region: str,
) -> list[Statement]:
    """Make clusters that are tagged with `name`, run steps on them, and end them; and no others.

    https://docs.aws.amazon.com/step-functions/latest/dg/emr-iam.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticmapreduce.html
    """
    clusters = [f"arn:aws:elasticmapreduce:{region}:{account_id}:cluster/*"]
    return [
        allow_everywhere(
            ["elasticmapreduce:RunJobFlow"],
            reason="EMR offers no resource for the creation of clusters",
            when={"StringEquals": {f"aws:RequestTag/{JOB_TAG}": name}},
        ),
        allow(
            ["elasticmapreduce:AddTags"],
            clusters,
            when={"StringEquals": {f"aws:RequestTag/{JOB_TAG}": name}},
        ),
        allow(
            [
                "elasticmapreduce:AddJobFlowSteps",
                "elasticmapreduce:DescribeCluster",
                "elasticmapreduce:DescribeStep",
                "elasticmapreduce:TerminateJobFlows",
            ],
            clusters,
            when={"StringEquals": {f"elasticmapreduce:ResourceTag/{JOB_TAG}": name}},
        ),
        _pass_role(job_role_arn, "ec2.amazonaws.com"),
        _pass_role(service_role_arn, SERVICE),
        _linked_role(SERVICE, account_id),
        allow(
            ["events:DescribeRule", "events:PutRule", "events:PutTargets"],
            [f"arn:aws:events:{region}:{account_id}:rule/{EVENTS_OF_CLUSTERS}"],
        ),
    ]


def service_policy(
    *,
    name: str,
    job_role_arn: str,
    subnet_ids: Sequence[str],
    group_ids: Sequence[str],
    key_arn: str,
    account_id: str,
    region: str,
) -> Document:
    """What EMR does in the account: nodes in these subnets and groups, whose disks a key encrypts.

    It is as AWS's policy for the role, but for the tag that what it makes has to bear: `name`, that
    of the job, whose role it passes to the nodes.

    https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role.html
    https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-encryption-enable.html
    """
    ec2 = f"arn:aws:ec2:{region}:{account_id}"
    made = [f"{ec2}:{kind}/*" for kind in ("fleet", "instance", "launch-template", "volume")]
    interfaces = f"{ec2}:network-interface/*"
    groups = [f"{ec2}:security-group/{each}" for each in group_ids]
    places = [f"{ec2}:subnet/{each}" for each in subnet_ids]
    making = ["ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:RunInstances"]
    own: Conditions = {"StringEquals": {f"aws:ResourceTag/{JOB_TAG}": name}}
    return document(
        allow(making, made, when={"StringEquals": {f"aws:RequestTag/{JOB_TAG}": name}}),
        allow(
            ["ec2:CreateFleet", "ec2:CreateNetworkInterface", "ec2:RunInstances"],
            [*places, *groups, interfaces],
        ),
        allow(["ec2:CreateFleet", "ec2:RunInstances"], [f"arn:aws:ec2:{region}::image/ami-*"]),
        # A fleet names the launch template that it was just made of.
        allow(
            [
                "ec2:CreateFleet",
                "ec2:CreateLaunchTemplateVersion",
                "ec2:CreateTags",
                "ec2:DeleteLaunchTemplate",
                "ec2:DeleteTags",
                "ec2:DeleteVolume",
                "ec2:ModifyInstanceAttribute",
                "ec2:RunInstances",
                "ec2:TerminateInstances",
            ],
            made,
            when=own,
        ),
        allow(
            ["ec2:CreateTags"],
            [*made, interfaces],
            when={
                "StringEquals": {
                    "ec2:CreateAction": [
                        "CreateFleet",
                        "CreateLaunchTemplate",
                        "CreateNetworkInterface",
                        "RunInstances",
                    ]
                }
            },
        ),
        allow(["ec2:DeleteNetworkInterface"], [interfaces]),
        allow(["ec2:DetachNetworkInterface"], [interfaces, f"{ec2}:instance/*"]),
        allow(
            [
                "ec2:AuthorizeSecurityGroupEgress",
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:RevokeSecurityGroupEgress",
                "ec2:RevokeSecurityGroupIngress",
            ],
            groups,
        ),
        allow_everywhere(
            [f"ec2:Describe{what}" for what in DESCRIBED],
            reason="EC2 offers no resource for describing",
        ),
        allow(
            [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
            [key_arn],
        ),
        allow(["kms:CreateGrant"], [key_arn], when={"Bool": {"kms:GrantIsForAWSResource": "true"}}),
        _pass_role(job_role_arn, "ec2.amazonaws.com"),
        _linked_role("spot.amazonaws.com", account_id),
    )


def _pass_role(arn: str, service: str) -> Statement:
    return allow(["iam:PassRole"], [arn], when={"StringEquals": {"iam:PassedToService": service}})


def _linked_role(service: str, account_id: str) -> Statement:
    """Have a service make its own role, once in an account.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
    """
    return allow(
        ["iam:CreateServiceLinkedRole"],
        [f"arn:aws:iam::{account_id}:role/aws-service-role/{service}/*"],
        when={"StringEquals": {"iam:AWSServiceName": service}},
    )
