"""What the parts of EKS share: clusters and what belongs to them, roles, and names that EKS makes.

https://docs.aws.amazon.com/eks/latest/APIReference/
"""

import json
import secrets
import string
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from moto.eks.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.eks.models import CLUSTER_NOT_FOUND_MSG, Cluster, EKSBackend
from moto.eks.responses import EKSResponse
from moto.iam.models import Role, iam_backends

Values = dict[str, Any]

ASSUME, TAG_SESSION = "sts:AssumeRole", "sts:TagSession"
SHORT_ID = string.ascii_lowercase + string.digits
SHORT_ID_LENGTH = 17


def asked_of(self: EKSResponse) -> Values:
    """The members of a request, by their names in EKS's model."""
    return {name: value for name, value in self.params.items() if value is not None}


def cluster_of(self: EKSResponse, name: str | None = None) -> Cluster:
    """The cluster that a request names. Raises ResourceNotFoundException."""
    wanted = name or self._get_param("clusterName") or self._get_param("name")
    return named(self.eks_backend, wanted)


def named(backend: EKSBackend, name: str) -> Cluster:
    """A cluster by its name. Raises ResourceNotFoundException."""
    if name not in backend.clusters:
        message = CLUSTER_NOT_FOUND_MSG.format(clusterName=name)
        raise ResourceNotFoundException(clusterName=name, message=message)
    return backend.clusters[name]


def part(cluster: Cluster, name: str) -> dict[str, Any]:
    """What belongs to a cluster and goes with it, such as its access entries, by their keys."""
    kept: dict[str, Any] = vars(cluster).setdefault(name, {})
    return kept


def arn_of(cluster: Cluster, what: str) -> str:
    """The ARN of what belongs to a cluster: `what` is its kind, then what follows the cluster."""
    kind, _, rest = what.partition("/")
    return cluster.arn.replace(":cluster/", f":{kind}/", 1) + f"/{rest}"


def short_id() -> str:
    """Letters and digits, as in the id of a pod identity association."""
    return "".join(secrets.choice(SHORT_ID) for _ in range(SHORT_ID_LENGTH))


def account_of(arn: str) -> str:
    """The account that an ARN names."""
    return arn.split(":")[4]


def require_role(self: EKSResponse, arn: str, principal: str = "", *actions: str) -> Role | None:
    """A role that is there and lets a service do what it needs with it; None of another account.

    Raises InvalidParameterException.
    """
    if account_of(arn) != self.current_account:
        return None
    roles = iam_backends[self.current_account][self.eks_backend.partition].roles.values()
    role = next((each for each in roles if each.arn == arn), None)
    if role is None:
        raise InvalidParameterException(message=f"The role {arn} does not exist.")
    granted = set(_granted(json.loads(role.assume_role_policy_document), principal))
    for action in actions:
        if not any(fnmatchcase(action.lower(), each.lower()) for each in granted):
            raise InvalidParameterException(
                message=f"The trust policy of {arn} does not allow {action} to {principal}."
            )
    return role


def _granted(trust: Mapping[str, Any], principal: str) -> Iterator[str]:
    """The actions that a trust policy allows to a service."""
    for statement in _listed(trust["Statement"]):
        named = statement.get("Principal", {})
        services = _listed(named.get("Service", [])) if isinstance(named, dict) else []
        if statement["Effect"] == "Allow" and principal in services:
            yield from _listed(statement.get("Action", []))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
