"""Fair sharing of a cluster among its teams, where Kueue is in it."""

from collections.abc import Mapping, Sequence

import pulumi

from components.platform.kubernetes.fair_share import FairShare, most_with_borrowing
from components.platform.kubernetes.nodes import Accelerator
from components.platform.kubernetes.team_rules import QuotaArgs
from infra.environment import Environment
from infra.settings.kubernetes.cluster import Kubernetes
from infra.settings.kubernetes.teams import KubernetesTeam

KUEUE = "kueue"
"""The add-on by which teams lend one another what they leave of their shares."""


def shares(wanted: Kubernetes) -> dict[str, QuotaArgs]:
    """The share of each team, by its name."""
    return {name: _share(team) for name, team in wanted.teams.items()}


def quotas(wanted: Kubernetes) -> dict[str, QuotaArgs]:
    """The most that the namespace of each team may have: its share, or all where they are lent."""
    own = shares(wanted)
    if KUEUE not in wanted.add_ons:
        return own
    return {name: most_with_borrowing(quota, [*own.values()]) for name, quota in own.items()}


def declare_sharing(
    wanted: Kubernetes,
    env: Environment,
    namespaces: Mapping[str, pulumi.Input[str]],
    inside: pulumi.ResourceOptions,
    after: Sequence[pulumi.Resource],
) -> FairShare:
    """Declare the queues of teams, once `after`, which are Kueue's releases, is there."""
    return env.component(FairShare)(
        env.names("kubernetes", "sharing", limit=40),
        {
            "shares": shares(wanted),
            "namespaces": namespaces,
            "accelerators": [
                Accelerator[pool.resource.upper()]
                for pool in wanted.pools.values()
                if pool.resource
            ],
        },
        pulumi.ResourceOptions.merge(inside, pulumi.ResourceOptions(depends_on=[*after])),
    )


def _share(team: KubernetesTeam) -> QuotaArgs:
    return {
        "vcpus": team.vcpus,
        "memory_gib": team.memory_gib,
        "gpus": team.gpus,
        "neuron": team.neuron,
        "storage_gib": team.storage_gib,
    }
