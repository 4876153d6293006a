import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from embedded.cloud import Cloud
from infra.automation import EngineFailed, NoSuchStack, Result
from infra.hosts.progress import Operation, Phase, Step
from scripts import deploy
from scripts.maslow import main

CHANGED = Result({Operation.CREATE: 2, Operation.UPDATE: 1, Operation.SAME: 1200})
UNCHANGED = Result({Operation.SAME: 1203})
OUTPUTS = {"zones": {"raw": "maslow-dev-raw"}, "alert_topic": "arn:aws:sns", "key": "[secret]"}


class FakeEngine:
    """Notes what it is told to do."""

    def __init__(self):
        self.made = []
        self.done = []
        self.result = CHANGED
        self.fails = None
        self.changes = []

    def __call__(self, root, stack):
        self.made.append((root, stack))
        return self

    def preview(self, on_step):
        return self._do("preview", on_step)

    def up(self, on_step):
        return self._do("up", on_step)

    def destroy(self, on_step):
        return self._do("destroy", on_step)

    def outputs(self):
        self._do("outputs", lambda _: None)
        return OUTPUTS

    def _do(self, what, on_step):
        if self.fails:
            raise self.fails
        self.done.append(what)
        for type_, name in self.changes:
            on_step(Step(Operation.UPDATE, Phase.DONE, "urn", type_, name))
        for operation in (Operation.CREATE, Operation.SAME):
            for phase in (Phase.STARTED, Phase.DONE):
                on_step(Step(operation, phase, "urn", "aws:s3/bucket:Bucket", f"{operation}-raw"))
        return self.result


@pytest.fixture
def engine(monkeypatch):
    fake = FakeEngine()
    monkeypatch.setattr(deploy, "Engine", fake)
    return fake


@pytest.fixture
def maslow(project, monkeypatch):
    monkeypatch.chdir(project.root / "stacks")

    def run(*arguments, **more):
        return CliRunner().invoke(main, list(arguments), **more)

    return run


@pytest.fixture
def terminal(monkeypatch):
    """Has CliRunner's input be a person's."""
    monkeypatch.setattr(deploy, "require_terminal", lambda: None)


def test_a_preview_lists_what_would_change_and_counts_it(maslow, engine, project):
    result = maslow("preview", "-s", "dev")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "  + create  Bucket create-raw",
        "dev: 2 to create, 1 to update, 1,200 unchanged",
    ]
    assert engine.made == [(project.root, "dev")]
    assert engine.done == ["preview"]


@pytest.mark.usefixtures("terminal")
def test_up_previews_asks_and_does_it(maslow, engine):
    result = maslow("up", "-s", "dev", input="y\n")
    assert result.exit_code == 0
    assert engine.done == ["preview", "up"]
    assert "Do this? [y/N]" in result.stdout
    assert result.stdout.endswith("dev: 2 created, 1 updated, 1,200 unchanged\n")


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
@pytest.mark.parametrize(("command", "done"), [("up", ["preview"]), ("destroy", [])])
def test_any_other_answer_aborts_with_nothing_done(maslow, engine, command, done, answer):
    result = maslow(command, "-s", "dev", input=answer)
    assert result.exit_code == 1
    assert "Aborted!" in result.stderr
    assert engine.done == done


@pytest.mark.usefixtures("terminal")
def test_up_asks_nothing_where_nothing_would_change(maslow, engine):
    engine.result = UNCHANGED
    result = maslow("up", "-s", "dev")
    assert result.exit_code == 0
    assert engine.done == ["preview"]
    assert result.stdout.endswith("dev: 1,203 unchanged\n")


@pytest.mark.usefixtures("terminal")
def test_destroy_names_what_it_is_about_to_take_down(maslow, engine):
    result = maslow("destroy", "-s", "dev", input="y\n")
    assert result.exit_code == 0
    assert "Destroy dev in eu-west-1? [y/N]" in result.stdout
    assert engine.done == ["destroy"]


@pytest.mark.parametrize("command", ["up", "destroy"])
def test_yes_asks_nobody(maslow, engine, command):
    result = maslow(command, "-s", "dev", "--yes")
    assert result.exit_code == 0
    assert "[y/N]" not in result.stdout
    assert engine.done == [command]


@pytest.mark.parametrize("command", ["up", "destroy"])
def test_without_a_terminal_and_without_yes_nothing_is_done(maslow, engine, command):
    result = maslow(command, "-s", "dev")
    assert result.exit_code == 2
    assert result.stderr == "There is no terminal to ask in; --yes does it without asking.\n"
    assert engine.done == []


@pytest.mark.parametrize("command", [["preview"], ["up", "-y"], ["destroy", "-y"], ["outputs"]])
def test_what_the_engine_could_not_do_is_told_in_its_words(maslow, engine, command):
    engine.fails = EngineFailed("raw: AccessDenied")
    result = maslow(*command, "-s", "dev")
    assert result.exit_code == 1
    assert result.stderr == "raw: AccessDenied\n"


def test_outputs_of_a_stack_that_never_was_say_how_to_make_it(maslow, engine):
    engine.fails = NoSuchStack("dev")
    result = maslow("outputs", "-s", "dev")
    assert result.exit_code == 1
    assert "`maslow up -s dev` makes it" in result.stderr


def test_an_interruption_has_a_shells_status_for_it(maslow, engine):
    engine.fails = KeyboardInterrupt()
    result = maslow("up", "-s", "dev", "--yes")
    assert result.exit_code == 130
    assert result.stderr == "Interrupted.\n"


def test_outputs_are_printed_as_they_are(maslow, engine):
    result = maslow("outputs", "-s", "dev")
    assert result.exit_code == 0
    assert result.stdout == (
        'alert_topic  arn:aws:sns\nkey          [secret]\nzones        {"raw": "maslow-dev-raw"}\n'
    )


def test_outputs_as_json_are_for_machines(maslow, engine):
    result = maslow("outputs", "-s", "dev", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == OUTPUTS


def test_the_project_is_found_from_any_folder_in_it(maslow, engine, project):
    assert Path.cwd() == project.root / "stacks"
    maslow("preview", "-s", "prod")
    assert engine.made == [(project.root, "prod")]


def test_who_could_not_make_the_keys_is_refused_before_the_engine_starts(
    maslow, engine, monkeypatch
):
    with Cloud("eu-west-1") as cloud:
        for name, value in cloud.environment.items():
            monkeypatch.setenv(name, value)
        told = maslow("up", "-s", "prod", "--yes")
    assert told.exit_code == 2
    assert "keys.administrators is platform-engineers" in told.output
    assert engine.done == []


LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


@pytest.mark.parametrize(
    ("type_", "name", "told"),
    [
        (LIFECYCLE, "maslow-dev-lake-raw-lifecycle", True),
        (LIFECYCLE, "maslow-dev-artifacts-lifecycle", False),
        ("aws:s3/bucketPolicy:BucketPolicy", "maslow-dev-trails-policy", True),
        ("aws:s3/bucket:Bucket", "maslow-dev-lake-raw-bucket", False),
        ("aws:kms/key:Key", "maslow-dev-data-key", True),
        ("aws:kms/key:Key", "maslow-dev-messages-key", False),
    ],
)
def test_a_preview_says_what_no_deployment_may_change(maslow, engine, type_, name, told):
    engine.changes = [(type_, name)]
    printed = " ".join(maslow("preview", "-s", "dev").stdout.split())
    assert (f"How data is kept changes: {name}." in printed) is told
    assert ("sign in as the persona break-glass" in printed) is told
