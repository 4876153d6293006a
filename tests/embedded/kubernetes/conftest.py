"""A cluster without a cloud: what EKS says of it is plain data."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded import workplace
from embedded.kubernetes.clusters import Clusters
from embedded.kubernetes.lifecycle import Config, KubernetesLifecycle

ADDRESS = "https://A1.gr7.eu-west-1.eks.amazonaws.com"


class Eks:
    """Answers as EKS of one cluster, whose parts a test may change."""

    region = "eu-west-1"

    def __init__(self) -> None:
        self.clusters: dict[str, dict[str, Any]] = {
            "ml": {
                "name": "ml",
                "arn": "arn:aws:eks:eu-west-1:123456789012:cluster/ml",
                "createdAt": "2026-11-28",
                "status": "ACTIVE",
                "version": "1.36",
                "endpoint": ADDRESS,
                "computeConfig": {"enabled": True, "nodePools": ["general-purpose"]},
            }
        }
        self.associations: set[tuple[str, str]] = set()

    def client(self, service: str) -> "Eks":
        assert service == "eks"
        return self

    def list_clusters(self) -> dict[str, Any]:
        return {"clusters": [*self.clusters]}

    def describe_cluster(self, name: str) -> dict[str, Any]:
        if name not in self.clusters:
            error = {"Error": {"Code": "ResourceNotFoundException", "Message": "none"}}
            raise ClientError(error, "DescribeCluster")
        return {"cluster": self.clusters[name]}

    def list_pod_identity_associations(
        self,
        clusterName: str,  # noqa: N803
        namespace: str,
        serviceAccount: str,  # noqa: N803
    ) -> dict[str, Any]:
        found = (namespace, serviceAccount) in self.associations
        return {"associations": [{"clusterName": clusterName}] if found else []}


def kubeconfig(server: str = ADDRESS, name: str = "ml") -> str:
    args = ["eks", "get-token", "--cluster-name", name, "--region", "eu-west-1"]
    user = {"exec": {"command": "aws", "args": args}}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "main",
            "contexts": [{"name": "main", "context": {"cluster": "main", "user": "main"}}],
            "clusters": [{"name": "main", "cluster": {"server": server}}],
            "users": [{"name": "main", "user": user}],
        }
    )


class Hand:
    """Does to a cluster what a program asks for, as both hosts do."""

    def __init__(self, eks: Eks) -> None:
        self.eks = eks
        self.clusters = Clusters(eks)
        self.config: dict[str, Any] = {"kubeconfig": kubeconfig()}

    @property
    def lifecycle(self) -> KubernetesLifecycle:
        return KubernetesLifecycle(self.clusters, Config.of(self.config))

    def create(self, manifest: dict[str, Any], name: str = "it") -> tuple[str, dict[str, Any]]:
        type_ = type_of(manifest)
        inputs = self.lifecycle.check(type_, name, manifest, {}, b"seed")
        return self.lifecycle.create(type_, name, inputs)

    def release(self, chart: str, **inputs: Any) -> tuple[str, dict[str, Any]]:
        type_ = "kubernetes:helm.sh/v3:Release"
        checked = self.lifecycle.check(type_, "it", {"chart": chart, **inputs}, {}, b"seed")
        return self.lifecycle.create(type_, "it", checked)


def type_of(manifest: dict[str, Any]) -> str:
    api_version = manifest["apiVersion"]
    module = api_version if "/" in api_version else f"core/{api_version}"
    return f"kubernetes:{module}:{manifest['kind']}"


@pytest.fixture
def hand() -> Iterator[Hand]:
    yield Hand(Eks())
    workplace.remove()
