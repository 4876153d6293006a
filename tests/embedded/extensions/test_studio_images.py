"""Images of Studio on the embedded AWS: their versions, who offers them, and what is refused."""

import json

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from embedded.resources import CallFailed, Resources
from tests.embedded.extensions import studio

ROLE = studio.ROLE
ELSEWHERE = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/notebooks"
HERE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/notebooks"
MANIFEST = json.dumps(
    {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}
)


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as cloud:
        yield cloud


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return cloud.client("sagemaker")


@pytest.fixture(scope="module")
def domain(cloud, sagemaker):
    return studio.domain(cloud, "studio-images")


def image(sagemaker, name, *bases):
    """An image with a version of each base."""
    sagemaker.create_image(ImageName=name, RoleArn=ROLE)
    for base in bases:
        sagemaker.create_image_version(ImageName=name, BaseImage=base)


def configured(sagemaker, name, kind="JupyterLab"):
    sagemaker.create_app_image_config(
        AppImageConfigName=name,
        **{f"{kind}AppImageConfig": {"ContainerConfig": {"ContainerArguments": ["a"]}}},
    )


def offering(name, config, number=None, kind="JupyterLab"):
    version = {} if number is None else {"ImageVersionNumber": number}
    offered = {"ImageName": name, "AppImageConfigName": config, **version}
    return {f"{kind}AppSettings": {"CustomImages": [offered]}}


def test_an_image_is_made_told_changed_listed_and_gone(sagemaker):
    arn = sagemaker.create_image(
        ImageName="life", RoleArn=ROLE, DisplayName="Life", Tags=[{"Key": "a", "Value": "b"}]
    )["ImageArn"]
    sagemaker.update_image(ImageName="life", Description="of an image")
    told = sagemaker.describe_image(ImageName="life")
    assert (told["ImageArn"], told["ImageStatus"], told["Description"]) == (
        arn,
        "CREATED",
        "of an image",
    )
    sagemaker.update_image(ImageName="life", DeleteProperties=["DisplayName"])
    assert "DisplayName" not in sagemaker.describe_image(ImageName="life")
    assert [one["ImageName"] for one in sagemaker.list_images(NameContains="lif")["Images"]] == [
        "life"
    ]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    with pytest.raises(ClientError, match="already exists"):
        sagemaker.create_image(ImageName="life", RoleArn=ROLE)
    sagemaker.delete_image(ImageName="life")
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_image(ImageName="life")


def test_versions_are_numbered_and_no_number_comes_again(sagemaker):
    image(sagemaker, "numbered", f"{ELSEWHERE}:1", f"{ELSEWHERE}:2")
    newest = sagemaker.describe_image_version(ImageName="numbered")
    assert (newest["Version"], newest["BaseImage"]) == (2, f"{ELSEWHERE}:2")
    sagemaker.delete_image_version(ImageName="numbered", Version=2)
    sagemaker.create_image_version(ImageName="numbered", BaseImage=f"{ELSEWHERE}:3")
    listed = sagemaker.list_image_versions(ImageName="numbered")["ImageVersions"]
    assert [one["Version"] for one in listed] == [1, 3]
    sagemaker.delete_image(ImageName="numbered")
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.list_image_versions(ImageName="numbered")


def test_the_same_token_makes_no_second_version(sagemaker):
    image(sagemaker, "once")
    asked = {"ImageName": "once", "BaseImage": f"{ELSEWHERE}:1", "ClientToken": "abc"}
    first = sagemaker.create_image_version(**asked)["ImageVersionArn"]
    assert sagemaker.create_image_version(**asked)["ImageVersionArn"] == first


def test_an_alias_is_one_versions_and_moves(sagemaker):
    image(sagemaker, "aliases")
    for number, alias in enumerate(["1.0", "2.0"], 1):
        sagemaker.create_image_version(
            ImageName="aliases", BaseImage=f"{ELSEWHERE}:{number}", Aliases=[alias]
        )
    with pytest.raises(ClientError, match=r"The alias 1\.0 is another version's"):
        sagemaker.update_image_version(ImageName="aliases", Version=2, AliasesToAdd=["1.0"])
    sagemaker.update_image_version(ImageName="aliases", Version=1, AliasesToDelete=["1.0"])
    sagemaker.update_image_version(
        ImageName="aliases", Version=2, AliasesToAdd=["1.0"], JobType="TRAINING"
    )
    told = sagemaker.describe_image_version(ImageName="aliases", Alias="1.0")
    assert (told["Version"], told["JobType"]) == (2, "TRAINING")
    found = sagemaker.list_aliases(ImageName="aliases", Version=2)["SageMakerImageVersionAliases"]
    assert found == ["2.0", "1.0"]
    assert (
        sagemaker.list_aliases(ImageName="aliases", Version=1)["SageMakerImageVersionAliases"] == []
    )


@pytest.mark.parametrize(
    "base", [ELSEWHERE.replace("eu-west-1", "eu-central-1"), "docker.io/jupyter/base-notebook:1"]
)
def test_an_image_of_another_region_or_registry_is_refused(sagemaker, base):
    image(sagemaker, f"elsewhere-{len(base)}")
    with pytest.raises(ClientError, match="is not an image of ECR in eu-west-1"):
        sagemaker.create_image_version(ImageName=f"elsewhere-{len(base)}", BaseImage=base)


def test_a_version_keeps_the_digest_that_its_tag_had_and_fails_without_an_image(cloud, sagemaker):
    ecr = cloud.client("ecr")
    ecr.create_repository(repositoryName="notebooks")
    pushed = ecr.put_image(repositoryName="notebooks", imageManifest=MANIFEST, imageTag="1")
    digest = pushed["image"]["imageId"]["imageDigest"]
    image(sagemaker, "pushed", f"{HERE}:1", f"{HERE}@{digest}", f"{HERE}:2")
    told = [
        sagemaker.describe_image_version(ImageName="pushed", Version=number) for number in (1, 2, 3)
    ]
    assert [one.get("ContainerImage") for one in told] == [f"{HERE}@{digest}"] * 2 + [None]
    assert told[2]["ImageVersionStatus"] == "CREATE_FAILED"
    assert told[2]["FailureReason"] == f"There is no image {HERE}:2 in ECR."


def test_a_version_without_an_image_is_refused_and_cleared_away(cloud, sagemaker):
    image(sagemaker, "missing")
    asked = {"imageName": "missing", "baseImage": f"{HERE}/missing:1"}
    with pytest.raises(CallFailed, match=r"There is no image .*/missing:1 in ECR"):
        Resources(cloud).create("aws:sagemaker/imageVersion:ImageVersion", asked)
    assert sagemaker.list_image_versions(ImageName="missing")["ImageVersions"] == []


def test_how_an_image_is_started_is_made_told_changed_listed_and_gone(sagemaker):
    configured(sagemaker, "how")
    with pytest.raises(ClientError, match="already exists"):
        configured(sagemaker, "how")
    changed = {"ContainerConfig": {"ContainerEntrypoint": ["start"]}}
    sagemaker.update_app_image_config(AppImageConfigName="how", JupyterLabAppImageConfig=changed)
    told = sagemaker.describe_app_image_config(AppImageConfigName="how")
    assert told["JupyterLabAppImageConfig"] == changed
    (listed,) = sagemaker.list_app_image_configs(NameContains="how")["AppImageConfigs"]
    assert listed["AppImageConfigArn"] == told["AppImageConfigArn"]
    sagemaker.delete_app_image_config(AppImageConfigName="how")
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_app_image_config(AppImageConfigName="how")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (offering("none", "starts"), r"no version  of Image \[none\]"),
        (offering("there", "starts", 2), r"no version 2 of Image \[there\]"),
        (offering("there", "none"), r"no AppImageConfig \[none\]"),
        (offering("there", "starts", kind="CodeEditor"), "with CodeEditorAppImageConfig"),
        (
            {
                "JupyterLabAppSettings": {
                    "CustomImages": [{"ImageName": "there", "AppImageConfigName": "starts"}] * 201
                }
            },
            "201 images are more than 200",
        ),
    ],
)
def test_settings_offer_only_images_that_are_there(sagemaker, domain, settings, said):
    names = [one["ImageName"] for one in sagemaker.list_images(NameContains="there")["Images"]]
    if not names:
        image(sagemaker, "there", f"{ELSEWHERE}:1")
        configured(sagemaker, "starts")
    with pytest.raises(ClientError, match=said):
        sagemaker.update_domain(DomainId=domain, DefaultUserSettings=settings)
    with pytest.raises(ClientError, match=said):
        sagemaker.create_user_profile(DomainId=domain, UserProfileName="eve", UserSettings=settings)


def test_what_is_offered_stays_until_it_is_offered_no_more(sagemaker, domain):
    image(sagemaker, "offered", f"{ELSEWHERE}:1", f"{ELSEWHERE}:2")
    configured(sagemaker, "offered")
    none = {"JupyterLabAppSettings": {"CustomImages": []}}
    sagemaker.update_domain(DomainId=domain, DefaultUserSettings=offering("offered", "offered", 1))
    with pytest.raises(ClientError, match=r"Version 1 of \[offered\] is used by the domain"):
        sagemaker.delete_image_version(ImageName="offered", Version=1)
    sagemaker.delete_image_version(ImageName="offered", Version=2)
    sagemaker.update_domain(DomainId=domain, DefaultUserSettings=none)
    sagemaker.create_user_profile(
        DomainId=domain, UserProfileName="ana", UserSettings=offering("offered", "offered")
    )
    with pytest.raises(ClientError, match=r"Version 1 of \[offered\] is used by the profile ana"):
        sagemaker.delete_image_version(ImageName="offered", Version=1)
    with pytest.raises(ClientError, match=r"Image \[offered\] is used by the profile ana"):
        sagemaker.delete_image(ImageName="offered")
    sagemaker.update_user_profile(DomainId=domain, UserProfileName="ana", UserSettings=none)
    sagemaker.delete_image(ImageName="offered")
