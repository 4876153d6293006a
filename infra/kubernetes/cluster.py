"""An environment's cluster: what its settings and EKS call it, and what EKS says of it."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.errors import InputError
from infra.models.place import Place
from infra.naming import Names
from infra.settings import StackFile
from infra.settings.kubernetes.cluster import Kubernetes


def wanted(stack: StackFile) -> Kubernetes:
    """The settings of the cluster. Raises InputError where the stack file asks for none."""
    if stack.platform.kubernetes is None:
        raise InputError(
            f"{stack.environment} has no cluster: its stack file says kubernetes: {{}} for one."
        )
    return stack.platform.kubernetes


def name_of(settings: Kubernetes, names: Names) -> str:
    """The name of the cluster, which may be somebody else's."""
    return settings.existing or names("kubernetes")


def described(place: Place, name: str) -> Mapping[str, Any] | None:
    """What EKS says of a cluster; None where there is none of that name.

    Raises botocore's errors for anything else.
    https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html
    """
    try:
        found: Mapping[str, Any] = place.client("eks").describe_cluster(name=name)["cluster"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
    return found


def public_ranges(found: Mapping[str, Any]) -> list[str]:
    """The ranges of the internet that reach a cluster's API; none where the network alone does."""
    network = found["resourcesVpcConfig"]
    return [*network.get("publicAccessCidrs", [])] if network.get("endpointPublicAccess") else []
