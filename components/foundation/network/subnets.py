"""Subnets, what routes them, and the NAT gateways that let them out."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

ANYWHERE = "0.0.0.0/0"


def subnet(
    name: str,
    *,
    parent: pulumi.Resource,
    vpc_id: pulumi.Input[str],
    cidr: str,
    zone: pulumi.Input[str],
) -> aws.ec2.Subnet:
    """A subnet of one zone; its instances get no public address."""
    return aws.ec2.Subnet(
        name,
        vpc_id=vpc_id,
        cidr_block=cidr,
        availability_zone=zone,
        map_public_ip_on_launch=False,
        tags={"Name": name},
        # AWS adds zones to a region now and then; a subnet stays where it was made.
        opts=pulumi.ResourceOptions(parent=parent, ignore_changes=["availability_zone"]),
    )


def route_table(
    name: str, *, parent: pulumi.Resource, vpc_id: pulumi.Input[str]
) -> aws.ec2.RouteTable:
    """An empty route table: it knows the VPC's own addresses only."""
    return aws.ec2.RouteTable(
        name,
        vpc_id=vpc_id,
        tags={"Name": name},
        opts=pulumi.ResourceOptions(parent=parent),
    )


def association(
    name: str,
    *,
    parent: pulumi.Resource,
    subnet: aws.ec2.Subnet,
    table: aws.ec2.RouteTable,
    after: Sequence[pulumi.Resource],
) -> aws.ec2.RouteTableAssociation:
    """Route `subnet` by `table`, once the routes `after` are in place."""
    return aws.ec2.RouteTableAssociation(
        name,
        subnet_id=subnet.id,
        route_table_id=table.id,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=after),
    )


@dataclass(frozen=True)
class WayOut:
    """What leads out to the internet."""

    gateways: list[aws.ec2.NatGateway]
    table: aws.ec2.RouteTable
    """Routes the public subnets, in which the gateways stand."""


def nat_gateways(
    name: str,
    *,
    parent: pulumi.Resource,
    vpc_id: pulumi.Input[str],
    cidrs: Sequence[str],
    zones: Sequence[pulumi.Input[str]],
) -> WayOut:
    """A NAT gateway in each of `zones`, each in a public subnet of its own, of range `cidrs`.

    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
    """
    internet = aws.ec2.InternetGateway(
        f"{name}-internet",
        vpc_id=vpc_id,
        tags={"Name": f"{name}-internet"},
        opts=pulumi.ResourceOptions(parent=parent),
    )
    table = route_table(f"{name}-public", parent=parent, vpc_id=vpc_id)
    route = aws.ec2.Route(
        f"{name}-public-internet",
        route_table_id=table.id,
        destination_cidr_block=ANYWHERE,
        gateway_id=internet.id,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    gateways = []
    for number, (cidr, zone) in enumerate(zip(cidrs, zones, strict=True), start=1):
        public = f"{name}-public-{number}"
        placed = subnet(public, parent=parent, vpc_id=vpc_id, cidr=cidr, zone=zone)
        routed = association(
            f"{public}-routes", parent=parent, subnet=placed, table=table, after=[route]
        )
        address = aws.ec2.Eip(
            f"{public}-address",
            domain="vpc",
            tags={"Name": f"{public}-address"},
            opts=pulumi.ResourceOptions(parent=parent),
        )
        gateways.append(
            aws.ec2.NatGateway(
                f"{public}-nat",
                subnet_id=placed.id,
                allocation_id=address.id,
                tags={"Name": f"{public}-nat"},
                opts=pulumi.ResourceOptions(parent=parent, depends_on=[routed]),
            )
        )
    return WayOut(gateways, table)
