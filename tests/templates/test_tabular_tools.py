import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2] / "templates/tabular"


def run(*command, folder=PROJECT):
    beside_python = Path(sys.executable).parent / command[0]
    return subprocess.run(
        [beside_python, *command[1:]], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", [("ruff", "check", "."), ("ruff", "format", "--check", ".")])
def test_the_project_passes_its_own_lint(command):
    done = run(*command)

    assert done.returncode == 0, done.stdout


def test_the_projects_lint_finds_what_is_wrong(tmp_path):
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    (tmp_path / "wrong.py").write_text('"""A module."""\n\nimport os\n')

    assert "F401" in run("ruff", "check", ".", folder=tmp_path).stdout


def test_the_dockerfile_passes_its_linter():
    done = run("hadolint", "Dockerfile")

    assert done.returncode == 0, done.stdout


def test_the_linter_of_dockerfiles_finds_what_is_wrong(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN pip install numpy\n")

    assert "DL3006" in run("hadolint", "Dockerfile", folder=tmp_path).stdout
