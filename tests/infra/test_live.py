import pytest
from botocore.exceptions import ClientError

from infra.live import NOTHING, in_account
from infra.naming import Names

NAMES = Names("maslow", "dev")


def test_what_is_not_there_is_nothing(cloud):
    live = in_account(cloud.client, NAMES, set)
    assert live.instances("nowhere") == NOTHING.instances("nowhere") == 0
    assert live.zones("nowhere") == NOTHING.zones("nowhere") == []


def test_the_zones_of_a_network_are_those_of_its_private_subnets_in_their_order(cloud):
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    named = {
        "net-private-2": "eu-west-1a",
        "net-private-1": "eu-west-1c",
        "net-public-1": "eu-west-1b",
        "network-private-1": "eu-west-1b",
    }
    for number, (name, zone) in enumerate(named.items()):
        tags = [{"ResourceType": "subnet", "Tags": [{"Key": "Name", "Value": name}]}]
        block = f"10.0.{number}.0/24"
        ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone, TagSpecifications=tags)
    assert in_account(cloud.client, NAMES, set).zones("net") == ["eu-west-1c", "eu-west-1a"]


def test_one_client_of_a_service_does(cloud):
    asked = []

    def client(service):
        asked.append(service)
        return cloud.client(service)

    live = in_account(client, NAMES, set)
    for _ in range(2):
        live.instances("nowhere")
        live.zones("nowhere")
    assert asked == ["sagemaker", "ec2"]


def test_what_aws_refuses_comes_up(cloud):
    sagemaker = cloud.client("sagemaker")

    class Closed:
        exceptions = sagemaker.exceptions

        def describe_endpoint(self, **_):
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeEndpoint")

    with pytest.raises(ClientError, match="AccessDenied"):
        in_account(lambda _: Closed(), NAMES, set).instances("there")
