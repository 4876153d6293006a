"""A project of each kind, right after it was made."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.models.new_project import BASE, KINDS, new_project

ROOT = Path(__file__).parents[2]
MADE = [kind for kind in KINDS if kind != BASE]
"""The base's own tests are run where they lie, with those of the platform."""


@pytest.fixture(scope="module", params=MADE)
def made(request, tmp_path_factory):
    """A project of a kind, in a repository of its own that has no templates any more."""
    root = tmp_path_factory.mktemp(request.param)
    shutil.copytree(ROOT / "templates", root / "templates")
    project = new_project(root, "first", request.param)
    shutil.rmtree(root / "templates")
    return project


def run(*command, folder):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**environment, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_passes_its_own_tests(made):
    done = run("pytest", "-q", "-rs", "-p", "no:cacheprovider", folder=made)

    assert done.returncode == 0, done.stdout
    skipped = [line for line in done.stdout.splitlines() if line.startswith("SKIPPED")]
    assert all("needs torch" in line for line in skipped), skipped
    if skipped:
        pytest.skip("its network needs torch (make torch); all else passed")


@pytest.mark.parametrize("command", [("check",), ("format", "--check")])
def test_it_passes_its_own_lint(made, command):
    done = run("ruff", *command, "--no-cache", ".", folder=made)

    assert done.returncode == 0, done.stdout


@pytest.mark.sagemaker
def test_its_compiled_pipeline_is_what_its_source_compiles_to(made):
    if importlib.util.find_spec("sagemaker") is None:
        pytest.skip("needs the sagemaker extra (make sagemaker)")
    before = (made / "pipeline.json").read_text()
    done = subprocess.run(
        [sys.executable, made / "pipeline.py"],
        env={key: value for key, value in os.environ.items() if not key.startswith("AWS_")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (made / "pipeline.json").read_text() == before
