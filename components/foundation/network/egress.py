"""Egress of the network: NAT gateways, and a firewall before them where there is one."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.foundation.network.cidr_plan import CidrPlan
from components.foundation.network.egress_firewall import EgressFirewall
from components.foundation.network.subnets import (
    ANYWHERE,
    WayOut,
    association,
    nat_gateways,
    route_table,
    subnet,
)


class Egress(enum.Enum):
    """How workloads reach the internet."""

    NONE = "none"
    """Not at all, whatever a workload is told to do: there is no internet gateway, no NAT gateway,
    no public subnet and no rule that would let a packet out. AWS's services are reached by their
    endpoints alone, and packages by the account's own registries."""
    SINGLE = "single"
    """Through one NAT gateway; the loss of its zone cuts all zones off."""
    PER_ZONE = "per-zone"
    """Through a NAT gateway in each zone."""

    def gateways(self, zone_count: int) -> int:
        """How many NAT gateways it takes."""
        return {Egress.NONE: 0, Egress.SINGLE: 1, Egress.PER_ZONE: zone_count}[self]


@dataclass(frozen=True)
class NetworkPlan:
    """The parts of a network that its egress runs through."""

    vpc_id: pulumi.Input[str]
    plan: CidrPlan
    zones: Sequence[pulumi.Input[str]]
    private: Sequence[aws.ec2.Subnet]
    """Private subnet of each zone."""
    tables: Sequence[aws.ec2.RouteTable]
    """Route table of each zone's private subnet."""


def firewall_subnets(
    name: str, *, parent: pulumi.Resource, network: NetworkPlan, count: int
) -> list[aws.ec2.Subnet]:
    """A subnet for the endpoint of a firewall in each of the first `count` zones."""
    return [
        subnet(
            f"{name}-firewall-{index + 1}",
            parent=parent,
            vpc_id=network.vpc_id,
            cidr=network.plan.firewall[index],
            zone=network.zones[index],
        )
        for index in range(count)
    ]


def egress_routes(
    name: str,
    *,
    parent: pulumi.Resource,
    network: NetworkPlan,
    count: int,
    firewall: EgressFirewall | None,
) -> list[aws.ec2.Route]:
    """A route to the internet for each private subnet, by way of `count` NAT gateways.

    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
    """
    out = nat_gateways(
        name,
        parent=parent,
        vpc_id=network.vpc_id,
        cidrs=network.plan.public[:count],
        zones=network.zones[:count],
    )
    if firewall is not None:
        return _route_through(firewall, out, name, parent=parent, network=network)
    return [
        aws.ec2.Route(
            f"{name}-private-{index + 1}-internet",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            nat_gateway_id=out.gateways[index % count].id,
            opts=pulumi.ResourceOptions(parent=parent),
        )
        for index, table in enumerate(network.tables)
    ]


def _route_through(
    firewall: EgressFirewall,
    out: WayOut,
    name: str,
    *,
    parent: pulumi.Resource,
    network: NetworkPlan,
) -> list[aws.ec2.Route]:
    """From each private subnet to an endpoint of the firewall, and from there to a NAT gateway.

    Answers come back through the same endpoint: it must see both sides of a connection. A route
    within the VPC must lead to the whole of a subnet that is there.
    https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html
    https://docs.aws.amazon.com/network-firewall/latest/developerguide/arch-igw-ngw.html
    """
    opts = pulumi.ResourceOptions(parent=parent)
    beyond: list[pulumi.Resource] = []
    for number, (placed, gateway) in enumerate(
        zip(firewall.subnets, out.gateways, strict=True), start=1
    ):
        inner = f"{name}-firewall-{number}"
        table = route_table(inner, parent=parent, vpc_id=network.vpc_id)
        route = aws.ec2.Route(
            f"{inner}-internet",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            nat_gateway_id=gateway.id,
            opts=opts,
        )
        beyond.append(
            association(f"{inner}-routes", parent=parent, subnet=placed, table=table, after=[route])
        )
    endpoints = firewall.endpoint_ids
    routes = []
    for index, table in enumerate(network.tables):
        private, endpoint = f"{name}-private-{index + 1}", endpoints[index % len(endpoints)]
        back = aws.ec2.Route(
            f"{private}-back",
            route_table_id=out.table.id,
            destination_cidr_block=network.private[index].cidr_block,
            vpc_endpoint_id=endpoint,
            opts=opts,
        )
        routes.append(
            aws.ec2.Route(
                f"{private}-internet",
                route_table_id=table.id,
                destination_cidr_block=ANYWHERE,
                vpc_endpoint_id=endpoint,
                opts=pulumi.ResourceOptions(parent=parent, depends_on=[*beyond, back]),
            )
        )
    return routes
