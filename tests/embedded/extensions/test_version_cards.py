"""Cards of versions in the model registry of the embedded AWS."""

import json

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud


@pytest.fixture(scope="module")
def sagemaker():
    with Cloud("eu-west-1") as cloud:
        client = cloud.client("sagemaker")
        client.create_model_package_group(ModelPackageGroupName="readmission")
        yield client


@pytest.fixture
def version(sagemaker):
    return sagemaker.create_model_package(
        ModelPackageGroupName="readmission",
        ModelApprovalStatus="Approved",
        CustomerMetadataProperties={"code": "0a1b"},
    )["ModelPackageArn"]


def test_a_card_is_kept_with_its_version_and_replaced(sagemaker, version):
    for purpose in ("one", "another"):
        content = json.dumps({"intended_uses": {"purpose_of_model": purpose}})
        sagemaker.update_model_package(
            ModelPackageArn=version,
            ModelCard={"ModelCardContent": content, "ModelCardStatus": "Draft"},
        )
        told = sagemaker.describe_model_package(ModelPackageName=version)
        assert told["ModelCard"] == {"ModelCardContent": content, "ModelCardStatus": "Draft"}
    assert told["ModelApprovalStatus"] == "Approved"
    assert told["CustomerMetadataProperties"] == {"code": "0a1b"}


def test_a_later_decision_leaves_the_card(sagemaker, version):
    card = {"ModelCardContent": "{}", "ModelCardStatus": "Approved"}
    sagemaker.update_model_package(ModelPackageArn=version, ModelCard=card)
    sagemaker.update_model_package(ModelPackageArn=version, ModelApprovalStatus="Rejected")
    assert sagemaker.describe_model_package(ModelPackageName=version)["ModelCard"] == card


def test_a_version_may_be_registered_with_its_card(sagemaker):
    card = {"ModelCardContent": '{"intended_uses": {}}', "ModelCardStatus": "Draft"}
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="readmission", ModelApprovalStatus="Approved", ModelCard=card
    )["ModelPackageArn"]
    assert sagemaker.describe_model_package(ModelPackageName=arn)["ModelCard"] == card


@pytest.mark.parametrize("content", ["no JSON", "[]"])
def test_a_card_is_an_object_of_json(sagemaker, version, content):
    with pytest.raises(ClientError, match="no object of JSON"):
        sagemaker.update_model_package(
            ModelPackageArn=version, ModelCard={"ModelCardContent": content}
        )
