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


LIMIT = 65_536
"""How many characters a comment may have on GitHub."""
COUNTS = "1 to create, 9 unchanged"


def told(folder: Path, **printed: tuple[str | None, int | None]) -> str:
    """The comment about environments, each with what its preview printed and its status."""
    for name, (text, status) in printed.items():
        if text is not None:
            (folder / f"{name}.txt").write_text(text)
        if status is not None:
            (folder / f"{name}.status").write_text(f"{status}\n")
    return ci.comment(ci.previews(folder, printed))


def test_a_preview_that_succeeded_is_told_by_its_counts(tmp_path: Path) -> None:
    text = f"  + create Bucket raw\ndev: {COUNTS}\nHow data is kept changes: raw. Sign in.\n"
    assert told(tmp_path, dev=(text, 0)) == (
        "## What this change would do\n\n"
        f"<details><summary><b>dev</b>: {COUNTS}</summary>\n\n"
        f"```text\n{text.rstrip()}\n```\n</details>"
    )


def test_a_preview_that_failed_is_told_by_its_error_and_is_open(tmp_path: Path) -> None:
    text = "  + create Bucket raw\n\naws:s3:Bucket raw: no <access>\n  more of it\n"
    assert told(tmp_path, dev=(text, 1)) == (
        "## What this change would do\n\n"
        "<details open><summary><b>dev</b>: ❌ failed: "
        "<code>aws:s3:Bucket raw: no &lt;access&gt;</code></summary>\n\n"
        f"```text\n{text.rstrip()}\n```\n</details>"
    )


def test_an_error_that_reads_like_counts_is_no_success(tmp_path: Path) -> None:
    shown = told(tmp_path, dev=(f"dev: {COUNTS}\n", 2))
    assert f"<b>dev</b>: ❌ failed: <code>dev: {COUNTS}</code>" in shown


@pytest.mark.parametrize(
    ("text", "status", "summary"),
    [
        (None, None, "❌ no preview: the job ended before it. Its log tells why."),
        ("  + create Bucket raw\n", None, "❌ not finished: the job was stopped."),
        ("", 1, "❌ failed: <code>it printed nothing</code>"),
        ("", 0, "done; it printed no counts"),
        ("dev: @everyone\n", 0, "done; it printed no counts"),
        (f"{'e' * 400}\n", 1, f"❌ failed: <code>{'e' * 300}…</code>"),
    ],
)
def test_a_preview_that_left_less_is_told_too(
    tmp_path: Path, text: str | None, status: int | None, summary: str
) -> None:
    assert f"<b>dev</b>: {summary}" in told(tmp_path, dev=(text, status))


def test_no_environment_at_all_is_told(tmp_path: Path) -> None:
    assert told(tmp_path) == "## What this change would do\n\nNo environment has roles for CI."


def test_failed_previews_come_before_the_others(tmp_path: Path) -> None:
    shown = told(tmp_path, dev=("dev: nothing to do\n", 0), prod=("bad\n", 2), stage=(None, None))
    places = [shown.index(f"<b>{name}</b>") for name in ("prod", "stage", "dev")]
    assert places == sorted(places)


def test_what_a_preview_prints_stays_within_its_block(tmp_path: Path) -> None:
    text = "````\n</details><script> & @team\n\x1b[31m````\x1b[0m"
    shown = told(tmp_path, dev=(text, 1))
    assert "`````text\n````\n</details><script> & @team\n````\n`````\n</details>" in shown
    shown = told(tmp_path, dev=("</summary></details> @team `x`", 1))
    assert "<code>&lt;/summary&gt;&lt;/details&gt; @team `x`</code></summary>" in shown


def test_of_a_text_that_is_too_long_beginning_and_end_are_told(tmp_path: Path) -> None:
    text = "first\n" + "  + create Role\n" * 9_000 + "the error\n"
    shown = told(tmp_path, dev=(text, 1), prod=("prod: nothing to do\n", 0))
    assert len(shown) < LIMIT
    assert len(shown) > LIMIT * 0.8
    assert "```text\nfirst\n  + create Role\n" in shown
    assert f"  + create Role\n{ci.CUT}\n  + create Role\n" in shown
    assert "  + create Role\nthe error\n```\n" in shown
    assert "```text\nprod: nothing to do\n```" in shown


@pytest.mark.parametrize(
    "text",
    ["+ create Role\n" * 9_000, "x" * 90_000, "`" * 90_000, "<" * 90_000, "e\n" * 60_000, "short"],
)
@pytest.mark.parametrize("count", [1, 3, 150, 240, 3_000])
def test_the_comment_fits_into_what_github_takes(text: str, count: int) -> None:
    found = [ci.Preview(f"e{number}", text, number % 2) for number in range(count)]
    shown = ci.comment(found)
    assert len(shown) < LIMIT
    assert shown.count("<b>") == count or f"{count - shown.count('<b>'):,} more: see" in shown
    assert shown.count("<details") == shown.count("</details>")


def test_workflows_get_json_and_lines(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = (f'accounts: {{dev: "{ACCOUNT}"}}', *by_ci("{branch: main}"))
    environment(project, "dev", 10, *settings)
    monkeypatch.setattr(ci, "_project", lambda: project)
    listed = CliRunner().invoke(ci.main, ["environments", "--ref", "refs/heads/main"])
    assert json.loads(listed.output) == ["dev"]
    lines = CliRunner().invoke(ci.main, ["sign-in", "-s", "dev", "deploy"]).output.splitlines()
    assert [line.partition("=")[0] for line in lines] == ["role", "region", "state", "seconds"]
    shown = CliRunner().invoke(ci.main, ["comment", str(project.root)])
    assert shown.output.startswith("## What this change would do\n\n<b>dev</b>: ❌ no preview")
