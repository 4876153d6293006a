"""Every row of docs/embedded-fidelity.md has its test."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "embedded-fidelity.md"
TESTS = ROOT / "tests" / "embedded"
ROW = re.compile(r"^\| (?!what|---)(.+?) \| .+ \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")

ROWS = ROW.findall(PAGE.read_text())


def names(path: Path) -> set[str]:
    """The functions that a module defines."""
    tree = ast.parse(path.read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_page_has_rows():
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    headers = [line for line in lines if line.startswith("| what")]
    assert len(ROWS) == len(lines) - len(headers) > 30


@pytest.mark.parametrize(("what", "test"), ROWS, ids=[what for what, _ in ROWS])
def test_a_row_names_a_test_that_there_is(what, test):
    found = TEST.fullmatch(test)
    assert found, f"{what}: {test} names no test"
    path = TESTS / found[1]
    assert path.exists(), f"{what}: there is no {path}"
    assert found[2] in names(path), f"{what}: {found[1]} has no {found[2]}"
