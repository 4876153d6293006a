"""The program as Pulumi's engine runs it, with a recording in the engine's place."""

import json
from pathlib import Path
from typing import Any, NoReturn

import pulumi
import pytest
from botocore.exceptions import NoCredentialsError

from catalog.answers import ACCOUNT
from infra import program
from infra.graph import Graph, Run, record
from infra.live import NOTHING, Live
from infra.offline import assumed_versions
from infra.project import Project
from infra.settings.yamlfile import read
from infra.versions import none_yet

ENDPOINT = "AWS_ENDPOINT_URL"


@pytest.fixture(autouse=True)
def root(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the program find the stack files of the tests."""
    monkeypatch.setattr(program, "ROOT", project.root)


def nothing_there(*_: object) -> Live:
    return NOTHING


def configured(project: Project, environment: str, **changes: Any) -> Run:
    """A run with a stack file's configuration as the engine hands it on: objects as JSON."""
    config = read(Path(str(project.stack(environment).path))).values["config"]
    platform = config["maslow:platform"] | changes
    return Run(
        project=project.name,
        stack=environment,
        region=config["aws:region"],
        account=project.stack(environment).account or ACCOUNT,
        config={"maslow:platform": json.dumps(platform)},
    )


def test_the_engine_gets_what_is_recorded_offline(
    project: Project, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = project.stack(graph.stack)
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:9")
    monkeypatch.setattr(program, "in_registry", lambda _: assumed_versions(stack, project.name))
    monkeypatch.setattr(program, "in_account", nothing_there)
    engines = record(program.main, configured(project, graph.stack))
    assert engines.to_json() == graph.to_json()


def test_every_mistake_in_the_settings_is_told_at_once_without_a_traceback(
    project: Project,
) -> None:
    run = configured(project, "dev", owner=3, netwerk={})
    with pytest.raises(pulumi.RunError) as raised:
        record(program.main, run)
    message = str(raised.value)
    assert message.startswith("stacks/Pulumi.dev.yaml has 2 mistakes")
    assert "owner: 3 is not text" in message
    assert "Did you mean network?" in message


def test_a_stack_without_settings_is_told_which_are_needed() -> None:
    with pytest.raises(pulumi.RunError, match="owner: is missing"):
        record(program.main, Run(stack="dev"))


def test_a_project_whose_name_is_too_long_for_names_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match="at most 15 characters"):
        record(program.main, Run(project="a" * 16, stack="dev"))


def test_a_project_and_a_stack_whose_names_are_too_long_together_are_refused() -> None:
    with pytest.raises(pulumi.RunError, match="25 together is the most"):
        record(program.main, Run(project="a" * 15, stack="production1"))


@pytest.mark.parametrize("value", ["soon", "[1]"])
def test_settings_that_are_no_object_are_refused(value: str) -> None:
    run = Run(stack="dev", config={"maslow:platform": value})
    with pytest.raises(pulumi.RunError, match="platform"):
        record(program.main, run)


def test_a_project_that_is_not_there_is_told_without_a_traceback(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = {"name": "screening", "project": "templates/nothing"}
    monkeypatch.setattr(program, "in_registry", lambda _: none_yet)
    with pytest.raises(pulumi.RunError, match="templates/nothing"):
        record(program.main, configured(project, "dev", models=[model]))


def test_a_stack_of_the_embedded_aws_does_not_reach_for_an_account(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ENDPOINT, raising=False)
    with pytest.raises(pulumi.RunError, match="maslow up -s local"):
        record(program.main, configured(project, "local"))


def unasked(_name: str) -> NoReturn:
    raise NoCredentialsError


def test_missing_credentials_are_told_without_a_traceback(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "in_registry", lambda _sagemaker: unasked)
    with pytest.raises(pulumi.RunError, match=r"eu-west-1 did not tell .* Unable to locate cred"):
        record(program.main, configured(project, "dev"))


def test_endpoints_that_cannot_be_asked_about_are_told_without_a_traceback(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = project.stack("dev")
    monkeypatch.setattr(program, "in_registry", lambda _: assumed_versions(stack, project.name))
    monkeypatch.setattr(program, "in_account", lambda *_: Live(instances=unasked))
    with pytest.raises(pulumi.RunError, match="how many instances maslow-dev-readmission has"):
        record(program.main, configured(project, "dev"))


def test_a_secret_that_is_not_set_is_asked_for_in_an_account_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:9")
    monkeypatch.setattr(program, "in_registry", lambda _: none_yet)
    monkeypatch.setattr(program, "in_account", nothing_there)
    pages = {"alerts": {"pagerduty": "critical"}}
    with pytest.raises(pulumi.RunError, match="maslow:pagerduty_url is not set for dev"):
        record(program.main, configured(project, "dev", **pages))
    assert record(program.main, configured(project, "local", **pages)).of_type(
        "aws:sns/topicSubscription:TopicSubscription"
    )
