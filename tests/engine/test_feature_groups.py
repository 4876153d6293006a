"""A feature group gets more features under the engine, and keeps its records."""

import json

import pytest

from infra.automation import EngineFailed
from infra.hosts.engine import EngineHost
from infra.hosts.progress import Operation, Phase

pytestmark = pytest.mark.engine

NAME = "maslow-dev-visits-v1"
PROJECT = """
name: features
runtime: python
main: infra
stackConfigDir: stacks
"""
PROGRAM = """
import pulumi
import pulumi_aws as aws

from components.common.durability import Durability
from components.data.feature_group import FeatureGroup, FeatureType

config = pulumi.Config()
bucket = aws.s3.Bucket("features", bucket="maslow-dev-features", force_destroy=True)
database = aws.glue.CatalogDatabase("features", name="maslow_dev_features")
FeatureGroup(
    "visits",
    {
        "feature_group_name": "maslow-dev-visits-v1",
        "record_id": "visit_id",
        "event_time": "visited_at",
        "features": {k: FeatureType(v) for k, v in config.require_object("features").items()},
        "online": True,
        "bucket": bucket.bucket,
        "bucket_arn": bucket.arn,
        "database_name": database.name,
        "key_arn": config.require("key"),
        "account_id": config.require("account"),
        "region": "eu-west-1",
        "durability": Durability.DISPOSABLE,
    },
)
"""
TYPES = {"visit_id": "String", "visited_at": "String", "age": "Integral"}
RECORD = {"visit_id": "a", "visited_at": "2026-03-01T10:00:00Z", "age": "41"}


@pytest.fixture
def host(cloud, resources, tmp_path):
    for folder in ("infra", "stacks"):
        (tmp_path / folder).mkdir()
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    (tmp_path / "infra" / "__main__.py").write_text(PROGRAM)
    (tmp_path / "stacks" / "Pulumi.local.yaml").write_text("{}")
    with EngineHost(
        cloud, resources, tmp_path / "stacks" / "Pulumi.local.yaml", root=tmp_path
    ) as running:
        yield running


def test_features_are_added_by_the_engine_and_nothing_is_replaced(host, cloud, tmp_path):
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    runtime = cloud.client("sagemaker-featurestore-runtime")

    def told(features):
        config = {"key": key, "account": cloud.account_id, "features": features}
        stack_file = tmp_path / "stacks" / "Pulumi.local.yaml"
        named = {f"features:{name}": value for name, value in config.items()}
        stack_file.write_text(json.dumps({"config": {"aws:region": "eu-west-1", **named}}))
        host.configure(stack_file)

    def got():
        answer = runtime.get_record(FeatureGroupName=NAME, RecordIdentifierValueAsString="a")
        return {each["FeatureName"]: each["ValueAsString"] for each in answer["Record"]}

    told(TYPES)
    host.engine.up()
    runtime.put_record(
        FeatureGroupName=NAME,
        Record=[{"FeatureName": k, "ValueAsString": v} for k, v in RECORD.items()],
    )

    told({**TYPES, "creatinine": "Fractional"})
    assert host.engine.preview().changes[Operation.UPDATE] == 1
    steps = []
    host.engine.up(steps.append)
    assert {
        (step.operation, step.name)
        for step in steps
        if step.phase is Phase.DONE and step.operation is not Operation.SAME
    } == {(Operation.UPDATE, "visits-group")}
    assert got() == RECORD
    group = cloud.client("sagemaker").describe_feature_group(FeatureGroupName=NAME)
    assert {each["FeatureName"] for each in group["FeatureDefinitions"]} == {*TYPES, "creatinine"}
    assert host.engine.up().unchanged

    told(TYPES)
    with pytest.raises(EngineFailed, match=r"creatinine is Fractional there, and AWS removes no"):
        host.engine.up()
    assert got() == RECORD
    told({**TYPES, "creatinine": "Fractional"})
    host.engine.up()
    host.engine.destroy()
