import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from scripts import console, embedded_run
from scripts.maslow import main

ROOT = Path(__file__).parents[2]
RESOURCE = {
    "urn",
    "type",
    "name",
    "custom",
    "parent",
    "provider",
    "id",
    "inputs",
    "outputs",
    "options",
    "dependencies",
}
NEEDS = ("foundation", "devops", "data", "platform", "mlops")
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
DEV = "stacks/Pulumi.dev.yaml"


@pytest.fixture
def maslow(copy, monkeypatch):
    """Runs the command in a copy of the project."""
    monkeypatch.chdir(copy)

    def run(*arguments, **more):
        return CliRunner().invoke(main, list(arguments), **more)

    return run


@pytest.fixture
def spoil(copy):
    """Changes a stack file of the copy."""

    def change(old, new):
        path = copy / DEV
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


def test_the_command_runs_as_a_module():
    command = [sys.executable, "-m", "scripts.maslow", "--version"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert run.stdout.startswith("maslow, version ")


def test_a_plan_as_json_has_its_published_form(maslow, committed, recording):
    result = maslow("plan", "-s", committed, "--json")
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert set(printed) == {"version", "project", "stack", "resources"}
    assert (printed["version"], printed["project"], printed["stack"]) == (1, "maslow", committed)
    assert all(set(resource) == RESOURCE for resource in printed["resources"])
    assert len(printed["resources"]) == len(recording(committed, "second").resources)
    assert any(resource["type"] == ENDPOINT for resource in printed["resources"])


def branches(shown: str) -> list[str]:
    """What the branches that go out from the root of a tree are called."""
    return [line.split()[1] for line in shown.splitlines() if line.startswith(("├", "└"))]


def test_a_whole_plan_is_a_tree_by_need_that_says_what_it_assumes(maslow, committed):
    result = maslow("plan", "-s", committed, "--all")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"maslow {committed}\n")
    needs, _, across = result.stdout.partition("across accounts, from ")
    assert branches(needs) == list(NEEDS)
    others = {"dev": ["staging", "prod"], "staging": ["dev"], "prod": ["dev"]}
    assert branches(across) == others.get(committed, [])
    assert "Assumed: each model has an approved version" in result.stdout
    assert "\x1b" not in result.stdout


def test_a_plan_is_a_summary_by_need(maslow, committed):
    result = maslow("plan", "-s", committed)
    assert result.exit_code == 0
    headings = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    assert headings[0].startswith(f"maslow {committed}: ")
    needs = [heading.partition(",")[0] for heading in headings[1:6]]
    assert needs == list(NEEDS)
    readers = [] if committed == "dev" else ["Who reads the lake"]  # it has no personas
    after = headings[6:-2]
    assert after[:-1] == ["Protected", *readers, "Open"]
    assert after[-1].startswith("Costs ")
    assert headings[-2:] == ["Notes", "--all lists every component."]
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("options", [[], ["--first-pass"]])
def test_a_summary_keeps_to_the_width_of_the_console(maslow, committed, monkeypatch, options):
    monkeypatch.setattr(console.out, "width", 60)
    told = maslow("plan", "-s", committed, *options).stdout
    assert max(map(len, told.splitlines())) <= 60


@pytest.mark.parametrize("options", [[], ["--all"], ["--json"]])
def test_whoever_closes_the_pipe_ends_a_plan_without_a_word(project, options):
    command = [sys.executable, "-m", "scripts.maslow", "plan", "-s", "prod", *options]
    # Unbuffered, Python itself takes a write that is cut short for a whole one.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(
        command,
        cwd=project.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(120) == 141


def test_a_plan_says_what_it_cannot_know_and_what_a_rollout_is(maslow):
    told = " ".join(maslow("plan", "-s", "prod").stdout.split())
    assert "since no package lists it: whether eu-west-1 offers ml." in told
    assert "first; for 30 minutes alarms take it back (maslow-prod-readmission)." in told
    assert "SageMaker makes the log groups of its jobs" not in told
    assert "nothing is there yet of what an account has once (a GuardDuty detector, " in told
    assert "or of what an earlier stack kept. `maslow preview` looks" in told
    assert "nothing is there yet" not in maslow("plan", "-s", "local").stdout


def test_the_first_pass_has_no_endpoints(maslow, committed):
    result = maslow("plan", "-s", committed, "--first-pass")
    assert result.exit_code == 0
    assert "First pass: no model has an approved version" in result.stdout
    assert "Endpoint maslow" not in result.stdout
    printed = json.loads(maslow("plan", "-s", committed, "--first-pass", "--json").stdout)
    assert not any(resource["type"] == ENDPOINT for resource in printed["resources"])


def test_a_plan_uses_no_network(maslow, monkeypatch):
    def refuse(*_):
        raise AssertionError("a plan connects to nothing")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert maslow("plan", "-s", "prod", "--json").exit_code == 0


MISTAKES = {
    "a misspelt setting": (
        "egress: single",
        "egres: single",
        "network.egres: is not a setting here.",
    ),
    "a wrong instance type": (
        "ml.c6i.large",
        "ml.c6i.lage",
        'models[length-of-stay].serving.instance: "ml.c6i.lage" is not an endpoint instance type.',
    ),
    "an overlapping range": (
        "10.10.0.0/16",
        "10.20.128.0/17",
        "network.cidr: 10.20.128.0/17 overlaps 10.20.0.0/16 of stacks/Pulumi.staging.yaml.",
    ),
    "an unknown field of a model": (
        "training: {instance: ml.m6i",
        "trainign: {instance: ml.m6i",
        "models[length-of-stay].trainign: is not a setting here.",
    ),
    "two models of one name": (
        "    models:\n",
        "    models:\n      - {name: readmission, project: templates/tabular}\n",
        "models[readmission].name: two models are called readmission.",
    ),
    "broken YAML": ("{cidr:", "{cidr: [", "} closes the [ of line "),
}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("command", [["plan"], ["preview"], ["up", "--yes"], ["destroy"]])
def test_a_mistake_in_a_stack_file_is_one_clear_message(maslow, spoil, mistake, command):
    old, new, words = MISTAKES[mistake]
    spoil(old, new)
    result = maslow(*command, "-s", "dev")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"{DEV} has 1 mistake\n\n  line ")
    assert words in result.stderr


@pytest.mark.parametrize(
    ("mistake", "meant"),
    [
        ("a misspelt setting", "egress"),
        ("a wrong instance type", "ml.c6i.large"),
        ("an unknown field of a model", "training"),
    ],
)
def test_the_nearest_right_spelling_is_told_with_the_line(maslow, spoil, copy, mistake, meant):
    old, new, _ = MISTAKES[mistake]
    spoil(old, new)
    lines = (copy / DEV).read_text().splitlines()
    (number,) = (n for n, line in enumerate(lines, start=1) if new in line)
    stderr = maslow("plan", "-s", "dev").stderr
    assert f"  line {number}  " in stderr
    assert f" Did you mean {meant}?" in stderr


def test_every_mistake_is_told_at_once(maslow, spoil):
    for mistake in ("a misspelt setting", "a wrong instance type", "an overlapping range"):
        spoil(*MISTAKES[mistake][:2])
    result = maslow("plan", "-s", "dev")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{DEV} has 3 mistakes\n")


@pytest.mark.parametrize("command", ["plan", "preview", "up", "destroy", "outputs"])
def test_an_environment_that_is_not_there_is_answered_with_those_that_are(maslow, command):
    result = maslow(command, "-s", "prd")
    assert result.exit_code == 2
    assert result.stderr == (
        "stacks/Pulumi.prd.yaml: there is no such file.\n"
        "  Did you mean prod? Environments here: dev, local, prod, staging.\n"
    )


def test_an_unfit_model_project_is_told_before_anything_is_done(maslow, copy):
    definition = copy / "templates/tabular/pipeline.json"
    definition.write_text(definition.read_text().replace('"ImageUri"', '"Image"'))
    for command in ("plan", "up"):
        result = maslow(command, "-s", "local")
        assert result.exit_code == 2
        assert result.stdout == ""
        assert (
            "models[tumour-screening].project: templates/tabular/pipeline.json: the pipeline "
            "definition declares no parameter ImageUri" in result.stderr
        )


def test_outside_of_a_project_every_command_says_so(maslow, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = maslow("plan", "-s", "dev")
    assert result.exit_code == 2
    assert "is in no Pulumi project" in result.stderr


def test_the_schema_is_that_of_the_stack_files(maslow):
    result = maslow("schema")
    assert result.exit_code == 0
    assert result.stdout == (ROOT / "infra" / "settings" / "schema.json").read_text()


def test_what_a_setting_allows_is_listed(maslow):
    result = maslow("schema", "--values", "egress")
    assert result.exit_code == 0
    assert result.stdout.split() == ["none", "single", "per-zone"]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("serving.instanc", "There is no setting serving.instanc. Did you mean serving.instance?"),
        ("instance", "can be models.training.instance or"),
        ("owner", "owner has no list of values."),
    ],
)
def test_what_is_no_setting_with_values_is_told(maslow, setting, words):
    result = maslow("schema", "--values", setting)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert words in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["up", "-s", "local", "--serve", "--exec", "true"], "--serve and --exec exclude"),
        (["up", "-s", "local", "--port", "0"], "'--port'"),
        (["up", "-s", "local", "--port", "http"], "'--port'"),
        (["up", "-s", "dev", "--serve"], "need the embedded AWS; dev is on AWS."),
        (["up", "-s", "dev", "--exec", ""], "need the embedded AWS"),
        (["up"], "Which environment? -s dev, -s local, -s prod, -s staging"),
        (["upp"], "No such command 'upp'"),
        (["preview", "-s", "local"], "local lives on the embedded AWS"),
        (["destroy", "-s", "local", "-y"], "local lives on the embedded AWS"),
        (["outputs", "-s", "local"], "maslow up -s local"),
    ],
)
def test_what_cannot_be_meant_is_refused(maslow, arguments, words):
    result = maslow(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert words in result.stderr


@pytest.mark.parametrize("command", ["preview", "up", "destroy", "outputs"])
def test_without_the_cli_the_official_way_to_install_it_is_told(maslow, monkeypatch, command):
    monkeypatch.setenv("PATH", "")
    result = maslow(command, "-s", "dev")
    assert result.exit_code == 1
    assert "curl -fsSL https://get.pulumi.com | sh" in result.stderr


def test_a_taken_port_is_told_with_its_option(maslow):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = maslow("up", "-s", "local", "--port", str(port))
    assert result.exit_code == 2
    assert result.stderr == (
        f"--port {port}: Address already in use. Choose another port, or leave the option out "
        "for any free one.\n"
    )


def test_without_the_packages_of_the_embedded_aws_it_says_how_to_get_them(maslow, monkeypatch):
    monkeypatch.setattr(embedded_run, "PACKAGES", ("moto", "a_package_that_is_not_there"))
    result = maslow("up", "-s", "local")
    assert result.exit_code == 1
    assert "make setup" in result.stderr
