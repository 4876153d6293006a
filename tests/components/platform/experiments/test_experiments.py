"""What keeps the experiments of an environment: app or server, bucket, role and people."""

import json

import pytest

from components.common.durability import Durability
from components.platform.experiments.experiments import Experiments, Kind, Size
from infra.graph import record

APP = "aws:sagemaker/mlflowApp:MlflowApp"
SERVER = "aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer"
BUCKET = "aws:s3/bucket:Bucket"
POLICY = "aws:iam/rolePolicy:RolePolicy"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
PEOPLE = {"ml-engineer": {"role": "maslow-dev-ml-engineer", "changes": True}}


def graph_of(kind=Kind.APP, **changes):
    args = {
        "kind": kind,
        "mlflow_name": "maslow-dev-experiments",
        "people": PEOPLE,
        "key_arn": "arn:aws:kms:eu-west-1:123456789012:key/artifacts",
        "log_bucket": "logs",
        "durability": Durability.PROTECTED,
        "account_id": "123456789012",
        "region": "eu-west-1",
        **changes,
    }
    return record(lambda: Experiments("maslow-dev-experiments", args))


def test_an_app_keeps_artifacts_below_a_bucket_of_its_own_and_registers_no_model():
    graph = graph_of()
    app, bucket = graph.one(APP), graph.one(BUCKET)
    assert app.inputs["artifactStoreUri"] == f"s3://{bucket.outputs['bucket']}/runs"
    assert app.inputs["modelRegistrationMode"] == "AutoModelRegistrationDisabled"
    assert graph.of_type(SERVER) == []


def test_a_server_has_the_size_that_is_asked_for_and_a_small_one_otherwise():
    small = graph_of(Kind.TRACKING_SERVER).one(SERVER)
    large = graph_of(Kind.TRACKING_SERVER, size=Size.LARGE).one(SERVER)
    assert (small.inputs["trackingServerSize"], large.inputs["trackingServerSize"]) == (
        "Small",
        "Large",
    )
    assert small.inputs["automaticModelRegistration"] is False


@pytest.mark.parametrize(("kind", "type_"), [(Kind.APP, APP), (Kind.TRACKING_SERVER, SERVER)])
def test_runs_outlive_the_stack_where_data_does(kind, type_):
    assert graph_of(kind).one(type_).options["protect"]
    disposable = graph_of(kind, durability=Durability.DISPOSABLE).one(type_)
    assert "protect" not in disposable.options


def test_people_come_in_by_the_policy_of_their_role():
    graph = graph_of()
    policy = graph.one(POLICY, "maslow-dev-experiments-ml-engineer")
    assert policy.inputs["role"] == "maslow-dev-ml-engineer"
    statements = json.loads(policy.inputs["policy"])["Statement"]
    arn = graph.one(APP).outputs["arn"]
    assert [one["Resource"] for one in statements if "Presigned" in str(one)] == [[arn]]


def test_artifacts_are_kept_unless_they_are_to_expire():
    def expiration(**more):
        (rule,) = graph_of(**more).one(LIFECYCLE).inputs["rules"]
        return rule["expiration"]

    assert expiration(expire_days=90) == {"days": 90}
    assert "days" not in expiration()
