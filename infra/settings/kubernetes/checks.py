"""What of the cluster must fit the rest of a stack file, and the day."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from catalog.kubernetes_versions import (
    Support,
    UnknownVersion,
    default_version,
    offered,
    version_of,
)
from catalog.node_types import node_types
from infra.settings.cross_stack import mapping
from infra.settings.kubernetes.add_ons import check_add_ons
from infra.settings.kubernetes.jenkins import check_jenkins
from infra.settings.kubernetes.pools import resource_of
from infra.settings.mistakes import Mistake, Path, shown

Values = Mapping[str, Any]
AT: Path = ("kubernetes",)
RESERVED = ("default", "maslow")
"""Names of namespaces that are not a team's, beside those with what follows."""
RESERVED_HEADS = ("kube-", "eks-", "amazon-")
ADMINISTRATORS = ("platform-engineer", "break-glass")
RESOURCES = {"gpus": "GPU", "neuron": "Neuron"}


def check_kubernetes(values: Values) -> Iterator[Mistake]:
    """Yield what EKS would refuse, what no node can give, and what nobody could enter."""
    kubernetes = mapping(values.get("kubernetes"))
    if "kubernetes" not in values:
        return
    yield from _reachable(mapping(values.get("network")))
    yield from _version(kubernetes, today())
    yield from _administrators(kubernetes, values)
    yield from _teams(kubernetes, values)
    yield from _zones(kubernetes, mapping(values.get("network")))
    yield from check_add_ons(kubernetes, AT)
    yield from check_jenkins(values, AT)


def today() -> date:
    """The day, in UTC, which tells what EKS still has."""
    return datetime.now(UTC).date()


def _reachable(network: Values) -> Iterator[Mistake]:
    """A network without a way out: neither images nor what deploys come in."""
    internet = mapping(network.get("vpc")).get("internet", False) if "vpc" in network else True
    if network.get("egress") == "none" or not internet:
        yield Mistake(
            AT,
            "without egress, the images of add-ons are not reached; and the delivery, which has to "
            "be in the network to reach the cluster, loads nothing.",
            "Give the network egress: single or per-zone (or vpc: {internet: true} to one that is "
            "there), or do without a cluster.",
        )


def _version(kubernetes: Values, day: date) -> Iterator[Mistake]:
    """A version out of support, or in extended support that nobody asked for."""
    version = kubernetes.get("version", default_version())
    try:
        known = version_of(version)
    except (UnknownVersion, TypeError):
        return
    support = known.support(day)
    newest = f'Choose "{offered(day)[0]}", the newest.'
    if support is Support.ENDED:
        yield Mistake(
            (*AT, "version"), f"EKS ended Kubernetes {version} on {known.extended_ends}.", newest
        )
    elif support is Support.EXTENDED and kubernetes.get("support", "standard") == "standard":
        yield Mistake(
            (*AT, "version"),
            f"standard support of Kubernetes {version} ended on {known.standard_ends}.",
            f"{newest} Or pay six times as much until {known.extended_ends}: support: extended.",
        )


def _administrators(kubernetes: Values, values: Values) -> Iterator[Mistake]:
    """A cluster that nobody but a delivery could enter."""
    personas = mapping(mapping(values.get("access")).get("personas"))
    if kubernetes.get("existing") or kubernetes.get("administrators"):
        return
    if not any(each in personas for each in ADMINISTRATORS) and values.get("cloud") != "embedded":
        yield Mistake(
            (*AT, "administrators"),
            "nobody could enter the cluster but the delivery.",
            "Name whoever brings it up, as arn:aws:iam::111111111111:role/admin, or let people in "
            f"under access.personas as {' or '.join(ADMINISTRATORS)}.",
        )


def _teams(kubernetes: Values, values: Values) -> Iterator[Mistake]:
    """Names that are Kubernetes' own, shares that no pool can give, personas that nobody is."""
    pools = mapping(kubernetes.get("pools"))
    there = {"GPU": False, "Neuron": False}
    for pool in pools.values():
        for each in mapping(pool).get("instances") or ():
            if isinstance(each, str) and each in node_types() and (kind := resource_of(each)):
                there[kind] = True
    personas = mapping(mapping(values.get("access")).get("personas"))
    for name, told in mapping(kubernetes.get("teams")).items():
        team, at = mapping(told), (*AT, "teams", name)
        if name in RESERVED or str(name).startswith(RESERVED_HEADS):
            yield Mistake(
                at,
                f"{shown(name)} is a namespace of Kubernetes' or of the platform's own.",
                "Call the team otherwise.",
            )
        for key, kind in RESOURCES.items():
            if team.get(key) and not there[kind]:
                yield Mistake(
                    (*at, key),
                    f"no pool has {kind}s." if kind == "GPU" else "no pool has Neuron's chips.",
                    "Add one under kubernetes.pools, such as "
                    + (
                        "gpu: {instances: [g6.2xlarge]}."
                        if kind == "GPU"
                        else "neuron: {instances: [inf2.xlarge]}."
                    ),
                )
        wanted = team.get("personas")
        for place, persona in enumerate(wanted if isinstance(wanted, list) else []):
            if personas and isinstance(persona, str) and persona not in personas:
                yield Mistake(
                    (*at, "personas", place),
                    f"nobody can sign in as {persona}.",
                    f"Name it under access.personas, where there is {', '.join(personas)}.",
                )


def _zones(kubernetes: Values, network: Values) -> Iterator[Mistake]:
    """Zones of a pool that the network is not in, where it names its own."""
    named = network.get("zones")
    if not isinstance(named, list):
        return
    for name, pool in mapping(kubernetes.get("pools")).items():
        zones = mapping(pool).get("zones")
        for place, zone in enumerate(zones if isinstance(zones, list) else []):
            if zone not in named:
                yield Mistake(
                    (*AT, "pools", name, "zones", place),
                    f"the network is not in {zone}.",
                    f"It is in {', '.join(map(str, named))}.",
                )
