"""The commands of the delivery's stages."""

import importlib.metadata
import json
import re
import shlex

import pytest

from components.devops.delivery import buildspec

SPECS = {
    "validate": buildspec.validate(),
    "preview": buildspec.preview(pulumi_version="3.272.0"),
    "deploy": buildspec.deploy(pulumi_version="3.272.0"),
}


def commands(spec: buildspec.Buildspec) -> list[str]:
    return [command for phase in spec["phases"].values() for command in phase["commands"]]


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_every_command_is_whole_for_the_shell(spec: buildspec.Buildspec) -> None:
    for command in commands(spec):
        assert shlex.split(command)
    assert json.loads(json.dumps(spec)) == spec


def test_validation_runs_the_same_words_that_people_type() -> None:
    assert commands(SPECS["validate"]) == ["make setup", "make check", "make test"]


def test_validation_does_not_know_the_state() -> None:
    assert not any("pulumi" in command.lower() for command in commands(SPECS["validate"]))
    assert "pre_build" not in SPECS["validate"]["phases"]


@pytest.mark.parametrize("stage", ["preview", "deploy"])
def test_the_cli_is_installed_at_the_version_of_the_sdk(stage: str) -> None:
    installing = [c for c in commands(SPECS[stage]) if "get.pulumi.com" in c]
    assert installing == ["curl -fsSL https://get.pulumi.com | sh -s -- --version 3.272.0"]
    assert 'test "$(pulumi version)" = "v3.272.0"' in commands(SPECS[stage])


def test_the_version_of_the_cli_is_the_installed_sdks() -> None:
    assert buildspec.cli_version() == importlib.metadata.version("pulumi")
    assert re.fullmatch(r"\d+\.\d+\.\d+", buildspec.cli_version())


@pytest.mark.parametrize("stage", ["preview", "deploy"])
def test_the_state_is_logged_in_to_before_it_is_used(stage: str) -> None:
    login = SPECS[stage]["phases"]["pre_build"]["commands"]
    assert login == ['pulumi login "$PULUMI_BACKEND_URL"']


def test_only_the_deployment_changes_anything_and_never_asks() -> None:
    assert SPECS["deploy"]["phases"]["build"]["commands"] == [
        '.venv/bin/maslow up -s "$MASLOW_ENVIRONMENT" --yes'
    ]
    assert not any("maslow up" in command for command in commands(SPECS["preview"]))


def test_the_preview_exports_where_to_read_it() -> None:
    exported = SPECS["preview"]["env"]["exported-variables"]
    assert exported == ["PREVIEW_URL"]
    assert any(
        command.startswith(f"export {exported[0]}=")
        for command in SPECS["preview"]["phases"]["build"]["commands"]
    )


def test_what_is_loaded_is_kept_for_the_next_build() -> None:
    assert {name: spec["cache"]["paths"] for name, spec in SPECS.items()} == {
        "validate": ["/root/.cache/pip/**/*"],
        "preview": ["/root/.cache/pip/**/*", "/root/.pulumi/plugins/**/*"],
        "deploy": ["/root/.cache/pip/**/*", "/root/.pulumi/plugins/**/*"],
    }
