"""Clusters of EMR, one for each run of a job with `engine: emr`: their nodes, and how they end."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from catalog.emr_instances import emr_instances
from infra.settings.base import Percent, Settings
from infra.settings.cross_stack import entries, mapping
from infra.settings.foundation.network import distinct
from infra.settings.mistakes import Mistake, refusal, shown

EMR = "emr"
"""The engine whose runs have clusters of their own."""
MOST_TYPES = 30
"""Instance types of a fleet that has an allocation strategy.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-instance-fleet.html
"""
DEFAULT_TYPES = ("m7g.xlarge", "m8g.xlarge", "r7g.xlarge", "r8g.xlarge")
SPOT = Percent(1, 100, off=True)
STEPS = "step-functions"
"""What orchestrates jobs unless a stack file says otherwise."""
DRIVER_VCPU = 4
"""What of a run's size its driver's node takes."""


def node_type(value: str) -> str:
    """Refuse what no node is made of here."""
    known = emr_instances().vcpu
    if value in known:
        return value
    near = get_close_matches(value.removeprefix("ml."), known, 1, cutoff=0.8)
    raise refusal(
        f"{shown(value)} is not an instance type for nodes of EMR.",
        f"{f'Did you mean {near[0]}? ' if near else ''}They have 4 vCPUs and 16 GB or more, no "
        "accelerator, and encrypt what they send: m7g.xlarge.",
    )


NodeType = Annotated[
    str,
    AfterValidator(node_type),
    Field(json_schema_extra=lambda schema: schema.update(enum=list(emr_instances().vcpu))),
]
SpotShare = Annotated[
    int,
    BeforeValidator(SPOT),
    PlainSerializer(SPOT.text, when_used="json"),
    WithJsonSchema(SPOT.json_schema()),
]


class Clusters(Settings):
    """What the clusters of EMR share, of which each run of a job with `engine: emr` has one."""

    instances: Annotated[tuple[NodeType, ...], AfterValidator(distinct)] = Field(
        DEFAULT_TYPES,
        min_length=1,
        max_length=MOST_TYPES,
        description="Instance types of the nodes, of which EMR takes those that are to be had: "
        "the more there are, the seldomer spot runs out.",
    )
    spot: SpotShare = Field(
        80,
        description="Share of the nodes beyond the first worker that are spot instances, such as "
        "80%, or off. Where there are none to be had, they are on demand.",
    )
    idle_minutes: Annotated[int, Field(ge=1, le=10_080)] = Field(
        10,
        description="Minutes without work after which a cluster ends by itself, should a run not "
        "end it.",
    )


def check_clusters(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield jobs that a node is too large for, and clusters that nothing uses, or cannot scale.

    Managed scaling asks an API that has no address in the network.
    https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-managed-scaling.html
    """
    jobs = [
        (index, job)
        for index, job in enumerate(entries(values.get("jobs")))
        if job.get("engine") == EMR
    ]
    clusters = mapping(mapping(values.get("spark")).get("clusters"))
    if clusters and not jobs:
        yield Mistake(
            ("spark", "clusters"),
            "there is no job with engine: emr, and so nothing runs on them.",
            "Leave it out.",
        )
    largest = _largest(clusters.get("instances", DEFAULT_TYPES))
    network = mapping(values.get("network"))
    for index, job in jobs:
        size = mapping(job.get("size")).get("max_vcpu", 16)
        room = size - DRIVER_VCPU if isinstance(size, int) else 0
        if largest and largest[0] > room > 0:
            yield Mistake(
                ("jobs", index, "size", "max_vcpu"),
                f"a node of {largest[1]} has {largest[0]} vCPUs, and {room} are left beside the "
                f"driver's {DRIVER_VCPU}.",
                "Ask for more, or leave that type out of spark.clusters.instances.",
            )
        if values.get("orchestration", STEPS) != STEPS:
            yield Mistake(
                ("jobs", index, "engine"),
                "MWAA Serverless runs jobs here on EMR Serverless or by Glue.",
                "Change the engine, or leave orchestration at step-functions.",
            )
        if network.get("egress") == "none":
            yield Mistake(
                ("jobs", index, "engine"),
                "clusters of EMR scale by an API on the internet, and network.egress is none.",
                "Let EMR Serverless run it: engine: emr-serverless.",
            )


def _largest(types: object) -> tuple[int, str] | None:
    """The most vCPUs of types that are known, and the first type with them."""
    listed = types if isinstance(types, list | tuple) else ()
    known = [
        (vcpu, each)
        for each in listed
        if isinstance(each, str) and (vcpu := emr_instances().vcpu.get(each))
    ]
    return max(known, key=lambda one: one[0], default=None)
