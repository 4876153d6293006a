"""User profiles of Studio on the embedded AWS."""

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests.embedded.extensions import studio


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as cloud:
        yield cloud


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return cloud.client("sagemaker")


@pytest.fixture(scope="module")
def domain(cloud):
    return studio.domain(cloud, "studio-profiles")


def test_a_profile_is_found_changed_tagged_and_taken_away(sagemaker, domain):
    arn = sagemaker.create_user_profile(
        DomainId=domain,
        UserProfileName="ben",
        UserSettings={"ExecutionRole": studio.ROLE},
        Tags=[{"Key": "maslow:team", "Value": "oncology"}],
    )["UserProfileArn"]
    told = {"DomainId": domain, "UserProfileName": "ben"}
    sagemaker.update_user_profile(**told, UserSettings={"SecurityGroups": ["sg-0a1b2c3d"]})
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "cost-center", "Value": "42"}])
    described = sagemaker.describe_user_profile(**told)
    assert described["UserProfileArn"] == arn
    assert described["UserSettings"] == {
        "ExecutionRole": studio.ROLE,
        "SecurityGroups": ["sg-0a1b2c3d"],
    }
    assert {tag["Key"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]} == {
        "maslow:team",
        "cost-center",
    }
    (listed,) = sagemaker.list_user_profiles(DomainIdEquals=domain, UserProfileNameContains="be")[
        "UserProfiles"
    ]
    assert (listed["UserProfileName"], listed["Status"]) == ("ben", "InService")
    sagemaker.delete_user_profile(**told)
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.describe_user_profile(**told)


def test_a_profile_is_of_a_domain_that_is_there_and_is_made_once(sagemaker, domain):
    with pytest.raises(sagemaker.exceptions.ResourceNotFound, match="d-none"):
        studio.profile(sagemaker, "d-none")
    studio.profile(sagemaker, domain, "cleo")
    with pytest.raises(sagemaker.exceptions.ResourceInUse):
        studio.profile(sagemaker, domain, "cleo")


def test_only_a_domain_of_identity_center_knows_its_people_by_their_names(cloud, sagemaker, domain):
    signed = {
        "SingleSignOnUserIdentifier": "UserName",
        "SingleSignOnUserValue": "dora@example.com",
    }
    with pytest.raises(ClientError, match="AuthMode SSO"):
        sagemaker.create_user_profile(DomainId=domain, UserProfileName="dora", **signed)
    center = studio.domain(cloud, "studio-sso", "SSO")
    with pytest.raises(ClientError, match="AuthMode SSO"):
        studio.profile(sagemaker, center, "dora")
    sagemaker.create_user_profile(DomainId=center, UserProfileName="dora", **signed)
    with pytest.raises(sagemaker.exceptions.ResourceInUse, match=r"dora@example\.com has a user"):
        sagemaker.create_user_profile(DomainId=center, UserProfileName="dora-2", **signed)


def test_a_profile_goes_once_it_owns_no_space(sagemaker, domain):
    studio.profile(sagemaker, domain, "eve")
    studio.space(sagemaker, domain, "eves", "eve")
    told = {"DomainId": domain, "UserProfileName": "eve"}
    with pytest.raises(sagemaker.exceptions.ResourceInUse, match="apps or spaces"):
        sagemaker.delete_user_profile(**told)
    sagemaker.delete_space(DomainId=domain, SpaceName="eves")
    sagemaker.delete_user_profile(**told)


def test_nobody_signs_in_to_a_studio_that_is_not_there(sagemaker, domain):
    studio.profile(sagemaker, domain, "finn")
    with pytest.raises(ClientError, match="does not serve Studio's pages"):
        sagemaker.create_presigned_domain_url(DomainId=domain, UserProfileName="finn")
