import json

import pytest
from botocore.exceptions import ClientError

from tests.served_model import uploaded


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return cloud.client("sagemaker")


def _package(sagemaker, group):
    return sagemaker.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification={
            "Containers": [{"Image": "image", "ModelDataUrl": "s3://artifacts/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]


def test_a_group_is_deleted_once_its_packages_are(sagemaker):
    sagemaker.create_model_package_group(ModelPackageGroupName="emptied")
    arn = _package(sagemaker, "emptied")
    with pytest.raises(sagemaker.exceptions.ConflictException):
        sagemaker.delete_model_package_group(ModelPackageGroupName="emptied")
    sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName="emptied")
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_model_package_group(ModelPackageGroupName="emptied")


def test_deleting_what_is_not_there_is_refused(sagemaker):
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/absent/1"
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.delete_model_package(ModelPackageName=arn)
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.delete_model_package_group(ModelPackageGroupName="absent")


def test_packages_feature_groups_and_schedules_are_tagged(sagemaker):
    sagemaker.create_model_package_group(ModelPackageGroupName="tagged")
    package = _package(sagemaker, "tagged")
    group = sagemaker.create_feature_group(
        FeatureGroupName="tagged",
        RecordIdentifierFeatureName="id",
        EventTimeFeatureName="at",
        FeatureDefinitions=[
            {"FeatureName": "id", "FeatureType": "String"},
            {"FeatureName": "at", "FeatureType": "String"},
        ],
        OnlineStoreConfig={"EnableOnlineStore": True},
    )["FeatureGroupArn"]
    for arn in (package, group):
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "ml"}])
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "env", "Value": "dev"}])
        sagemaker.delete_tags(ResourceArn=arn, TagKeys=["env"])
        assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "ml"}]


@pytest.mark.parametrize("kind", ["feature-group", "model", "rocket"])
def test_tags_of_what_is_not_there_are_refused(sagemaker, kind):
    with pytest.raises(ClientError) as raised:
        sagemaker.list_tags(ResourceArn=f"arn:aws:sagemaker:eu-west-1:123456789012:{kind}/absent")
    assert raised.value.response["Error"]["Code"] == "ValidationException"


THERE = "111111111111"
GROUP = f"arn:aws:sagemaker:eu-west-1:{THERE}:model-package-group/shared"
PACKAGE = f"arn:aws:sagemaker:eu-west-1:{THERE}:model-package/shared/1"


def _open(cloud, *accounts, actions):
    cloud.client("sagemaker", THERE).put_model_package_group_policy(
        ModelPackageGroupName="shared",
        ResourcePolicy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                        "Action": actions,
                        "Resource": [GROUP, PACKAGE],
                    }
                    for account in accounts
                ],
            }
        ),
    )


@pytest.fixture
def shared(cloud):
    there = cloud.client("sagemaker", THERE)
    there.create_model_package_group(ModelPackageGroupName="shared")
    assert _package(there, "shared") == PACKAGE
    yield
    there.delete_model_package(ModelPackageName=PACKAGE)
    there.delete_model_package_group(ModelPackageGroupName="shared")


def _uses(sagemaker, role):
    """What a deployment does with a version of another account."""
    yield lambda: sagemaker.list_model_packages(ModelPackageGroupName=GROUP)
    yield lambda: sagemaker.describe_model_package(ModelPackageName=PACKAGE)
    yield lambda: sagemaker.create_model(
        ModelName="deployed",
        ExecutionRoleArn=role,
        PrimaryContainer={"ModelPackageName": PACKAGE},
    )


@pytest.mark.usefixtures("shared")
def test_a_group_of_another_account_answers_whom_its_policy_lets_in(
    cloud, sagemaker, role, a_config
):
    actions = ["ListModelPackages", "DescribeModelPackage", "CreateModel"]
    _open(cloud, "123456789012", actions=[f"sagemaker:{action}" for action in actions])
    uploaded(cloud, "s3://artifacts/model.tar.gz")
    listed, described, _ = [use() for use in _uses(sagemaker, role)]
    assert [each["ModelPackageArn"] for each in listed["ModelPackageSummaryList"]] == [PACKAGE]
    assert described["ModelPackageArn"] == PACKAGE
    sagemaker.create_endpoint(
        EndpointName="deployed", EndpointConfigName=a_config("deployed", all=("deployed", 1))
    )
    assert sagemaker.describe_endpoint(EndpointName="deployed")["EndpointStatus"] == "InService"
    sagemaker.delete_model(ModelName="deployed")


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("account", ["222222222222", "123456789012"])
def test_whom_a_groups_policy_does_not_let_in_is_refused(cloud, sagemaker, role, account):
    for use in _uses(sagemaker, role):
        with pytest.raises(ClientError, match="no resource-based policy allows"):
            use()
    _open(cloud, account, actions="sagemaker:DescribeModelPackageGroup")
    for use in _uses(sagemaker, role):
        with pytest.raises(ClientError, match="no resource-based policy allows"):
            use()


def test_a_group_that_another_account_does_not_have_is_not_there(sagemaker, role):
    for use in _uses(sagemaker, role):
        with pytest.raises(ClientError, match="does not exist"):
            use()


def test_a_group_of_another_account_is_not_among_ones_own(cloud, sagemaker):
    cloud.client("sagemaker", THERE).create_model_package_group(ModelPackageGroupName="theirs")
    listed = sagemaker.list_model_package_groups(NameContains="theirs")
    assert listed["ModelPackageGroupSummaryList"] == []
