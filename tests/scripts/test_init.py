import re
import subprocess

import pytest
from click.testing import CliRunner

from infra import kits
from infra.offline import recorded
from infra.project import Project
from scripts import init
from scripts.maslow import main

ACCOUNTS = {"test": "1" * 12, "check": "2" * 12, "live": "3" * 12}
KITS = {
    "service": ["acme", "--kit", "service"],
    "embedded": ["acme", "--kit", "service", "--cloud", "embedded"],
    "lake": ["acme", "--kit", "lake"],
    "accounts": [
        *ACCOUNTS,
        *("--kit", "accounts"),
        *(f"--account={name}={account}" for name, account in ACCOUNTS.items()),
    ],
}


@pytest.fixture
def fresh(copy, monkeypatch):
    """A project without stack files, which the command is run in; with nobody's settings."""
    for path in (copy / "stacks").iterdir():
        path.unlink()
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.chdir(copy)
    return copy


def run(*arguments, typed=None):
    return CliRunner().invoke(main, ["init", *arguments], input=typed, catch_exceptions=False)


def stacks(root):
    return sorted(path.name for path in (root / "stacks").iterdir())


@pytest.mark.parametrize("arguments", KITS.values(), ids=KITS)
def test_what_a_kit_writes_plans_as_it_is_and_is_commented(fresh, arguments):
    done = run(*arguments, "--yes")
    assert done.exit_code == 0, done.output
    project = Project.around(fresh)
    written = project.environments()
    assert set(written) == ({"acme"} if arguments[0] == "acme" else set(ACCOUNTS))
    for name in written:
        text = project.stack_path(name).read_text()
        assert text.startswith("# yaml-language-server: $schema=../infra/settings/schema.json\n")
        assert text.count("#") > 5
        assert "$" not in text.partition("\n")[2]
        assert all(len(line) <= 100 for line in text.splitlines())
        count = len(recorded(project, project.stack(name)).managed)
        assert f"Wrote stacks/Pulumi.{name}.yaml: sound, {count:,} resources.\n" in done.output


OFFERED = re.compile(r"^( *)# ( *(?:- )?[a-z_]+:.*)$", re.MULTILINE)
"""A line that is a setting once its mark is gone."""


@pytest.mark.parametrize("arguments", KITS.values(), ids=KITS)
def test_what_a_comment_offers_is_a_setting(fresh, arguments):
    run(*arguments, "--yes")
    project = Project.around(fresh)
    for name in project.environments():
        path = project.stack_path(name)
        text, offered = OFFERED.subn(r"\1\2", path.read_text().partition("\n")[2])
        path.write_text(text)
        assert offered or name != "acme"
        project.stack(name)


def test_several_accounts_promote_in_the_order_of_their_names(fresh):
    run(*KITS["accounts"], "--yes")
    project = Project.around(fresh)
    first, second, last = (project.stack(name).platform for name in ACCOUNTS)
    assert first.promotion.to == ("check", "live")
    assert (second.origin, last.origin) == ("test", "test")
    assert [one.delivery.trigger.tag for one in (first, second, last)] == [None, "v*-rc*", "v*"]
    assert last.delivery.trigger.excluding == "*-rc*"
    assert last.durability == "protected"


def test_each_environment_gets_a_range_of_its_own(fresh):
    ranges = []
    for name in ("a", "b", "c"):
        assert run(name, "--yes").exit_code == 0
        ranges.append(Project.around(fresh).stack(name).platform.network.cidr)
    assert len(set(ranges)) == 3


def test_nothing_is_overwritten(fresh):
    run("acme", "--yes")
    before = (fresh / "stacks/Pulumi.acme.yaml").read_text()
    done = run("acme", "--kit", "lake", "--yes")
    assert done.exit_code == 2
    assert done.output == "stacks/Pulumi.acme.yaml is there already.\n"
    assert (fresh / "stacks/Pulumi.acme.yaml").read_text() == before
    again = run(*KITS["accounts"][:2], "acme", "--kit", "accounts", "--yes")
    assert again.exit_code == 2
    assert stacks(fresh) == ["Pulumi.acme.yaml"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["acme", "--region", "eu-wst-1"], 'aws:region: "eu-wst-1" is not an AWS region'),
        (["Acme"], '"Acme" is not a name for an environment.'),
        (["acme", "--owner", "me"], 'owner: "me" is not an e-mail address.'),
        (["acme", "--source", "example"], "--source example: say where it is: github=example/"),
        (["acme", "--model", "A B"], 'models[A B].name: "A B" is not a model name.'),
        (["a", "b"], "The kit service is of one environment, and 2 are named."),
        (["a", "--kit", "accounts"], "The kit accounts is of two environments or more"),
        (["a", "b", "--kit", "accounts"], "nothing is no AWS account of a: it has 12 digits."),
        (["a", "b", "--kit=accounts", "--account=a=12"], "12 is no AWS account of a"),
    ],
)
def test_answers_that_make_no_sound_file_are_refused_and_leave_none(fresh, arguments, message):
    done = run(*arguments, "--yes")
    assert done.exit_code == 2
    assert message in done.output
    assert stacks(fresh) == []


def test_what_the_surroundings_tell_is_not_asked_for(fresh, monkeypatch):
    for arguments in (
        ["init", "--quiet"],
        ["config", "user.email", "ada@example.com"],
        ["remote", "add", "origin", "git@gitlab.com:clinic/ml/platform.git"],
    ):
        subprocess.run(["git", *arguments], cwd=fresh, check=True)
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert run("acme", "--yes").exit_code == 0
    stack = Project.around(fresh).stack("acme")
    assert stack.region == "eu-north-1"
    assert stack.platform.owner == "ada@example.com"
    assert stack.platform.source.gitlab == "clinic/ml/platform"


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("https://github.com/example/ml.git", "github: example/ml"),
        ("https://token@github.com/example/ml", "github: example/ml"),
        ("git@bitbucket.org:team/ml.git", "bitbucket: team/ml"),
        ("ssh://git@gitlab.com/a/b/c.git", "gitlab: a/b/c"),
        ("https://git.example.com/a/b.git", None),
        ("", None),
    ],
)
def test_a_remote_is_where_a_stack_file_would_say_it_is(monkeypatch, tmp_path, address, source):
    monkeypatch.setattr(kits, "_git", lambda *_: address)
    assert kits.source_of(tmp_path) == source


def test_it_asks_until_the_answers_do(fresh, monkeypatch):
    monkeypatch.setattr(init, "require_terminal", lambda: None)
    typed = ["servce", "service", "wines", "embedded", "eu-wst-1", "eu-west-2"]
    typed += ["ada@example.com", "", "cultivars", "cultivar"]
    done = run(typed="".join(f"{answer}\n" for answer in typed))
    assert done.exit_code == 0, done.output
    assert "'servce' is not one of" in done.output
    assert "Did you mean eu-west-1?" in done.output
    stack = Project.around(fresh).stack("wines")
    (model,) = stack.platform.models
    assert (stack.region, stack.platform.cloud) == ("eu-west-2", "embedded")
    assert (model.name, model.target) == ("cultivars", "cultivar")
    assert "maslow up -s wines --data FILE.csv" in done.output


def test_without_a_terminal_nothing_is_asked(fresh):
    done = run("acme")
    assert (done.exit_code, done.output) == (
        2,
        "There is no terminal to ask in; --yes does it without asking.\n",
    )
    assert stacks(fresh) == []
