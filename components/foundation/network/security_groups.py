"""Security groups: what may speak to what inside the network."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.foundation.network.subnets import ANYWHERE

HTTPS = 443


class Target(TypedDict):
    """Where a rule leads to: a group or a range."""

    referenced_security_group_id: NotRequired[pulumi.Input[str]]
    cidr_ipv4: NotRequired[pulumi.Input[str]]


def endpoint_group(
    name: str, *, parent: pulumi.Resource, vpc_id: pulumi.Input[str], vpc_cidr: pulumi.Input[str]
) -> aws.ec2.SecurityGroup:
    """The group of interface endpoints: HTTPS from the VPC, nothing out."""
    group = aws.ec2.SecurityGroup(
        name,
        vpc_id=vpc_id,
        description="Interface endpoints of AWS services",
        tags={"Name": name},
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.vpc.SecurityGroupIngressRule(
        f"{name}-https",
        security_group_id=group.id,
        description="HTTPS from the VPC",
        cidr_ipv4=vpc_cidr,
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return group


def workload_group(
    name: str,
    *,
    parent: pulumi.Resource,
    vpc_id: pulumi.Input[str],
    s3_prefix_list_id: pulumi.Input[str],
    endpoints: Target | None,
    internet: bool,
) -> aws.ec2.SecurityGroup:
    """The group of workloads.

    Members speak to one another on every port and protocol: distributed training talks over ports
    of its own choice, and EFA over no port at all. Out of the group goes HTTPS only, to S3 and the
    interface endpoints (at `endpoints`, if there are any), and to anywhere where the network has
    egress. Nothing comes in.

    https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html
    """
    group = aws.ec2.SecurityGroup(
        name,
        vpc_id=vpc_id,
        description="Workloads: jobs, endpoints and notebooks",
        tags={"Name": name},
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.vpc.SecurityGroupIngressRule(
        f"{name}-from-members",
        security_group_id=group.id,
        description="Everything between members",
        referenced_security_group_id=group.id,
        ip_protocol="-1",
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.vpc.SecurityGroupEgressRule(
        f"{name}-to-members",
        security_group_id=group.id,
        description="Everything between members",
        referenced_security_group_id=group.id,
        ip_protocol="-1",
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.vpc.SecurityGroupEgressRule(
        f"{name}-to-s3",
        security_group_id=group.id,
        description="HTTPS to S3 through its gateway endpoint",
        prefix_list_id=s3_prefix_list_id,
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    if endpoints is not None:
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-to-endpoints",
            security_group_id=group.id,
            description="HTTPS to interface endpoints",
            **endpoints,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            opts=pulumi.ResourceOptions(parent=parent),
        )
    if internet:
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-to-internet",
            security_group_id=group.id,
            description="HTTPS to anywhere through NAT",
            cidr_ipv4=ANYWHERE,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            opts=pulumi.ResourceOptions(parent=parent),
        )
    return group
