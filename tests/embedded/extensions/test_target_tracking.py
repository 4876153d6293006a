import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests.served_model import serving_role, uploaded

MINUTE = 60
PLACE = "endpoint/served/variant/only"
VARIANT = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": PLACE,
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
INVOCATIONS = {
    "PredefinedMetricSpecification": {
        "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
    }
}


@pytest.fixture
def cloud():
    """One with an endpoint of two instances that scales from one to six."""
    with Cloud() as running:
        sagemaker = running.client("sagemaker")
        image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1"
        data = uploaded(running, "s3://artifacts/model.tar.gz")
        sagemaker.create_model(
            ModelName="served",
            ExecutionRoleArn=serving_role(running),
            PrimaryContainer={"Image": image, "ModelDataUrl": data},
        )
        variant = {"VariantName": "only", "ModelName": "served", "InstanceType": "ml.c6i.large"}
        sagemaker.create_endpoint_config(
            EndpointConfigName="served",
            ProductionVariants=[{**variant, "InitialInstanceCount": 2}],
        )
        sagemaker.create_endpoint(EndpointName="served", EndpointConfigName="served")
        running.client("application-autoscaling").register_scalable_target(
            **VARIANT, MinCapacity=1, MaxCapacity=6
        )
        yield running


@pytest.fixture
def scaling(cloud):
    return cloud.client("application-autoscaling")


def put(scaling, target=10, metric=INVOCATIONS, **more):
    return scaling.put_scaling_policy(
        **VARIANT,
        PolicyName="follow",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": target, **metric, **more},
    )


def alarms(cloud):
    return {
        alarm["AlarmName"].split("-")[2]: alarm
        for alarm in cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    }


def instances(cloud):
    described = cloud.client("sagemaker").describe_endpoint(EndpointName="served")
    (variant,) = described["ProductionVariants"]
    assert variant["CurrentInstanceCount"] == variant["DesiredInstanceCount"]
    return variant["DesiredInstanceCount"]


def goes_on(cloud, minutes, requests):
    """Let minutes pass, with so many requests in each; the instances at the end of each."""
    runtime = cloud.client("sagemaker-runtime")
    seen = []
    for _ in range(minutes):
        for _ in range(requests):
            runtime.invoke_endpoint(EndpointName="served", ContentType="text/csv", Body=b"1")
        cloud.advance(MINUTE)
        seen.append(instances(cloud))
    return seen


def test_a_policy_has_the_alarms_that_aws_makes(cloud, scaling):
    told = put(scaling)["Alarms"]
    made = alarms(cloud)
    high, low = made["AlarmHigh"], made["AlarmLow"]
    assert {each["AlarmARN"] for each in told} == {high["AlarmArn"], low["AlarmArn"]}
    assert high["AlarmName"].startswith(f"TargetTracking-{PLACE}-AlarmHigh-")
    for alarm, comparison, threshold, periods in (
        (high, "GreaterThanThreshold", 10, 3),
        (low, "LessThanThreshold", 9, 15),
    ):
        assert (alarm["MetricName"], alarm["Statistic"]) == ("InvocationsPerInstance", "Sum")
        assert (alarm["ComparisonOperator"], alarm["Threshold"]) == (comparison, threshold)
        assert (alarm["EvaluationPeriods"], alarm["Period"]) == (periods, 60)
    (policy,) = scaling.describe_scaling_policies(**VARIANT)["ScalingPolicies"]
    assert policy["Alarms"] == told
    assert high["AlarmActions"] == low["AlarmActions"] == [policy["PolicyARN"]]


def test_a_policy_that_is_put_again_keeps_its_arn_and_has_new_alarms(cloud, scaling):
    first = put(scaling)["PolicyARN"]
    assert put(scaling, 20)["PolicyARN"] == first
    assert alarms(cloud)["AlarmHigh"]["Threshold"] == 20
    assert len(cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]) == 2


def test_alarms_go_with_their_policy(cloud, scaling):
    put(scaling)
    scaling.delete_scaling_policy(**VARIANT, PolicyName="follow")
    assert alarms(cloud) == {}
    put(scaling)
    scaling.deregister_scalable_target(**VARIANT)
    assert alarms(cloud) == {}


def test_one_that_does_not_shrink_has_no_alarm_for_it(cloud, scaling):
    put(scaling, DisableScaleIn=True)
    assert set(alarms(cloud)) == {"AlarmHigh"}


def test_instances_follow_the_requests_and_the_bounds(cloud, scaling):
    put(scaling, 2, ScaleOutCooldown=MINUTE)
    # 10 a minute are 5 for each of two instances: two and a half times the target.
    seen = goes_on(cloud, 5, 10)
    assert 5 in seen
    assert seen == sorted(seen)
    seen = goes_on(cloud, 6, 30)
    assert seen[-1] == max(seen) == 6

    activities = scaling.describe_scaling_activities(**VARIANT)["ScalingActivities"]
    newest = activities[0]
    assert newest["Description"] == "Setting desired instance count to 6."
    high = alarms(cloud)["AlarmHigh"]["AlarmName"]
    assert newest["Cause"] == f"monitor alarm {high} in state ALARM triggered policy follow"
    assert newest["StatusCode"] == "Successful"
    assert activities[-1]["Description"] == "Setting desired instance count to 5."


def test_a_variant_that_nobody_asks_shrinks_to_its_fewest(cloud, scaling):
    put(scaling, ScaleInCooldown=0)
    cloud.advance(12 * MINUTE)
    assert instances(cloud) == 2
    cloud.advance(4 * MINUTE)
    assert instances(cloud) == 1
    (activity,) = scaling.describe_scaling_activities(**VARIANT)["ScalingActivities"]
    assert "AlarmLow" in activity["Cause"]


def test_it_grows_again_only_after_its_cool_down(cloud, scaling):
    put(scaling, 2, ScaleOutCooldown=10 * MINUTE)
    first = goes_on(cloud, 4, 6)  # 3 for each of two instances: a third one
    assert first[-1] == 3
    assert goes_on(cloud, 5, 12)[-1] == 3
    assert goes_on(cloud, 7, 12)[-1] > 3


def test_what_is_suspended_does_not_scale(cloud, scaling):
    put(scaling, 1)
    scaling.register_scalable_target(**VARIANT, SuspendedState={"DynamicScalingOutSuspended": True})
    assert set(goes_on(cloud, 5, 10)) == {2}


def test_a_customized_metric_is_tracked_by_its_name(cloud, scaling):
    custom = {"MetricName": "Queued", "Namespace": "own", "Statistic": "Average"}
    put(scaling, 5, {"CustomizedMetricSpecification": custom})
    for _ in range(4):
        cloud.client("cloudwatch").put_metric_data(
            Namespace="own", MetricData=[{"MetricName": "Queued", "Value": 10}]
        )
        cloud.advance(MINUTE)
    assert instances(cloud) == 4


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        (
            {
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": (
                        "SageMakerVariantConcurrentRequestsPerModelHighResolution"
                    )
                }
            },
            "SageMakerVariantConcurrentRequestsPerModelHighResolution",
        ),
        ({"CustomizedMetricSpecification": {"Metrics": [{"Id": "m"}]}}, "not by metric math"),
    ],
)
def test_another_metric_is_refused_by_its_name(cloud, scaling, metric, message):
    with pytest.raises(ClientError, match=message):
        put(scaling, 1, metric)
    assert alarms(cloud) == {}
    assert scaling.describe_scaling_policies(**VARIANT)["ScalingPolicies"] == []


def test_an_endpoint_that_moves_is_scaled_afterwards(cloud, scaling):
    put(scaling, 2)
    policy = {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": 6 * MINUTE,
    }
    cloud.client("sagemaker").update_endpoint(
        EndpointName="served",
        EndpointConfigName="served",
        DeploymentConfig={"BlueGreenUpdatePolicy": policy},
    )
    assert set(goes_on(cloud, 5, 10)) == {2}
    assert goes_on(cloud, 2, 10)[-1] > 2
