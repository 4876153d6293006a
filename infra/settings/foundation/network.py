"""The private network that everything runs in."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from infra.settings.base import Settings
from infra.settings.mistakes import refusal, shown

PRIVATE_RANGES = tuple(
    ipaddress.IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
DOCKER_RANGE = ipaddress.IPv4Network("172.17.0.0/16")
LARGEST_PREFIX, SMALLEST_PREFIX = 16, 22


def vpc_range(value: str) -> str:
    """Refuse what is no range for this platform's VPC.

    A VPC holds a /16 to a /28, best from the private ranges of RFC 1918, and not from
    172.17.0.0/16, which Docker uses inside SageMaker; below a /22 the subnets of two or three
    zones have no room for jobs.
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    """
    try:
        network = ipaddress.IPv4Network(value)
    except ValueError:
        raise refusal(
            f"{shown(value)} is not an IPv4 range.",
            _first_address(value) or "Example: 10.10.0.0/16.",
        ) from None
    if not LARGEST_PREFIX <= network.prefixlen <= SMALLEST_PREFIX:
        raise refusal(
            f"{value} has the wrong size.", "Allowed: /16 (65,536 addresses) to /22 (1,024)."
        )
    if not any(network.subnet_of(private) for private in PRIVATE_RANGES):
        raise refusal(
            f"{value} is not private.",
            f"Choose within {', '.join(str(private) for private in PRIVATE_RANGES)}.",
        )
    if network.overlaps(DOCKER_RANGE):
        raise refusal(f"{value} overlaps {DOCKER_RANGE}, which Docker uses inside SageMaker.")
    return value


def _first_address(value: str) -> str:
    try:
        return f"The range starts at {ipaddress.IPv4Network(value, strict=False)}."
    except ValueError:
        return ""


class Network(Settings):
    """The private network that everything runs in."""

    cidr: Annotated[str, AfterValidator(vpc_range)] = Field(
        description="The VPC's private IPv4 range, /16 to /22, such as 10.10.0.0/16. "
        "No two environments may overlap."
    )
    zones: Literal[2, 3] = Field(2, description="Over how many availability zones it spreads.")
    egress: Literal["none", "single", "per-zone"] = Field(
        "single",
        description="The way out to the internet: none, one NAT gateway for all zones, "
        "or one in each zone.",
    )
