"""Pulumi's own CLI on the bucket and the key that `maslow bootstrap` makes."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from embedded.cloud import Cloud
from infra.project import Project
from scripts.maslow import main

pytestmark = pytest.mark.engine

PROJECT = "name: maslow\nruntime: yaml\n"


def test_the_cli_logs_in_and_keeps_secrets_as_bootstrap_says(
    cloud: Cloud, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = shutil.which("pulumi")
    assert cli
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    told = CliRunner().invoke(main, ["bootstrap", "-s", "local"]).output
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)

    def pulumi(*arguments: str) -> str:
        done = subprocess.run(
            [cli, *arguments],
            cwd=tmp_path,
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    for line in told.splitlines():
        if line.strip().startswith("pulumi "):
            pulumi(*shlex.split(line)[1:])
    pulumi("config", "set", "--secret", "token", "hidden")
    assert "hidden" not in (tmp_path / "Pulumi.local.yaml").read_text()
    assert pulumi("config", "get", "token").strip() == "hidden"
    bucket = f"maslow-local-state-{cloud.account_id}"
    kept = cloud.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert ".pulumi/stacks/maslow/local.json" in [each["Key"] for each in kept]
