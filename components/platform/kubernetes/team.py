"""A team's namespace: its share of the cluster, its people, and what reaches its pods."""

from typing import Any, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from components.common.pod_account import RBAC
from components.platform.kubernetes.people import subject_of
from components.platform.kubernetes.team_rules import (
    PodSecurity,
    QuotaArgs,
    among_itself,
    deny_by_default,
    egress,
    limit_range,
    namespace_labels,
    quota_of,
)

MAY_WORK = "edit"
"""Kubernetes' own role of who runs things in a namespace and changes none of its rules."""


class KubernetesTeamArgs(TypedDict):
    """What a team's namespace is made of."""

    team: str
    """Name of the team, and of its namespace."""
    quota: QuotaArgs
    """The most that its pods have together."""
    security: PodSecurity
    """What its pods may ask of their node."""
    personas: list[str]
    """Personas that work in it."""


class KubernetesTeam(pulumi.ComponentResource):
    """A namespace with a quota and limits, closed but for what is let in, and who works there."""

    namespace: pulumi.Output[str]
    """Name of the namespace, known once its rules are in force."""

    def __init__(
        self, name: str, args: KubernetesTeamArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:KubernetesTeam", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        space = kubernetes.core.v1.Namespace(
            f"{name}-namespace",
            metadata={
                "name": args["team"],
                "labels": namespace_labels(args["team"], args["security"]),
            },
            opts=child,
        )
        self._namespace = space.metadata.name
        rules: list[pulumi.CustomResource] = [
            kubernetes.core.v1.ResourceQuota(
                f"{name}-quota",
                metadata=self._called("share"),
                spec={"hard": quota_of(args["quota"])},
                opts=child,
            ),
            kubernetes.core.v1.LimitRange(
                f"{name}-limits",
                metadata=self._called("defaults"),
                spec={"limits": limit_range()},
                opts=child,
            ),
        ]
        policies = {
            "deny-by-default": deny_by_default(),
            "among-itself": among_itself(),
            "egress": egress(),
        }
        rules += [
            kubernetes.networking.v1.NetworkPolicy(
                f"{name}-{policy}", metadata=self._called(policy), spec=spec, opts=child
            )
            for policy, spec in policies.items()
        ]
        for persona in args["personas"]:
            kubernetes.rbac.v1.RoleBinding(
                f"{name}-{persona}",
                metadata=self._called(persona),
                role_ref={"api_group": RBAC, "kind": "ClusterRole", "name": MAY_WORK},
                subjects=[subject_of(persona)],
                opts=child,
            )
        self.namespace = pulumi.Output.all(*(rule.id for rule in rules)).apply(
            lambda _: args["team"]
        )
        self.register_outputs({"namespace": self.namespace})

    def _called(self, name: str) -> Any:
        return {"name": name, "namespace": self._namespace}
