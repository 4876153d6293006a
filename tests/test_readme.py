"""README.md is short, and its example is read, refused and deployed as it says."""

import shutil
from pathlib import Path

import pytest

from infra.project import Project
from infra.settings import SettingsError
from tests.documents import PAGES, README, ROOT, fenced, inline

MOST_LINES = 120
MISSPELT = {"egress: single": "egress: singel", "ml.c6i.large": "ml.c6i.lage"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose one stack file is the README's example."""
    (tmp_path / "stacks").mkdir()
    (example,) = fenced(README, "yaml")
    (tmp_path / "stacks" / "Pulumi.dev.yaml").write_text(example)
    shutil.copytree(ROOT / "templates/tabular", tmp_path / "templates/tabular")
    return Project(tmp_path, "maslow")


def test_it_is_read_in_a_few_minutes() -> None:
    assert len(README.read_text().splitlines()) <= MOST_LINES


def test_two_commands_do_all_the_set_up() -> None:
    assert fenced(README, "sh")[0].splitlines() == ["make up", "make test"]


def test_it_leads_to_every_page() -> None:
    text = README.read_text()
    assert PAGES
    assert [page.name for page in PAGES if f"(docs/{page.name})" not in text] == []


def test_it_says_that_no_account_has_been_used() -> None:
    assert "| a real AWS account | **nothing yet.**" in README.read_text()


def test_misspelt_settings_are_told_as_quoted(project: Project) -> None:
    stack = project.root / "stacks" / "Pulumi.dev.yaml"
    text = stack.read_text()
    for right, wrong in MISSPELT.items():
        assert right in text
        assert wrong in inline(README)
        text = text.replace(right, wrong)
    stack.write_text(text)
    with pytest.raises(SettingsError) as error:
        project.stack("dev")
    assert f"{error.value}\n" in fenced(README, "text")
