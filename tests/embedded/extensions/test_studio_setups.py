"""Lifecycle configurations of Studio on the embedded AWS: what is refused, and when they go."""

import base64

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests.embedded.extensions import studio

SCRIPT = base64.b64encode(b"#!/bin/bash\n").decode()


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as cloud:
        yield cloud


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return cloud.client("sagemaker")


@pytest.fixture(scope="module")
def domain(cloud, sagemaker):
    return studio.domain(cloud, "studio-setups")


def made(sagemaker, name, content=SCRIPT, app="JupyterLab"):
    return sagemaker.create_studio_lifecycle_config(
        StudioLifecycleConfigName=name,
        StudioLifecycleConfigContent=content,
        StudioLifecycleConfigAppType=app,
    )["StudioLifecycleConfigArn"]


def started_with(arn):
    return {"JupyterLabAppSettings": {"LifecycleConfigArns": [arn]}}


def gone(sagemaker, name):
    sagemaker.delete_studio_lifecycle_config(StudioLifecycleConfigName=name)


def test_one_is_made_told_listed_and_gone(sagemaker):
    arn = made(sagemaker, "life")
    told = sagemaker.describe_studio_lifecycle_config(StudioLifecycleConfigName="life")
    assert (told["StudioLifecycleConfigArn"], told["StudioLifecycleConfigContent"]) == (arn, SCRIPT)
    listed = sagemaker.list_studio_lifecycle_configs(AppTypeEquals="JupyterLab")
    assert arn in [one["StudioLifecycleConfigArn"] for one in listed["StudioLifecycleConfigs"]]
    others = sagemaker.list_studio_lifecycle_configs(AppTypeEquals="CodeEditor")
    assert others["StudioLifecycleConfigs"] == []
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    with pytest.raises(ClientError, match="already exists"):
        made(sagemaker, "life")
    gone(sagemaker, "life")
    with pytest.raises(ClientError, match="does not exist"):
        gone(sagemaker, "life")


@pytest.mark.parametrize(
    ("content", "said"), [("#!/bin/bash", "not in base64"), ("A" * 16_388, "16388|16384")]
)
def test_what_is_no_script_in_base64_is_refused(sagemaker, content, said):
    with pytest.raises(ClientError, match=said):
        made(sagemaker, "wrong", content)


def test_settings_name_only_those_that_are_there(cloud, sagemaker, domain):
    missing = started_with("arn:aws:sagemaker:eu-west-1:123456789012:studio-lifecycle-config/none")
    with pytest.raises(ClientError, match="There is no StudioLifecycleConfig"):
        sagemaker.create_user_profile(
            DomainId=domain, UserProfileName="dee", UserSettings={**missing}
        )
    with pytest.raises(ClientError, match="There is no StudioLifecycleConfig"):
        sagemaker.update_domain(DomainId=domain, DefaultUserSettings=missing)


def test_one_stays_while_a_profile_or_the_domain_starts_apps_with_it(sagemaker, domain):
    arn = made(sagemaker, "profiles")
    sagemaker.create_user_profile(
        DomainId=domain, UserProfileName="ana", UserSettings=started_with(arn)
    )
    with pytest.raises(ClientError, match="used by the profile ana"):
        gone(sagemaker, "profiles")
    sagemaker.update_user_profile(
        DomainId=domain,
        UserProfileName="ana",
        UserSettings={"JupyterLabAppSettings": {"LifecycleConfigArns": []}},
    )
    sagemaker.update_domain(DomainId=domain, DefaultUserSettings=started_with(arn))
    with pytest.raises(ClientError, match="used by the domain"):
        gone(sagemaker, "profiles")
    sagemaker.update_domain(
        DomainId=domain, DefaultUserSettings={"JupyterLabAppSettings": {"LifecycleConfigArns": []}}
    )
    gone(sagemaker, "profiles")


def test_one_stays_while_an_app_runs_that_started_with_it(sagemaker, domain):
    arn = made(sagemaker, "apps")
    studio.profile(sagemaker, domain, "ben")
    studio.space(sagemaker, domain, "bens", "ben")
    running = {
        "DomainId": domain,
        "SpaceName": "bens",
        "AppType": "JupyterLab",
        "AppName": "default",
    }
    spec = {"InstanceType": "ml.t3.medium", "LifecycleConfigArn": arn}
    sagemaker.create_app(**running, ResourceSpec=spec)
    with pytest.raises(ClientError, match="used by the app default"):
        gone(sagemaker, "apps")
    sagemaker.delete_app(**running)
    gone(sagemaker, "apps")
