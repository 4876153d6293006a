import pulumi
import pytest

from components.common.log_group import encrypted_log_group
from infra.graph import record


def log_group(**more):
    def program():
        parent = pulumi.ComponentResource("test:index:Parent", "parent")
        arguments = {"key_arn": "arn:aws:kms:eu-west-1:123456789012:key/logs", "retention_days": 30}
        encrypted_log_group("jobs", parent=parent, **{**arguments, **more})

    return record(program).one("aws:cloudwatch/logGroup:LogGroup")


def test_logs_are_encrypted_and_kept_for_a_stated_time():
    made = log_group()
    assert made.inputs["kmsKeyId"].endswith("key/logs")
    assert made.inputs["retentionInDays"] == 30
    assert "name" not in made.inputs


def test_a_service_finds_the_log_group_that_it_looks_for():
    made = log_group(log_group_name="/aws/sagemaker/Endpoints/readmission")
    assert made.inputs["name"] == "/aws/sagemaker/Endpoints/readmission"


def test_a_retention_that_cloudwatch_does_not_offer_is_refused():
    with pytest.raises(ValueError, match=r"jobs: logs are kept for one of 1, 3, .* not 31"):
        log_group(retention_days=31)
