import json

import pytest
from moto.events.models import EventPattern

from components.mlops.endpoint import Endpoint
from infra.graph import record

GROUP = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/maslow-dev-readmission"
TOPICS = {
    "critical": "arn:aws:sns:eu-west-1:123456789012:critical",
    "warning": "arn:aws:sns:eu-west-1:123456789012:warning",
    "info": "arn:aws:sns:eu-west-1:123456789012:info",
}
ARTIFACTS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/artifacts"
DATA_KEY = "arn:aws:kms:eu-west-1:123456789012:key/data"

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
MODEL = "aws:sagemaker/model:Model"


def graph_of(**changes):
    args = {
        "endpoint_name": "maslow-dev-readmission",
        "model_package_arn": f"{GROUP}/1",
        "image_uri": "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2",
        "instance_type": "ml.c6i.large",
        "min_instances": 2,
        "max_instances": 8,
        "live_instances": 0,
        "hours": None,
        "invocations_per_minute": 1200,
        "rollout": {"canary_percent": 10, "bake_minutes": 30},
        "latency_ms": 300,
        "error_percent": 1.0,
        "capture_percent": 100,
        "log_key_arn": DATA_KEY,
        "log_retention_days": 30,
        "capture_bucket": "maslow-dev-raw",
        "capture_prefix": "captures",
        "capture_key_arn": DATA_KEY,
        "artifacts_bucket": "maslow-dev-artifacts",
        "model": "readmission",
        "artifacts_key_arn": ARTIFACTS_KEY,
        "subnet_ids": ["subnet-1", "subnet-2"],
        "security_group_id": "sg-1",
        "alert_topics": TOPICS,
        "account_id": "123456789012",
        "region": "eu-west-1",
        **changes,
    }
    return record(lambda: Endpoint("maslow-dev-readmission-endpoint", args))


@pytest.fixture(scope="module")
def graph():
    return graph_of()


def alarm(graph, what):
    return graph.one(ALARM, f"maslow-dev-readmission-endpoint-{what}")


def test_a_new_model_version_makes_a_new_configuration_and_keeps_the_endpoint(graph):
    after = graph_of(model_package_arn=f"{GROUP}/2")

    # SageMaker can't change a model: another package replaces it, and what names it follows.
    models = [each.one(MODEL) for each in (graph, after)]
    assert [model.inputs["primaryContainer"]["modelPackageName"] for model in models] == [
        f"{GROUP}/1",
        f"{GROUP}/2",
    ]
    configuration, endpoint = after.one(CONFIGURATION), after.one(ENDPOINT)
    assert models[1].urn in configuration.dependencies
    assert configuration.urn in endpoint.dependencies
    assert endpoint.inputs["name"] == "maslow-dev-readmission"
    assert not {"name", "namePrefix"} & configuration.inputs.keys()
    assert "name" not in models[1].inputs
    assert not any(
        each.options.get("deleteBeforeReplace") for each in (models[1], configuration, endpoint)
    )


def test_the_model_runs_isolated_in_the_private_subnets(graph):
    model = graph.one(MODEL)

    assert model.inputs["enableNetworkIsolation"] is True
    assert model.inputs["vpcConfig"] == {
        "subnets": ["subnet-1", "subnet-2"],
        "securityGroupIds": ["sg-1"],
    }


def test_a_setting_opens_the_network_to_the_model():
    model = graph_of(network_isolation=False).one(MODEL)

    assert model.inputs["enableNetworkIsolation"] is False


def test_captures_are_encrypted_and_kept_in_their_own_formats(graph):
    capture = graph.one(CONFIGURATION).inputs["dataCaptureConfig"]

    assert capture["destinationS3Uri"] == "s3://maslow-dev-raw/captures"
    assert capture["kmsKeyId"] == DATA_KEY
    assert capture["initialSamplingPercentage"] == 100
    assert [each["captureMode"] for each in capture["captureOptions"]] == ["Input", "Output"]
    assert capture["captureContentTypeHeader"] == {
        "csvContentTypes": ["text/csv"],
        "jsonContentTypes": ["application/json"],
    }


def test_volumes_are_encrypted_with_the_key_of_artifacts(graph):
    assert graph.one(CONFIGURATION).inputs["kmsKeyArn"] == ARTIFACTS_KEY


@pytest.mark.parametrize("instance_type", ["ml.g5.xlarge", "ml.c6gd.large", "ml.trn1.2xlarge"])
def test_instances_with_local_storage_get_no_volume_key(instance_type):
    configuration = graph_of(instance_type=instance_type).one(CONFIGURATION)

    assert configuration.inputs.get("kmsKeyArn") is None


def test_a_burstable_instance_is_not_scaled():
    graph = graph_of(instance_type="ml.t2.medium")
    assert graph.of_type("aws:appautoscaling/target:Target") == []
    assert graph.of_type("aws:appautoscaling/policy:Policy") == []


def test_a_type_without_deployment_guardrails_is_updated_without_them():
    endpoint = graph_of(instance_type="ml.inf1.xlarge").one(ENDPOINT)
    assert "deploymentConfig" not in endpoint.inputs


def test_alarms_watch_this_endpoint_and_tell_the_topic(graph):
    dimensions = {"EndpointName": "maslow-dev-readmission", "VariantName": "AllTraffic"}

    latency, errors = alarm(graph, "latency"), alarm(graph, "errors")
    assert latency.inputs["dimensions"] == dimensions
    metrics = [each["metric"] for each in errors.inputs["metricQueries"] if "metric" in each]
    assert {each["metricName"] for each in metrics} == {"Invocation5XXErrors", "Invocations"}
    assert all(each["dimensions"] == dimensions for each in metrics)
    assert latency.inputs["alarmActions"] == [TOPICS["warning"]]
    assert errors.inputs["alarmActions"] == [TOPICS["critical"]]


def test_latency_is_set_in_milliseconds_and_watched_in_microseconds(graph):
    assert alarm(graph, "latency").inputs["threshold"] == 300_000


def test_an_endpoint_without_traffic_has_no_error_rate(graph):
    (percent,) = (
        each for each in alarm(graph, "errors").inputs["metricQueries"] if "expression" in each
    )

    assert percent["expression"] == "IF(invocations > 0, 100 * errors / invocations, 0)"
    assert percent["returnData"] is True


def test_the_endpoint_rolls_back_by_alarms_that_exist_before_it(graph):
    endpoint = graph.one(ENDPOINT)

    rollback = endpoint.inputs["deploymentConfig"]["autoRollbackConfiguration"]["alarms"]
    assert [each["alarmName"] for each in rollback] == [
        "maslow-dev-readmission-endpoint-latency",
        "maslow-dev-readmission-endpoint-errors",
    ]
    assert {each.urn for each in graph.of_type(ALARM)} <= set(endpoint.dependencies)


def test_the_variant_scales_by_invocations_an_instance_once_the_endpoint_serves(graph):
    target = graph.one("aws:appautoscaling/target:Target")
    policy = graph.one("aws:appautoscaling/policy:Policy")

    assert target.inputs["resourceId"] == "endpoint/maslow-dev-readmission/variant/AllTraffic"
    assert target.inputs["scalableDimension"] == "sagemaker:variant:DesiredInstanceCount"
    assert (target.inputs["minCapacity"], target.inputs["maxCapacity"]) == (2, 8)
    assert graph.one(ENDPOINT).urn in target.dependencies
    tracking = policy.inputs["targetTrackingScalingPolicyConfiguration"]
    assert tracking["targetValue"] == 1200
    assert tracking["predefinedMetricSpecification"] == {
        "predefinedMetricType": "SageMakerVariantInvocationsPerInstance"
    }


def test_the_role_reads_its_own_model_and_writes_captures_only(graph):
    policy = json.loads(graph.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])

    objects = {
        (action, resource)
        for statement in policy["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
        if action.startswith("s3:") and resource.endswith("/*")
    }
    assert objects == {
        ("s3:GetObject", "arn:aws:s3:::maslow-dev-artifacts/models/readmission/*"),
        ("s3:PutObject", "arn:aws:s3:::maslow-dev-raw/captures/*"),
        ("s3:AbortMultipartUpload", "arn:aws:s3:::maslow-dev-raw/captures/*"),
    }


def test_the_role_may_look_at_the_alarms_that_roll_back(graph):
    policy = json.loads(graph.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])

    (looks,) = (
        each for each in policy["Statement"] if each["Action"] == ["cloudwatch:DescribeAlarms"]
    )
    assert looks["Resource"] == [
        f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{each.name}"
        for each in (alarm(graph, "latency"), alarm(graph, "errors"))
    ]


@pytest.mark.parametrize(
    ("status", "matches"),
    [("ROLLING_BACK", True), ("RollingBack", True), ("FAILED", True), ("IN_SERVICE", False)],
)
def test_a_release_that_goes_wrong_notifies_whoever_began_it(graph, status, matches):
    rule = graph.one("aws:cloudwatch/eventRule:EventRule")
    event = {
        "source": "aws.sagemaker",
        "detail-type": "SageMaker Endpoint State Change",
        "detail": {"EndpointName": "maslow-dev-readmission", "EndpointStatus": status},
    }
    pattern = EventPattern.load(rule.inputs["eventPattern"])
    assert pattern.matches_event(event) is matches
    event["detail"]["EndpointName"] = "maslow-dev-length-of-stay"
    assert pattern.matches_event(event) is False
    assert graph.one("aws:cloudwatch/eventTarget:EventTarget").inputs["arn"] == TOPICS["critical"]


def test_every_update_of_an_endpoint_has_its_hooks(graph):
    hooks = graph.one(ENDPOINT).options["hooks"]
    release = "maslow-dev-readmission-endpoint-release"
    assert hooks == {
        "before_update": [f"{release}-before"],
        "after_update": [f"{release}-after"],
        "on_error": [f"{release}-failed"],
    }


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 2),
        ({"live_instances": 5}, 5),
        ({"live_instances": 1}, 2),
        ({"live_instances": 40}, 8),
        ({"live_instances": 5, "instance_type": "ml.t2.medium"}, 2),
    ],
)
def test_a_new_configuration_starts_with_the_instances_that_serve(changes, count):
    configuration = graph_of(**changes).one(CONFIGURATION)
    (variant,) = configuration.inputs["productionVariants"]
    assert variant["initialInstanceCount"] == count


def test_how_many_instances_serve_replaces_no_configuration_unless_nothing_scales():
    ignored = ["productionVariants[0].initialInstanceCount"]
    assert graph_of().one(CONFIGURATION).options["ignoreChanges"] == ignored
    fixed = graph_of(instance_type="ml.t2.medium").one(CONFIGURATION)
    assert "ignoreChanges" not in fixed.options
