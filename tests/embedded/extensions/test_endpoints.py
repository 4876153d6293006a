import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.served_model import TRUST, uploaded

CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 50,
    "DestinationS3Uri": "s3://captures/served",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return cloud.client("sagemaker")


@pytest.fixture(scope="module")
def model(cloud, a_model):
    return a_model("model", uploaded(cloud, "s3://artifacts/model.tar.gz"))


def _weights(sagemaker, endpoint):
    variants = sagemaker.describe_endpoint(EndpointName=endpoint)["ProductionVariants"]
    return {variant["VariantName"]: variant["CurrentWeight"] for variant in variants}


def _refusal(call, **parameters):
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    return raised.value.response["Error"]


def test_an_endpoint_moves_to_another_configuration(sagemaker, model, a_config):
    a_config("first", one=(model, 1))
    a_config("second", two=(model, 3), extra={"DataCaptureConfig": CAPTURE})
    sagemaker.create_endpoint(EndpointName="moving", EndpointConfigName="first")
    before = sagemaker.describe_endpoint(EndpointName="moving")
    arn = sagemaker.update_endpoint(EndpointName="moving", EndpointConfigName="second")
    after = sagemaker.describe_endpoint(EndpointName="moving")
    assert arn["EndpointArn"] == before["EndpointArn"] == after["EndpointArn"]
    assert after["EndpointConfigName"] == "second"
    assert after["EndpointStatus"] == "InService"
    assert after["CreationTime"] == before["CreationTime"]
    assert after["LastModifiedTime"] > before["LastModifiedTime"]
    assert after["ProductionVariants"] == [
        {
            "VariantName": "two",
            "CurrentWeight": 3.0,
            "DesiredWeight": 3.0,
            "CurrentInstanceCount": 1,
            "DesiredInstanceCount": 1,
        }
    ]
    assert "DataCaptureConfig" not in before
    assert after["DataCaptureConfig"] == {
        "EnableCapture": True,
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": 50,
        "DestinationS3Uri": "s3://captures/served",
        "KmsKeyId": "",
    }


@pytest.fixture(scope="module")
def an_alarm(cloud):
    """Create an alarm of that name, in that state."""

    def create(name, state="OK"):
        cloudwatch = cloud.client("cloudwatch")
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            Namespace="AWS/SageMaker",
            MetricName="Invocation5XXErrors",
            Period=60,
            Statistic="Sum",
            Threshold=1,
        )
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="as told")
        return {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name}]}}

    return create


def test_an_alarm_that_goes_off_rolls_an_update_back(sagemaker, model, a_config, an_alarm):
    a_config("good", only=(model, 1))
    a_config("bad", only=(model, 2))
    sagemaker.create_endpoint(EndpointName="guarded", EndpointConfigName="good")
    deployment = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
        }
    }
    move = {"EndpointName": "guarded", "EndpointConfigName": "bad"}
    sagemaker.update_endpoint(
        **move, DeploymentConfig=deployment | an_alarm("five-hundreds", "ALARM")
    )
    described = sagemaker.describe_endpoint(EndpointName="guarded")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "good")
    assert _weights(sagemaker, "guarded") == {"only": 1.0}

    an_alarm("five-hundreds", "OK")
    sagemaker.update_endpoint(**move, RetainDeploymentConfig=True)
    described = sagemaker.describe_endpoint(EndpointName="guarded")
    assert described["EndpointConfigName"] == "bad"


def test_an_alarm_that_is_not_there_rolls_nothing_back_and_is_refused(sagemaker, model, a_config):
    a_config("unguarded", only=(model, 1))
    asked = {
        "EndpointName": "unguarded",
        "EndpointConfigName": "unguarded",
        "DeploymentConfig": {
            "BlueGreenUpdatePolicy": {
                "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
            },
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "nobody-made-it"}]},
        },
    }
    for call in (sagemaker.create_endpoint, sagemaker.update_endpoint):
        error = _refusal(call, **asked)
        assert error["Code"] == "ValidationException"
        assert "nobody-made-it" in error["Message"]
        if call == sagemaker.create_endpoint:
            sagemaker.create_endpoint(EndpointName="unguarded", EndpointConfigName="unguarded")


def test_a_scaled_variant_keeps_its_instance_type(cloud, sagemaker, model, a_config):
    a_config("scaled", only=(model, 1))
    a_config("renamed", other=(model, 1))
    a_config("same-type", only=(model, 2))
    sagemaker.create_endpoint_config(
        EndpointConfigName="larger",
        ProductionVariants=[
            {
                "VariantName": "only",
                "ModelName": model,
                "InstanceType": "ml.c6i.xlarge",
                "InitialInstanceCount": 1,
            }
        ],
    )
    sagemaker.create_endpoint(EndpointName="scaled", EndpointConfigName="scaled")
    variant = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/scaled/variant/only",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling = cloud.client("application-autoscaling")
    scaling.register_scalable_target(**variant, MinCapacity=1, MaxCapacity=2)
    for config in ("larger", "renamed"):
        error = _refusal(
            sagemaker.update_endpoint, EndpointName="scaled", EndpointConfigName=config
        )
        assert error["Code"] == "ValidationException"
        assert "The variant only of the endpoint scaled is a scalable target" in error["Message"]
    sagemaker.update_endpoint(EndpointName="scaled", EndpointConfigName="same-type")

    scaling.deregister_scalable_target(**variant)
    sagemaker.update_endpoint(EndpointName="scaled", EndpointConfigName="larger")
    moved = sagemaker.describe_endpoint(EndpointName="scaled")
    assert moved["EndpointConfigName"] == "larger"


def test_the_last_deployment_is_described(sagemaker, model, a_config, an_alarm):
    an_alarm("errors")
    deployment = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "CANARY",
                "WaitIntervalInSeconds": 300,
                "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10},
            }
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]},
    }
    a_config("rolled", only=(model, 1))
    sagemaker.create_endpoint(EndpointName="rolling", EndpointConfigName="rolled")
    assert "LastDeploymentConfig" not in sagemaker.describe_endpoint(EndpointName="rolling")
    sagemaker.update_endpoint(
        EndpointName="rolling", EndpointConfigName="rolled", DeploymentConfig=deployment
    )
    described = sagemaker.describe_endpoint(EndpointName="rolling")
    assert described["LastDeploymentConfig"] == deployment


def test_weights_reset_with_a_configuration_unless_they_are_retained(sagemaker, model, a_config):
    a_config("even", one=(model, 1), two=(model, 1))
    a_config("odd", one=(model, 2), two=(model, 0))
    sagemaker.create_endpoint(EndpointName="weighted", EndpointConfigName="even")
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="weighted",
        DesiredWeightsAndCapacities=[{"VariantName": "one", "DesiredWeight": 7}],
    )
    assert _weights(sagemaker, "weighted") == {"one": 7.0, "two": 1.0}

    moved = {"EndpointName": "weighted", "EndpointConfigName": "odd"}
    sagemaker.update_endpoint(**moved, RetainAllVariantProperties=True)
    assert _weights(sagemaker, "weighted") == {"one": 7.0, "two": 1.0}
    sagemaker.update_endpoint(
        **moved,
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=[{"VariantPropertyType": "DesiredWeight"}],
    )
    assert _weights(sagemaker, "weighted") == {"one": 2.0, "two": 0.0}
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="weighted",
        DesiredWeightsAndCapacities=[{"VariantName": "two", "DesiredInstanceCount": 4}],
    )
    sagemaker.update_endpoint(**moved)
    assert _weights(sagemaker, "weighted") == {"one": 2.0, "two": 0.0}


def test_a_changed_capacity_leaves_the_weight_alone(sagemaker, model, a_config):
    a_config("sized", one=(model, 5))
    sagemaker.create_endpoint(EndpointName="sized", EndpointConfigName="sized")
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="sized",
        DesiredWeightsAndCapacities=[{"VariantName": "one", "DesiredInstanceCount": 4}],
    )
    (variant,) = sagemaker.describe_endpoint(EndpointName="sized")["ProductionVariants"]
    assert variant["CurrentWeight"] == 5.0
    assert variant["CurrentInstanceCount"] == 4


def test_shadow_variants_are_described(sagemaker, model, a_config):
    shadow = {
        "VariantName": "shadow",
        "ModelName": model,
        "InstanceType": "ml.m6i.large",
        "InitialInstanceCount": 1,
        "InitialVariantWeight": 1.0,
    }
    a_config("shadowed", live=(model, 1), extra={"ShadowProductionVariants": [shadow]})
    config = sagemaker.describe_endpoint_config(EndpointConfigName="shadowed")
    assert config["ShadowProductionVariants"] == [shadow]
    sagemaker.create_endpoint(EndpointName="shadowed", EndpointConfigName="shadowed")
    described = sagemaker.describe_endpoint(EndpointName="shadowed")
    assert [item["VariantName"] for item in described["ShadowProductionVariants"]] == ["shadow"]


def test_what_is_not_there_is_refused(sagemaker, model, a_config):
    a_config("present", one=(model, 1))
    sagemaker.create_endpoint(EndpointName="present", EndpointConfigName="present")
    refused = [
        _refusal(sagemaker.update_endpoint, EndpointName="absent", EndpointConfigName="present"),
        _refusal(sagemaker.update_endpoint, EndpointName="present", EndpointConfigName="absent"),
        _refusal(
            sagemaker.update_endpoint_weights_and_capacities,
            EndpointName="absent",
            DesiredWeightsAndCapacities=[{"VariantName": "one", "DesiredWeight": 1}],
        ),
        _refusal(sagemaker.create_endpoint, EndpointName="other", EndpointConfigName="absent"),
    ]
    assert {error["Code"] for error in refused} == {"ValidationException"}
    assert all("Could not find endpoint" in error["Message"] for error in refused)
    assert sagemaker.describe_endpoint(EndpointName="present")["EndpointConfigName"] == "present"


def test_a_name_in_use_is_refused(sagemaker, model, a_model, a_config):
    a_config("unique", one=(model, 1))
    sagemaker.create_endpoint(EndpointName="unique", EndpointConfigName="unique")
    for create, arguments in (
        (a_model, {"name": model, "data": "s3://artifacts/other.tar.gz"}),
        (sagemaker.create_endpoint, {"EndpointName": "unique", "EndpointConfigName": "unique"}),
    ):
        error = _refusal(create, **arguments)
        assert error["Code"] == "ValidationException"
        assert error["Message"].startswith("Cannot create already existing")
    with pytest.raises(ClientError, match="already existing endpoint configuration"):
        a_config("unique", one=(model, 1))


def test_an_instance_type_is_checked_against_todays_list(model, a_config, sagemaker):
    a_config("modern", one=(model, 1))
    error = _refusal(
        sagemaker.create_endpoint_config,
        EndpointConfigName="typo",
        ProductionVariants=[
            {"VariantName": "one", "ModelName": model, "InstanceType": "ml.c6i.lage"}
        ],
    )
    assert error["Code"] == "ValidationException"
    assert "'ml.c6i.lage'" in error["Message"]


def test_a_model_of_an_unknown_package_is_refused(sagemaker):
    error = _refusal(
        sagemaker.create_model,
        ModelName="unpackaged",
        PrimaryContainer={
            "ModelPackageName": "arn:aws:sagemaker:eu-west-1:123456789012:model-package/a/1"
        },
    )
    assert error["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("trusts", "message"),
    [
        (None, "Could not assume role"),
        ("lambda.amazonaws.com", "allows principal 'sagemaker.amazonaws.com'"),
    ],
)
def test_a_model_needs_a_role_that_sagemaker_assumes(cloud, sagemaker, trusts, message):
    arn = f"arn:aws:iam::{cloud.account_id}:role/nowhere"
    if trusts:
        trust = json.dumps(TRUST).replace("sagemaker.amazonaws.com", trusts)
        made = cloud.client("iam").create_role(RoleName="strange", AssumeRolePolicyDocument=trust)
        arn = made["Role"]["Arn"]
    with pytest.raises(ClientError, match=message):
        sagemaker.create_model(
            ModelName="roleless", PrimaryContainer={"Image": "image"}, ExecutionRoleArn=arn
        )


def test_a_model_needs_its_data(sagemaker):
    container = {"Image": "image", "ModelDataUrl": "s3://nowhere/model.tar.gz"}
    with pytest.raises(ClientError, match="Could not find model data at s3://nowhere/model"):
        sagemaker.create_model(ModelName="dataless", PrimaryContainer=container)


@pytest.fixture
def moves(cloud, sagemaker, a_model, a_config):
    """Configurations of a model that starts, and of one that does not."""
    good = uploaded(cloud, "s3://starts/good.tar.gz")
    bad = uploaded(cloud, "s3://starts/bad.tar.gz", "raise RuntimeError('no GPU here')")
    suffix = str(time.time_ns())
    return [
        a_config(f"{name}-{suffix}", only=(a_model(f"{name}-{suffix}", data), 1))
        for name, data in (("good", good), ("bad", bad))
    ]


def test_an_endpoint_whose_container_does_not_start_fails(sagemaker, moves):
    _, bad = moves
    sagemaker.create_endpoint(EndpointName=bad, EndpointConfigName=bad)
    told = sagemaker.describe_endpoint(EndpointName=bad)
    assert told["EndpointStatus"] == "Failed"
    assert "variant only did not pass the ping health check" in told["FailureReason"]
    assert "no GPU here" in told["FailureReason"]
    with pytest.raises(ClientError, match="it is Failed"):
        sagemaker.update_endpoint(EndpointName=bad, EndpointConfigName=bad)
    sagemaker.delete_endpoint(EndpointName=bad)


def test_an_endpoint_goes_back_from_a_container_that_does_not_start(sagemaker, moves):
    good, bad = moves
    sagemaker.create_endpoint(EndpointName=good, EndpointConfigName=good)
    sagemaker.update_endpoint(EndpointName=good, EndpointConfigName=bad)
    told = sagemaker.describe_endpoint(EndpointName=good)
    assert (told["EndpointStatus"], told["EndpointConfigName"]) == ("InService", good)
    assert "no GPU here" in told["FailureReason"]
    sagemaker.update_endpoint(EndpointName=good, EndpointConfigName=good)
    assert "FailureReason" not in sagemaker.describe_endpoint(EndpointName=good)
    sagemaker.delete_endpoint(EndpointName=good)


def test_a_models_isolation_is_described(sagemaker, role):
    sagemaker.create_model(
        ModelName="isolated",
        PrimaryContainer={"Image": "image"},
        ExecutionRoleArn=role,
        EnableNetworkIsolation=True,
    )
    assert sagemaker.describe_model(ModelName="isolated")["EnableNetworkIsolation"] is True
