"""What a user adds is validated: stack files, model projects and a package of their own."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import catalog
from scripts.maslow import main

Validate = Callable[..., Result]
Write = Callable[..., Path]

ACME = "stacks/Pulumi.acme.yaml"
STACK = """\
config:
  aws:region: eu-west-1
  maslow:platform:
    owner: ml@acme.example
    network: {cidr: 10.70.0.0/16, zones: 2, egress: single}
    source: {github: acme/platform}
    models:
      - {name: wine, project: models/wine}
"""
QUEUE = """\
import pulumi_aws as aws


def declare(settings, platform):
    aws.sqs.Queue(platform.env.names("orders"), MORE opts=platform.options())
"""


@pytest.fixture
def root(copy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with a further environment, whose model project is a copy of the template."""
    monkeypatch.chdir(copy)
    modules, paths = set(sys.modules), list(sys.path)
    shutil.copytree(copy / "templates" / "tabular", copy / "models" / "wine")
    (copy / ACME).write_text(STACK)
    yield copy
    catalog.extend(())
    sys.path[:] = paths
    for name in sys.modules.keys() - modules:
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(copy)):
            del sys.modules[name]


@pytest.fixture
def validate(root: Path) -> Validate:
    return lambda *arguments: CliRunner().invoke(main, ["validate", *arguments])


@pytest.fixture
def package(root: Path) -> Write:
    """Writes a package of the user's own, and has the further environment name it."""

    def write(name: str, source: str) -> Path:
        (root / name).mkdir()
        (root / name / "__init__.py").write_text(source)
        (root / ACME).write_text(f"{STACK}    custom: {{module: {name}}}\n")
        return root / name

    return write


def test_every_sound_environment_is_told_with_its_size(
    validate: Validate, package: Write, committed: str
) -> None:
    """It takes a package of the user's own in, and a model project."""
    package("sound_orders", QUEUE.replace("MORE", "message_retention_seconds=86400,"))
    result = validate("-s", committed, "-s", "acme")
    assert result.exit_code == 0, result.output
    planned = [
        sum(
            resource["custom"] and not resource["type"].startswith("pulumi:")
            for resource in json.loads(plan(environment))["resources"]
        )
        for environment in (committed, "acme")
    ]
    assert result.stdout.splitlines() == [
        f"stacks/Pulumi.{committed}.yaml: sound, {planned[0]} resources",
        f"{ACME}: sound, {planned[1]} resources",
    ]


def plan(environment: str) -> str:
    return CliRunner().invoke(main, ["plan", "-s", environment, "--json"]).stdout


def test_the_mistakes_of_all_files_are_told_at_once_and_the_sound_ones_too(
    validate: Validate, root: Path
) -> None:
    for environment in ("prod", "staging"):
        (root / f"stacks/Pulumi.{environment}.yaml").unlink()
    dev = root / "stacks/Pulumi.dev.yaml"
    dev.write_text(dev.read_text().replace("to: [staging, prod]", "to: [dev]"))
    acme = STACK.replace("cidr: 10.70", "cidr: 10.10").replace("zones", "zone")
    (root / ACME).write_text(acme)
    result = validate()
    assert result.exit_code == 2
    assert result.stdout.startswith("stacks/Pulumi.local.yaml: sound, ")
    assert result.stdout.count("\n") == 1
    first, second = result.stderr.split("\n\nstacks/Pulumi.dev.yaml has ")
    assert first.startswith(f"{ACME} has 2 mistakes\n\n  line 5  network.")
    assert "network.zone: is not a setting here." in first
    assert "overlaps 10.10.0.0/16 of stacks/Pulumi.dev.yaml." in first
    assert "promotion.to[1]: " in second


def test_only_the_environments_that_are_named_are_looked_at(validate: Validate, root: Path) -> None:
    (root / ACME).write_text("config: [")
    assert validate("-s", "local").exit_code == 0
    assert validate("-s", "stacks/Pulumi.local.yaml").exit_code == 0
    result = validate("-s", "local", "-s", "acme")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{ACME} has 1 mistake")


def test_machines_get_a_list_of_mistakes(validate: Validate, root: Path) -> None:
    (root / ACME).write_text(STACK.replace("egress: single", "egress: singel"))
    result = validate("--json", "-s", "acme", "-s", "nowhere")
    assert result.exit_code == 2
    assert result.stderr == ""
    wrong, missing = json.loads(result.stdout)
    assert (wrong["file"], wrong["line"], wrong["setting"]) == (ACME, 5, "network.egress")
    assert "single" in wrong["hint"]
    assert wrong["message"].startswith('"singel"')
    assert (missing["line"], missing["message"]) == (None, "there is no such file.")


def test_machines_get_an_empty_list_where_all_is_sound(validate: Validate) -> None:
    result = validate("--json", "-s", "acme")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_a_model_project_that_cannot_be_trained_is_told(validate: Validate, root: Path) -> None:
    definition = root / "models/wine/pipeline.json"
    definition.write_text(definition.read_text().replace('"ImageUri"', '"Image"'))
    result = validate("-s", "acme")
    assert result.exit_code == 2
    assert "line 8  models[wine].project: models/wine/pipeline.json: " in result.stderr


def test_a_name_that_is_taken_shows_in_the_graph_alone(validate: Validate, root: Path) -> None:
    (root / ACME).write_text(STACK.replace("name: wine", "name: images"))
    result = validate("-s", "acme")
    assert result.exit_code == 2
    assert "line 8  models[images].name: there would be two of" in result.stderr


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        (
            "failing_orders",
            'def declare(settings, platform):\n    return settings["queue"]\n',
            "KeyError: 'queue' (failing_orders/__init__.py:2)",
        ),
        (
            "forgetful_orders",
            QUEUE.replace("MORE", ""),
            (
                "(aws:sqs/queue:Queue): it does not say its messageRetentionSeconds.\n"
                "          The rule is policies/logs.py."
            ),
        ),
    ],
    ids=["it fails", "it breaks a rule"],
)
def test_what_is_wrong_with_a_package_is_told_where_the_file_names_it(
    validate: Validate, package: Write, name: str, source: str, words: str
) -> None:
    package(name, source)
    result = validate("-s", "acme")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{ACME} has 1 mistake\n\n  line 9  custom.module: ")
    assert words in result.stderr


def test_what_no_line_is_to_blame_for_is_told_with_the_file(
    validate: Validate, package: Write
) -> None:
    package(
        "lost_orders",
        'import pulumi_aws as aws\ndef declare(settings, platform):\n    aws.sqs.Queue("lost")\n',
    )
    result = validate("-s", "acme")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{ACME}: custom.module: lost_orders declares lost")


def test_a_fault_of_the_program_is_no_mistake_of_the_user(
    validate: Validate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the program's own")

    monkeypatch.setattr("scripts.validate.recorded", fail)
    assert isinstance(validate("-s", "acme").exception, RuntimeError)


def test_without_stack_files_it_says_so(validate: Validate, root: Path) -> None:
    shutil.rmtree(root / "stacks")
    result = validate()
    assert (result.exit_code, result.stdout) == (0, "stacks/ has no stack file.\n")
