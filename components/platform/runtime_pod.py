"""Pods that run code of ours, as nobody: a ConfigMap brings it, an image with Python runs it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.platform.model_project import content_hash

CODE_FOLDER, PACKAGE = "/opt/maslow", "runtime"
"""Where the code is, and what it is called as a package."""
NOBODY = 65534
READS_TOKENS = {"fsGroup": NOBODY}
"""Who is not root reads the token of its service account by its group.

https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
"""
INTEL = {"kubernetes.io/arch": "amd64"}
"""SageMaker's images are for no other processors."""


def files_of(runtime: Path) -> dict[str, str]:
    """Text of each file of a runtime by its name, as a ConfigMap has them."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(runtime.glob("*.py"))}


def code_name(name: str, files: dict[str, str]) -> str:
    """The name of the ConfigMap with a runtime: pods are told of another one by its hash."""
    return f"{name}-code-{content_hash(files)[:8]}"


def code_volumes(code: str) -> list[dict[str, Any]]:
    """The volume of the code."""
    return [{"name": "code", "configMap": {"name": code}}]


def nobody() -> dict[str, Any]:
    """Who runs that needs no rights."""
    return {"runAsNonRoot": True, "runAsUser": NOBODY, "seccompProfile": {"type": "RuntimeDefault"}}


def variables(told: Mapping[str, str]) -> list[dict[str, str]]:
    """Environment variables, as a container has them."""
    return [{"name": name, "value": value} for name, value in sorted(told.items())]


def runtime_container(
    name: str,
    *,
    image: str,
    module: str,
    environment: Mapping[str, str],
    resources: Mapping[str, str],
    arguments: Sequence[str] = (),
) -> dict[str, Any]:
    """A container that runs a module of the runtime, and gains no rights.

    Of `resources`, which it asks for, memory is its limit, too.
    """
    return {
        "name": name,
        "image": image,
        "command": ["python3", "-m", f"{PACKAGE}.{module}", *arguments],
        "workingDir": CODE_FOLDER,
        "env": variables(environment),
        "volumeMounts": [
            {"name": "code", "mountPath": f"{CODE_FOLDER}/{PACKAGE}", "readOnly": True}
        ],
        "resources": {"requests": dict(resources), "limits": {"memory": resources["memory"]}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }


def runtime_pod(
    *,
    labels: Mapping[str, str],
    account: str,
    code: str,
    container: Mapping[str, Any],
    asks_kubernetes: bool,
) -> dict[str, Any]:
    """The template of a pod with one container, and its account's token if it asks Kubernetes."""
    return {
        "metadata": {"labels": dict(labels)},
        "spec": {
            "serviceAccountName": account,
            "automountServiceAccountToken": asks_kubernetes,
            "nodeSelector": INTEL,
            "securityContext": {**READS_TOKENS, **nobody()},
            "volumes": code_volumes(code),
            "containers": [container],
        },
    }


def lone_deployment(
    name: str,
    *,
    parent: pulumi.Resource,
    metadata: Any,
    labels: Mapping[str, str],
    template: pulumi.Output[dict[str, Any]],
    after: list[pulumi.Resource],
) -> kubernetes.apps.v1.Deployment:
    """A Deployment of one pod, of which there are never two at once."""
    spec: Any = {
        "replicas": 1,
        "strategy": {"type": "Recreate"},
        "selector": {"matchLabels": labels},
        "template": template,
    }
    return kubernetes.apps.v1.Deployment(
        name,
        metadata=metadata,
        spec=spec,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=after),
    )
