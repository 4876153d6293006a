import pytest
from botocore.exceptions import ClientError

from tests.served_model import uploaded

DIMENSION = {
    "ServiceNamespace": "sagemaker",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}


@pytest.fixture(scope="module")
def endpoint(cloud, a_model):
    """Makes an endpoint of one variant, `only`, of an instance type."""

    def make(name, instance):
        sagemaker = cloud.client("sagemaker")
        data = uploaded(cloud, "s3://artifacts/model.tar.gz")
        sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": "only",
                    "ModelName": a_model(name, data),
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


def test_the_tags_of_a_target_are_kept(cloud, endpoint):
    scaling = cloud.client("application-autoscaling")
    name = endpoint("tagged", "ml.c6i.large")
    place = f"endpoint/{name}/variant/only"
    arn = scaling.register_scalable_target(
        **DIMENSION, ResourceId=place, MinCapacity=1, MaxCapacity=4, Tags={"owner": "ml"}
    )["ScalableTargetARN"]
    register(cloud, name)
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"owner": "ml"}

    scaling.tag_resource(ResourceARN=arn, Tags={"team": "risk"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["owner"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"team": "risk"}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        scaling.list_tags_for_resource(ResourceARN=f"{arn}-other")


def test_a_deregistered_target_takes_its_policies_and_schedules_with_it(cloud, endpoint):
    scaling = cloud.client("application-autoscaling")
    name = endpoint("undone", "ml.c6i.large")
    variant = {**DIMENSION, "ResourceId": f"endpoint/{name}/variant/only"}
    register(cloud, name)
    scaling.put_scaling_policy(
        **variant,
        PolicyName="busy",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 10,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
        },
    )
    scaling.put_scheduled_action(
        **variant,
        ScheduledActionName="night",
        Schedule="cron(0 22 * * ? *)",
        ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 1},
    )
    scaling.deregister_scalable_target(**variant)
    assert scaling.describe_scaling_policies(**variant)["ScalingPolicies"] == []
    assert scaling.describe_scheduled_actions(**variant)["ScheduledActions"] == []
