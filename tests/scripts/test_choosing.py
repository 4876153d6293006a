"""Which environment a command is about, and what a shell completes."""

import os
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from infra.errors import InputError
from infra.project import Project
from scripts.maslow import main


def plan(*arguments):
    done = CliRunner().invoke(main, ["plan", "--json", *arguments], catch_exceptions=False)
    return done.exit_code, done.output


@pytest.fixture
def only(copy, monkeypatch):
    """A project with the stack file of dev alone, which commands are run in."""
    for path in (copy / "stacks").iterdir():
        if path.name != "Pulumi.dev.yaml":
            path.unlink()
    monkeypatch.chdir(copy)
    return copy


def test_the_only_environment_need_not_be_named(only):
    assert Project.named(None, only)[1] == "dev"


def test_one_of_several_is_not_guessed(only):
    shutil.copy(only / "stacks/Pulumi.dev.yaml", only / "stacks/Pulumi.acme.yaml")
    assert plan() == (2, "Which environment? -s acme, -s dev\n")


def test_where_there_is_none_the_way_to_one_is_told(only):
    (only / "stacks/Pulumi.dev.yaml").unlink()
    assert plan() == (2, "stacks/ has no stack file. `maslow init` writes one.\n")


@pytest.mark.parametrize("given", ["dev", "stacks/Pulumi.dev.yaml", "./stacks/Pulumi.dev.yaml"])
def test_an_environment_is_named_or_its_file_is(only, given):
    project, environment = Project.named(given, only)
    assert (project.root, environment) == (only, "dev")


def test_a_file_tells_its_project_from_anywhere(only, tmp_path):
    path = str(only / "stacks/Pulumi.dev.yaml")
    project, environment = Project.named(path, tmp_path)
    assert (project.root, environment) == (only, "dev")
    assert Project.named("Pulumi.dev.yaml", only / "stacks")[1] == "dev"


def test_a_path_of_no_stack_file_is_refused(only):
    with pytest.raises(InputError, match=r"Pulumi\.yaml is no stack file: that is stacks/Pulumi"):
        Project.named("./Pulumi.yaml", only)


def completions(folder, *words):
    environment = {
        **os.environ,
        "_MASLOW_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(["maslow", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = subprocess.run(
        [sys.executable, "-c", "from scripts.maslow import main; main(prog_name='maslow')"],
        cwd=folder,
        env={**environment, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.split()]


def test_environments_are_completed_by_their_names(copy, tmp_path):
    assert completions(copy, "plan", "-s", "") == ["dev", "local", "prod", "staging"]
    assert completions(copy, "validate", "-s", "s") == ["staging"]
    assert completions(tmp_path, "plan", "-s", "") == []


def test_settings_and_their_values_are_completed(copy):
    assert completions(copy, "schema", "--values", "models.serving.i") == [
        "models.serving.instance"
    ]
    assert completions(copy, "init", "--region", "eu-w") == ["eu-west-1", "eu-west-2", "eu-west-3"]
    assert completions(copy, "init", "--kit", "") == ["service", "lake", "accounts"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(shell):
    done = CliRunner().invoke(main, ["completion", shell], catch_exceptions=False)
    assert done.exit_code == 0
    assert f"_MASLOW_COMPLETE={shell}_complete" in done.output
    if shutil.which(shell):
        told = subprocess.run([shell, "-n"], input=done.output, text=True, check=False)
        assert told.returncode == 0
