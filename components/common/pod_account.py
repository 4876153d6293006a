"""Service accounts of pods: what they do in AWS, and what they may do in their namespace."""

from collections.abc import Mapping
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.common.pod_identity import pod_role

AWS_LABEL = "maslow/aws-identity"
"""The label of a service account that is to call AWS, and is no use without its association."""
RBAC = "rbac.authorization.k8s.io"
"""The group of Kubernetes' kinds about rights."""


class NamespaceArgs(TypedDict):
    """A namespace of a cluster."""

    namespace: pulumi.Input[str]
    """Its name."""
    cluster: pulumi.Input[str]
    """Name of the cluster."""
    cluster_arn: pulumi.Input[str]
    """ARN of the cluster."""


def pod_account(
    name: str,
    args: NamespaceArgs,
    account: str,
    *,
    parent: pulumi.Resource,
    description: str,
    policies: Mapping[str, pulumi.Input[str]],
) -> list[pulumi.Resource]:
    """A service account that calls AWS as a role of its own; what runs as it comes after.

    `policies` are JSON by what their resources' names end in.
    """
    child = pulumi.ResourceOptions(parent=parent)
    role = pod_role(
        name,
        parent=parent,
        description=description,
        cluster_arn=args["cluster_arn"],
        namespace=args["namespace"],
        service_accounts=[account],
    )
    allowed = [
        aws.iam.RolePolicy(f"{name}-{what}", role=role.name, policy=policy, opts=child)
        for what, policy in policies.items()
    ]
    association = aws.eks.PodIdentityAssociation(
        f"{name}-identity",
        cluster_name=args["cluster"],
        namespace=args["namespace"],
        service_account=account,
        role_arn=role.arn,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[*allowed]),
    )
    made = kubernetes.core.v1.ServiceAccount(
        f"{name}-account",
        metadata={
            "name": account,
            "namespace": args["namespace"],
            "labels": {AWS_LABEL: "true"},
        },
        automount_service_account_token=False,
        opts=child,
    )
    return [association, made]


def account_rights(
    name: str,
    namespace: pulumi.Input[str],
    account: str,
    *,
    parent: pulumi.Resource,
    rules: Any,
) -> list[pulumi.Resource]:
    """A role in the namespace for a service account, by the account's name; and its binding.

    https://kubernetes.io/docs/reference/access-authn-authz/rbac/
    """
    called: Any = {"name": account, "namespace": namespace}
    role = kubernetes.rbac.v1.Role(
        f"{name}-role",
        metadata=called,
        rules=rules,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    binding = kubernetes.rbac.v1.RoleBinding(
        f"{name}-binding",
        metadata=called,
        role_ref={"api_group": RBAC, "kind": "Role", "name": account},
        subjects=[{"kind": "ServiceAccount", "name": account, "namespace": namespace}],
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[role]),
    )
    return [role, binding]
