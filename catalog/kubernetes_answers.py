"""What Kubernetes would answer to what a plan declares: names, namespaces and ids in their form.

https://www.pulumi.com/registry/packages/kubernetes/
"""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from google.protobuf import struct_pb2

from catalog.kubernetes_kinds import RELEASE, is_namespaced
from catalog.wire import SIGNATURE, Lazy

DEFAULT_NAMESPACE = "default"
SUFFIX_LENGTH = 8
"""Digits that Pulumi's Kubernetes provider adds to a logical name, after a dash."""


def add_outputs(
    token: str, logical: str, urn: str, struct: struct_pb2.Struct, namespace: str
) -> str:
    """Add the computed outputs of an object or a release to `struct`, which holds its inputs.

    `namespace` is the provider's own, where one is set. Returns the resource's id.
    """
    inputs = Lazy(struct)
    id_, added = outputs(token, logical, urn, inputs, namespace)
    metadata = added.pop("metadata", {})
    there = struct.fields["metadata"].struct_value if metadata else struct_pb2.Struct()
    if SIGNATURE not in there.fields:  # a secret as a whole stays as it is
        there.update({key: value for key, value in metadata.items() if key not in there.fields})
    struct.update({key: value for key, value in added.items() if key not in struct.fields})
    return id_


def outputs(
    token: str, logical: str, urn: str, inputs: Mapping[str, Any], namespace: str = ""
) -> tuple[str, dict[str, Any]]:
    """The id of a resource, and what is computed of it: of an object, its `metadata`.

    A name that is not given is the logical one with a dash and eight hexadecimal digits, one value
    for each URN. An id is `namespace/name`, or the name of what is in no namespace.
    """
    namespace = namespace or DEFAULT_NAMESPACE
    if token == RELEASE:
        return _release(logical, urn, inputs, namespace)
    metadata = inputs.get("metadata") or {}
    name = metadata.get("name") or f"{logical}-{_digits(urn)[:SUFFIX_LENGTH]}"
    namespaced = is_namespaced(str(inputs.get("apiVersion", "")), str(inputs.get("kind", "")))
    if namespaced is None:
        namespaced = bool(metadata.get("namespace"))
    if not namespaced:
        return name, {"metadata": {"name": name, "uid": _uid(urn)}}
    namespace = metadata.get("namespace") or namespace
    return f"{namespace}/{name}", {
        "metadata": {"name": name, "namespace": namespace, "uid": _uid(urn)}
    }


def _release(
    logical: str, urn: str, inputs: Mapping[str, Any], namespace: str
) -> tuple[str, dict[str, Any]]:
    name = inputs.get("name") or f"{logical}-{_digits(urn)[:SUFFIX_LENGTH]}"
    namespace = inputs.get("namespace") or namespace
    return f"{namespace}/{name}", {
        "name": name,
        "namespace": namespace,
        "resourceNames": {},
        "status": release_status(name, namespace, inputs),
    }


def release_status(name: str, namespace: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a release that was deployed, as far as that is known without its chart."""
    return {
        "name": name,
        "namespace": namespace,
        "chart": str(inputs.get("chart", "")),
        "version": str(inputs.get("version", "")),
        "revision": 1,
        "status": "deployed",
    }


def _digits(urn: str) -> str:
    return hashlib.sha256(urn.encode()).hexdigest()


def _uid(urn: str) -> str:
    return str(UUID(_digits(urn)[:32]))
