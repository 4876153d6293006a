"""Spaces of Studio on the embedded AWS."""

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
def domain(cloud, sagemaker):
    domain = studio.domain(cloud, "studio-spaces")
    studio.profile(sagemaker, domain)
    return domain


def test_a_space_is_found_with_its_owner_and_changed(sagemaker, domain):
    studio.space(sagemaker, domain, "first")
    told = {"DomainId": domain, "SpaceName": "first"}
    sagemaker.update_space(**told, SpaceDisplayName="My first")
    described = sagemaker.describe_space(**told)
    assert described["SpaceDisplayName"] == "My first"
    assert described["OwnershipSettings"] == {"OwnerUserProfileName": "ana"}
    (listed,) = sagemaker.list_spaces(DomainIdEquals=domain, SpaceNameContains="first")["Spaces"]
    assert listed["SpaceSharingSettingsSummary"] == {"SharingType": "Private"}
    assert listed["SpaceSettingsSummary"]["AppType"] == "JupyterLab"
    assert listed["OwnershipSettingsSummary"] == {"OwnerUserProfileName": "ana"}


def test_a_space_is_of_somebody_who_is_there(sagemaker, domain):
    with pytest.raises(sagemaker.exceptions.ClientError, match="nobody") as refused:
        studio.space(sagemaker, domain, "orphan", "nobody")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFound"


def test_who_owns_a_space_and_who_sees_it_are_told_together(sagemaker, domain):
    with pytest.raises(ClientError, match="given together"):
        sagemaker.create_space(
            DomainId=domain, SpaceName="half", SpaceSharingSettings={"SharingType": "Shared"}
        )


def test_a_space_of_somebody_is_for_one_kind_of_app(sagemaker, domain):
    with pytest.raises(ClientError, match="needs an AppType"):
        sagemaker.create_space(
            DomainId=domain,
            SpaceName="any",
            OwnershipSettings={"OwnerUserProfileName": "ana"},
            SpaceSharingSettings={"SharingType": "Shared"},
        )


def disk(gigabytes):
    return {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": gigabytes}}}


def test_a_disk_grows_and_does_not_shrink(sagemaker, domain):
    studio.space(sagemaker, domain, "large", disk=20)
    told = {"DomainId": domain, "SpaceName": "large"}
    sagemaker.update_space(**told, SpaceSettings=disk(40))
    with pytest.raises(ClientError, match="can only grow"):
        sagemaker.update_space(**told, SpaceSettings=disk(30))
    settings = sagemaker.describe_space(**told)["SpaceSettings"]
    assert settings == {"AppType": "JupyterLab", **disk(40)}


def test_a_space_goes_once_no_app_runs_in_it(sagemaker, domain):
    studio.space(sagemaker, domain, "busy")
    app = studio.app(sagemaker, domain, "busy")
    with pytest.raises(sagemaker.exceptions.ResourceInUse, match="it has apps"):
        sagemaker.delete_space(DomainId=domain, SpaceName="busy")
    sagemaker.delete_app(**app)
    sagemaker.delete_space(DomainId=domain, SpaceName="busy")
    assert not sagemaker.list_spaces(DomainIdEquals=domain, SpaceNameContains="busy")["Spaces"]
