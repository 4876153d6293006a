import pytest
from botocore.exceptions import ClientError
from moto.ec2.models.vpcs import DEFAULT_VPC_ENDPOINT_SERVICES

SAGEMAKER = "com.amazonaws.eu-west-1.sagemaker.api"


@pytest.fixture
def only_in_a(cloud):
    """SageMaker's API is in one zone of the region."""
    cloud.client("ec2").describe_vpc_endpoint_services()  # moto collects them once
    services = DEFAULT_VPC_ENDPOINT_SERVICES[cloud.region]
    (service,) = [each for each in services if each["ServiceName"] == SAGEMAKER]
    before = service["AvailabilityZones"]
    service["AvailabilityZones"] = ["eu-west-1a"]
    yield
    service["AvailabilityZones"] = before


def test_an_endpoint_is_made_in_no_zone_that_its_service_lacks(cloud, only_in_a):
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)[
            "Subnet"
        ]["SubnetId"]
        for number, zone in enumerate(("eu-west-1a", "eu-west-1b"))
    ]
    wanted = {"VpcId": vpc, "ServiceName": SAGEMAKER, "VpcEndpointType": "Interface"}
    with pytest.raises(ClientError, match="does not support the availability zone") as refused:
        ec2.create_vpc_endpoint(**wanted, SubnetIds=subnets)
    assert refused.value.response["Error"]["Code"] == "InvalidParameter"
    assert subnets[1] in refused.value.response["Error"]["Message"]
    ec2.create_vpc_endpoint(**wanted, SubnetIds=subnets[:1])


def test_the_endpoint_of_tracking_servers_is_there_beside_that_of_studio(cloud):
    ec2 = cloud.client("ec2")
    names = [f"aws.sagemaker.{cloud.region}.{each}" for each in ("experiments", "studio")]
    told = ec2.describe_vpc_endpoint_services(ServiceNames=names)
    assert told["ServiceNames"] == names
    one, other = told["ServiceDetails"]
    assert one["ServiceId"] != other["ServiceId"]
    assert one["AvailabilityZones"] == other["AvailabilityZones"]
