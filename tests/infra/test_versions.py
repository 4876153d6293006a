import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from infra.naming import Names
from infra.versions import ModelVersion, assumed, in_registry, none_yet

NAMES = Names("maslow", "dev")

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/screening/3"


@pytest.fixture(scope="module")
def client():
    return boto3.client(
        "sagemaker",
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )


@pytest.fixture
def sagemaker(client):
    with Stubber(client) as stub:
        yield client, stub
        stub.assert_no_pending_responses()


def newest(stub: Stubber, packages: list) -> None:
    stub.add_response(
        "list_model_packages",
        {"ModelPackageSummaryList": packages},
        {
            "ModelPackageGroupName": "screening",
            "ModelApprovalStatus": "Approved",
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": 1,
        },
    )


def package() -> dict:
    return {
        "ModelPackageArn": ARN,
        "ModelPackageGroupName": "screening",
        "ModelPackageVersion": 3,
        "CreationTime": 0,
        "ModelPackageStatus": "Completed",
    }


def described(**more: object) -> dict:
    return {
        "ModelPackageName": "screening",
        "ModelPackageArn": ARN,
        "CreationTime": 0,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        **more,
    }


def test_the_newest_approved_version_comes_with_its_baseline(sagemaker):
    client, stub = sagemaker
    newest(stub, [package()])
    baseline = {"ContentType": "application/json", "S3Uri": "s3://b/baseline.json"}
    stub.add_response(
        "describe_model_package",
        described(DriftCheckBaselines={"ModelDataQuality": {"Statistics": baseline}}),
    )

    assert in_registry(client)("screening") == ModelVersion(ARN, "s3://b/baseline.json")


def test_what_model_monitor_was_to_compare_with_is_no_baseline(sagemaker):
    client, stub = sagemaker
    newest(stub, [package()])
    former = {
        "Constraints": {"ContentType": "application/json", "S3Uri": "s3://b/constraints.json"},
        "Statistics": {"ContentType": "application/json", "S3Uri": "s3://b/statistics.json"},
    }
    stub.add_response(
        "describe_model_package", described(DriftCheckBaselines={"ModelDataQuality": former})
    )

    assert in_registry(client)("screening") == ModelVersion(ARN)


def test_a_version_may_have_no_baseline(sagemaker):
    client, stub = sagemaker
    newest(stub, [package()])
    stub.add_response("describe_model_package", described())

    assert in_registry(client)("screening") == ModelVersion(ARN)


def test_a_group_without_an_approved_version_has_none(sagemaker):
    client, stub = sagemaker
    newest(stub, [])

    assert in_registry(client)("screening") is None


def test_a_group_that_is_not_there_has_none(sagemaker):
    client, stub = sagemaker
    stub.add_client_error("list_model_packages", "ValidationException")

    assert in_registry(client)("screening") is None


def test_a_refused_look_up_is_not_taken_for_no_version(sagemaker):
    client, stub = sagemaker
    stub.add_client_error("list_model_packages", "AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDenied"):
        in_registry(client)("screening")


def test_offline_every_group_has_one_version():
    version = assumed("eu-west-1", "123456789012", NAMES)("maslow-dev-screening")

    assert version is not None
    assert version.arn.endswith(":model-package/maslow-dev-screening/1")
    assert none_yet("screening") is None


def test_a_version_tells_the_image_of_its_jobs_and_the_one_that_serves_it(sagemaker):
    client, stub = sagemaker
    container = {"Image": "serves", "ModelDataUrl": "s3://b/model.tar.gz"}
    inference = {
        "Containers": [container],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    newest(stub, [package()])
    stub.add_response("describe_model_package", described(InferenceSpecification=inference))
    version = in_registry(client)("screening")
    assert (version.image_uri, version.serving_image) == ("serves", None)
    newest(stub, [package()])
    metadata = {"image": "trains"}
    stub.add_response(
        "describe_model_package",
        described(InferenceSpecification=inference, CustomerMetadataProperties=metadata),
    )
    version = in_registry(client)("screening")
    assert (version.image_uri, version.serving_image) == ("trains", "serves")
