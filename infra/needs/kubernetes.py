"""The part of need 3 that is an EKS cluster: its nodes, its teams, and who comes in.

It imports pulumi_kubernetes, most of a second, and so is imported where there is a cluster alone.
"""

from collections.abc import Mapping
from typing import get_args

import pulumi
import pulumi_kubernetes as kubernetes

from catalog.images import registry_host
from components.foundation.keys.key import DataClass
from components.platform.kubernetes.access_entry import May
from components.platform.kubernetes.cluster import (
    ClusterArgs,
    EntryArgs,
    KubernetesCluster,
    Support,
)
from components.platform.kubernetes.cluster_defaults import ClusterDefaults, ClusterDefaultsArgs
from components.platform.kubernetes.existing_cluster import ExistingCluster
from components.platform.kubernetes.nodes import Accelerator, NodePool, NodePoolArgs
from components.platform.kubernetes.people import group_of
from components.platform.kubernetes.team import KubernetesTeam
from components.platform.kubernetes.team_rules import PodSecurity
from infra.environment import Environment
from infra.needs.kubernetes_add_ons import Place, declare_add_ons
from infra.needs.kubernetes_jenkins import declare_agents, pipeline_values
from infra.needs.kubernetes_sharing import KUEUE, declare_sharing, quotas
from infra.needs.model_context import training_image
from infra.needs.need import Need
from infra.needs.outputs import Cluster, DevOps, Foundation
from infra.needs.tags import NEED
from infra.settings import PlatformSettings
from infra.settings.kubernetes.cluster import Kubernetes
from infra.settings.kubernetes.jenkins import ADD_ON as JENKINS
from infra.settings.kubernetes.pools import Pool
from infra.settings.kubernetes.teams import Worker

NAME_LIMIT = 40
"""Leaves room for what a component adds to its own name within IAM's 64 characters for a role."""
MAY = {
    "platform-engineer": May.EVERYTHING,
    "break-glass": May.EVERYTHING,
    "reviewer": May.LOOK_AT_WORK,
    "auditor": May.LOOK_AT_WORK,
}
"""Personas who may do the same in the whole cluster; the others work in namespaces of teams."""


def declare_kubernetes(
    wanted: Kubernetes,
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    devops: DevOps,
    people: Mapping[str, pulumi.Output[str]],
    need: Need,
) -> Cluster:
    """Declare the cluster that is wanted and what is in it, and tell of it.

    `people` are the ARNs of the personas' roles, by persona.
    """
    cluster = _cluster(wanted, env, foundation, devops, people, need)
    provider = _provider(cluster, need)
    inside = pulumi.ResourceOptions(parent=need, providers=[provider])
    defaults = _defaults(wanted, env, foundation, cluster, inside)
    for name, pool in wanted.pools.items():
        _pool(name, pool, env, defaults.node_class, inside)
    namespaces = _teams(wanted, env, people, inside)
    exported = {"cluster": cluster.name, "arn": cluster.arn, "namespaces": namespaces}
    ready: dict[str, list[pulumi.Resource]] = {}
    queue: pulumi.Output[str] | None = None
    if wanted.add_ons:
        more = {JENKINS: pipeline_values(settings, env, devops)} if wanted.jenkins else {}
        images = _registries(settings, env)
        place = Place(
            wanted, env, foundation, cluster, people, inside, need, [defaults], images, more
        )
        made = declare_add_ons(place)
        if wanted.jenkins:
            after = made[JENKINS].ready
            declare_agents(wanted.jenkins, env, cluster, devops, inside, after)
        exported["add_ons"] = {key: add_on.releases for key, add_on in made.items()}
        ready = {key: add_on.ready for key, add_on in made.items()}
        if KUEUE in made and namespaces:
            sharing = declare_sharing(wanted, env, namespaces, inside, made[KUEUE].ready)
            exported["queue"] = queue = sharing.queue
    pulumi.export("kubernetes", exported)
    return Cluster(
        name=cluster.name,
        arn=cluster.arn,
        provider=provider,
        owned=wanted.existing is None,
        namespaces=namespaces,
        add_ons=ready,
        queue=queue,
    )


def _registries(settings: PlatformSettings, env: Environment) -> pulumi.Output[list[str]]:
    """Hosts of the registries that images of models come from, wherever these are trained.

    They are those of the accounts that build images, AWS's own, and whatever models name.
    """
    named = [each.image for each in settings.models if each.image]

    def hosts(account: str, training_image: str) -> list[str]:
        accounts = [each for each in (account, env.promotion.origin_account) if each]
        images = [training_image, *named]
        return sorted(
            {registry_host(each, env.region) for each in accounts}
            | {each.partition("/")[0] for each in images}
        )

    return pulumi.Output.all(env.account_id, training_image(env)).apply(lambda known: hosts(*known))


def _cluster(
    wanted: Kubernetes,
    env: Environment,
    foundation: Foundation,
    devops: DevOps,
    people: Mapping[str, pulumi.Output[str]],
    need: Need,
) -> KubernetesCluster | ExistingCluster:
    name = env.names("kubernetes", limit=NAME_LIMIT)
    if wanted.existing:
        return env.component(ExistingCluster)(
            name,
            {
                "cluster_name": wanted.existing,
                "account_id": env.account_id,
                "region": env.region,
            },
            need.child_options(),
        )
    network = foundation.network
    args: ClusterArgs = {
        "cluster_name": env.names("kubernetes"),
        "version": wanted.version,
        "support": Support(wanted.support.upper()),
        "subnet_ids": network.private_subnet_ids,
        "security_group_id": network.workload_security_group_id,
        "key_arn": foundation.keys[DataClass.DATA].arn,
        "entries": _entries(wanted, devops, people),
        "people": {
            persona: arn.apply(lambda arn: arn.rpartition("/")[2])
            for persona, arn in people.items()
        },
        "durability": env.durability,
        "account_id": env.account_id,
        "region": env.region,
        "log_key_arn": foundation.keys[DataClass.LOGS].arn,
        "log_retention_days": env.log_retention_days,
    }
    if wanted.endpoint:
        args["public_cidrs"] = [*wanted.endpoint.public]
    return env.component(KubernetesCluster)(name, args, need.child_options())


def _entries(
    wanted: Kubernetes, devops: DevOps, people: Mapping[str, pulumi.Output[str]]
) -> dict[str, EntryArgs]:
    """Who comes in: what deploys and previews, people by their persona, and named administrators.

    A preview looks, and so does a person who reviews or audits.
    """
    entries: dict[str, EntryArgs] = {
        **{
            f"deploys-{by}": EntryArgs(principal_arn=arn, may=May.EVERYTHING)
            for by, arn in devops.deploy_role_arns.items()
        },
        **{
            f"previews-{by}": EntryArgs(principal_arn=arn, may=May.LOOK_AT_WORK)
            for by, arn in devops.preview_role_arns.items()
        },
    }
    for arn in wanted.administrators:
        account, _, who = arn.split(":", 4)[4].partition(":")
        entry: EntryArgs = {"principal_arn": arn, "may": May.EVERYTHING}
        entries[f"{account}-{who.rpartition('/')[2]}"] = entry
    for persona, role_arn in people.items():
        if persona in MAY:
            entries[persona] = {"principal_arn": role_arn, "may": MAY[persona]}
        elif persona in get_args(Worker):
            entries[persona] = {"principal_arn": role_arn, "groups": [group_of(persona)]}
    return entries


def _provider(cluster: KubernetesCluster | ExistingCluster, need: Need) -> kubernetes.Provider:
    """The provider of all that is in the cluster.

    A cluster that is away blocks neither a preview nor a destroy. Previews are worked out on this
    side, for a server's dry run would take the right to write.

    https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/
    """
    return kubernetes.Provider(
        "kubernetes",
        kubeconfig=cluster.kubeconfig,
        cluster_identifier=cluster.arn,
        delete_unreachable=True,
        skip_update_unreachable=True,
        enable_server_side_apply=False,
        opts=pulumi.ResourceOptions(parent=need),
    )


def _defaults(
    wanted: Kubernetes,
    env: Environment,
    foundation: Foundation,
    cluster: KubernetesCluster | ExistingCluster,
    inside: pulumi.ResourceOptions,
) -> ClusterDefaults:
    """Declare what every workload finds there."""
    args: ClusterDefaultsArgs = {
        "node_role_name": cluster.node_role_name,
        "subnet_ids": foundation.network.private_subnet_ids,
        "security_group_id": foundation.network.workload_security_group_id,
        "key_arn": foundation.keys[DataClass.DATA].arn,
        "disk_gb": wanted.disk_gb,
        "tags": {**env.tags, NEED: "platform"},
        "durability": env.durability,
    }
    if wanted.certificate:
        args["certificate_arn"] = wanted.certificate
    name = env.names("kubernetes", "defaults", limit=NAME_LIMIT)
    return env.component(ClusterDefaults)(name, args, inside)


def _pool(
    name: str,
    pool: Pool,
    env: Environment,
    node_class: pulumi.Output[str],
    inside: pulumi.ResourceOptions,
) -> None:
    largest = pool.largest
    args: NodePoolArgs = {
        "pool": name,
        "instances": [*pool.instances],
        "accelerator": Accelerator[pool.resource.upper() or "NONE"],
        "arm": pool.arm,
        "spot": pool.spot,
        "limits": {
            "vcpus": pool.max * largest.vcpus,
            "memory_gib": int(pool.max * largest.memory_gib),
            "accelerators": pool.max * largest.accelerators,
        },
        "expire_hours": pool.expire_hours,
        "drain_hours": pool.drain_hours,
        "node_class": node_class,
    }
    if pool.zones:
        args["zones"] = [*pool.zones]
    env.component(NodePool)(env.names("kubernetes", "pool", name), args, inside)


def _teams(
    wanted: Kubernetes,
    env: Environment,
    people: Mapping[str, pulumi.Output[str]],
    inside: pulumi.ResourceOptions,
) -> dict[str, pulumi.Output[str]]:
    """Declare the namespace of each team; their names by team."""
    most = quotas(wanted)
    namespaces: dict[str, pulumi.Output[str]] = {}
    for name, team in wanted.teams.items():
        made = env.component(KubernetesTeam)(
            env.names("kubernetes", "team", name),
            {
                "team": name,
                "quota": most[name],
                "security": PodSecurity(team.pod_security),
                "personas": team.workers(people),
            },
            inside,
        )
        namespaces[name] = made.namespace
    return namespaces
