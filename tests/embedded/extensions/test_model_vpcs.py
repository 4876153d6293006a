import pytest

from embedded.cloud import Cloud

VPC = {"SecurityGroupIds": ["sg-12345678"], "Subnets": ["subnet-12345678"]}


@pytest.mark.parametrize("place", [{}, {"VpcConfig": VPC}], ids=["no VPC", "a VPC"])
def test_a_model_tells_the_vpc_that_it_was_given(cloud: Cloud, role: str, place: dict) -> None:
    sagemaker = cloud.client("sagemaker")
    name = "inside" if place else "outside"
    sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=role,
        PrimaryContainer={"Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/any:1"},
        **place,
    )
    described = sagemaker.describe_model(ModelName=name)
    assert {key: described[key] for key in described if key == "VpcConfig"} == place
