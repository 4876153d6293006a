"""Pools of nodes: which instance types, how many, and how long a node lives."""

from difflib import get_close_matches
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from catalog.hardware import Hardware
from catalog.instances import NEURON
from catalog.node_types import node_family, node_types
from infra.settings.base import PositiveInt, Settings, matching
from infra.settings.foundation.network import ZONE, distinct
from infra.settings.mistakes import Mistake, refusal, refusals, shown

MOST_HOURS = 503
"""Hours that a node may live; an hour to drain it is left of AWS's 21 days.

https://docs.aws.amazon.com/eks/latest/userguide/automode-learn-instances.html
"""


def node_type(value: str) -> str:
    """Refuse what no node is made of."""
    if value in node_types():
        return value
    near = get_close_matches(value.removeprefix("ml."), node_types(), 1, cutoff=0.8)
    raise refusal(
        f"{shown(value)} is not an instance type for nodes.",
        f"{f'Did you mean {near[0]}? ' if near else ''}They are EC2's, of 2 vCPUs or more, with "
        "NVIDIA's GPUs, Inferentia, Trainium or no accelerator: m7i.xlarge.",
    )


def of_one_kind(value: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse types of which some have an accelerator and others none, or another one."""
    kinds = {resource_of(each): each for each in value}
    if len(kinds) > 1:
        raise refusal(
            f"{' and '.join(kinds.values())} are not of one kind.",
            "A pool has GPUs, or Neuron's chips, or neither: make a pool of each.",
        )
    return distinct(value)


def resource_of(instance_type: str) -> str:
    """What the nodes of a type have beside processors: `GPU`, `Neuron`, or nothing."""
    accelerator = node_family(instance_type).accelerator
    return "Neuron" if accelerator in NEURON else accelerator


NodeType = Annotated[
    str,
    AfterValidator(node_type),
    Field(json_schema_extra=lambda schema: schema.update(enum=sorted(node_types()))),
]
ZoneName = Annotated[
    str,
    AfterValidator(matching(ZONE, "is no availability zone", "They read eu-west-1a.")),
]


class Pool(Settings):
    """Nodes of a kind, which come as pods ask for them and go when none does."""

    instances: Annotated[tuple[NodeType, ...], Field(min_length=1), AfterValidator(of_one_kind)] = (
        Field(
            description="Instance types of EC2 that nodes are made of; the more there are, the "
            "seldomer spot runs out: [g6.2xlarge, g5.2xlarge]."
        )
    )
    spot: bool = Field(
        False, description="Whether spot instances are taken, and those on demand without any."
    )
    max: PositiveInt = Field(
        10, description="The most nodes, were all of the largest type: smaller ones may be more."
    )
    expire_hours: Annotated[int, Field(ge=1, le=MOST_HOURS)] = Field(
        336, description="Hours after which a node is replaced, at most 503."
    )
    drain_hours: Annotated[int, Field(ge=1, le=168)] = Field(
        24, description="Hours that what runs on such a node has to end; 504 with the above."
    )
    zones: Annotated[tuple[ZoneName, ...], AfterValidator(distinct)] | None = Field(
        None, description="Availability zones of its nodes; all of the network unless given."
    )

    @property
    def largest(self) -> Hardware:
        """The most that a node of it has of anything."""
        machines = [node_types()[each] for each in self.instances]
        return Hardware(
            vcpus=max(each.vcpus for each in machines),
            memory_gib=max(each.memory_gib for each in machines),
            accelerators=max(each.accelerators for each in machines),
        )

    @property
    def arm(self) -> bool:
        """Whether a node may have Arm's processors."""
        return any(node_family(each).arm for each in self.instances)

    @model_validator(mode="after")
    def _gone_in_time(self) -> Self:
        if self.expire_hours + self.drain_hours > MOST_HOURS + 1:
            raise refusals(
                [
                    Mistake(
                        ("drain_hours",),
                        f"a node of {self.expire_hours} hours would be {self.drain_hours} older "
                        f"once it is drained, and AWS takes it after {MOST_HOURS + 1}.",
                        "Lower one of the two.",
                    )
                ]
            )
        return self

    @property
    def resource(self) -> str:
        """What its nodes have beside processors: `GPU`, `Neuron`, or nothing."""
        return resource_of(self.instances[0])
