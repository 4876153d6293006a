"""The pods that objects ask for: where their specs are, and what an API server checks of them.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from embedded.kubernetes.schema_mistakes import path_of

Steps = tuple[str | int, ...]

CONTAINERS = ("initContainers", "containers")
RESTARTS = {
    "Deployment": {"Always"},
    "ReplicaSet": {"Always"},
    "DaemonSet": {"Always"},
    "StatefulSet": {"Always"},
    "Job": {"OnFailure", "Never"},
    "CronJob": {"OnFailure", "Never"},
}
"""By kind, how its pods may restart; `Always` is what a pod does that does not say."""
SELECTING = ("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet")
QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(m|k|[MGTPE]|[KMGTPE]i|[eE][+-]?\d+|[nu])?")
UNITS = {"n": "1e-9", "u": "1e-6", "m": "1e-3", "k": "1e3"} | {
    letter: f"1e{3 * power}" for power, letter in enumerate("MGTPE", 2)
}


@dataclass(frozen=True)
class PodSpec:
    """One pod's spec in an object."""

    path: str
    """Where it is: `spec.template.spec`."""
    spec: Mapping[str, Any]

    @property
    def service_account(self) -> str:
        """The account that its containers are."""
        return str(self.spec.get("serviceAccountName") or "default")

    def containers(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each container with its path, those that run first included."""
        for key in (*CONTAINERS, "ephemeralContainers"):
            for index, container in enumerate(self.spec.get(key) or ()):
                yield f"{self.path}.{key}[{index}]", container


def pod_specs(manifest: Mapping[str, Any]) -> list[PodSpec]:
    """The specs of the pods that an object asks for, of a custom kind as well."""
    return [PodSpec(path_of(steps), spec) for steps, spec in _found(manifest, ())]


def wrong_pods(manifest: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the pods of an object beyond their schema, one sentence each."""
    kind, spec = manifest["kind"], manifest.get("spec") or {}
    if kind in SELECTING:
        yield from _unselected(spec)
    for pod in pod_specs(manifest):
        restarts = str(pod.spec.get("restartPolicy") or "Always")
        if restarts not in RESTARTS.get(kind, {restarts}):
            allowed = " or ".join(sorted(RESTARTS[kind]))
            yield f"{pod.path}.restartPolicy: {restarts} is not for a {kind}: {allowed}"
        yield from _wrong_pod(pod)


def amount(quantity: str | float) -> Decimal | None:
    """A quantity such as `500m` or `2Gi` as a number, None for what is none.

    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
    """
    match = QUANTITY.fullmatch(str(quantity))
    if not match:
        return None
    number, unit = Decimal(match[1]), match[2] or ""
    if unit.endswith("i"):
        return number * Decimal(1024) ** " KMGTPE".index(unit[0])
    if unit[:1] in {"e", "E"} and len(unit) > 1:
        return number * Decimal(f"1{unit}")
    return number * Decimal(UNITS.get(unit, "1"))


def requested(pod: PodSpec) -> Counter[str]:
    """What a pod's containers ask for while they run, in thousandths, by the quota's names."""
    total: Counter[str] = Counter()
    for container in pod.spec.get("containers") or ():
        resources = container.get("resources") or {}
        limits = resources.get("limits") or {}
        requests = {**limits, **(resources.get("requests") or {})}
        for part, values in (("requests", requests), ("limits", limits)):
            for name, quantity in values.items():
                total[f"{part}.{name}"] += int((amount(quantity) or 0) * 1000)
    return total


def _found(value: Any, steps: Steps) -> Iterator[tuple[Steps, Mapping[str, Any]]]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _found(each, (*steps, index))
    elif isinstance(value, Mapping):
        containers = value.get("containers")
        if isinstance(containers, list) and all(isinstance(it, Mapping) for it in containers):
            yield steps, value
            return
        for key, each in value.items():
            yield from _found(each, (*steps, key))


def _unselected(spec: Mapping[str, Any]) -> Iterator[str]:
    wanted = (spec.get("selector") or {}).get("matchLabels") or {}
    template = spec.get("template") or {}
    labels = (template.get("metadata") or {}).get("labels") or {}
    for key, value in wanted.items():
        if labels.get(key) != value:
            yield (
                f"spec.template.metadata.labels: the selector asks for {key}: {value}, which these "
                "labels do not have"
            )


def _wrong_pod(pod: PodSpec) -> Iterator[str]:
    volumes = {volume.get("name") for volume in pod.spec.get("volumes") or ()}
    names = Counter(container.get("name") for _, container in pod.containers())
    for name in sorted(str(name) for name, count in names.items() if count > 1):
        yield f"{pod.path}: two containers are named {name}"
    for path, container in pod.containers():
        for mount in container.get("volumeMounts") or ():
            if mount.get("name") not in volumes:
                yield f"{path}.volumeMounts: the pod has no volume {mount.get('name')}"
        yield from _wrong_resources(path, container.get("resources") or {})


def _wrong_resources(path: str, resources: Mapping[str, Any]) -> Iterator[str]:
    limits, requests = resources.get("limits") or {}, resources.get("requests") or {}
    for part, values in (("limits", limits), ("requests", requests)):
        for name, quantity in values.items():
            if amount(quantity) is None:
                yield f"{path}.resources.{part}.{name}: {quantity} is no quantity"
    for name in requests.keys() & limits.keys():
        asked, most = amount(requests[name]), amount(limits[name])
        if asked is not None and most is not None and asked > most:
            yield (
                f"{path}.resources.requests.{name}: {requests[name]} is more than the limit "
                f"{limits[name]}"
            )
