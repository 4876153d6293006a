"""People in a cluster: the group of a persona, and rights that are bound to it.

https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

import pulumi_kubernetes as kubernetes

from components.common.pod_account import RBAC

GROUPS = "maslow:"
"""What the names of personas' groups in Kubernetes begin with."""


def group_of(persona: str) -> str:
    """The group in Kubernetes that people of a persona are in."""
    return f"{GROUPS}{persona}"


def subject_of(persona: str) -> kubernetes.rbac.v1.SubjectArgsDict:
    """Whom a binding of rights names for a persona."""
    return {"api_group": RBAC, "kind": "Group", "name": group_of(persona)}


def forwarding_rules() -> list[kubernetes.rbac.v1.PolicyRuleArgsDict]:
    """The least that `kubectl port-forward service/…` takes.

    It looks the service up, then a pod that the service selects, and asks for a way to that pod.
    They hold for all pods of the namespace and all their ports: no rule can name pods that are
    called anew each time.
    https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/
    """
    return [
        {"api_groups": [""], "resources": ["services"], "verbs": ["get"]},
        {"api_groups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
        {"api_groups": [""], "resources": ["pods/portforward"], "verbs": ["create"]},
    ]
