"""Where the experiments of the embedded AWS are looked at."""

from collections.abc import Mapping
from typing import Any

from embedded.mlflow import server

MISSING = f"no MLflow here ({server.INSTALL})"


def lines(outputs: Mapping[str, Any]) -> list[str]:
    """What a summary says of them, from a stack's outputs: nothing where it has none."""
    found = outputs.get("experiments")
    if not found:
        return []
    arn = found.get("app") or found.get("tracking-server")
    name = f"experiments {arn.rpartition('/')[2]}"
    if server.installed_version() is None:
        return [f"{name}: {MISSING}"]
    there = server.running(arn)
    return [f"{name}: {there}" if there else f"{name}: MLflow starts with the first run"]
