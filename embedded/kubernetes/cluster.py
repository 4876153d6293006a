"""One cluster: the objects and releases that stand in it, and what may be done to them."""

import base64
import threading
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from catalog.kubernetes_kinds import AUTO_MODE, CustomKind, custom_kinds, group_of, is_namespaced
from embedded.kubernetes import schemas
from embedded.kubernetes.errors import NotTaken
from embedded.kubernetes.fixed_fields import refused
from embedded.kubernetes.manifests import Folder, without_server_fields

Manifest = dict[str, Any]

NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
"""Those that a cluster comes with, and keeps."""
SUFFIX_LENGTH = 5
"""Characters that an API server adds to a `generateName`."""


class Key(NamedTuple):
    """What one object is found by."""

    group: str
    kind: str
    namespace: str
    """Empty for what is in no namespace."""
    name: str

    @property
    def id(self) -> str:
        """The id that Pulumi's provider gives it."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def words(self) -> str:
        """The object as people call it."""
        where = f" in the namespace {self.namespace}" if self.namespace else ""
        return f"{self.kind} {self.name}{where}"


@dataclass(frozen=True)
class Release:
    """What Helm installed."""

    inputs: Manifest
    revision: int = 1

    @property
    def chart(self) -> str:
        """The chart's name, be it given with the address of its registry."""
        return str(self.inputs.get("chart", "")).rstrip("/").rpartition("/")[2]


@dataclass(frozen=True)
class Setup:
    """What EKS says of a cluster."""

    name: str
    version: str
    """Of Kubernetes, such as `1.36`."""
    auto_mode: bool
    pools: tuple[str, ...]
    """The node pools that Auto Mode made."""


class Cluster:
    """Keeps the objects of one cluster.

    `has_identity` tells whether EKS gives a service account, by namespace and name, a role.
    """

    def __init__(
        self, setup: Setup, folder: Folder, has_identity: Callable[[str, str], bool]
    ) -> None:
        self.setup = setup
        self.has_identity = has_identity
        self.releases: dict[tuple[str, str], Release] = {}
        """By namespace and name."""
        self._folder = folder
        self._objects: dict[Key, Manifest] = {}
        self._changing = threading.RLock()
        self._revision = 0
        for namespace in NAMESPACES:
            self._keep_namespace({"apiVersion": "v1", "kind": "Namespace"}, namespace)
        for group, kind, name in _of_auto_mode(setup):
            made = {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": name}}
            self._keep(Key(group, kind, "", name), made)

    def kind(self, api_version: str, kind: str) -> CustomKind | None:
        """The custom kind, None for one of Kubernetes' own.

        Raises NotTaken, as `kubectl` words it, for a kind that the cluster does not have.
        """
        if schemas.built_in(self.setup.version, api_version, kind):
            return None
        group, _, version = api_version.rpartition("/")
        for each in self._custom_kinds():
            if (each.group, each.kind) == (group, kind) and version in each.versions:
                return each
        known = custom_kinds().get((group, kind))
        hint = ""
        if known and known.brought_by == AUTO_MODE:
            hint = ": EKS Auto Mode brings it, which is off"
        elif known:
            hint = f": the chart {known.brought_by} brings it, of which no release stands here"
        raise NotTaken(f'no matches for kind "{kind}" in version "{api_version}"{hint}')

    def key(self, manifest: Mapping[str, Any]) -> Key:
        """What an object is found by; without a namespace, it is in `default`.

        Raises NotTaken for a kind that is not there, and for a namespace where there can be none.
        """
        api_version, kind = str(manifest["apiVersion"]), str(manifest["kind"])
        custom = self.kind(api_version, kind)
        namespaced = custom.namespaced if custom else is_namespaced(api_version, kind)
        metadata = manifest.get("metadata") or {}
        namespace = str(metadata.get("namespace") or "")
        if namespace and not namespaced:
            raise NotTaken(f"metadata.namespace: a {kind} is in no namespace")
        name = str(metadata.get("name") or "")
        place = (namespace or "default") if namespaced else ""
        return Key(group_of(api_version), kind, place, name)

    def wrong(self, manifest: Mapping[str, Any]) -> list[str]:
        """What is wrong with an object by its schema, one sentence each. Raises NotTaken."""
        custom = self.kind(str(manifest["apiVersion"]), str(manifest["kind"]))
        if custom:
            return [*schemas.check_custom(self.setup.version, custom, manifest)]
        return [*schemas.check_built_in(self.setup.version, manifest)]

    def find(self, key: Key) -> Manifest | None:
        """An object as it stands, None where there is none."""
        with self._changing:
            return deepcopy(self._objects.get(key))

    def of_kind(self, group: str, kind: str, namespace: str = "") -> list[Manifest]:
        """The objects of a kind, in one namespace or in none."""
        with self._changing:
            return [
                deepcopy(it)
                for key, it in self._objects.items()
                if key[:3] == (group, kind, namespace)
            ]

    def within(self, namespace: str) -> list[Manifest]:
        """All objects of a namespace."""
        with self._changing:
            return [deepcopy(it) for key, it in self._objects.items() if key.namespace == namespace]

    def create(self, manifest: Manifest) -> tuple[Key, Manifest]:
        """Keep a new object; what it is found by, and what stands. Raises NotTaken."""
        from embedded.kubernetes.admission import admit

        metadata = manifest.get("metadata") or {}
        if not metadata.get("name") and metadata.get("generateName"):
            name = metadata["generateName"] + uuid4().hex[:SUFFIX_LENGTH]
            manifest = {**manifest, "metadata": {**metadata, "name": name}}
        with self._changing:
            key = self.key(manifest)
            if key in self._objects:
                raise NotTaken(f"{key.words} already exists")
            admit(self, key, manifest)
            if key[:2] == ("", "Namespace"):
                return key, self._keep_namespace(manifest, key.name, write=True)
            return key, self._keep(key, manifest, write=True)

    def update(self, manifest: Manifest) -> Manifest:
        """Put an object in the place of the one of its name; what stands. Raises NotTaken."""
        from embedded.kubernetes.admission import admit

        with self._changing:
            key = self.key(manifest)
            old = self._objects.get(key)
            if old is None:
                raise NotTaken(f"{key.words} not found")
            admit(self, key, manifest)
            if faults := [*refused(without_server_fields(old), without_server_fields(manifest))]:
                raise NotTaken("; ".join(faults))
            return self._keep(key, manifest, old, write=True)

    def delete(self, key: Key) -> None:
        """Delete an object, and what is in a namespace or of a definition's kind with it.

        One that is gone already is as good. Raises NotTaken for a namespace that must stay.
        """
        with self._changing:
            old = self._objects.pop(key, None)
            if old is None:
                return
            if key[:2] == ("", "Namespace"):
                if key.name in NAMESPACES:
                    self._objects[key] = old
                    raise NotTaken(f"the namespace {key.name} may not be deleted")
                self._drop(lambda each: each.namespace == key.name)
                for place in [each for each in self.releases if each[0] == key.name]:
                    del self.releases[place]
            elif schemas.is_definition(old):
                gone = schemas.served_by(old)
                self._drop(lambda each: each[:2] == (gone.group, gone.kind))
            self._folder.remove(old)

    def _drop(self, gone: Callable[[Key], bool]) -> None:
        for key in [key for key in self._objects if gone(key)]:
            self._folder.remove(self._objects.pop(key))

    def _custom_kinds(self) -> Iterator[CustomKind]:
        installed = [*self.releases.values()]
        charts = {each.chart for each in installed if not each.inputs.get("skipCrds")}
        there = charts | ({AUTO_MODE} if self.setup.auto_mode else set())
        yield from (each for each in custom_kinds().values() if each.brought_by in there)
        for manifest in [*self._objects.values()]:
            if schemas.is_definition(manifest):
                yield schemas.served_by(manifest)

    def _keep_namespace(self, manifest: Manifest, name: str, *, write: bool = False) -> Manifest:
        """Keep a namespace with the service account that each has."""
        metadata = manifest.get("metadata") or {}
        labels = {**(metadata.get("labels") or {}), "kubernetes.io/metadata.name": name}
        whole = {**manifest, "metadata": {**metadata, "name": name, "labels": labels}}
        account = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": name},
        }
        self._keep(Key("", "ServiceAccount", name, "default"), account)
        return self._keep(Key("", "Namespace", "", name), whole, write=write)

    def _keep(
        self, key: Key, manifest: Manifest, old: Manifest | None = None, *, write: bool = False
    ) -> Manifest:
        self._revision += 1
        before = (old or {}).get("metadata", {})
        changed = old is None or old.get("spec") != manifest.get("spec")
        metadata = {
            **(manifest.get("metadata") or {}),
            "name": key.name,
            **({"namespace": key.namespace} if key.namespace else {}),
            "uid": before.get("uid") or str(uuid4()),
            "resourceVersion": str(self._revision),
            "creationTimestamp": before.get("creationTimestamp") or _now(),
            "generation": before.get("generation", 0) + changed,
        }
        kept = _with_encoded_texts({**deepcopy(manifest), "metadata": metadata})
        self._objects[key] = kept
        if write:
            self._folder.write(kept)
        return deepcopy(kept)


def _of_auto_mode(setup: Setup) -> Iterator[tuple[str, str, str]]:
    """The group, the kind and the name of what Auto Mode makes in a cluster with pools."""
    if setup.pools:
        yield "eks.amazonaws.com", "NodeClass", "default"
        for pool in setup.pools:
            yield "karpenter.sh", "NodePool", pool


def _with_encoded_texts(manifest: Manifest) -> Manifest:
    """A secret's `stringData` in its `data`, as a cluster keeps it."""
    if manifest["kind"] != "Secret" or not manifest.get("stringData"):
        return manifest
    texts = manifest["stringData"].items()
    encoded = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts}
    return {**manifest, "data": {**(manifest.get("data") or {}), **encoded}}


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
