import pulumi
import pytest
from moto.ec2.models.vpcs import DEFAULT_VPC_ENDPOINT_SERVICES

from components.foundation.network.egress import Egress
from components.foundation.network.network import Network
from components.foundation.network.zones import pick_zones
from embedded.cloud import Cloud
from embedded.resources import Resources
from infra.graph import Run, record
from infra.hosts.in_process import InProcessHost
from infra.hosts.progress import Operation

ABC = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
SUBNET = "aws:ec2/subnet:Subnet"


def test_zones_are_taken_by_name_where_all_of_them_have_everything():
    assert pick_zones(2, [*reversed(ABC)], {"sts": ABC}) == ABC[:2]
    assert pick_zones(3, ABC, {}) == ABC


def test_a_zone_that_lacks_a_service_is_passed_over():
    offered = {"sts": ABC, "sagemaker.api": ["eu-west-1a", "eu-west-1c"]}
    assert pick_zones(2, ABC, offered) == ["eu-west-1a", "eu-west-1c"]


def test_too_few_zones_are_told_with_what_each_lacks():
    offered = {"sts": ABC[:2], "sagemaker.api": ["eu-west-1a"]}
    with pytest.raises(pulumi.RunError) as refused:
        pick_zones(2, ABC, offered)
    assert str(refused.value) == (
        "network.zones: 2 zones are wanted, and 1 have all that network.endpoints asks for: "
        "eu-west-1b lacks sagemaker.api; eu-west-1c lacks sts, sagemaker.api. Ask for fewer zones, "
        "or for other endpoints."
    )


def program(account_id="123456789012", **changes):
    args = {
        "cidr": "10.20.0.0/16",
        "zone_count": 2,
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


def test_named_zones_are_taken_and_their_subnets_move_with_them():
    named = record(program(zone_names=["eu-west-1b", "eu-west-1c"])).of_type(SUBNET)
    assert {each.inputs["availabilityZone"] for each in named} == {"eu-west-1b", "eu-west-1c"}
    private = [each for each in named if "-private-" in each.name]
    assert [each.options.get("ignoreChanges") for each in private] == [None, None]


def test_chosen_zones_stay_and_every_subnet_is_in_one_of_the_private_ones():
    graph = record(program())
    private = [each for each in graph.of_type(SUBNET) if "-private-" in each.name]
    assert [each.options["ignoreChanges"] for each in private] == 2 * [["availabilityZone"]]
    for public in (each for each in graph.of_type(SUBNET) if "-public-" in each.name):
        assert set(public.dependencies) & {each.urn for each in private}


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

        own = {"Filters": [{"Name": "tag:Name", "Values": ["net-*"]}]}
        monkeypatch.setitem(service, "AvailabilityZones", ABC[1:])
        host.up(up)
        placed = {each["AvailabilityZone"] for each in ec2.describe_subnets(**own)["Subnets"]}
        assert placed == {"eu-west-1b", "eu-west-1c"}
        monkeypatch.setitem(service, "AvailabilityZones", ABC)
        assert host.up(up).changes.keys() == {Operation.SAME}
