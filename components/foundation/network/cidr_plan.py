"""The subnets of a VPC, planned from its address range alone."""

import ipaddress
from dataclasses import dataclass
from itertools import islice

LARGEST_VPC_PREFIX = 16
SMALLEST_VPC_PREFIX = 23
SMALLEST_SUBNET_PREFIX = 28
ZONE_COUNTS = (2, 3)


@dataclass(frozen=True)
class CidrPlan:
    """Address ranges of the subnets, in CIDR notation, one per zone and kind."""

    private: tuple[str, ...]
    """Where workloads run."""
    public: tuple[str, ...]
    """Where NAT gateways stand, and nothing else."""
    firewall: tuple[str, ...]
    """Where endpoints of a firewall stand, and nothing else."""


def plan_cidrs(cidr: str, zone_count: int) -> CidrPlan:
    """The plan of a VPC of range `cidr` over 2 or 3 zones.

    The range is cut in four: a quarter of it for each zone's private subnet, and small subnets in
    the last quarter, three public ones and then three for a firewall; its rest stays free. So a
    third zone can be added later without moving a subnet, which would replace it. Private subnets
    are large because each instance of a distributed job, and each endpoint's instance, takes
    addresses of its own.

    Raises ValueError for a range that is no network address, is larger than /16 or smaller than
    /23, and for another number of zones.

    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    if zone_count not in ZONE_COUNTS:
        raise ValueError(f"{zone_count} zones: a network has 2 or 3")
    vpc = ipaddress.IPv4Network(cidr)
    if not LARGEST_VPC_PREFIX <= vpc.prefixlen <= SMALLEST_VPC_PREFIX:
        raise ValueError(
            f"{cidr}: a VPC is at most a /{LARGEST_VPC_PREFIX}, and subnets of a useful size "
            f"need a /{SMALLEST_VPC_PREFIX} or larger"
        )
    *quarters, last = vpc.subnets(prefixlen_diff=2)
    small = list(islice(last.subnets(new_prefix=min(vpc.prefixlen + 6, SMALLEST_SUBNET_PREFIX)), 6))
    return CidrPlan(
        private=tuple(map(str, quarters[:zone_count])),
        public=tuple(map(str, small[:zone_count])),
        firewall=tuple(map(str, small[3 : 3 + zone_count])),
    )
