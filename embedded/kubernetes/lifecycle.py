"""What Pulumi's engine expects of its Kubernetes provider, over the embedded Kubernetes.

It answers as the provider does with server-side apply, which is its default:
https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Self

from catalog.kubernetes_answers import SUFFIX_LENGTH
from catalog.kubernetes_kinds import PREFIX, RELEASE, group_of, is_namespaced
from catalog.wire import is_unknown, structured
from embedded.kubernetes import releases
from embedded.kubernetes.cluster import Cluster, Key, Manifest
from embedded.kubernetes.clusters import Clusters
from embedded.kubernetes.errors import NotTaken, Unreachable
from embedded.kubernetes.fixed_fields import changes, replacing
from embedded.kubernetes.manifests import without_server_fields
from embedded.lifecycle import Change, Refused, Values

AUTONAMED = "pulumi.com/autonamed"
NOT_SUPPORTED = {
    "helm.sh/v3": "install the chart by kubernetes.helm.v3.Release",
    "helm.sh/v4": "install the chart by kubernetes.helm.v3.Release",
    "kustomize": "declare what it would make",
    "yaml": "declare what it holds",
}
"""What only a real cluster's provider takes apart, by the beginning of its module; what to do."""


@dataclass(frozen=True)
class Config:
    """The settings of one provider that matter here.

    https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/
    """

    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""
    delete_unreachable: bool = False
    skip_update_unreachable: bool = False
    maps_change: bool = False
    secrets_change: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """The settings as the SDK sends them. Raises Refused for what is not supported here."""
        if settings.get("renderYamlToDirectory"):
            raise Refused(
                "renderYamlToDirectory: the embedded Kubernetes writes all objects to its folder"
            )
        return cls(
            kubeconfig=str(settings.get("kubeconfig") or ""),
            context=str(settings.get("context") or ""),
            namespace=str(settings.get("namespace") or ""),
            delete_unreachable=_flag(settings, "deleteUnreachable"),
            skip_update_unreachable=_flag(settings, "skipUpdateUnreachable"),
            maps_change=_flag(settings, "enableConfigMapMutable"),
            secrets_change=_flag(settings, "enableSecretMutable"),
        )


class KubernetesLifecycle:
    """Check, diff, create, read, update and delete, for one configured provider."""

    def __init__(self, clusters: Clusters, config: Config) -> None:
        self._clusters = clusters
        self._config = config

    def check(self, type_: str, name: str, news: Values, olds: Values, seed: bytes) -> Values:
        """The inputs, completed by a name and the provider's namespace.

        A name that was made up before is kept. Objects without unknown values are held against
        their schemas as soon as the cluster is there. Raises Refused.
        """
        with _readable(type_, name):
            _require_supported(type_)
            cluster = self._cluster_if_there()
            if cluster is None and olds and self._config.skip_update_unreachable:
                return olds
            made_up = f"{name}-{hashlib.sha256(seed + b'/' + name.encode()).hexdigest()}"
            made_up = made_up[: len(name) + 1 + SUFFIX_LENGTH]
            if type_ == RELEASE:
                return self._checked_release(news, olds, made_up)
            checked = self._checked(news, olds, made_up)
            if cluster and not is_unknown(checked):
                _require_valid(cluster, checked)
            return checked

    def diff(self, type_: str, olds: Values, news: Values, _state: Values) -> Change:
        """What differs between two checked inputs."""
        changed = changes(olds, news)
        if type_ == RELEASE:
            replaced = [path for path in changed if path in {"name", "namespace"}]
            same_name = False
        else:
            replaced = replacing(
                news,
                changed,
                maps_change=self._config.maps_change,
                secrets_change=self._config.secrets_change,
            )
            same_name = not _is_autonamed(news) and _named(olds) == _named(news)
        return Change(
            added=tuple(path for path, how in changed.items() if how == "added"),
            removed=tuple(path for path, how in changed.items() if how == "removed"),
            updated=tuple(path for path, how in changed.items() if how == "updated"),
            replaces=tuple(replaced),
            delete_first=bool(replaced) and same_name,
        )

    def create(self, type_: str, name: str, inputs: Values) -> tuple[str, Values]:
        """Create an object or a release; its id and its state. Raises Refused."""
        with _readable(type_, name):
            cluster = self._cluster()
            if type_ == RELEASE:
                return releases.install(cluster, inputs)
            key, there = cluster.create(inputs)
            return key.id, {**inputs, **there}

    def read(self, type_: str, name: str, id_: str, inputs: Values) -> Values | None:
        """The state of an object or a release, None where there is none of that id.

        Of a cluster that is not there, the provider's settings tell what to do. Raises Refused.
        """
        with _readable(type_, name):
            cluster = self._cluster_if_there()
            if cluster is None and self._config.delete_unreachable:
                return None
            if cluster is None and self._config.skip_update_unreachable:
                return inputs
            return self._read(type_, id_)

    def adopt(self, type_: str, name: str, id_: str) -> tuple[Values, Values]:
        """The inputs and the state of an object or a release that someone made. Raises Refused."""
        with _readable(type_, name):
            there = self._read(type_, id_)
        if there is None:
            raise Refused(f"{type_} {name}: there is none of the id {id_} to import")
        if type_ == RELEASE:
            computed = {"status", "resourceNames"}
            return {key: it for key, it in there.items() if key not in computed}, there
        return without_server_fields(there), there

    def update(
        self, type_: str, name: str, _id: str, _olds: Values, news: Values, state: Values
    ) -> Values:
        """Change an object or a release in place; its new state. Raises Refused."""
        with _readable(type_, name):
            cluster = self._cluster_if_there()
            if cluster is None and self._config.skip_update_unreachable:
                return state
            cluster = cluster or self._cluster()
            if type_ == RELEASE:
                return releases.upgrade(cluster, news)
            return {**news, **cluster.update(news)}

    def foreseen(self, _type: str, olds: Values, news: Values, state: Values) -> Values:
        """The new inputs, beside what the cluster computed."""
        return {**{key: value for key, value in state.items() if key not in olds}, **news}

    def delete(self, type_: str, name: str, id_: str, _state: Values) -> None:
        """Delete an object or a release. Raises Refused."""
        with _readable(type_, name):
            cluster = self._cluster_if_there()
            if cluster is None and type_ != RELEASE and self._config.delete_unreachable:
                return
            cluster = cluster or self._cluster()
            if type_ == RELEASE:
                releases.uninstall(cluster, id_)
            else:
                cluster.delete(_key(type_, id_))

    def invoke(self, token: str, _args: Values) -> Values:
        """Raise Refused: the provider's functions read files and charts of their own."""
        _require_supported(token)
        raise Refused(f"{token}: the embedded Kubernetes has no functions")

    def _cluster(self) -> Cluster:
        """The cluster. Raises Unreachable."""
        if not self._config.kubeconfig:
            raise Unreachable("the provider has no kubeconfig")
        return self._clusters.reach(self._config.kubeconfig, self._config.context)

    def _cluster_if_there(self) -> Cluster | None:
        try:
            return self._cluster()
        except Unreachable:
            return None

    def _read(self, type_: str, id_: str) -> Values | None:
        cluster = self._cluster()
        return releases.find(cluster, id_) if type_ == RELEASE else cluster.find(_key(type_, id_))

    def _checked(self, news: Values, olds: Values, made_up: str) -> Values:
        checked = deepcopy(news)
        metadata = checked.setdefault("metadata", {})
        if not metadata.get("name") and not metadata.get("generateName"):
            old_name = (olds.get("metadata") or {}).get("name") if _is_autonamed(olds) else None
            metadata["name"] = old_name or made_up
            metadata["annotations"] = {**(metadata.get("annotations") or {}), AUTONAMED: "true"}
        if self._config.namespace and not metadata.get("namespace"):
            kind = str(checked.get("apiVersion", "")), str(checked.get("kind", ""))
            if is_namespaced(*kind) is not False:
                metadata["namespace"] = self._config.namespace
        return checked

    def _checked_release(self, news: Values, olds: Values, made_up: str) -> Values:
        checked = {"name": olds.get("name") or made_up, **news}
        if self._config.namespace:
            checked = {"namespace": self._config.namespace, **checked}
        if not is_unknown(checked) and (faults := [*releases.wrong(checked)]):
            raise NotTaken("; ".join(faults))
        return checked


def _require_valid(cluster: Cluster, manifest: Manifest) -> None:
    """Raise NotTaken for what breaks its schema; a custom kind may come with the same update."""
    try:
        faults = cluster.wrong(manifest)
    except NotTaken:
        return
    if faults:
        raise NotTaken("; ".join(faults))


def _require_supported(type_: str) -> None:
    """Raise Refused for what is no object of its own. `type_` is a type's or a function's token."""
    module, _, kind = type_.removeprefix(PREFIX).rpartition(":")
    if type_ == RELEASE:
        return
    for start, instead in NOT_SUPPORTED.items():
        if module.startswith(start):
            raise Refused(f"{type_}: not supported by the embedded Kubernetes, {instead}")
    if kind.endswith("Patch"):
        raise Refused(
            f"{type_}: not supported by the embedded Kubernetes, declare the whole object"
        )
    if kind.endswith("List"):
        raise Refused(f"{type_}: not supported by the embedded Kubernetes, declare each object")


def _key(type_: str, id_: str) -> Key:
    """What an object is found by, of its type and its id."""
    module, _, kind = type_.removeprefix(PREFIX).rpartition(":")
    group = group_of(module).removeprefix("core")
    namespace, _, name = id_.rpartition("/")
    return Key(group, kind, namespace, name)


def _named(values: Values) -> tuple[Any, Any]:
    metadata = values.get("metadata") or {}
    return metadata.get("name"), metadata.get("namespace")


def _is_autonamed(values: Values) -> bool:
    annotations = (values.get("metadata") or {}).get("annotations") or {}
    return annotations.get(AUTONAMED) == "true"


def _flag(settings: Mapping[str, Any], key: str) -> bool:
    """A switch of the provider, which the SDK sends as JSON text."""
    return bool(structured(settings.get(key) or "false"))


@contextmanager
def _readable(type_: str, name: str) -> Iterator[None]:
    """Name the resource in what the cluster does not take."""
    try:
        yield
    except Unreachable as error:
        raise Refused(
            f"{type_} {name}: configured Kubernetes cluster is unreachable: {error}"
        ) from error
    except NotTaken as error:
        raise Refused(f"{type_} {name}: {error}") from error
