"""Fields that cannot change in place: which a change of replaces, and which are refused.

What replaces is told by Pulumi's provider, which knows of less than an API server refuses:
https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from catalog.kubernetes_kinds import group_of

How = Literal["added", "removed", "updated"]

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""A key that a path needs no brackets for."""

NAMED = ("metadata.name", "metadata.namespace")
SELECTED = ("spec.selector",)
CONTENT = ("data", "stringData", "binaryData", "type")
REPLACING: dict[tuple[str, str], tuple[str, ...]] = {
    ("apps", "DaemonSet"): SELECTED,
    ("apps", "Deployment"): SELECTED,
    ("apps", "StatefulSet"): (
        *SELECTED,
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ),
    ("batch", "Job"): (*SELECTED, "spec.completions", "spec.parallelism", "spec.template"),
    ("policy", "PodDisruptionBudget"): ("spec",),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("roleRef",),
    ("rbac.authorization.k8s.io", "RoleBinding"): ("roleRef",),
    ("storage.k8s.io", "StorageClass"): ("parameters", "provisioner"),
    ("", "PersistentVolumeClaim"): (
        *SELECTED,
        "spec.accessModes",
        "spec.storageClassName",
        "spec.volumeName",
    ),
    ("", "Pod"): ("spec",),
    ("", "ResourceQuota"): ("spec.scopes",),
    ("", "Service"): ("spec.clusterIP",),
}
"""By group and kind, the fields of which a change replaces the object."""

REFUSED: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("apps", "StatefulSet"): (
        ("spec",),
        (
            "spec.replicas",
            "spec.ordinals",
            "spec.template",
            "spec.updateStrategy",
            "spec.revisionHistoryLimit",
            "spec.persistentVolumeClaimRetentionPolicy",
            "spec.minReadySeconds",
        ),
    ),
    ("batch", "Job"): (("spec.completionMode", "spec.podFailurePolicy", "spec.managedBy"), ()),
    ("", "PersistentVolumeClaim"): (
        ("spec",),
        ("spec.resources.requests", "spec.volumeAttributesClassName"),
    ),
    ("scheduling.k8s.io", "PriorityClass"): (("value", "preemptionPolicy"), ()),
    ("storage.k8s.io", "StorageClass"): (("reclaimPolicy", "volumeBindingMode"), ()),
    ("node.k8s.io", "RuntimeClass"): (("handler",), ()),
    ("networking.k8s.io", "IngressClass"): (("spec.controller",), ()),
    # By KServe's own webhook, once its controller has seen the object.
    ("serving.kserve.io", "InferenceService"): (
        ('metadata.annotations["serving.kserve.io/deploymentMode"]',),
        (),
    ),
}
"""By group and kind, the fields that an API server lets no one change, and those among them that it
does."""


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, How]:
    """What differs between two objects: paths as Pulumi writes them, each with how it changed.

    Lists are compared as a whole.
    """
    return dict(sorted(_changed(old, new, "")))


def replacing(
    new: Mapping[str, Any], paths: Iterable[str], *, maps_change: bool, secrets_change: bool
) -> list[str]:
    """Those of the paths of changes that replace an object.

    `maps_change` and `secrets_change` tell of the provider's settings by which the content of a
    ConfigMap or a Secret that is not immutable changes in place.
    """
    group, kind = group_of(str(new.get("apiVersion", ""))), str(new.get("kind", ""))
    fixed = NAMED + REPLACING.get((group, kind), ())
    in_place = {"ConfigMap": maps_change, "Secret": secrets_change}
    if not group and kind in in_place and (new.get("immutable") or not in_place[kind]):
        fixed += CONTENT
    elif (group, kind) == ("", "Secret"):
        fixed += ("type",)
    return [path for path in paths if any(_touches(path, each) for each in fixed)]


def refused(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """What an API server would not change in place, one sentence each."""
    group, kind = group_of(str(new["apiVersion"])), str(new["kind"])
    fixed, free = REFUSED.get((group, kind), ((), ()))
    if not group and kind in {"ConfigMap", "Secret"} and old.get("immutable"):
        fixed = (*CONTENT, "immutable")
    for path in changes(old, new):
        if any(_touches(path, each) for each in fixed) and not any(
            _touches(path, each) for each in free
        ):
            yield f"{path} cannot be changed: make a {kind} of another name"


def _changed(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str
) -> Iterator[tuple[str, How]]:
    for key in old.keys() | new.keys():
        step = f".{key}" if PLAIN.fullmatch(key) else f'["{key}"]'
        where = f"{path}{step}".removeprefix(".")
        if key not in old:
            yield where, "added"
        elif key not in new:
            yield where, "removed"
        elif isinstance(old[key], Mapping) and isinstance(new[key], Mapping):
            yield from _changed(old[key], new[key], where)
        elif old[key] != new[key]:
            yield where, "updated"


def _touches(path: str, fixed: str) -> bool:
    """Whether a change at one path is a change of what is at another."""
    return (
        path == fixed or path.startswith((f"{fixed}.", f"{fixed}[")) or fixed.startswith(f"{path}.")
    )
