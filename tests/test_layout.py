"""Which package may import which, and what a module may be called."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

BELOW = {
    "catalog": set(),
    "components": {"catalog"},
    "embedded": {"catalog"},
    "policies": {"infra", "components", "catalog"},
    "custom": {"scripts", "policies", "infra", "components", "embedded", "catalog"},
    "infra": {"components", "embedded", "catalog"},
    "scripts": {"policies", "infra", "components", "embedded", "catalog"},
}
"""Package to those of ours that it may import; what a team's own imports is its own affair."""

NEEDS = ("foundation", "devops", "data", "platform", "mlops")
"""The hierarchy, bottom first."""


def imported(source: str) -> set[str]:
    """The modules that a module imports, wherever in it."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules |= {f"{node.module}.{name.name}" for name in node.names}
    return modules


def imports_of(folder: str) -> Iterator[tuple[str, str]]:
    """Each module of a folder, with each that it imports."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for module in sorted(imported(path.read_text(encoding="utf-8"))):
            yield str(path.relative_to(ROOT)), module


@pytest.mark.parametrize("package", BELOW)
def test_imports_point_one_way(package: str) -> None:
    above = BELOW.keys() - BELOW[package] - {package}
    against = [
        f"{module} imports {what}"
        for module, what in imports_of(package)
        if what.partition(".")[0] in above
    ]
    assert against == []


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("package", ["components", "infra/needs"])
def test_no_need_imports_from_one_above_it(package: str, need: str) -> None:
    dotted = package.replace("/", ".")
    higher = tuple(f"{dotted}.{name}." for name in NEEDS[NEEDS.index(need) + 1 :])
    modules = [*imports_of(f"{package}/{need}"), *of_module(f"{package}/{need}.py")]
    against = [
        f"{module} imports {what}" for module, what in modules if f"{what}.".startswith(higher)
    ]
    assert against == []


@pytest.mark.parametrize("package", ["components", "infra/needs"])
def test_every_need_has_a_place_of_its_own(package: str) -> None:
    for need in NEEDS:
        assert (ROOT / package / need).is_dir() or (ROOT / package / f"{need}.py").is_file(), need


def test_what_needs_share_imports_from_none_of_them() -> None:
    needs = tuple(f"components.{need}." for need in NEEDS)
    against = [what for _, what in imports_of("components/common") if f"{what}.".startswith(needs)]
    assert against == []


def of_module(name: str) -> Iterator[tuple[str, str]]:
    path = ROOT / name
    if path.is_file():
        for module in sorted(imported(path.read_text(encoding="utf-8"))):
            yield name, module


def test_an_import_is_found_wherever_it_is() -> None:
    source = "import a.b\nfrom c.d import e\ndef f():\n    import g, h\n"
    assert imported(source) == {"a.b", "c.d.e", "g", "h"}


def test_no_module_of_the_program_hides_one_of_the_standard_library() -> None:
    """The engine puts the program's folder at the head of sys.path."""
    names = {path.stem for path in (ROOT / "infra").iterdir()}
    assert names & sys.stdlib_module_names == set()
