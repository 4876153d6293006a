import pytest
from botocore.exceptions import ClientError

DIMENSION = {
    "ServiceNamespace": "sagemaker",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}


@pytest.fixture(scope="module")
def endpoint(cloud, a_model):
    """Makes an endpoint of one variant, `only`, of an instance type."""

    def make(name, instance):
        sagemaker = cloud.client("sagemaker")
        sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": "only",
                    "ModelName": a_model(name, "s3://artifacts/model.tar.gz"),
                    "InstanceType": instance,
                    "InitialInstanceCount": 1,
                }
            ],
        )
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        return name

    return make


def register(cloud, endpoint, variant="only"):
    scaling = cloud.client("application-autoscaling")
    place = f"endpoint/{endpoint}/variant/{variant}"
    scaling.register_scalable_target(**DIMENSION, ResourceId=place, MinCapacity=1, MaxCapacity=4)
    return scaling.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[place])


def refused(cloud, *where):
    with pytest.raises(ClientError) as raised:
        register(cloud, *where)
    assert raised.value.response["Error"]["Code"] == "ValidationException"
    return raised.value.response["Error"]["Message"]


def test_a_variant_that_is_there_is_registered(cloud, endpoint):
    (target,) = register(cloud, endpoint("steady", "ml.c6i.large"))["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)


def test_what_is_not_there_is_refused(cloud, endpoint):
    assert "endpoint doesn't exist" in refused(cloud, "nowhere")
    assert "variant doesn't exist" in refused(cloud, endpoint("lonely", "ml.c6i.large"), "other")


def test_a_burstable_variant_is_refused(cloud, endpoint):
    message = refused(cloud, endpoint("bursts", "ml.t2.medium"))
    assert message.startswith("ml.t2.medium is a burstable instance type")
