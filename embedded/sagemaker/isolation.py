"""What keeps a job to itself: a Python environment and an /opt/ml that are nobody else's.

A job may install packages and write to /opt/ml, as it may in its container; neither is to reach the
platform's environment or this machine.
"""

import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from embedded import workplace

OPT_ML = "/opt/ml"
PYTHON = re.compile(r"python(\d(\.\d+)?)?")
PIP = re.compile(r"pip(\d(\.\d+)?)?")
INHERITED = re.compile(r"LD_LIBRARY_PATH|PIP_\w+|(?i:https?|no|all)_proxy|SSL_CERT_\w+")
"""Variables that a job has from this process: what finds libraries and package indexes."""

MOUNT = """\
set -e
ml=$1 was=$2; shift 2
while [ "$1" != -- ]; do
  mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"
  shift
done
shift
if [ -d /opt/ml ]; then mount --bind "$ml" /opt/ml; else
  mkdir -p "$was"
  if [ -d /opt ]; then mount --rbind /opt "$was"; fi
  mount -t tmpfs tmpfs /opt
  for each in "$was"/* "$was"/.[!.]*; do
    if [ -e "$each" ]; then ln -s "$each" /opt/; fi
  done
  mkdir /opt/ml
  mount --bind "$ml" /opt/ml
fi
exec "$@"
"""
"""Mounts a folder at /opt/ml for one process and what it starts, and runs it.

What comes before `--` are folders that it can only read.

Where there is no /opt/ml to mount at, /opt is a new one with what was there, and nothing is written
to the old one. https://man7.org/linux/man-pages/man7/mount_namespaces.7.html
"""


def own_python(folder: Path) -> Path:
    """Make a Python environment in `folder`; returns its folder of programs.

    It sees the packages of this interpreter, pip among them, and installs into itself.
    """
    venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(folder)
    programs = folder / "bin"
    paths = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", "venv", vars=paths))
    (packages / "_of_the_platform.pth").write_text("".join(f"{path}\n" for path in _packages()))
    for name in ("pip", "pip3"):
        script = programs / name
        script.write_text(f'#!/bin/sh\nexec "{programs}/python" -m pip "$@"\n')
        script.chmod(0o755)
    return programs


def own_variables(root: Path, programs: Path) -> dict[str, str]:
    """The environment of a process whose home is `root` and whose Python is that of `programs`."""
    temporary = root / "tmp"
    temporary.mkdir(exist_ok=True)
    platform = Path(sys.executable).parent
    elsewhere = [
        folder
        for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)
        if folder and Path(folder) != platform
    ]
    return {
        **{name: value for name, value in os.environ.items() if INHERITED.fullmatch(name)},
        "HOME": str(root),
        "PATH": os.pathsep.join([str(programs), *elsewhere]),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_REQUIRE_VIRTUALENV": "1",  # another Python of this machine installs nothing
        "PYTHONUNBUFFERED": "1",
        "PYTHONUSERBASE": str(root / "user"),
        "TMPDIR": str(temporary),
        "VIRTUAL_ENV": str(programs.parent),
    }


def program(command: Sequence[str], programs: Path) -> list[str]:
    """The command, with the job's own Python or pip in the place of any other."""
    first, *arguments = command
    name = Path(first).name
    if PYTHON.fullmatch(name):
        return [str(programs / "python"), *arguments]
    if PIP.fullmatch(name):
        return [str(programs / "pip"), *arguments]
    return [first, *arguments]


def mounted(command: Sequence[str], ml: Path, root: Path) -> list[str]:
    """The command, run where `ml` is at /opt/ml. Only for where `can_mount`."""
    folders = [str(ml), str(root / "opt"), *_packages(), "--"]
    return [*_unshare(), "sh", "-c", MOUNT, "sh", *folders, *command]


@cache
def can_mount() -> bool:
    """Whether this system gives a process an /opt/ml of its own: tried once."""
    with workplace.folder("sagemaker-") as folder:
        ml = Path(folder, "ml")
        ml.mkdir()
        (ml / "seen").touch()
        try:
            tried = subprocess.run(
                mounted(["test", "-e", f"{OPT_ML}/seen"], ml, Path(folder)),
                capture_output=True,
                check=False,
                timeout=10,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return tried.returncode == 0


def _packages() -> list[str]:
    """Where this interpreter's packages are."""
    names = ("site-packages", "dist-packages")
    return [path for path in sys.path if Path(path).name in names and Path(path).is_dir()]


def _unshare() -> list[str]:
    mine = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *mine, "--mount", "--propagation", "private", "--"]


def instead_of_opt_ml(variables: Mapping[str, str]) -> str:
    """What a job is told where it has no /opt/ml."""
    return (
        "This system lets no process mount an /opt/ml of its own, so that the job's is "
        f"{variables['HOME']}/ml: paths are to come from arguments and SM_* variables."
    )
