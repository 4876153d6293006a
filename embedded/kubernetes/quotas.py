"""Holds the pods of a namespace against its quotas, with as many of each as its object asks for.

https://kubernetes.io/docs/concepts/policy/resource-quotas/
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from catalog.kubernetes_kinds import group_of
from embedded.kubernetes.pods import amount, pod_specs, requested

if TYPE_CHECKING:
    from embedded.kubernetes.cluster import Cluster, Key

PODS = "pods"
COUNTED_BY = {
    ("apps", "Deployment"): "replicas",
    ("apps", "StatefulSet"): "replicas",
    ("apps", "ReplicaSet"): "replicas",
    ("batch", "Job"): "parallelism",
    ("", "Pod"): "",
}
"""By group and kind, the field of its spec that says how many pods it has at once."""
SHORT = {"cpu": "requests.cpu", "memory": "requests.memory"}
ASKED_OF_EACH = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
"""What every container must say where a quota is of it."""


def exceeded(cluster: "Cluster", key: "Key", manifest: Mapping[str, Any]) -> Iterator[str]:
    """What a namespace's quotas leave no room for, one sentence each.

    A quota that has scopes is not reckoned.
    """
    wanted = _used(manifest)
    if not wanted:
        return
    for quota in cluster.of_kind("", "ResourceQuota", key.namespace):
        spec = quota.get("spec") or {}
        if spec.get("scopes") or spec.get("scopeSelector"):
            continue
        used = Counter(wanted)
        for other in cluster.within(key.namespace):
            if (group_of(other["apiVersion"]), other["kind"], other["metadata"]["name"]) != (
                key.group,
                key.kind,
                key.name,
            ):
                used.update(_used(other))
        name = quota["metadata"]["name"]
        for what, quantity in (spec.get("hard") or {}).items():
            told = SHORT.get(what, what)
            most = (amount(quantity) or 0) * 1000
            if told in ASKED_OF_EACH and not wanted[told]:
                yield f"the quota {name} is of {what}, and the pods do not say theirs"
            elif wanted[told] and used[told] > most:
                yield (
                    f"the quota {name} has {quantity} of {what}, and "
                    f"{_shown(used[told])} would be in use"
                )


def _used(manifest: Mapping[str, Any]) -> Counter[str]:
    """What the pods of an object ask for together, in thousandths."""
    kind = (group_of(manifest["apiVersion"]), manifest["kind"])
    if kind not in COUNTED_BY:
        return Counter()
    spec = manifest.get("spec") or {}
    count = spec.get(COUNTED_BY[kind], 1) if COUNTED_BY[kind] else 1
    used: Counter[str] = Counter({PODS: 1000 * count})
    for pod in pod_specs(manifest):
        for what, thousandths in requested(pod).items():
            used[what] += thousandths * count
    return used


def _shown(thousandths: int) -> str:
    return f"{thousandths / 1000:,g}"
