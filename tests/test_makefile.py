"""`make setup`, before and while pip installs: with Pythons and a pip that only say they are."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

LOCKS = ("requirements.lock", "requirements-dev.lock")
ROOT = Path(__file__).parents[1]
FAKE = """\
#!/bin/sh
case "$*" in
"-m venv .venv")
    {making}
    mkdir -p .venv/bin && cp "$0" .venv/bin/python && touch .venv/bin/pip ;;
"-m pip"*)
    echo "$*" >> pip.log
    test ! -e no-network ;;
*ensurepip*)
    {ensurepip} ;;
*)
    PYTHONPATH={folder} exec {real} "$@" ;;
esac
"""
"""Stands in for a Python of another version, by a sitecustomize that says so."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    for name in ("Makefile", "pyproject.toml", *LOCKS, "scripts/venv.sh"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def python(
    folder: Path, name: str, version: tuple[int, int], *, making: str = ":", ensurepip: str = ":"
) -> Path:
    """A command that answers as that version of Python does."""
    mask = folder / "versions" / name
    mask.mkdir(parents=True)
    (mask / "sitecustomize.py").write_text(
        f"import sys\nsys.version_info = ({version[0]}, {version[1]}, 0)\n"
    )
    command = folder / "bin" / name
    command.parent.mkdir(exist_ok=True)
    command.write_text(
        FAKE.format(making=making, ensurepip=ensurepip, folder=mask, real=sys.executable)
    )
    command.chmod(0o755)
    return command


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make with the folder's commands alone, beside the system's."""
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={"PATH": f"{folder / 'bin'}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def refused(folder: Path, *arguments: str) -> str:
    """The one sentence that make is refused with, which leaves no .venv."""
    ran = make(folder, *arguments)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert not (folder / ".venv").exists()
    sentence, make_says = ran.stderr.splitlines()
    assert make_says.startswith("make: ***")
    return sentence


@pytest.mark.parametrize("version", [(3, 10), (3, 15), (2, 7)])
def test_a_python_that_does_not_fit_is_told_with_one_that_does(
    folder: Path, version: tuple[int, int]
) -> None:
    name = "python{}.{}".format(*version)
    python(folder, name, version)
    python(folder, "python3.14", (3, 14))
    assert refused(folder, f"PYTHON={name}", "up") == (
        f"maslow needs Python 3.11 to 3.14, and {name} is {version[0]}.{version[1]}: "
        "type make PYTHON=python3.14 up."
    )


def test_where_no_python_fits_it_is_told_to_install_one(folder: Path) -> None:
    for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        python(folder, name, (3, 10))
    assert refused(folder, "PYTHON=python9", "setup") == (
        "maslow needs Python 3.11 to 3.14, and there is no python9: install one, and name it: "
        "make PYTHON=python3.12 setup."
    )


def test_a_python_without_venv_is_told_what_to_install(folder: Path) -> None:
    python(folder, "python3.13", (3, 13), ensurepip="false")
    assert refused(folder, "PYTHON=python3.13", "test") == (
        "python3.13 lacks the module venv: install it "
        "(apt install python3-venv on Debian and Ubuntu)."
    )


def test_a_venv_that_cannot_be_made_leaves_none(folder: Path) -> None:
    python(folder, "python3.13", (3, 13), making="mkdir .venv; exit 1")
    assert refused(folder, "PYTHON=python3.13", "up") == "python3.13 could not make .venv."


def test_the_versions_are_those_of_the_project(folder: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == ">=3.11,<3.15"
    for minor, status in ((10, 2), (11, 0), (14, 0), (15, 2)):
        python(folder, f"python-{minor}", (3, minor))
        assert make(folder, f"PYTHON=python-{minor}", "setup").returncode == status
        shutil.rmtree(folder / ".venv", ignore_errors=True)


@pytest.mark.parametrize("what", ["another version", "gone", "half-made"])
def test_a_venv_that_does_not_fit_is_made_anew(folder: Path, what: str) -> None:
    python(folder, "python3", (3, 13))
    old = folder / ".venv" / "bin"
    old.mkdir(parents=True)
    (folder / ".venv" / "installed").touch()
    if what != "gone":
        shutil.copy(python(folder, "old", (3, 10 if what == "another version" else 13)), old)
        (old / "old").rename(old / "python")
    if what != "half-made":
        (old / "pip").touch()
    ran = make(folder, "setup")
    assert ran.returncode == 0, ran.stderr
    anew, installing = ran.stdout.splitlines()
    assert anew == "Making .venv anew: it is not whole, or not of Python 3.11 to 3.14."
    assert installing.startswith("Installing the pinned packages into .venv (about ")
    assert (old / "python").read_text() == (folder / "bin" / "python3").read_text()
    assert (folder / ".venv" / "installed").exists()


def test_a_venv_that_fits_is_kept_whatever_python_is_named(folder: Path) -> None:
    python(folder, "python3", (3, 13))
    assert make(folder, "setup").returncode == 0
    (folder / "pip.log").unlink()
    again = make(folder, "PYTHON=python9", "setup")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert not (folder / "pip.log").exists()


def test_an_installation_that_was_interrupted_is_taken_up_again(folder: Path) -> None:
    python(folder, "python3", (3, 13))
    (folder / "no-network").touch()
    assert make(folder, "setup").returncode == 2
    assert not (folder / ".venv" / "installed").exists()
    packages = folder / ".venv" / "lib" / "python3.13" / "site-packages"
    for name in ("half-1.dist-info", "whole-1.dist-info", "~hole-1.dist-info"):
        (packages / name).mkdir(parents=True)
    (packages / "whole-1.dist-info" / "INSTALLER").touch()
    (folder / "no-network").unlink()
    (folder / "pip.log").unlink()
    assert make(folder, "setup").returncode == 0
    assert [path.name for path in packages.iterdir()] == ["whole-1.dist-info"]
    assert len((folder / "pip.log").read_text().splitlines()) == 2
    assert (folder / ".venv" / "installed").exists()


def test_the_tools_of_tests_and_checks_are_installed_only_for_them(folder: Path) -> None:
    python(folder, "python3", (3, 13))
    assert make(folder, "setup").returncode == 0
    assert "requirements-dev.lock" not in (folder / "pip.log").read_text()
    ran = make(folder, "dev")
    assert ran.stdout.startswith("Installing the tools of tests and checks into .venv (about ")
    assert "--require-hashes -r requirements-dev.lock" in (folder / "pip.log").read_text()
    assert make(folder, "dev").stdout == ""
