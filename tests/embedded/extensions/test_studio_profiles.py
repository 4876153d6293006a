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


def test_a_link_is_of_a_profile_that_is_there_and_of_a_domain_of_iam(cloud, sagemaker, domain):
    studio.profile(sagemaker, domain, "finn")
    finn = {"DomainId": domain, "UserProfileName": "finn"}
    links = [sagemaker.create_presigned_domain_url(**finn)["AuthorizedUrl"] for _ in range(2)]
    url = sagemaker.describe_domain(DomainId=domain)["Url"]
    assert all(link.startswith(f"{url}/auth?token=") for link in links)
    assert links[0] != links[1]
    with pytest.raises(sagemaker.exceptions.ResourceNotFound, match="nobody"):
        sagemaker.create_presigned_domain_url(DomainId=domain, UserProfileName="nobody")
    with pytest.raises(sagemaker.exceptions.ResourceNotFound, match=r"Space .*none"):
        sagemaker.create_presigned_domain_url(**finn, SpaceName="none")
    with pytest.raises(ClientError, match="ExpiresInSeconds: 301 is not 5 to 300"):
        sagemaker.create_presigned_domain_url(**finn, ExpiresInSeconds=301)
    center = studio.domain(cloud, "studio-no-links", "SSO")
    sagemaker.create_user_profile(
        DomainId=center,
        UserProfileName="finn",
        SingleSignOnUserIdentifier="UserName",
        SingleSignOnUserValue="finn",
    )
    with pytest.raises(ClientError, match="AuthMode SSO: links are for IAM"):
        sagemaker.create_presigned_domain_url(DomainId=center, UserProfileName="finn")
