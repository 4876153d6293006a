"""The clusters that a kubeconfig can reach: those that the embedded AWS's EKS has, while active."""

import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from botocore.exceptions import ClientError

from catalog.kubernetes_kinds import RELEASE
from embedded import workplace
from embedded.kubernetes.cluster import Cluster, Setup
from embedded.kubernetes.errors import Unreachable
from embedded.kubernetes.manifests import Folder

if TYPE_CHECKING:
    from embedded.calls import Clients

ACTIVE = "ACTIVE"
NAME_OPTION = "--cluster-name"


class Clusters:
    """The clusters of one embedded AWS."""

    def __init__(self, cloud: "Clients") -> None:
        self._cloud = cloud
        self._clusters: dict[str, Cluster] = {}
        """By ARN and the time at which EKS made them."""
        self._changing = threading.Lock()
        self.folder: Path | None = None
        """Where all objects are written, a folder a cluster; None before the first."""

    @property
    def not_emulated(self) -> Counter[str]:
        """Releases, whose values were validated and whose charts were not rendered."""
        clusters = [*self._clusters.values()]
        return +Counter({RELEASE: sum(len(cluster.releases) for cluster in clusters)})

    def reach(self, kubeconfig: str, context: str = "") -> Cluster:
        """The cluster that a kubeconfig's text leads to, by `context` or its current one.

        Raises Unreachable where EKS has no such cluster that is active.
        """
        server, name = target(kubeconfig, context)
        described = self._described(server, name)
        if described["status"] != ACTIVE:
            raise Unreachable(f"the cluster {described['name']} is {described['status']}")
        mark = f"{described['arn']} {described['createdAt']}"
        with self._changing:
            if mark not in self._clusters:
                self._clusters[mark] = self._new(described)
            return self._clusters[mark]

    def _described(self, server: str, name: str) -> Mapping[str, Any]:
        """What EKS says of the cluster at an address, for whose name a token is."""
        eks = self._cloud.client("eks")
        for each in [name] if name else eks.list_clusters()["clusters"]:
            try:
                described: Mapping[str, Any] = eks.describe_cluster(name=each)["cluster"]
            except ClientError as error:
                if error.response["Error"]["Code"] != "ResourceNotFoundException":
                    raise
                raise Unreachable(f"EKS has no cluster {name}") from error
            if described.get("endpoint") == server:
                return described
        whose = f"the cluster {name} is not at {server}" if name else f"no cluster is at {server}"
        raise Unreachable(whose)

    def _new(self, described: Mapping[str, Any]) -> Cluster:
        name = described["name"]
        self.folder = workplace.lasting("kubernetes")
        compute = described.get("computeConfig") or {}
        auto_mode = bool(compute.get("enabled"))
        setup = Setup(
            name=name,
            version=described["version"],
            auto_mode=auto_mode,
            pools=tuple(compute.get("nodePools") or ()) if auto_mode else (),
        )

        def has_identity(namespace: str, service_account: str) -> bool:
            found = self._cloud.client("eks").list_pod_identity_associations(
                clusterName=name, namespace=namespace, serviceAccount=service_account
            )
            return bool(found["associations"])

        return Cluster(setup, Folder(self.folder / name), has_identity)


def target(kubeconfig: str, context: str = "") -> tuple[str, str]:
    """The address that a kubeconfig leads to, and the cluster that its token is for, if it says so.

    Raises Unreachable for a text that leads nowhere.
    https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
    """
    try:
        read = yaml.safe_load(kubeconfig)  # of which JSON is a part
        chosen = _named(read["contexts"], context or read["current-context"])["context"]
        server = _named(read["clusters"], chosen["cluster"])["cluster"]["server"]
        user = _named(read["users"], chosen["user"])["user"]
    except (yaml.YAMLError, LookupError, TypeError, StopIteration) as error:
        raise Unreachable(
            "the kubeconfig names no cluster and user of a current context"
        ) from error
    args = (user.get("exec") or {}).get("args") or []
    name = args[args.index(NAME_OPTION) + 1] if NAME_OPTION in args[:-1] else ""
    return str(server), str(name)


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(entry for entry in entries if entry["name"] == name)
