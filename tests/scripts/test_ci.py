import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.errors import InputError
from infra.project import Project
from infra.settings.devops.delivery import Delivery, Trigger
from scripts import ci

ACCOUNT = "111111111111"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "Pulumi.yaml").write_text("name: maslow\nruntime: python\n")
    (tmp_path / "stacks").mkdir()
    return Project.around(tmp_path)


def environment(project: Project, name: str, number: int, *settings: str) -> None:
    lines = [
        "owner: ml@example.com",
        f"network: {{cidr: 10.{number}.0.0/16}}",
        "source: {github: example/platform}",
        *settings,
    ]
    (project.root / "stacks" / f"Pulumi.{name}.yaml").write_text(
        "config:\n  aws:region: eu-west-1\n  maslow:platform:\n"
        + "".join(f"    {line}\n" for line in lines)
    )


def by_ci(trigger: str) -> tuple[str, str]:
    return "ci: {github: example/platform}", f"delivery: {{by: ci, trigger: {trigger}}}"


def test_the_environments_are_those_that_ci_has_roles_for(project: Project) -> None:
    environment(project, "dev", 10, "ci: {github: example/platform}")
    environment(project, "prod", 20)
    environment(project, "local", 30, "ci: {github: example/platform}", "cloud: embedded")
    assert ci.environments(project) == ["dev"]


def test_a_push_deploys_where_its_ref_is_waited_for_and_ci_delivers(project: Project) -> None:
    environment(project, "dev", 10, *by_ci("{branch: main}"))
    environment(project, "staging", 20, *by_ci('{tag: "v*-rc*"}'))
    environment(project, "prod", 30, *by_ci('{tag: "v*", excluding: "*-rc*"}'))
    environment(project, "pipeline", 40, "ci: {github: example/platform}")
    assert ci.environments(project, "refs/heads/main") == ["dev"]
    assert ci.environments(project, "refs/heads/topic") == []
    assert ci.environments(project, "refs/tags/v1.2-rc1") == ["staging"]
    assert ci.environments(project, "refs/tags/v1.2") == ["prod"]


@pytest.mark.parametrize("ref", ["refs/tags/main", "refs/pull/1/merge", "main"])
def test_only_a_branch_of_the_name_is_the_branch(ref: str) -> None:
    assert not ci.deploys(Delivery(by="ci", trigger=Trigger(branch="main")), ref)


def test_a_job_signs_in_to_the_role_of_its_environment(project: Project) -> None:
    settings = (f'accounts: {{dev: "{ACCOUNT}"}}', "ci: {github: example/platform}")
    environment(project, "dev", 10, *settings)
    stack = project.stack("dev")
    assert ci.sign_in(stack, project.name, "preview") == {
        "role": f"arn:aws:iam::{ACCOUNT}:role/maslow-dev-ci-preview",
        "region": "eu-west-1",
        "state": f"s3://maslow-dev-state-{ACCOUNT}?region=eu-west-1",
        "seconds": "3600",
    }
    deploying = ci.sign_in(stack, project.name, "deploy")
    assert deploying["role"].endswith("/maslow-dev-ci-deploy")
    assert deploying["seconds"] == "10800"


def test_without_an_account_no_role_can_be_named(project: Project) -> None:
    environment(project, "dev", 10, "ci: {github: example/platform}")
    with pytest.raises(InputError, match="names no account"):
        ci.sign_in(project.stack("dev"), project.name, "deploy")


def test_nobody_signs_in_where_no_role_was_made_for_ci(project: Project) -> None:
    environment(project, "dev", 10, f'accounts: {{dev: "{ACCOUNT}"}}')
    with pytest.raises(InputError, match="has no roles for CI"):
        ci.sign_in(project.stack("dev"), project.name, "preview")


def test_the_comment_shows_each_preview_behind_its_summary(tmp_path: Path) -> None:
    (tmp_path / "dev.txt").write_text("  + create Bucket raw\ndev: 1 to create, 9 unchanged\n")
    (tmp_path / "prod.txt").write_text("prod: nothing to do\n")
    told = ci.comment(tmp_path)
    assert told.index("<b>dev</b>: 1 to create, 9 unchanged") < told.index("<b>prod</b>: nothing")
    assert "```text\n  + create Bucket raw\n" in told


def test_what_a_preview_prints_stays_within_its_block(tmp_path: Path) -> None:
    (tmp_path / "dev.txt").write_text("````\n<script> & more")
    told = ci.comment(tmp_path)
    assert "`````text\n````\n<script> & more\n`````" in told
    assert "<summary><b>dev</b>: &lt;script> & more</summary>" in told


def test_the_comment_fits_into_what_github_takes(tmp_path: Path) -> None:
    for name in ("dev", "staging", "prod"):
        (tmp_path / f"{name}.txt").write_text("x" * 70 + "\n" + "+ create Role\n" * 9_000)
    told = ci.comment(tmp_path)
    assert len(told) < 65_536
    assert told.count(ci.CUT) == 3


def test_an_empty_preview_and_none_at_all_are_told(tmp_path: Path) -> None:
    assert "No environment has roles for CI." in ci.comment(tmp_path)
    (tmp_path / "dev.txt").write_text("")
    assert "<b>dev</b>: no output" in ci.comment(tmp_path)


def test_workflows_get_json_and_lines(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = (f'accounts: {{dev: "{ACCOUNT}"}}', *by_ci("{branch: main}"))
    environment(project, "dev", 10, *settings)
    monkeypatch.setattr(ci, "_project", lambda: project)
    listed = CliRunner().invoke(ci.main, ["environments", "--ref", "refs/heads/main"])
    assert json.loads(listed.output) == ["dev"]
    lines = CliRunner().invoke(ci.main, ["sign-in", "-s", "dev", "deploy"]).output.splitlines()
    assert [line.partition("=")[0] for line in lines] == ["role", "region", "state", "seconds"]
    shown = CliRunner().invoke(ci.main, ["comment", str(project.root)])
    assert shown.output.startswith("## What this change would do")
