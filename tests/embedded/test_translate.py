from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator

from embedded.translate import Translation, UnsupportedInput, input_shape, member_named


def made(
    service: str, operation: str, inputs: dict[str, Any], inside: str = "", **options: Any
) -> dict[str, Any]:
    shape = input_shape(service, operation)
    return Translation("aws:x:X", **options).parameters(shape, inputs, inside)


def refuse(service: str, operation: str, inputs: dict[str, Any]) -> None:
    shape = input_shape(service, operation)
    report = ParamValidator().validate(made(service, operation, inputs), shape)
    if report.has_errors():
        raise ParamValidationError(report=report.generate_report())


@pytest.mark.parametrize(
    ("service", "operation", "name", "member"),
    [
        ("sagemaker", "CreateModel", "executionRoleArn", "ExecutionRoleArn"),
        ("cloudwatch", "PutMetricAlarm", "okActions", "OKActions"),
        (
            "cloudwatch",
            "PutMetricAlarm",
            "evaluateLowSampleCountPercentiles",
            "EvaluateLowSampleCountPercentile",
        ),
        ("codepipeline", "CreatePipeline", "tag", "tags"),
    ],
)
def test_a_member_is_found_in_any_case_and_number(
    service: str, operation: str, name: str, member: str
) -> None:
    assert member_named(input_shape(service, operation), name) == member


def test_a_name_that_no_member_bears_is_not_found() -> None:
    assert member_named(input_shape("sagemaker", "CreateModel"), "modelNom") is None


def test_a_map_becomes_pairs_in_the_services_own_spelling() -> None:
    tags = {"team": "ml"}
    assert made("sagemaker", "CreateModel", {"tags": tags}) == {
        "Tags": [{"Key": "team", "Value": "ml"}]
    }
    assert made("kms", "CreateKey", {"tags": tags}) == {
        "Tags": [{"TagKey": "team", "TagValue": "ml"}]
    }
    assert made("stepfunctions", "CreateStateMachine", {"tags": tags}) == {
        "tags": [{"key": "team", "value": "ml"}]
    }


def test_a_map_stays_one_where_the_service_wants_one() -> None:
    assert made("logs", "CreateLogGroup", {"tags": {"team": "ml"}}) == {"tags": {"team": "ml"}}


def test_dimensions_named_name_are_pairs_too() -> None:
    assert made("cloudwatch", "PutMetricAlarm", {"dimensions": {"name": "x"}}) == {
        "Dimensions": [{"Name": "name", "Value": "x"}]
    }


def test_a_list_of_names_and_values_becomes_a_map() -> None:
    filters = [{"name": "Service", "values": ["Amazon SageMaker"]}]
    made_ = made("budgets", "CreateBudget", {"costFilters": filters}, "Budget")
    assert made_ == {"Budget": {"CostFilters": {"Service": ["Amazon SageMaker"]}}}


def test_an_object_becomes_a_list_of_one() -> None:
    rule = {"objectOwnership": "BucketOwnerEnforced"}
    assert made("s3", "PutBucketOwnershipControls", {"rule": rule}, "OwnershipControls") == {
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    }


def test_a_list_of_one_becomes_an_object() -> None:
    encryption = [{"encryptionType": "KMS", "kmsKey": "k"}]
    assert made("ecr", "CreateRepository", {"encryptionConfigurations": encryption}) == {
        "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": "k"}
    }


def test_a_list_of_two_does_not_become_an_object() -> None:
    with pytest.raises(UnsupportedInput, match="AWS takes one, not 2"):
        made("ecr", "CreateRepository", {"encryptionConfigurations": [{}, {}]})


def test_a_scalar_becomes_a_structure_with_one_required_member() -> None:
    stages = [{"name": "s", "actions": [{"name": "a", "inputArtifacts": ["source"]}]}]
    pipeline = made("codepipeline", "CreatePipeline", {"stages": stages}, "pipeline")["pipeline"]
    assert pipeline["stages"][0]["actions"][0]["inputArtifacts"] == [{"name": "source"}]


@pytest.mark.parametrize(
    ("service", "operation", "inputs", "parameters"),
    [
        ("logs", "PutRetentionPolicy", {"retentionInDays": 30.0}, {"retentionInDays": 30}),
        ("logs", "PutRetentionPolicy", {"retentionInDays": "30"}, {"retentionInDays": 30}),
        ("cloudwatch", "PutMetricAlarm", {"threshold": "0.5"}, {"Threshold": 0.5}),
        ("kms", "CreateKey", {"multiRegion": "true"}, {"MultiRegion": True}),
        ("kms", "CreateKey", {"description": 7.0}, {"Description": "7"}),
        (
            "sns",
            "CreateTopic",
            {"attributes": {"FifoTopic": True}},
            {"Attributes": {"FifoTopic": "true"}},
        ),
    ],
)
def test_scalars_take_the_shapes_type(
    service: str, operation: str, inputs: dict[str, Any], parameters: dict[str, Any]
) -> None:
    result = made(service, operation, inputs)
    assert result == parameters
    assert [type(item) for item in result.values()] == [type(it) for it in parameters.values()]


@pytest.mark.parametrize(
    ("service", "operation", "inputs"),
    [
        ("logs", "PutRetentionPolicy", {"logGroupName": "x", "retentionInDays": "a month"}),
        ("logs", "PutRetentionPolicy", {"logGroupName": "x", "retentionInDays": 1.5}),
        ("kms", "CreateKey", {"description": {"a": "b"}}),
        ("kms", "CreateKey", {"multiRegion": "yes"}),
        ("kms", "CreateKey", {"tags": "team"}),
        ("sagemaker", "CreateModel", {"executionRoleArn": "r" * 20}),
    ],
)
def test_botocore_refuses_what_the_shape_does_not_allow(
    service: str, operation: str, inputs: dict[str, Any]
) -> None:
    with pytest.raises(ParamValidationError):
        refuse(service, operation, inputs)


def test_json_texts_pass_as_they_are() -> None:
    policy = '{"Version": "2012-10-17"}'
    assert made("kms", "CreateKey", {"policy": policy}) == {"Policy": policy}


def test_a_rename_leads_into_structures_lists_and_maps() -> None:
    rule = made(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        {"cidrIpv4": "10.0.0.0/8", "fromPort": 443},
        "IpPermissions",
        renames={"cidrIpv4": "IpPermissions.IpRanges.CidrIp"},
    )
    assert rule == {"IpPermissions": [{"FromPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]}
    topic = made(
        "sns",
        "CreateTopic",
        {"displayName": "x"},
        renames={"displayName": "Attributes.DisplayName"},
    )
    assert topic == {"Attributes": {"DisplayName": "x"}}


def test_a_nested_rename_is_relative_to_its_parents_structure() -> None:
    query = {"id": "m", "metric": {"metricName": "drift", "period": 60, "stat": "Maximum"}}
    alarm = made(
        "cloudwatch",
        "PutMetricAlarm",
        {"metricQueries": [query]},
        renames={
            "metricQueries": "Metrics",
            "metricQueries.metric": "MetricStat",
            "metricQueries.metric.metricName": "Metric.MetricName",
        },
    )
    stat = {"Metric": {"MetricName": "drift"}, "Period": 60, "Stat": "Maximum"}
    assert alarm == {"Metrics": [{"Id": "m", "MetricStat": stat}]}


def test_an_unknown_input_is_not_carried() -> None:
    with pytest.raises(UnsupportedInput) as raised:
        made("kms", "CreateKey", {"colour": "red"})
    assert (raised.value.type, raised.value.path) == ("aws:x:X", "colour")


def test_an_unknown_nested_input_is_named_by_its_path() -> None:
    container = [{"image": "i", "weight": 1}]
    with pytest.raises(UnsupportedInput, match=r"containers\.weight"):
        made("sagemaker", "CreateModel", {"containers": container})


def test_an_ignored_input_is_left_out_at_any_depth() -> None:
    inputs = {"containers": [{"image": "i", "weight": 1}], "colour": "red"}
    carried = made("sagemaker", "CreateModel", inputs, ignored=("containers.weight", "colour"))
    assert carried == {"Containers": [{"Image": "i"}]}


def test_a_handled_input_is_carried_only_where_a_member_bears_its_name() -> None:
    inputs = {"forceDestroy": True, "description": "d"}
    handled = ("forceDestroy", "description")
    assert made("kms", "CreateKey", inputs, handled=handled) == {"Description": "d"}


def test_what_is_none_is_not_sent() -> None:
    assert made("kms", "CreateKey", {"description": None, "tags": {"a": None}}) == {"Tags": []}
