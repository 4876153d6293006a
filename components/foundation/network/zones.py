"""The zones of a network: where it is already, as they are named, or where all it needs is."""

from collections.abc import Mapping, Sequence
from typing import cast

import pulumi
import pulumi_aws as aws

from components.foundation.network.endpoint_services import service_name


def place_zones(
    count: int,
    available: Sequence[str],
    offered: Mapping[str, Sequence[str]],
    *,
    named: Sequence[str] = (),
    live: Sequence[str] = (),
) -> list[str]:
    """The zones of `count` private subnets, in their order.

    Subnets that stand (`live`) stay where they are. The others are in the zones that are named, or
    in the first of `available`, by name, that have every service; `offered` tells where each is.

    Raises pulumi.RunError where too few zones are fit, where one that is named or lived in lacks a
    service, and where a subnet stands in a zone that is not named.
    """
    standing = [*live[:count]]
    if strayed := [zone for zone in standing if named and zone not in named]:
        raise pulumi.RunError(
            f"network.zones: there are subnets in {', '.join(strayed)} already, and a subnet "
            "cannot move. Name their zones, or let another environment have the new ones."
        )
    fit = [zone for zone in sorted(available) if not _lacking(zone, offered)]
    wanted = [*standing, *(zone for zone in named or fit if zone not in standing)][:count]
    if told := _told(wanted, offered):
        raise pulumi.RunError(
            f"network.zones: {told}. Leave it out of network.endpoints, or name other zones for a "
            "new network."
        )
    if len(wanted) < count:
        told = _told(sorted(available), offered)
        raise pulumi.RunError(
            f"network.zones: {count} zones are wanted, and {len(wanted)} have all that "
            f"network.endpoints asks for{f': {told}' if told else ''}. Ask for fewer zones, or for "
            "other endpoints."
        )
    return wanted


def _lacking(zone: str, offered: Mapping[str, Sequence[str]]) -> list[str]:
    return [service for service, zones in offered.items() if zone not in zones]


def _told(zones: Sequence[str], offered: Mapping[str, Sequence[str]]) -> str:
    lacking = {zone: _lacking(zone, offered) for zone in zones}
    return "; ".join(f"{zone} lacks {', '.join(gaps)}" for zone, gaps in lacking.items() if gaps)


def network_zones(
    count: int,
    services: Sequence[str],
    *,
    parent: pulumi.Resource,
    region: str,
    named: Sequence[str],
    live: Sequence[str],
) -> list[pulumi.Output[str]]:
    """The same, with what the account tells of its zones and of each service's endpoint.

    AWS refuses an endpoint in a zone that its service is not in.
    https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
    """
    opts = pulumi.InvokeOptions(parent=parent)
    available = aws.get_availability_zones_output(
        state="available",
        # Local Zones and Wavelength Zones have few services.
        filters=[
            {"name": "opt-in-status", "values": ["opt-in-not-required"]},
            {"name": "zone-type", "values": ["availability-zone"]},
        ],
        opts=opts,
    ).names
    offered = {
        service: aws.ec2.get_vpc_endpoint_service_output(
            service_name=service_name(service, region), service_type="Interface", opts=opts
        ).availability_zones
        for service in services
    }
    found = cast("pulumi.Output[list[list[str]]]", pulumi.Output.all(available, *offered.values()))
    zones = found.apply(
        lambda told: place_zones(
            count, told[0], dict(zip(offered, told[1:], strict=True)), named=named, live=live
        )
    )
    return [zones[number] for number in range(count)]
