"""Which package may import which, and what a module may be called."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOT_FOR = {"components": {"infra", "scripts"}, "infra": {"scripts"}}
"""Package to those that lie above it."""


def imported(source: str) -> set[str]:
    """The packages that a module imports, wherever in it."""
    packages: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            packages |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            packages.add(node.module.partition(".")[0])
    return packages


@pytest.mark.parametrize("package", NOT_FOR)
def test_imports_point_one_way(package: str) -> None:
    against = [
        str(module.relative_to(ROOT))
        for module in sorted((ROOT / package).rglob("*.py"))
        if imported(module.read_text()) & NOT_FOR[package]
    ]
    assert against == []


def test_an_import_is_found_wherever_it_is() -> None:
    source = "import a.b\nfrom c.d import e\ndef f():\n    import g, h\n"
    assert imported(source) == {"a", "c", "g", "h"}


def test_no_module_of_the_program_hides_one_of_the_standard_library() -> None:
    """The engine puts the program's folder at the head of sys.path."""
    names = {path.stem for path in (ROOT / "infra").iterdir()}
    assert names & sys.stdlib_module_names == set()
