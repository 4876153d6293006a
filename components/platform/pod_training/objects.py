"""What asks for a model's trainings, as a pod, and the code that it and its trainings run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.platform.runtime_pod import PACKAGE, files_of, runtime_container, runtime_pod

RUNTIME = Path(__file__).with_name(PACKAGE)
ASKING = {"cpu": "50m", "memory": "256Mi"}
"""What the pod has that asks."""


def runtime_files() -> dict[str, str]:
    """Text of each file of the runtime by its name, as a ConfigMap has them."""
    return files_of(RUNTIME)


def asking_pod(
    *,
    labels: Mapping[str, str],
    image: str,
    account: str,
    code: str,
    environment: Mapping[str, str],
) -> dict[str, Any]:
    """The template of the pod, the only one that has a token of the cluster's."""
    container = runtime_container(
        "ask", image=image, module="ask", environment=environment, resources=ASKING
    )
    return runtime_pod(
        labels=labels, account=account, code=code, container=container, asks_kubernetes=True
    )
