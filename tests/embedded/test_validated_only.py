"""Services that the embedded AWS does not have: validated, remembered, reported."""

from collections import Counter
from collections.abc import Iterator

import pytest

import catalog
from catalog.record import Call, Tags, Type
from embedded.cloud import Cloud
from embedded.resources import CallFailed, Resources

TYPE = "aws:mwaa/environment:Environment"
ENVIRONMENT = Type(
    TYPE,
    "mwaa",
    id="{name}",
    name="name",
    outputs={"arn": "arn:aws:airflow:{region}:{account}:environment/{name}"},
    create=Call("CreateEnvironment"),
    read=Call("GetEnvironment", given={"Name": "{name}"}),
    update=(Call("UpdateEnvironment", takes=("dagS3Path",), given={"Name": "{name}"}),),
    delete=Call("DeleteEnvironment", given={"Name": "{name}"}),
    tags=Tags(Call("TagResource", given={"ResourceArn": "{arn}"}), Call("UntagResource")),
    emulated=False,
)
INPUTS = {
    "name": "flows",
    "dagS3Path": "dags",
    "executionRoleArn": "arn:aws:iam::123456789012:role/flows",
    "sourceBucketArn": "arn:aws:s3:::flows",
    "networkConfiguration": {"securityGroupIds": ["sg-1"], "subnetIds": ["subnet-1", "subnet-2"]},
}


@pytest.fixture
def resources(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Resources]:
    monkeypatch.setitem(catalog.entries(), TYPE, ENVIRONMENT)
    return Resources(cloud, {"platform": "maslow"})


def test_a_resource_of_a_missing_service_is_kept_with_the_outputs_of_its_record(
    resources: Resources,
) -> None:
    inputs = resources.check(TYPE, INPUTS, "flows")
    made = resources.create(TYPE, inputs)
    assert made.outputs["arn"] == "arn:aws:airflow:eu-west-1:123456789012:environment/flows"
    assert made.outputs["dagS3Path"] == "dags"
    assert made.outputs["tagsAll"] == {"platform": "maslow"}
    assert resources.read(TYPE, made.id, inputs) == made.outputs
    assert resources.not_emulated == Counter({TYPE: 1})


def test_an_update_is_validated_and_kept(resources: Resources) -> None:
    made = resources.create(TYPE, INPUTS)
    news = {**INPUTS, "dagS3Path": "flows/dags"}
    assert resources.diff(TYPE, INPUTS, news).replace == []
    assert resources.update(TYPE, made.id, INPUTS, news)["dagS3Path"] == "flows/dags"


def test_what_awss_own_model_refuses_is_not_remembered(resources: Resources) -> None:
    with pytest.raises(CallFailed, match=r"CreateEnvironment was refused with ParamValidation"):
        resources.create(TYPE, {**INPUTS, "maxWorkers": "many"})
    assert not resources.not_emulated


def test_what_is_deleted_is_gone(resources: Resources) -> None:
    made = resources.create(TYPE, INPUTS)
    resources.delete(TYPE, made.id, made.outputs)
    assert resources.read(TYPE, made.id, INPUTS) is None
    with pytest.raises(CallFailed, match="NotThere"):
        resources.update(TYPE, made.id, INPUTS, {**INPUTS, "dagS3Path": "flows/dags"})
