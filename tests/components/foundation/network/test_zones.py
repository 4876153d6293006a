import pulumi
import pytest
from moto.ec2.models.vpcs import DEFAULT_VPC_ENDPOINT_SERVICES

from components.foundation.network.egress import Egress
from components.foundation.network.network import Network
from components.foundation.network.zones import place_zones
from embedded.cloud import Cloud
from embedded.resources import Resources
from infra.graph import Run, record
from infra.hosts.in_process import InProcessHost
from infra.hosts.progress import Operation
from infra.live import in_account
from infra.naming import Names

NAMES = Names("maslow", "dev")
ABC = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
SUBNET = "aws:ec2/subnet:Subnet"


SOME = {"sts": ABC, "sagemaker.api": ["eu-west-1a", "eu-west-1c"]}


def test_zones_are_taken_by_name_where_all_of_them_have_everything():
    assert place_zones(2, [*reversed(ABC)], {"sts": ABC}) == ABC[:2]
    assert place_zones(3, ABC, {}) == ABC


def test_a_zone_that_lacks_a_service_is_passed_over():
    assert place_zones(2, ABC, SOME) == ["eu-west-1a", "eu-west-1c"]


def test_subnets_that_stand_stay_and_others_come_beside_them():
    assert place_zones(2, ABC, {}, live=["eu-west-1c", "eu-west-1b"]) == [
        "eu-west-1c",
        "eu-west-1b",
    ]
    assert place_zones(3, ABC, {}, live=["eu-west-1b", "eu-west-1c"])[2] == "eu-west-1a"
    assert place_zones(2, ABC[:1], {}, live=ABC[1:]) == ABC[1:]  # one is not available just now
    named = ["eu-west-1a", "eu-west-1b"]
    assert place_zones(2, ABC, {}, named=named, live=[*reversed(named)]) == [*reversed(named)]


LACKS = "eu-west-1b lacks sagemaker.api"


@pytest.mark.parametrize(
    ("zones", "message"),
    [
        ({"count": 3}, "3 zones are wanted, and 2 have all that network.endpoints asks for"),
        ({"count": 2, "named": ABC[:2]}, f"{LACKS}. Leave it out of network.endpoints"),
        ({"count": 2, "live": ABC[:2]}, f"{LACKS}. Leave it out of network.endpoints"),
        (
            {"count": 2, "named": ["eu-west-1a", "eu-west-1c"], "live": ABC[:2]},
            "there are subnets in eu-west-1b already, and a subnet cannot move.",
        ),
    ],
)
def test_zones_that_will_not_do_are_told_before_anything_is_made(zones, message):
    count = zones.pop("count")
    with pytest.raises(pulumi.RunError) as refused:
        place_zones(count, ABC, SOME, **zones)
    assert str(refused.value).startswith(f"network.zones: {message}")


def program(account_id="123456789012", **changes):
    args = {
        "cidr": "10.20.0.0/16",
        "zone_count": 2,
        "live_zones": [],
        "egress": Egress.PER_ZONE,
        "interface_endpoints": ["sagemaker.api"],
        "query_log": False,
        "region": "eu-west-1",
        "account_id": account_id,
        "log_key_arn": f"arn:aws:kms:eu-west-1:{account_id}:key/logs",
        "log_retention_days": 90,
        **changes,
    }
    return lambda: Network("net", args) and None


def test_named_zones_are_taken_and_every_subnet_is_in_one_of_them():
    graph = record(program(zone_names=["eu-west-1b", "eu-west-1c"]))
    subnets = graph.of_type(SUBNET)
    assert {each.inputs["availabilityZone"] for each in subnets} == {"eu-west-1b", "eu-west-1c"}
    private = {each.urn for each in subnets if "-private-" in each.name}
    for public in (each for each in subnets if "-public-" in each.name):
        assert set(public.dependencies) & private


def test_a_network_keeps_its_zones_when_another_service_comes_to_an_earlier_one(monkeypatch):
    with Cloud("eu-west-1") as cloud:
        ec2 = cloud.client("ec2")
        ec2.describe_vpc_endpoint_services()
        (service,) = [
            each
            for each in DEFAULT_VPC_ENDPOINT_SERVICES[cloud.region]
            if each["ServiceName"] == "com.amazonaws.eu-west-1.sagemaker.api"
        ]
        key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
        host = InProcessHost(Resources(cloud), Run(stack="dev"), cloud.environment)
        up = program(cloud.account_id, log_key_arn=key)

        monkeypatch.setitem(service, "AvailabilityZones", ABC[1:])
        host.up(up)
        live = in_account(cloud.client, NAMES, set).zones("net")
        assert live == ["eu-west-1b", "eu-west-1c"]
        monkeypatch.setitem(service, "AvailabilityZones", ABC)
        again = program(cloud.account_id, log_key_arn=key, live_zones=live)
        for same in (up, again):
            assert host.up(same).changes.keys() == {Operation.SAME}
        assert in_account(cloud.client, NAMES, set).zones("other") == []
