from ipaddress import ip_network
from itertools import combinations

import pytest

from components.foundation.network.cidr_plan import CidrPlan, plan_cidrs

RANGES = ["10.0.0.0/16", "172.31.128.0/19", "192.168.4.0/22", "10.30.6.0/23"]


def every_subnet(plan: CidrPlan) -> list[str]:
    return [*plan.private, *plan.public, *plan.firewall]


@pytest.mark.parametrize("cidr", RANGES)
@pytest.mark.parametrize("zone_count", [2, 3])
def test_subnets_lie_within_the_vpc_and_apart(cidr, zone_count):
    plan = plan_cidrs(cidr, zone_count)
    subnets = [ip_network(subnet) for subnet in every_subnet(plan)]
    assert len(plan.private) == len(plan.public) == len(plan.firewall) == zone_count
    assert all(subnet.subnet_of(ip_network(cidr)) for subnet in subnets)
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))


@pytest.mark.parametrize("cidr", RANGES)
def test_workloads_get_a_quarter_of_the_addresses_in_each_zone(cidr):
    plan = plan_cidrs(cidr, 3)
    quarter = ip_network(cidr).num_addresses // 4
    assert [ip_network(subnet).num_addresses for subnet in plan.private] == [quarter] * 3
    assert all(ip_network(subnet).num_addresses <= quarter // 4 for subnet in plan.public)


@pytest.mark.parametrize("cidr", RANGES)
def test_a_third_zone_moves_no_subnet(cidr):
    two, three = plan_cidrs(cidr, 2), plan_cidrs(cidr, 3)
    assert three.private[:2] == two.private
    assert three.public[:2] == two.public
    assert three.firewall[:2] == two.firewall


@pytest.mark.parametrize("cidr", RANGES)
def test_no_subnet_is_smaller_than_aws_takes(cidr):
    plan = plan_cidrs(cidr, 3)
    assert max(ip_network(subnet).prefixlen for subnet in every_subnet(plan)) <= 28


@pytest.mark.parametrize(
    ("cidr", "zone_count", "message"),
    [
        ("10.0.0.0/15", 2, "at most a /16"),
        ("10.0.0.0/25", 2, "need a /23 or larger"),
        ("10.0.0.1/16", 2, "has host bits set"),
        ("10.0.0.0/16", 1, "1 zones: a network has 2 or 3"),
        ("10.0.0.0/16", 4, "4 zones: a network has 2 or 3"),
    ],
)
def test_what_makes_no_network_is_refused(cidr, zone_count, message):
    with pytest.raises(ValueError, match=message):
        plan_cidrs(cidr, zone_count)
