"""Whatever uses a role waits for the role's policies.

Pulumi creates a resource as soon as what its inputs name exists. A role exists before its policies
do, so that a resource which names it alone is created, or starts to work, without permissions: the
first `up` fails by chance, and a rule of EventBridge loses its first events.

https://www.pulumi.com/docs/iac/concepts/resources/options/dependson/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from infra.graph import Graph, Resource
from policies.finding import Finding, found

GIVING = ("aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
"""What gives a role its permissions; the input `role` of each is the role's name."""
GRANTS = (
    "aws:eks/accessEntry:AccessEntry",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "aws:lakeformation/dataLakeSettings:DataLakeSettings",
    "aws:lakeformation/optIn:OptIn",
    "aws:lakeformation/permissions:Permissions",
)
"""What says by ARN to whom something is granted: it takes no role."""


def role_policies(graph: Graph) -> list[Finding]:
    """Resources that use a role of their graph without waiting for all of its policies.

    An input uses a role when the whole of it is the role's ARN; documents that only mention the
    ARN, as a key's policy does, grants and IAM's own resources do not. To wait is to depend on a
    policy, be it through others. A policy that needs the resource itself cannot be waited for.
    """
    policies = _policies(graph)
    findings = []
    for resource in graph.resources:
        if not resource.custom or resource.type.startswith(("aws:iam/", *GRANTS)):
            continue
        roles = {value.rpartition("/")[2] for value in _texts(resource.inputs) if _is_role(value)}
        wanted = {policy for role in roles for policy in policies.get(role, ())}
        for urn in sorted(wanted - _below(graph.by_urn, resource.urn)):
            if resource.urn not in _below(graph.by_urn, urn):
                policy = graph.by_urn[urn].name
                message = f"uses a role and does not depend on its policy {policy}"
                findings.append(found(__name__, resource, message))
    return findings


def _policies(graph: Graph) -> dict[str, list[str]]:
    """URNs of what gives a role its permissions, by the role's name."""
    policies: dict[str, list[str]] = {}
    for type_ in GIVING:
        for policy in graph.of_type(type_):
            policies.setdefault(policy.inputs["role"], []).append(policy.urn)
    return policies


def _is_role(value: str) -> bool:
    return value.startswith("arn:") and ":role/" in value and " " not in value


def _texts(value: Any) -> Iterator[str]:
    """All strings within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _below(by_urn: Mapping[str, Resource], urn: str) -> set[str]:
    """URNs of all that a resource depends on, directly or through others."""
    below: set[str] = set()
    left = [urn]
    while left:
        for dependency in by_urn[left.pop()].dependencies:
            if dependency in by_urn and dependency not in below:
                below.add(dependency)
                left.append(dependency)
    return below
