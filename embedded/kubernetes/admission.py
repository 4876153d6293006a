"""What an API server and its admission refuse of an object, beyond its schema.

A workload is refused for what its pods would be refused for, since none of them would ever start.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from embedded.kubernetes import schemas
from embedded.kubernetes.errors import NotTaken
from embedded.kubernetes.names import wrong_names
from embedded.kubernetes.pod_security import ENFORCED, violations
from embedded.kubernetes.pods import PodSpec, pod_specs, wrong_pods
from embedded.kubernetes.quotas import exceeded

if TYPE_CHECKING:
    from embedded.kubernetes.cluster import Cluster, Key

IDENTITY = "maslow/aws-identity"
"""The label by which a service account declares that its pods call AWS."""
SHOWN = 6
"""How many mistakes are told at once."""


def admit(cluster: "Cluster", key: "Key", manifest: Mapping[str, Any]) -> None:
    """Raise NotTaken, with all reasons, for an object that the cluster would not take."""
    for reasons in (_of_itself(cluster, key, manifest), _of_its_place(cluster, key, manifest)):
        if found := [*reasons]:
            more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            raise NotTaken("; ".join(found[:SHOWN]) + more)


def _of_itself(cluster: "Cluster", key: "Key", manifest: Mapping[str, Any]) -> Iterator[str]:
    yield from cluster.wrong(manifest)
    yield from wrong_names(
        key.group, key.kind, {**(manifest.get("metadata") or {}), "name": key.name}
    )
    if schemas.is_definition(manifest):
        yield from _wrong_definition(key.name, manifest["spec"])
    elif not cluster.kind(manifest["apiVersion"], manifest["kind"]):
        yield from wrong_pods(manifest)


def _of_its_place(cluster: "Cluster", key: "Key", manifest: Mapping[str, Any]) -> Iterator[str]:
    if not key.namespace:
        return
    namespace = cluster.find(
        key._replace(group="", kind="Namespace", namespace="", name=key.namespace)
    )
    if namespace is None:
        yield f'namespaces "{key.namespace}" not found'
        return
    labels = namespace["metadata"].get("labels") or {}
    for pod in pod_specs(manifest):
        yield from _account(cluster, key, pod)
        level = labels.get(ENFORCED, "")
        for violation in violations(level, pod):
            yield f"{violation} (the namespace {key.namespace} enforces {level})"
    yield from exceeded(cluster, key, manifest)


def _account(cluster: "Cluster", key: "Key", pod: PodSpec) -> Iterator[str]:
    """What keeps a pod from being its service account.

    A chart's account is not seen here, as charts are not rendered.
    """
    name = pod.service_account
    account = cluster.find(key._replace(group="", kind="ServiceAccount", name=name))
    if account is None:
        if not any(namespace == key.namespace for namespace, _ in cluster.releases):
            yield (
                f"{pod.path}.serviceAccountName: the namespace {key.namespace} has no service "
                f"account {name}"
            )
        return
    declared = (account["metadata"].get("labels") or {}).get(IDENTITY) == "true"
    if declared and not cluster.has_identity(key.namespace, name):
        yield (
            f"{pod.path}.serviceAccountName: {name} is to call AWS, and EKS has no pod identity "
            f"association of it in the namespace {key.namespace}"
        )


def _wrong_definition(name: str, spec: Mapping[str, Any]) -> Iterator[str]:
    expected = f"{spec['names']['plural']}.{spec['group']}"
    if name != expected:
        yield f"metadata.name: {name} is not {expected}, the plural and the group"
    if sum(bool(each["storage"]) for each in spec["versions"]) != 1:
        yield "spec.versions: exactly one is stored"
    for index, each in enumerate(spec["versions"]):
        if not (each.get("schema") or {}).get("openAPIV3Schema"):
            yield f"spec.versions[{index}].schema.openAPIV3Schema is missing"
