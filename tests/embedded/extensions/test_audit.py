"""Conformance packs and the features of detectors."""

import json

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud


def template(*identifiers: str, **parameters: str) -> str:
    return json.dumps(
        {
            "Resources": {
                f"Rule{number}": {
                    "Type": "AWS::Config::ConfigRule",
                    "Properties": {
                        "ConfigRuleName": f"rule-{number}",
                        "Source": {"Owner": "AWS", "SourceIdentifier": identifier},
                        **({"InputParameters": parameters} if parameters else {}),
                    },
                }
                for number, identifier in enumerate(identifiers)
            }
        }
    )


def refused(call, **parameters) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


@pytest.fixture
def idle(cloud: Cloud):
    """Config with nothing in it."""
    config = cloud.client("config")
    for pack in config.describe_conformance_packs()["ConformancePackDetails"]:
        config.delete_conformance_pack(ConformancePackName=pack["ConformancePackName"])
    for recorder in config.describe_configuration_recorders()["ConfigurationRecorders"]:
        config.delete_configuration_recorder(ConfigurationRecorderName=recorder["name"])
    return config


@pytest.fixture
def config(idle):
    """Config with a recorder."""
    idle.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "recorder",
            "roleARN": "arn:aws:iam::123456789012:role/recorder",
            "recordingGroup": {"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]},
        }
    )
    return idle


def identifiers(config) -> set[str]:
    return {
        rule["Source"]["SourceIdentifier"] for rule in config.describe_config_rules()["ConfigRules"]
    }


def test_a_pack_makes_its_rules_and_takes_them_along(config):
    arn = config.put_conformance_pack(
        ConformancePackName="pack",
        TemplateBody=template("S3_BUCKET_VERSIONING_ENABLED", "S3_BUCKET_SSL_REQUESTS_ONLY"),
    )["ConformancePackArn"]
    assert arn.startswith("arn:aws:config:eu-west-1:123456789012:conformance-pack/pack/")
    assert identifiers(config) == {"S3_BUCKET_VERSIONING_ENABLED", "S3_BUCKET_SSL_REQUESTS_ONLY"}
    config.delete_conformance_pack(ConformancePackName="pack")
    assert identifiers(config) == set()


def test_the_rules_of_a_pack_bear_its_name(config):
    pack = {"ConformancePackName": "pack", "TemplateBody": template("S3_BUCKET_ACL_PROHIBITED")}
    config.put_conformance_pack(**pack)
    (details,) = config.describe_conformance_packs()["ConformancePackDetails"]
    (rule,) = config.describe_config_rules()["ConfigRules"]
    assert rule["ConfigRuleName"] == f"rule-0-{details['ConformancePackId']}"


def test_a_rule_that_left_the_template_is_gone(config):
    for wanted in (("S3_BUCKET_ACL_PROHIBITED", "VPC_FLOW_LOGS_ENABLED"), ("SNS_ENCRYPTED_KMS",)):
        config.put_conformance_pack(ConformancePackName="pack", TemplateBody=template(*wanted))
    assert identifiers(config) == {"SNS_ENCRYPTED_KMS"}


def test_a_rule_gets_its_parameters(config):
    config.put_conformance_pack(
        ConformancePackName="pack",
        TemplateBody=template("ACCESS_KEYS_ROTATED", maxAccessKeyAge="90"),
    )
    (rule,) = config.describe_config_rules()["ConfigRules"]
    assert json.loads(rule["InputParameters"]) == {"maxAccessKeyAge": "90"}


def test_rules_that_aws_does_not_have_are_refused(config):
    pack = {"ConformancePackName": "pack", "TemplateBody": template("S3_BUCKET_IS_TIDY")}
    assert refused(config.put_conformance_pack, **pack) == "InvalidParameterValueException"


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {}}}}']
)
def test_a_template_of_anything_else_is_refused(config, body):
    pack = {"ConformancePackName": "pack", "TemplateBody": body}
    code = "ConformancePackTemplateValidationException"
    assert refused(config.put_conformance_pack, **pack) == code


def test_without_a_recorder_there_is_no_pack(idle):
    pack = {"ConformancePackName": "pack", "TemplateBody": template("VPC_FLOW_LOGS_ENABLED")}
    code = "NoAvailableConfigurationRecorderException"
    assert refused(idle.put_conformance_pack, **pack) == code


def test_a_pack_that_is_not_there_is_neither_described_nor_deleted(config):
    code = "NoSuchConformancePackException"
    assert refused(config.describe_conformance_packs, ConformancePackNames=["none"]) == code
    assert refused(config.delete_conformance_pack, ConformancePackName="none") == code


def test_a_detector_keeps_the_features_that_a_change_does_not_name(cloud):
    guardduty = cloud.client("guardduty")
    detector = {"DetectorId": guardduty.create_detector(Enable=True)["DetectorId"]}
    for name, status in (
        ("S3_DATA_EVENTS", "ENABLED"),
        ("EKS_AUDIT_LOGS", "ENABLED"),
        ("S3_DATA_EVENTS", "DISABLED"),
    ):
        guardduty.update_detector(**detector, Features=[{"Name": name, "Status": status}])
    guardduty.update_detector(**detector, Enable=False)
    found = guardduty.get_detector(**detector)
    assert {each["Name"]: each["Status"] for each in found["Features"]} == {
        "S3_DATA_EVENTS": "DISABLED",
        "EKS_AUDIT_LOGS": "ENABLED",
    }
    assert found["Status"] == "DISABLED"
