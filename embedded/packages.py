"""The packages of Pulumi whose providers the embedded AWS stands in for."""

from collections.abc import Mapping
from typing import Any, Protocol

from catalog import wire
from catalog.kubernetes_kinds import is_kubernetes
from embedded.kubernetes.clusters import Clusters, target
from embedded.kubernetes.errors import Unreachable
from embedded.kubernetes.lifecycle import Config, KubernetesLifecycle
from embedded.lifecycle import Lifecycle, Manager, Values
from embedded.resources import Resources

AWS = "aws"
KUBERNETES = "kubernetes"
PROVIDERS = "pulumi:providers:"
IDENTITY = "clusterIdentifier"


class Package(Protocol):
    """One package: its provider, in each configuration."""

    name: str
    """As it is in type tokens."""
    sdk: str
    """The Python package whose resources are served."""

    def configured(self, settings: Mapping[str, Any]) -> Manager:
        """What manages the resources of a provider with these settings. Raises Refused."""
        ...

    def replacing(self, olds: Values, news: Values) -> list[str]:
        """The settings whose change makes it another provider, with other resources."""
        ...


class AwsPackage:
    """Everything in AWS."""

    name = AWS
    sdk = "pulumi-aws"

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def configured(self, settings: Mapping[str, Any]) -> Lifecycle:
        """With default tags; the endpoint and the credentials are the embedded AWS's own."""
        tags = wire.structured(settings.get("defaultTags", {})).get("tags", {})
        return Lifecycle(self._resources, tags)

    def replacing(self, olds: Values, news: Values) -> list[str]:
        """A provider of another region is another provider; all else changes in place."""
        return ["region"] if olds.get("region") != news.get("region") else []


class KubernetesPackage:
    """Everything in clusters of EKS."""

    name = KUBERNETES
    sdk = "pulumi-kubernetes"

    def __init__(self, clusters: Clusters) -> None:
        self._clusters = clusters

    def configured(self, settings: Mapping[str, Any]) -> KubernetesLifecycle:
        """For the cluster that the kubeconfig leads to. Raises Refused."""
        return KubernetesLifecycle(self._clusters, Config.of(settings))

    def replacing(self, olds: Values, news: Values) -> list[str]:
        """Another cluster: told by `clusterIdentifier`, or else by the kubeconfig's address.

        https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/provider.go
        """
        if olds.get(IDENTITY) and news.get(IDENTITY):
            return [IDENTITY] if olds[IDENTITY] != news[IDENTITY] else []
        if olds.get("kubeconfig") == news.get("kubeconfig"):
            return []
        return ["kubeconfig"] if _address(olds) != _address(news) else []


def packages_of(resources: Resources) -> dict[str, Package]:
    """The packages that are served over an embedded AWS, by their names."""
    served: list[Package] = [AwsPackage(resources), KubernetesPackage(resources.clusters)]
    return {each.name: each for each in served}


def package_of(token: str) -> str:
    """The name of the package that a resource's type, or a function, is of."""
    return KUBERNETES if is_kubernetes(token) else AWS


def _address(settings: Values) -> str:
    try:
        return target(str(settings.get("kubeconfig") or ""), str(settings.get("context") or ""))[0]
    except Unreachable:
        return ""
