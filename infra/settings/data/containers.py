"""Jobs that EMR runs in a team's namespace on Kubernetes: `engine: emr-on-eks`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.hardware import Hardware
from catalog.node_types import node_types
from components.data.jobs.container_size import WORKER_GIB, WORKER_VCPU
from infra.settings.cross_stack import entries, mapping
from infra.settings.data.clusters import STEPS
from infra.settings.kubernetes.pools import resource_of
from infra.settings.mistakes import Mistake, Path, did_you_mean

EKS = "emr-on-eks"
"""The engine whose runs are pods in a team's namespace."""
FIRST_RELEASE = (7, 3, 0)
"""The first release of EMR whose pods have their role by Pod Identity.

https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/setting-up-enable-IAM.html
"""
RELEASE = re.compile(r"emr-(\d+)\.(\d+)\.(\d+)")
Values = Mapping[str, Any]


def check_containers(values: Values) -> Iterator[Mistake]:
    """Yield jobs whose namespace is not there, is too small for them, or lets them not in."""
    found = False
    for index, job in enumerate(entries(values.get("jobs"))):
        at: Path = ("jobs", index)
        if job.get("engine") == EKS:
            found = True
            yield from _place(job, values, at)
        elif job.get("team") is not None:
            yield Mistake(
                (*at, "team"),
                f"only jobs with engine: {EKS} run in a team's namespace.",
                f"Leave it out, or choose engine: {EKS}.",
            )
    release = mapping(values.get("spark")).get("release")
    version = RELEASE.fullmatch(release) if isinstance(release, str) else None
    if found and version and tuple(map(int, version.groups())) < FIRST_RELEASE:
        yield Mistake(
            ("spark", "release"),
            f"pods of {release} have no role by EKS Pod Identity.",
            "Choose emr-7.3.0 or later for jobs on EKS.",
        )


def _place(job: Values, values: Values, at: Path) -> Iterator[Mistake]:
    if "kubernetes" not in values:
        yield Mistake(
            (*at, "engine"),
            "there is no cluster of Kubernetes to run it on.",
            "Give the environment one, with a team: kubernetes: {teams: {spark: {vcpus: 64, "
            "memory_gib: 256}}}; or let EMR Serverless run it: engine: emr-serverless.",
        )
        return
    if values.get("orchestration", STEPS) != STEPS:
        yield Mistake(
            (*at, "engine"),
            "MWAA Serverless runs jobs here on EMR Serverless or by Glue.",
            "Change the engine, or leave orchestration at step-functions.",
        )
    kubernetes = mapping(values.get("kubernetes"))
    teams, name = mapping(kubernetes.get("teams")), job.get("team")
    if name is None:
        yield Mistake(
            at,
            "it does not say in which team's namespace it runs.",
            f"Add team: {next(iter(teams), 'spark')}, one of kubernetes.teams.",
        )
    elif isinstance(name, str) and name not in teams:
        yield Mistake(
            (*at, "team"),
            f"there is no team {name} under kubernetes.teams.",
            did_you_mean(name, teams) or f"There are: {', '.join(teams) or 'none'}.",
        )
    elif isinstance(name, str):
        yield from _fits(job, name, mapping(teams[name]), at)
    yield from _nodes(kubernetes, at)


def _fits(job: Values, name: str, team: Values, at: Path) -> Iterator[Mistake]:
    """A team's share that a run never fits into, and a namespace that refuses EMR's pods."""
    if team.get("pod_security") == "restricted":
        yield Mistake(
            (*at, "team"),
            f"the namespace of {name} is restricted, and EMR's pods do not drop the rights that "
            "it asks them to.",
            f"Give {name} pod_security: baseline, or the job another team.",
        )
    size = mapping(job.get("size")).get("max_vcpu", 16)
    if not isinstance(size, int):
        return
    for key, wanted, unit in (
        ("vcpus", size, "vCPUs"),
        ("memory_gib", size // WORKER_VCPU * WORKER_GIB, "GiB of memory"),
    ):
        share = team.get(key)
        if isinstance(share, int) and wanted > share:
            yield Mistake(
                (*at, "size", "max_vcpu"),
                f"a run takes {wanted} {unit}, and {name} has {share}.",
                f"Ask for less, or give {name} more: kubernetes.teams.{name}.{key}: {wanted}.",
            )


def _nodes(kubernetes: Values, at: Path) -> Iterator[Mistake]:
    """Pools of which no node holds a worker; without any, there is one that does."""
    pools = mapping(kubernetes.get("pools")).values()
    types = [
        each
        for pool in pools
        for each in mapping(pool).get("instances") or ()
        if isinstance(each, str) and each in node_types()
    ]
    if types and not any(_holds(each, node_types()[each]) for each in types):
        yield Mistake(
            (*at, "engine"),
            f"no pool has nodes without accelerators that hold a worker, of {WORKER_VCPU} vCPUs "
            f"and {WORKER_GIB} GiB.",
            "Add one under kubernetes.pools: general: {instances: [m7i.xlarge]}.",
        )


def _holds(instance_type: str, machine: Hardware) -> bool:
    return (
        not resource_of(instance_type)
        and machine.vcpus >= WORKER_VCPU
        and machine.memory_gib >= WORKER_GIB
    )
