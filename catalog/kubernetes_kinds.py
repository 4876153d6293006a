"""What maslow knows of Kubernetes' kinds: how Pulumi calls them, which of them no namespace has.

Kinds of custom resources are read from `crds/`, a file a group:
`{group, kinds: [{kind, plural, scope, versions: {v1: <openAPIV3Schema>}}], brought_by, source,
version}`. `brought_by` is the chart that installs them, or `auto-mode` for what EKS Auto Mode does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

PREFIX = "kubernetes:"
RELEASE = "kubernetes:helm.sh/v3:Release"
"""A Helm release, the one type of the provider that is no object of Kubernetes' own."""
AUTO_MODE = "auto-mode"
NAMESPACED = "Namespaced"
BUILT_IN = "x-maslow-builtin"
"""Stands in a schema of `crds/` for one of Kubernetes' own definitions, by its name:
`io.k8s.api.core.v1.PodTemplateSpec`."""

CLUSTER_SCOPED = {
    "": "ComponentStatus Namespace Node PersistentVolume",
    "admissionregistration.k8s.io": "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding "
    "MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding "
    "ValidatingWebhookConfiguration",
    "apiextensions.k8s.io": "CustomResourceDefinition",
    "apiregistration.k8s.io": "APIService",
    "certificates.k8s.io": "CertificateSigningRequest ClusterTrustBundle",
    "flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
    "networking.k8s.io": "IPAddress IngressClass ServiceCIDR",
    "node.k8s.io": "RuntimeClass",
    "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding",
    "resource.k8s.io": "DeviceClass DeviceTaintRule ResourceSlice",
    "scheduling.k8s.io": "PriorityClass",
    "storage.k8s.io": "CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass",
    "storagemigration.k8s.io": "StorageVersionMigration",
}
"""By API group, Kubernetes' own kinds that are in no namespace.

https://kubernetes.io/docs/reference/kubernetes-api/
"""


@dataclass(frozen=True)
class CustomKind:
    """A kind that a CustomResourceDefinition adds to a cluster."""

    group: str
    kind: str
    plural: str
    namespaced: bool
    versions: Mapping[str, Mapping[str, Any]]
    """By version, its `openAPIV3Schema`."""
    brought_by: str
    """The chart that installs it, `auto-mode`, or the name of a definition of one's own."""


def is_kubernetes(token: str) -> bool:
    """Whether a type token or a function is of Pulumi's Kubernetes provider."""
    return token.startswith(PREFIX)


def group_of(api_version: str) -> str:
    """The group of an `apiVersion`, empty for the core's."""
    return api_version.rpartition("/")[0]


def is_namespaced(api_version: str, kind: str) -> bool | None:
    """Whether objects of a kind are in a namespace; None for a custom kind that is not known."""
    group = group_of(api_version)
    if (group, kind) in custom_kinds():
        return custom_kinds()[group, kind].namespaced
    if "." in group and not group.endswith(".k8s.io"):
        return None
    return kind not in CLUSTER_SCOPED.get(group, "").split()


@cache
def custom_kinds() -> dict[tuple[str, str], CustomKind]:
    """The kinds of `crds/`, by group and kind."""
    folder = resources.files("catalog") / "crds"
    if not folder.is_dir():
        return {}
    files = sorted((it for it in folder.iterdir() if it.name.endswith(".json")), key=str)
    read = (kinds_in(json.loads(file.read_text(encoding="utf-8"))) for file in files)
    return {(each.group, each.kind): each for kinds in read for each in kinds}


def kinds_in(file: Mapping[str, Any]) -> list[CustomKind]:
    """The kinds that one file of `crds/` tells of."""
    return [
        CustomKind(
            group=file["group"],
            kind=each["kind"],
            plural=each["plural"],
            namespaced=each["scope"] == NAMESPACED,
            versions=each["versions"],
            brought_by=file["brought_by"],
        )
        for each in file["kinds"]
    ]
