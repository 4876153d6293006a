"""Every build of every committed stack runs a specification that CodeBuild reads."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infra.graph import Graph

SCHEMA = json.loads((Path(__file__).parent / "buildspec.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
ORDER = ["install", "pre_build", "build", "post_build"]
SOUND = {
    "version": 0.2,
    "env": {"shell": "bash", "exported-variables": ["PREVIEW_URL"]},
    "phases": {
        "install": {"runtime-versions": {"python": "3.12"}, "commands": ["make setup"]},
        "build": {"on-failure": "RETRY-2", "commands": ["make test"], "finally": ["true"]},
    },
    "reports": {"tests": {"files": ["junit.xml"], "file-format": "JUNITXML"}},
    "artifacts": {"files": ["**/*"], "secondary-artifacts": {"image": {"files": ["digest"]}}},
    "cache": {"key": "pip", "paths": ["/root/.cache/pip/**/*"]},
}


def buildspecs(graph: Graph) -> dict[str, dict[str, Any]]:
    """The specification of each project by the project's name; JSON is YAML too."""
    return {
        project.name: json.loads(project.inputs["source"]["buildspec"])
        for project in graph.of_type("aws:codebuild/project:Project")
    }


def mistakes(spec: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(spec)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_buildspec_keeps_to_the_schema(graph: Graph) -> None:
    found = buildspecs(graph)
    assert found
    assert {name: mistakes(spec) for name, spec in found.items() if mistakes(spec)} == {}


def test_the_phases_stand_in_the_order_that_they_run_in(graph: Graph) -> None:
    for name, spec in buildspecs(graph).items():
        assert list(spec["phases"]) == [p for p in ORDER if p in spec["phases"]], name


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash reads the commands")
def test_every_phase_is_a_script_that_bash_can_read(graph: Graph) -> None:
    for name, spec in buildspecs(graph).items():
        for phase in spec["phases"].values():
            script = "\n".join([*phase["commands"], *phase.get("finally", [])])
            read = subprocess.run(
                ["bash", "-n"], input=script, capture_output=True, text=True, check=False
            )
            assert read.returncode == 0, f"{name}: {read.stderr}"


def test_a_sound_specification_passes() -> None:
    assert mistakes(SOUND) == []


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"version": 0.1}, "$.version"),
        ({"phases": {}}, "$.phases"),
        ({"phases": {"deploy": {"commands": ["true"]}}}, "$.phases"),
        ({"phases": {"build": {"commands": []}}}, "$.phases.build.commands"),
        ({"phases": {"build": {"commands": [{"echo a": "b"}]}}}, "$.phases.build.commands[0]"),
        ({"phases": {"build": {"commands": ["true"], "command": "false"}}}, "$.phases.build"),
        (
            {"phases": {"build": {"commands": ["true"], "on-failure": "IGNORE"}}},
            "$.phases.build['on-failure']",
        ),
        ({"env": {"shell": "zsh"}}, "$.env.shell"),
        ({"env": {"variables": {"CODEBUILD_X": "1"}}}, "$.env.variables"),
        ({"env": {"exported": ["A"]}}, "$.env"),
        ({"artifacts": {"files": ["a"], "file": "b"}}, "$.artifacts"),
        ({"artifacts": {"name": "nothing"}}, "$.artifacts"),
        ({"cache": {"path": ["a"]}}, "$.cache"),
        ({"reports": {"tests": {"files": ["a"], "file-format": "TAP"}}}, "$.reports.tests"),
        ({"step": []}, "$"),
    ],
)
def test_a_specification_that_codebuild_would_not_read_is_refused(
    wrong: dict[str, Any], part: str
) -> None:
    assert any(mistake.startswith(part) for mistake in mistakes(SOUND | wrong))
