import json
from collections import Counter

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests.served_model import HANDLER, serving_role, uploaded

MINUTE = 60
ECHO = HANDLER
SAYS = HANDLER.replace("content, accept", '"new", accept')
BREAKS = HANDLER.replace("return content, accept", "raise RuntimeError('the new one is broken')")
REQUESTS = 60


@pytest.fixture
def cloud():
    with Cloud() as running:
        yield running


@pytest.fixture
def sagemaker(cloud):
    return cloud.client("sagemaker")


@pytest.fixture
def config(cloud, sagemaker):
    """Make a configuration of a handler, with as many instances; its name."""

    def make(name, handler, instances=4, **more):
        data = uploaded(cloud, f"s3://artifacts/{name}.tar.gz", handler)
        container = {"Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1"}
        sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn=serving_role(cloud),
            PrimaryContainer={**container, "ModelDataUrl": data},
        )
        variant = {"VariantName": "only", "ModelName": name, "InstanceType": "ml.c6i.large"}
        sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[{**variant, "InitialInstanceCount": instances}],
            **more,
        )
        return name

    return make


@pytest.fixture
def endpoint(sagemaker, config):
    sagemaker.create_endpoint(EndpointName="served", EndpointConfigName=config("old", ECHO))
    return "served"


@pytest.fixture
def alarm(cloud):
    """Goes off when one of the endpoint's requests in a minute fails."""
    cloud.client("cloudwatch").put_metric_alarm(
        AlarmName="errors",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Dimensions=[
            {"Name": "EndpointName", "Value": "served"},
            {"Name": "VariantName", "Value": "only"},
        ],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
    )
    return {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}}


def blue_green(kind, *, wait=0, termination=0, **more):
    routing = {"Type": kind, "WaitIntervalInSeconds": wait, **more}
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": routing,
            "TerminationWaitInSeconds": termination,
        }
    }


def canary(percent=25, wait=10 * MINUTE, termination=2 * MINUTE):
    size = {"Type": "CAPACITY_PERCENT", "Value": percent}
    return blue_green("CANARY", wait=wait, termination=termination, CanarySize=size)


def linear(percent=50, wait=5 * MINUTE):
    size = {"Type": "CAPACITY_PERCENT", "Value": percent}
    return blue_green("LINEAR", wait=wait, LinearStepSize=size)


def move(sagemaker, to, deployment):
    sagemaker.update_endpoint(
        EndpointName="served", EndpointConfigName=to, DeploymentConfig=deployment
    )


def told(sagemaker):
    described = sagemaker.describe_endpoint(EndpointName="served")
    return described["EndpointStatus"], described["EndpointConfigName"]


def pending(sagemaker):
    return sagemaker.describe_endpoint(EndpointName="served").get("PendingDeploymentSummary")


def asked(cloud, requests=REQUESTS):
    """How many of the requests the new fleet answered, and how many failed."""
    runtime = cloud.client("sagemaker-runtime")
    found = Counter()
    for _ in range(requests):
        try:
            answer = runtime.invoke_endpoint(
                EndpointName="served", ContentType="text/csv", Accept="text/csv", Body=b"old"
            )
            found[answer["Body"].read().decode()] += 1
        except runtime.exceptions.ModelError:
            found["failed"] += 1
    return found


def left(sagemaker):
    """The weight of the fleet that the endpoint has."""
    (variant,) = sagemaker.describe_endpoint(EndpointName="served")["ProductionVariants"]
    return variant["CurrentWeight"]


def test_a_canary_takes_its_share_until_its_bake_is_over(cloud, sagemaker, endpoint, config):
    move(sagemaker, config("new", SAYS), canary())
    assert told(sagemaker) == ("Updating", "old")
    summary = pending(sagemaker)
    (variant,) = summary["ProductionVariants"]
    assert summary["EndpointConfigName"] == "new"
    assert variant["VariantStatus"][0]["Status"] == "Baking"
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (4, 4)
    assert (variant["CurrentWeight"], variant["DesiredWeight"]) == (0.25, 1.0)
    assert left(sagemaker) == 0.75
    answered = asked(cloud, 200)
    assert 20 < answered["new"] < 90  # 50 are to be expected; this fails once in some 10**6 runs

    cloud.advance(10 * MINUTE)
    assert told(sagemaker) == ("Updating", "old")
    assert pending(sagemaker)["ProductionVariants"][0]["CurrentWeight"] == 1.0
    assert left(sagemaker) == 0
    assert asked(cloud) == {"new": REQUESTS}

    cloud.advance(2 * MINUTE)
    assert told(sagemaker) == ("InService", "new")
    assert pending(sagemaker) is None
    assert left(sagemaker) == 1.0
    assert asked(cloud) == {"new": REQUESTS}


def test_all_traffic_shifts_at_once_and_the_old_fleet_waits(cloud, sagemaker, endpoint, config):
    move(sagemaker, config("new", SAYS), blue_green("ALL_AT_ONCE", termination=300))
    assert asked(cloud) == {"new": REQUESTS}
    cloud.advance(299)
    assert told(sagemaker) == ("Updating", "old")
    cloud.advance(1)
    assert told(sagemaker) == ("InService", "new")


def test_what_waits_for_nothing_is_there_at_once(sagemaker, endpoint, config):
    move(sagemaker, config("new", SAYS), blue_green("ALL_AT_ONCE"))
    assert told(sagemaker) == ("InService", "new")


def test_traffic_shifts_by_linear_steps(cloud, sagemaker, endpoint, config):
    move(sagemaker, config("new", SAYS), linear(25, 2 * MINUTE))
    shares = []
    while summary := pending(sagemaker):
        shares.append(summary["ProductionVariants"][0]["CurrentWeight"])
        cloud.advance(2 * MINUTE)
    assert shares == [0.25, 0.5, 0.75]
    assert told(sagemaker) == ("InService", "new")


def test_a_rolling_deployment_goes_by_its_batches(cloud, sagemaker, endpoint, config):
    size = {"Type": "INSTANCE_COUNT", "Value": 2}
    policy = {"MaximumBatchSize": size, "WaitIntervalInSeconds": 60}
    move(sagemaker, config("new", SAYS), {"RollingUpdatePolicy": policy})
    assert pending(sagemaker)["ProductionVariants"][0]["CurrentWeight"] == 0.5
    cloud.advance(60)
    assert pending(sagemaker)["ProductionVariants"][0]["CurrentWeight"] == 1.0
    cloud.advance(60)
    assert told(sagemaker) == ("InService", "new")


@pytest.mark.parametrize("deployment", [canary(), linear()])
def test_a_bad_version_is_taken_back_by_what_its_share_of_requests_does(
    cloud, sagemaker, endpoint, config, alarm, deployment
):
    move(sagemaker, config("bad", BREAKS), {**deployment, **alarm})
    answered = asked(cloud)
    assert answered["failed"]
    assert answered["old"]
    assert told(sagemaker) == ("Updating", "old")
    cloud.advance(MINUTE)
    assert told(sagemaker) == ("InService", "old")
    assert pending(sagemaker) is None
    assert asked(cloud) == {"old": REQUESTS}


def test_an_alarm_takes_back_in_the_wait_before_the_old_fleet_goes(
    cloud, sagemaker, endpoint, config, alarm
):
    move(sagemaker, config("new", SAYS), {**canary(termination=600), **alarm})
    cloud.advance(11 * MINUTE)
    assert asked(cloud) == {"new": REQUESTS}
    cloud.client("cloudwatch").set_alarm_state(
        AlarmName="errors", StateValue="ALARM", StateReason="It is."
    )
    cloud.advance(MINUTE)
    assert told(sagemaker) == ("InService", "old")
    assert asked(cloud) == {"old": REQUESTS}


def test_no_alarm_takes_back_what_has_arrived(cloud, sagemaker, endpoint, config, alarm):
    move(sagemaker, config("new", SAYS), {**canary(), **alarm})
    cloud.advance(12 * MINUTE)
    assert told(sagemaker) == ("InService", "new")
    cloud.client("cloudwatch").set_alarm_state(
        AlarmName="errors", StateValue="ALARM", StateReason="It is."
    )
    cloud.advance(5 * MINUTE)
    assert told(sagemaker) == ("InService", "new")


def test_an_endpoint_that_moves_takes_no_other_change(sagemaker, endpoint, config):
    move(sagemaker, config("new", SAYS), canary())
    for change, arguments in (
        (sagemaker.update_endpoint, {"EndpointConfigName": "old"}),
        (sagemaker.delete_endpoint, {}),
        (
            sagemaker.update_endpoint_weights_and_capacities,
            {"DesiredWeightsAndCapacities": [{"VariantName": "only", "DesiredWeight": 2}]},
        ),
    ):
        with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
            change(EndpointName="served", **arguments)
    assert told(sagemaker) == ("Updating", "old")


def test_a_deployment_that_aws_refuses_leaves_the_endpoint_alone(sagemaker, endpoint, config):
    with pytest.raises(ClientError, match="CanarySize of 60%"):
        move(sagemaker, config("new", SAYS), canary(60))
    variant = {"VariantName": "other", "ModelName": "new", "InstanceType": "ml.c6i.large"}
    sagemaker.create_endpoint_config(
        EndpointConfigName="renamed",
        ProductionVariants=[{**variant, "InitialInstanceCount": 4}],
    )
    with pytest.raises(ClientError, match="variants of the same names: only, not other"):
        move(sagemaker, "renamed", canary())
    assert told(sagemaker) == ("InService", "old")


def test_both_fleets_capture_and_count(cloud, sagemaker, config):
    captured = {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "CaptureOptions": [{"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"]},
        "DestinationS3Uri": "s3://artifacts/captured",
    }
    old = config("old", ECHO, DataCaptureConfig=captured)
    sagemaker.create_endpoint(EndpointName="served", EndpointConfigName=old)
    move(sagemaker, config("new", SAYS, DataCaptureConfig=captured), canary(50))
    answered = asked(cloud)
    s3 = cloud.client("s3")
    kept = Counter(
        json.loads(s3.get_object(Bucket="artifacts", Key=each["Key"])["Body"].read())[
            "captureData"
        ]["endpointOutput"]["data"]
        for each in s3.list_objects_v2(Bucket="artifacts", Prefix="captured")["Contents"]
    )
    assert kept == answered
    assert set(kept) == {"old", "new"}
