"""How objects, labels and annotations may be named.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
SUBDOMAIN = re.compile(rf"{LABEL.pattern}(\.{LABEL.pattern})*")
SERVICE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
LABEL_LENGTH = 63
SUBDOMAIN_LENGTH = 253
SHORTER = {"CronJob": 52, "Job": LABEL_LENGTH, "Namespace": LABEL_LENGTH, "Service": LABEL_LENGTH}
"""By kind, the most characters of a name that must fit into what is made of it."""
RBAC = "rbac.authorization.k8s.io"
"""Its names are any text that can be a part of a path."""


def wrong_names(group: str, kind: str, metadata: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with an object's name, labels and annotations, one sentence each."""
    name = str(metadata.get("name", ""))
    if fault := _name_fault(group, kind, name):
        yield f"metadata.name: {name} {fault}"
    for key, value in (metadata.get("labels") or {}).items():
        if not _is_key(key):
            yield f"metadata.labels: {key} is no key of a label"
        if value and (len(value) > LABEL_LENGTH or not QUALIFIED.fullmatch(value)):
            yield (
                f"metadata.labels.{key}: {value} is no value of a label: at most {LABEL_LENGTH} "
                "letters, digits, dashes, dots and underscores, from a letter or digit to another"
            )
    for key in metadata.get("annotations") or {}:
        if not _is_key(key.lower()):
            yield f"metadata.annotations: {key} is no key of an annotation"


def _name_fault(group: str, kind: str, name: str) -> str:
    if not name:
        return "is empty"
    if group == RBAC:
        return "" if name not in {".", ".."} and not {*"/%"} & {*name} else "has / or % in it"
    form, what = SUBDOMAIN, "a DNS subdomain: lower-case letters, digits, dashes and dots"
    if kind == "Namespace" and not group:
        form, what = LABEL, "a DNS label: lower-case letters, digits and dashes"
    if kind == "Service" and not group:
        form, what = SERVICE, "a DNS label that begins with a letter"
    longest = SUBDOMAIN_LENGTH
    if not group or group == "batch":
        longest = SHORTER.get(kind, longest)
    if len(name) > longest:
        return f"has {len(name)} characters, and {longest} are the most for a {kind}"
    return "" if form.fullmatch(name) else f"is not {what}"


def _is_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > SUBDOMAIN_LENGTH or not SUBDOMAIN.fullmatch(prefix)):
        return False
    return len(name) <= LABEL_LENGTH and bool(QUALIFIED.fullmatch(name))
