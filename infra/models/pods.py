"""What serves a model on Kubernetes: KServe's object, as far as the cluster can be asked.

The embedded AWS keeps the object and runs no pods. The cluster of an account is asked by kubectl,
by the rights of whoever asks; what it does not tell is unknown.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from components.mlops.kubernetes_serving.deployed import deployed
from embedded.kubernetes.manifests import Folder
from infra.errors import InputError, WorkError
from infra.hosts.serving import Running
from infra.kubernetes.cluster import described as described_cluster
from infra.kubernetes.cluster import name_of, wanted
from infra.kubernetes.login import entry_of
from infra.kubernetes.pages import kubeconfig
from infra.models.place import Place, model_of
from infra.models.shapes import PodsShape
from infra.needs.model_context import NAME_LIMIT

API, KIND = "serving.kserve.io/v1beta1", "InferenceService"
RESOURCE = "inferenceservices.serving.kserve.io"
READY = "Ready"
"""The condition that sums the others up: https://kserve.github.io/website/."""
ASK_SECONDS, ALL_SECONDS = 10, 40
"""How long the cluster's API may take to answer, and kubectl with the token that it asks for."""
NO_PODS = "the embedded AWS runs no pods"

Object = Mapping[str, Any]


class Unknown(Exception):
    """The cluster could not be asked; the message says why."""


def pods(place: Place, model: str) -> PodsShape | None:
    """What serves a model on Kubernetes; None where SageMaker does."""
    serving = model_of(place.stack, model).serving
    if serving.on != "kubernetes" or serving.pods is None:
        return None
    told: PodsShape = {
        "name": place.names(model, limit=NAME_LIMIT),
        "namespace": serving.pods.team,
        "there": None,
        "version": None,
        "canary_percent": None,
        "ready": None,
        "message": None,
        "unknown_because": None,
    }
    try:
        kept = _object(place, told["namespace"], told["name"])
    except Unknown as error:
        return {**told, "unknown_because": str(error)}
    if kept is None:
        return {**told, "there": False}
    serves = deployed(kept)
    told |= {
        "there": True,
        "version": serves.version if serves else None,
        "canary_percent": kept["spec"]["predictor"].get("canaryTrafficPercent"),
    }
    if place.running:
        return {**told, "unknown_because": NO_PODS}
    conditions = {one["type"]: one for one in (kept.get("status") or {}).get("conditions") or []}
    ready = conditions.get(READY)
    if ready is None or ready["status"] == "Unknown":
        return {**told, "unknown_because": "KServe has not told it yet"}
    return {**told, "ready": ready["status"] == "True", "message": ready.get("message") or None}


def _object(place: Place, namespace: str, name: str) -> Object | None:
    """KServe's object; None where there is none. Raises Unknown."""
    cluster = name_of(wanted(place.stack), place.names)
    if place.running:
        return _kept(place.running, cluster, namespace, name)
    try:
        if described_cluster(place, cluster) is None:
            return None
        entry = entry_of(place, os.environ)
    except (ClientError, InputError, WorkError) as error:
        raise Unknown(str(error).rstrip(".")) from error
    for command in ("kubectl", "aws"):
        if shutil.which(command) is None:
            raise Unknown(f"{command} is not on the path here")
    with kubeconfig(entry.config) as path:
        return _asked(path, namespace, name)


def _kept(running: Running, cluster: str, namespace: str, name: str) -> Object | None:
    folder = running.manifests()
    if folder is None:
        return None
    return Folder(folder / cluster).read(API, KIND, namespace, name)


def _asked(config: Path, namespace: str, name: str) -> Object | None:
    """What kubectl tells of it; None where there is none.

    https://kubernetes.io/docs/reference/kubectl/generated/kubectl_get/
    """
    command = ["kubectl", "--kubeconfig", str(config), "--request-timeout", f"{ASK_SECONDS}s"]
    command += ["--namespace", namespace, "get", RESOURCE, name]
    command += ["--ignore-not-found", "--output", "json"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=ALL_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise Unknown("the cluster's API does not answer") from error
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Unknown(said[-1].rstrip(".") if said else "kubectl failed")
    if not done.stdout.strip():
        return None
    found: Object = json.loads(done.stdout)
    return found
