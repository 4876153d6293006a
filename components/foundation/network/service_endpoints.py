"""AWS services by private ways: S3 by its gateway endpoint, others by interface endpoints."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.common.iam import rendered
from components.foundation.network.endpoint_policies import (
    interface_endpoint_policy,
    s3_endpoint_policy,
)
from components.foundation.network.endpoint_services import ENDPOINTS, service_name


def s3_gateway(
    name: str,
    *,
    parent: pulumi.Resource,
    vpc_id: pulumi.Input[str],
    route_table_ids: Sequence[pulumi.Input[str]],
    account_id: pulumi.Input[str],
    trusted_accounts: Sequence[str],
    region: str,
) -> aws.ec2.VpcEndpoint:
    """The gateway endpoint of S3, for the subnets that these route tables serve; it is free."""
    return aws.ec2.VpcEndpoint(
        name,
        vpc_id=vpc_id,
        service_name=f"com.amazonaws.{region}.s3",
        vpc_endpoint_type="Gateway",
        route_table_ids=route_table_ids,
        policy=rendered(
            s3_endpoint_policy,
            account_id=account_id,
            region=region,
            trusted_accounts=list(trusted_accounts),
        ),
        tags={"Name": name},
        opts=pulumi.ResourceOptions(parent=parent),
    )


def interface_endpoints(
    name: str,
    *,
    parent: pulumi.Resource,
    vpc_id: pulumi.Input[str],
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]],
    group_id: pulumi.Input[str],
    services: Sequence[str],
    account_id: pulumi.Input[str],
    region: str,
) -> None:
    """An endpoint of each of `services` in each of the subnets, under the service's own name.

    Raises ValueError for a service that has none.
    """
    if unknown := [service for service in services if service not in ENDPOINTS]:
        raise ValueError(f"{name}: no interface endpoint is known of {', '.join(unknown)}")
    for service in services:
        aws.ec2.VpcEndpoint(
            f"{name}-{service}",
            vpc_id=vpc_id,
            service_name=service_name(service, region),
            vpc_endpoint_type="Interface",
            subnet_ids=subnet_ids,
            security_group_ids=[group_id],
            private_dns_enabled=True,
            policy=rendered(interface_endpoint_policy, service=service, account_id=account_id),
            tags={"Name": f"{name}-{service}"},
            opts=pulumi.ResourceOptions(parent=parent),
        )
