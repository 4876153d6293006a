"""Apps of Studio on the embedded AWS."""

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
    domain = studio.domain(cloud, "studio-apps")
    studio.profile(sagemaker, domain)
    return domain


def test_an_app_runs_in_a_space_with_the_instance_that_was_asked_for(sagemaker, domain):
    studio.space(sagemaker, domain, "one")
    told = {"DomainId": domain, "SpaceName": "one", "AppType": "JupyterLab", "AppName": "default"}
    sagemaker.create_app(**told, ResourceSpec={"InstanceType": "ml.t3.medium"})
    described = sagemaker.describe_app(**told)
    assert described["Status"] == "InService"
    assert described["ResourceSpec"] == {"InstanceType": "ml.t3.medium"}
    (listed,) = sagemaker.list_apps(DomainIdEquals=domain, SpaceNameEquals="one")["Apps"]
    assert listed["AppName"] == "default"
    assert not sagemaker.list_apps(DomainIdEquals=domain, SpaceNameEquals="none")["Apps"]


def test_a_space_runs_one_app_of_the_kind_that_it_is_for(sagemaker, domain):
    studio.space(sagemaker, domain, "coding", app="CodeEditor")
    with pytest.raises(ClientError, match="for CodeEditor, not for JupyterLab"):
        studio.app(sagemaker, domain, "coding")
    studio.app(sagemaker, domain, "coding", "CodeEditor")
    with pytest.raises(ClientError, match="runs an app already"):
        studio.app(sagemaker, domain, "coding", "CodeEditor", "another")


@pytest.mark.parametrize(
    ("holder", "said"),
    [
        ({}, "not both"),
        ({"UserProfileName": "ana", "SpaceName": "one"}, "not both"),
        ({"UserProfileName": "ana"}, "needs a SpaceName"),
    ],
)
def test_an_app_is_of_one_space(sagemaker, domain, holder, said):
    with pytest.raises(ClientError, match=said):
        sagemaker.create_app(DomainId=domain, AppType="JupyterLab", AppName="default", **holder)


def test_an_app_that_was_deleted_is_listed_for_a_day_and_may_come_again(cloud, sagemaker, domain):
    studio.space(sagemaker, domain, "gone")
    app = studio.app(sagemaker, domain, "gone")
    sagemaker.delete_app(**app)
    assert sagemaker.describe_app(**app)["Status"] == "Deleted"
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.delete_app(**app)
    studio.app(sagemaker, domain, "gone")
    assert sagemaker.describe_app(**app)["Status"] == "InService"
    sagemaker.delete_app(**app)
    cloud.advance(25 * 3600)
    assert not sagemaker.list_apps(DomainIdEquals=domain, SpaceNameEquals="gone")["Apps"]
