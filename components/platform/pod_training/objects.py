"""What asks for a model's trainings, as a pod, and the code that it and its trainings run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.platform.model_project import content_hash
from components.platform.pod_training.runtime.jobs import CODE_FOLDER, NOBODY, PACKAGE

RUNTIME = Path(__file__).with_name(PACKAGE)
ASKING = {"cpu": "50m", "memory": "256Mi"}
"""What the pod has that asks."""


def runtime_files() -> dict[str, str]:
    """Text of each file of the runtime by its name, as a ConfigMap has them."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(RUNTIME.glob("*.py"))}


def code_name(name: str) -> str:
    """The name of the ConfigMap with the runtime: a training goes on with the code it began by."""
    return f"{name}-code-{content_hash(runtime_files())[:8]}"


def asking_pod(
    *,
    labels: Mapping[str, str],
    image: str,
    account: str,
    code: str,
    environment: Mapping[str, str],
) -> dict[str, Any]:
    """The template of the pod, the only one that has a token of the cluster's."""
    return {
        "metadata": {"labels": dict(labels)},
        "spec": {
            "serviceAccountName": account,
            "automountServiceAccountToken": True,
            "nodeSelector": {"kubernetes.io/arch": "amd64"},
            "securityContext": {
                "fsGroup": NOBODY,
                "runAsNonRoot": True,
                "runAsUser": NOBODY,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "volumes": [{"name": "code", "configMap": {"name": code}}],
            "containers": [
                {
                    "name": "ask",
                    "image": image,
                    "command": ["python3", "-m", f"{PACKAGE}.ask"],
                    "workingDir": CODE_FOLDER,
                    "env": [
                        {"name": name, "value": value}
                        for name, value in sorted(environment.items())
                    ],
                    "volumeMounts": [
                        {
                            "name": "code",
                            "mountPath": f"{CODE_FOLDER}/{PACKAGE}",
                            "readOnly": True,
                        }
                    ],
                    "resources": {"requests": ASKING, "limits": {"memory": ASKING["memory"]}},
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }
