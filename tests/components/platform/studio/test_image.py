"""An image of a team's own that Studio's apps may be started in."""

import json
from typing import Any

import pytest

from components.platform.studio.app_settings import StudioApp, user_settings
from components.platform.studio.image import StudioImage
from components.platform.studio.policies import start_images
from infra.graph import Graph, record

CONFIG = "aws:sagemaker/appImageConfig:AppImageConfig"
URI = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/notebooks/torch:1"
REPOSITORY = "arn:aws:ecr:eu-west-1:444455556666:repository/notebooks/torch"


def recorded(**changes: Any) -> Graph:
    args: Any = {
        "image_name": "maslow-dev-studio-torch",
        "base_image": URI,
        "apps": [*StudioApp],
        "command": [],
        "environment": {},
        "account_id": "123456789012",
        **changes,
    }
    return record(lambda: StudioImage("torch", args) and None)


def containers(graph: Graph) -> dict[str, Any]:
    """How each kind of app starts the container, by the block of its configuration."""
    return {
        block: one.inputs[block]["containerConfig"]
        for one in graph.of_type(CONFIG)
        for block in ("jupyterLabImageConfig", "codeEditorAppImageConfig")
        if block in one.inputs
    }


def test_sagemaker_pulls_from_the_images_repository_and_from_no_other() -> None:
    graph = recorded()
    policy = json.loads(
        graph.one("aws:iam/rolePolicy:RolePolicy", "torch-pulls-pull").inputs["policy"]
    )
    pulling = {
        action: statement["Resource"]
        for statement in policy["Statement"]
        for action in statement["Action"]
    }
    assert pulling.pop("ecr:GetAuthorizationToken") == ["*"]
    assert set(map(tuple, pulling.values())) == {(REPOSITORY,)}
    (image,) = graph.of_type("aws:sagemaker/image:Image")
    role = graph.one("aws:iam/role:Role", "torch-pulls-role")
    assert "sagemaker.amazonaws.com" in role.inputs["assumeRolePolicy"]
    assert image.inputs["roleArn"] == role.outputs["arn"]


def test_each_kind_of_app_has_a_configuration_of_its_own_that_is_never_empty() -> None:
    plain = {"containerEnvironmentVariables": {"MASLOW_IMAGE": "maslow-dev-studio-torch"}}
    assert containers(recorded()) == {
        "jupyterLabImageConfig": plain,
        "codeEditorAppImageConfig": plain,
    }
    started = recorded(
        apps=[StudioApp.CODE_EDITOR], command=["start", "--quiet"], environment={"A": "b"}
    )
    assert containers(started) == {
        "codeEditorAppImageConfig": {
            "containerEntrypoints": ["start"],
            "containerArguments": ["--quiet"],
            "containerEnvironmentVariables": {
                "A": "b",
                "MASLOW_IMAGE": "maslow-dev-studio-torch",
            },
        }
    }


def test_an_image_for_no_app_is_refused() -> None:
    with pytest.raises(ValueError, match="torch: an image is for an app"):
        recorded(apps=[])


def test_an_app_is_offered_the_images_of_its_kind() -> None:
    shared: Any = {"idle_minutes": 60, "disk_gb": 50, "instances": ["ml.t3.medium"]}
    image: Any = {"image_name": "torch", "image_version_number": 2, "app_image_config_name": "t"}
    settings = user_settings(**shared, images={"JupyterLab": [image], "CodeEditor": []})
    assert settings["jupyter_lab_app_settings"]["custom_images"] == [image]
    assert "custom_images" not in settings["code_editor_app_settings"]


def test_people_see_and_pull_the_images_that_they_are_offered_alone() -> None:
    statements = start_images({"torch": URI}, account_id="123456789012", region="eu-west-1")
    sagemaker = "arn:aws:sagemaker:eu-west-1:123456789012"
    named = [arn for one in statements for arn in one["Resource"]]
    assert named == [
        f"{sagemaker}:image/torch",
        f"{sagemaker}:image-version/torch/*",
        f"{sagemaker}:app-image-config/torch-jupyterlab",
        f"{sagemaker}:app-image-config/torch-codeeditor",
        REPOSITORY,
        "*",
    ]
