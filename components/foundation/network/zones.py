"""The availability zones of a network: those that are named, or those that have what it needs."""

from collections.abc import Mapping, Sequence
from typing import cast

import pulumi
import pulumi_aws as aws

from components.foundation.network.endpoint_services import service_name


def pick_zones(
    count: int, available: Sequence[str], offered: Mapping[str, Sequence[str]]
) -> list[str]:
    """The first `count` zones, by name, that offer every service; `offered` tells where each is.

    Raises pulumi.RunError, with what is missing where, if there are not as many.
    """
    fit = [zone for zone in sorted(available) if all(zone in zones for zones in offered.values())]
    if len(fit) >= count:
        return fit[:count]
    lacking = {
        zone: [service for service, zones in offered.items() if zone not in zones]
        for zone in sorted(available)
    }
    told = "; ".join(
        f"{zone} lacks {', '.join(services)}" for zone, services in lacking.items() if services
    )
    raise pulumi.RunError(
        f"network.zones: {count} zones are wanted, and {len(fit)} have all that network.endpoints "
        f"asks for{f': {told}' if told else ''}. Ask for fewer zones, or for other endpoints."
    )


def fit_zones(
    count: int, services: Sequence[str], *, parent: pulumi.Resource, region: str
) -> list[pulumi.Output[str]]:
    """Zones of the account in which each of `services` has its interface endpoint.

    AWS refuses an endpoint in a zone that its service is not in.
    https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
    """
    opts = pulumi.InvokeOptions(parent=parent)
    available = aws.get_availability_zones_output(
        state="available",
        # Local Zones and Wavelength Zones, which have few services, must be opted into.
        filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
        opts=opts,
    ).names
    offered = {
        service: aws.ec2.get_vpc_endpoint_service_output(
            service_name=service_name(service, region), service_type="Interface", opts=opts
        ).availability_zones
        for service in services
    }
    chosen = cast("pulumi.Output[list[list[str]]]", pulumi.Output.all(available, *offered.values()))
    zones = chosen.apply(
        lambda found: pick_zones(count, found[0], dict(zip(offered, found[1:], strict=True)))
    )
    return [zones[number] for number in range(count)]
