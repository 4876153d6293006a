"""The script that apps of Studio start with."""

import base64
from typing import Any

import pytest

from components.platform.studio.app_settings import user_settings
from components.platform.studio.setup import StudioSetup, setup_name
from infra.graph import Graph, record

CONFIG = "aws:sagemaker/studioLifecycleConfig:StudioLifecycleConfig"
SCRIPT = "#!/bin/bash\necho äh\n"


def recorded(script: str = SCRIPT) -> Graph:
    return record(
        lambda: (
            StudioSetup("setup", {"name_prefix": "maslow-dev-studio", "script": script}) and None
        )
    )


def test_each_kind_of_app_starts_with_the_script_as_it_is() -> None:
    made = {
        one.inputs["studioLifecycleConfigAppType"]: base64.b64decode(
            one.inputs["studioLifecycleConfigContent"]
        ).decode()
        for one in recorded().of_type(CONFIG)
    }
    assert made == {"JupyterLab": SCRIPT, "CodeEditor": SCRIPT}


def test_another_script_is_another_configuration_and_the_same_one_the_same() -> None:
    prefix = "maslow-dev-studio"
    assert setup_name(prefix, "JupyterLab", SCRIPT) == setup_name(prefix, "JupyterLab", SCRIPT)
    assert setup_name(prefix, "JupyterLab", SCRIPT) != setup_name(prefix, "JupyterLab", "#!/bin/sh")
    assert setup_name(prefix, "CodeEditor", SCRIPT).startswith("maslow-dev-studio-codeeditor-")


def test_the_longest_script_fits_and_a_longer_one_is_refused() -> None:
    (one, _) = recorded("#" * 12_288).of_type(CONFIG)
    assert len(one.inputs["studioLifecycleConfigContent"]) == 16_384
    with pytest.raises(ValueError, match="12289 bytes are more than 12288"):
        recorded("#" * 12_289)


def test_an_app_may_start_with_it_and_does_unless_somebody_chooses_otherwise() -> None:
    shared: Any = {"idle_minutes": 60, "disk_gb": 50, "instances": ["ml.t3.medium"]}
    setups: Any = {"JupyterLab": "arn:lab", "CodeEditor": "arn:editor"}
    settings = user_settings(**shared, setups=setups)
    for app, arn in (("jupyter_lab", "arn:lab"), ("code_editor", "arn:editor")):
        told = settings[f"{app}_app_settings"]
        assert told["lifecycle_config_arns"] == [arn]
        assert told["default_resource_spec"] == {
            "instance_type": "ml.t3.medium",
            "lifecycle_config_arn": arn,
        }
    assert "lifecycle_config_arns" not in user_settings(**shared)["jupyter_lab_app_settings"]
