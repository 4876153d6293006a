"""The workflows of GitHub Actions and GitLab CI, against what reads them and what they rely on."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.devops.ci.ci_subjects import AUDIENCE

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SETUP = ROOT / ".github" / "actions" / "setup" / "action.yml"
SCHEMAS = {
    "github-workflows": WORKFLOWS,
    "github-actions": [SETUP],
    "dependabot": [ROOT / ".github" / "dependabot.yml"],
    "gitlab-ci": [ROOT / ".gitlab-ci.yml"],
}


def workflow(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()
    )
    return found


def tool(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    assert found, f"{name} is one of the dev extra's"
    return found


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_file_keeps_to_the_schema_of_its_host(schema: str) -> None:
    transform = ["--data-transform", "gitlab-ci"] if schema == "gitlab-ci" else []
    subprocess.run(
        [
            *(tool("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", *transform),
            *map(str, SCHEMAS[schema]),
        ],
        check=True,
    )


def test_a_workflow_that_breaks_its_schema_is_found(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("on: push\njobs: {a: {runs-on: ubuntu-24.04, steps: [{runs: make}]}}\n")
    command = [tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", str(broken)]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 1


def test_the_workflows_pass_a_linter_of_their_security() -> None:
    command = [tool("zizmor"), "--offline", "--quiet", str(ROOT / ".github")]
    subprocess.run(command, check=True)


@pytest.mark.parametrize("path", [*WORKFLOWS, SETUP], ids=lambda path: path.stem)
def test_actions_of_others_are_pinned_to_a_commit_whose_version_is_told(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text())
    assert used
    for action in used:
        assert action.startswith("./") or re.fullmatch(
            r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action
        )


def test_only_jobs_that_sign_in_get_a_token_and_only_the_comment_may_write() -> None:
    granted = {
        (name, job): content.get("permissions", {})
        for name in ("validate", "preview", "deploy")
        for job, content in workflow(name)["jobs"].items()
    }
    writes = {
        (name, job, what)
        for (name, job), permissions in granted.items()
        for what, kind in permissions.items()
        if kind == "write"
    }
    assert writes == {
        ("preview", "preview", "id-token"),
        ("preview", "comment", "pull-requests"),
        ("deploy", "deploy", "id-token"),
    }


def test_a_preview_bears_no_environment_for_then_it_could_deploy() -> None:
    """The subject of a job's token names its environment, which the deploy role trusts."""
    assert all("environment" not in job for job in workflow("preview")["jobs"].values())
    deploy = workflow("deploy")["jobs"]["deploy"]
    assert deploy["environment"] == "${{ matrix.environment }}"


@pytest.mark.parametrize("status", [0, 1, 2])
def test_a_preview_leaves_its_text_and_its_status_and_fails_as_it_did(
    tmp_path: Path, status: int
) -> None:
    job = workflow("preview")["jobs"]["preview"]
    (step,) = [step for step in job["steps"] if step.get("name") == "Preview"]
    command = tmp_path / ".venv" / "bin" / "maslow"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\necho "$@"\necho error >&2\nexit {status}\n')
    command.chmod(0o755)
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    ran = subprocess.run(bash, check=False, cwd=tmp_path, env={**os.environ, "ENVIRONMENT": "dev"})
    assert step["shell"] == "bash"
    assert ran.returncode == status
    assert (tmp_path / "dev.txt").read_text() == "preview -s dev\nerror\n"
    assert (tmp_path / "dev.status").read_text() == f"{status}\n"


def test_failed_previews_are_kept_and_told_and_leave_the_run_red() -> None:
    preview, comment = (workflow("preview")["jobs"][name] for name in ("preview", "comment"))
    (kept,) = [step for step in preview["steps"] if "upload-artifact" in step.get("uses", "")]
    assert kept["if"] == "${{ !cancelled() }}"
    assert kept["with"]["path"].replace("${{ matrix.environment }}", "dev").split() == [
        "dev.txt",
        "dev.status",
    ]
    assert "!cancelled()" in comment["if"]
    assert "needs.preview" not in comment["if"]
    jobs = workflow("preview")["jobs"].values()
    assert not any("continue-on-error" in part for job in jobs for part in (job, *job["steps"]))


def test_a_pull_request_from_a_fork_previews_nothing() -> None:
    jobs = workflow("preview")["jobs"]
    own = "github.event.pull_request.head.repo.full_name == github.repository"
    assert jobs["environments"]["if"] == own
    assert jobs["preview"]["needs"] == "environments"
    assert "needs.environments.result == 'success'" in jobs["comment"]["if"]


def test_deployments_of_one_environment_follow_one_another() -> None:
    concurrency = workflow("deploy")["jobs"]["deploy"]["concurrency"]
    assert concurrency == {"group": "deploy-${{ matrix.environment }}", "cancel-in-progress": False}


@pytest.mark.parametrize("path", [*WORKFLOWS, SETUP], ids=lambda path: path.stem)
def test_no_script_is_written_by_an_expression(path: Path) -> None:
    """What a branch is called must not become a part of a command."""
    content = yaml.safe_load(path.read_text())
    jobs = content.get("jobs", {"setup": content.get("runs")})
    steps = [step for job in jobs.values() for step in job["steps"]]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_gitlab_asks_for_tokens_that_its_roles_take() -> None:
    content = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())
    assert content[".signed-in"]["id_tokens"] == {"AWS_TOKEN": {"aud": AUDIENCE}}
    assert content[".deploy"]["extends"] == ".signed-in"
    deploying = [job for name, job in content.items() if name.startswith("deploy ")]
    assert all(job["extends"] == ".deploy" for job in deploying)
