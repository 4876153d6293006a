"""Helm releases: checked and kept, and not rendered, as no chart is at hand.

https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from catalog.kubernetes_answers import DEFAULT_NAMESPACE, release_status
from embedded.kubernetes import schemas
from embedded.kubernetes.cluster import Cluster, Key, Manifest, Release
from embedded.kubernetes.errors import NotTaken
from embedded.kubernetes.names import SUBDOMAIN

NAME_LENGTH = 53
"""Helm's own limit: what a chart makes of the name must fit into a label."""
NOT_STATE = ("compat", "valueYamlFiles")
"""Inputs that a release's state does not hold."""


def wrong(inputs: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a release by itself, one sentence each."""
    name, chart = str(inputs.get("name", "")), Release(dict(inputs)).chart
    if not chart:
        yield "chart is missing"
    if len(name) > NAME_LENGTH or not SUBDOMAIN.fullmatch(name):
        yield (
            f"name: {name} is no name of a release: at most {NAME_LENGTH} lower-case letters, "
            "digits and dashes"
        )
    if inputs.get("valueYamlFiles"):
        yield "valueYamlFiles: not supported here, give the values"
    if schema := schema_of(chart):
        yield from (
            f"values.{it}" for it in schemas.check_values(schema, inputs.get("values") or {})
        )


def install(cluster: Cluster, inputs: Manifest) -> tuple[str, Manifest]:
    """Keep a new release; its id and its state. Raises NotTaken."""
    name, namespace = str(inputs["name"]), place_of(inputs)
    if (namespace, name) in cluster.releases:
        raise NotTaken(f"a release {name} is in the namespace {namespace} already")
    _require(inputs)
    if cluster.find(Key("", "Namespace", "", namespace)) is None:
        if not inputs.get("createNamespace"):
            raise NotTaken(f'namespaces "{namespace}" not found')
        metadata = {"name": namespace}
        cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    release = cluster.releases[namespace, name] = Release(inputs)
    return f"{namespace}/{name}", state(release)


def upgrade(cluster: Cluster, inputs: Manifest) -> Manifest:
    """Put a release in the place of the one of its name; its state. Raises NotTaken."""
    place = place_of(inputs), str(inputs["name"])
    if place not in cluster.releases:
        raise NotTaken(f"there is no release {place[1]} in the namespace {place[0]}")
    _require(inputs)
    release = cluster.releases[place] = Release(inputs, cluster.releases[place].revision + 1)
    return state(release)


def find(cluster: Cluster, id_: str) -> Manifest | None:
    """The state of a release by its id, None where there is none."""
    namespace, _, name = id_.rpartition("/")
    release = cluster.releases.get((namespace or DEFAULT_NAMESPACE, name))
    return state(release) if release else None


def uninstall(cluster: Cluster, id_: str) -> None:
    """Forget a release; its namespace stays, as Helm leaves it."""
    namespace, _, name = id_.rpartition("/")
    cluster.releases.pop((namespace or DEFAULT_NAMESPACE, name), None)


def state(release: Release) -> Manifest:
    """What is told of a release."""
    inputs, namespace = release.inputs, place_of(release.inputs)
    kept = {key: value for key, value in inputs.items() if key not in NOT_STATE}
    status = release_status(str(inputs["name"]), namespace, inputs)
    return {
        **kept,
        "namespace": namespace,
        "resourceNames": {},
        "status": {**status, "revision": release.revision},
    }


def place_of(inputs: Mapping[str, Any]) -> str:
    """The namespace of a release."""
    return str(inputs.get("namespace") or DEFAULT_NAMESPACE)


def _require(inputs: Mapping[str, Any]) -> None:
    if faults := [*wrong(inputs)]:
        raise NotTaken("; ".join(faults))


@cache
def schema_of(chart: str) -> dict[str, Any] | None:
    """The schema of a chart's values, None where it has none or it is not at hand."""
    file = resources.files("catalog") / "chart_schemas" / f"{chart}.json"
    if not chart or not file.is_file():
        return None
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read
