"""What the runs of `make bench` come to: comparisons and aims, of plain numbers."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from scripts.bench_programs import ENVIRONMENT, Registered

LARGE = 4000
"""Resources from which on the aims of a plan hold."""
MOST_OF_MOCKS = 0.35
MOST_KILOBYTES = 120
MOST_GROWTH = 1.2
MOST_OF_BARE = 2.0


@dataclass(frozen=True)
class Process:
    """One process, from its start to its end."""

    seconds: float
    """By the clock."""
    cpu_seconds: float
    """Of processor time, the program's and the system's."""
    peak_bytes: int
    """Of memory."""
    output: str
    """What it printed."""

    @cached_property
    def registered(self) -> Registered:
        """What a program of scripts/bench_programs.py tells of itself."""
        return Registered(**json.loads(self.output))


Pair = tuple[Process, Process]


@dataclass(frozen=True)
class Side:
    """One side of a comparison: the medians of its runs."""

    seconds: float
    """The whole process, by the clock."""
    peak_mb: float
    """Memory of the whole process, in megabytes."""
    ms_a_resource: float
    """Milliseconds of processor time to register one resource, the imports left out."""
    kb_a_resource: float
    """Kilobytes by which the process grew for it."""

    @classmethod
    def of(cls, runs: Sequence[Process]) -> "Side":
        """The medians of `runs`."""
        told = [run.registered for run in runs]
        return cls(
            seconds=median(run.seconds for run in runs),
            peak_mb=median(run.peak_bytes for run in runs) / 1e6,
            ms_a_resource=median(each.seconds / each.resources for each in told) * 1e3,
            kb_a_resource=median(each.bytes / each.resources for each in told) / 1e3,
        )


@dataclass(frozen=True)
class Comparison:
    """A plan, and the same program on Pulumi's mocks."""

    models: int | None
    """None for those of the stack file."""
    resources: int
    repeats: int
    plan: Side
    mocks: Side
    ratio: float
    """Processor time a resource, plan to mocks: the median over the pairs."""


@dataclass(frozen=True)
class CommandComparison:
    """`maslow plan` as it is typed, and a bare program that registers as many resources."""

    resources: int
    repeats: int
    seconds: float
    bare_seconds: float
    ratio: float
    """Processor time of the whole process, command to bare: the median over the pairs."""


@dataclass(frozen=True)
class Aim:
    """What was aimed at, and what came of it."""

    what: str
    value: float
    limit: float
    unit: str = ""

    @property
    def met(self) -> bool:
        """Whether it is within the limit."""
        return self.value <= self.limit

    def __str__(self) -> str:
        return (
            f"{'Met' if self.met else 'Missed'}: {self.what} is {self.value:.3g}{self.unit}; "
            f"the aim is at most {self.limit:.3g}{self.unit}."
        )


def compared(models: int | None, pairs: Sequence[Pair]) -> Comparison:
    """What pairs of a plan and the same on mocks come to.

    Raises ValueError where the two did not register the same, and are not to be compared.
    """
    first = pairs[0][0].registered
    if any(run.registered.types != first.types for pair in pairs for run in pair):
        raise ValueError("the plan and the mocks did not register the same resources")
    return Comparison(
        models=models,
        resources=first.resources,
        repeats=len(pairs),
        plan=Side.of([plan for plan, _ in pairs]),
        mocks=Side.of([mocks for _, mocks in pairs]),
        ratio=median(plan.registered.seconds / mocks.registered.seconds for plan, mocks in pairs),
    )


def compared_command(resources: int, pairs: Sequence[Pair]) -> CommandComparison:
    """What pairs of the whole command and the bare program come to."""
    return CommandComparison(
        resources=resources,
        repeats=len(pairs),
        seconds=median(command.seconds for command, _ in pairs),
        bare_seconds=median(bare.seconds for _, bare in pairs),
        ratio=median(command.cpu_seconds / bare.cpu_seconds for command, bare in pairs),
    )


def aims(plans: Sequence[Comparison], command: CommandComparison | None) -> Iterator[Aim]:
    """The aims that these comparisons can tell of."""
    for each in plans:
        if each.resources >= LARGE:
            at = f"with {each.resources:,} resources"
            yield Aim(f"time a resource {at}, plan to mocks,", each.ratio, MOST_OF_MOCKS)
            yield Aim(f"memory a resource {at}", each.plan.kb_a_resource, MOST_KILOBYTES, " kB")
    if len(plans) > 1:
        smaller, larger = plans[-2:]
        growth = larger.plan.ms_a_resource / smaller.plan.ms_a_resource
        sizes = f"with {larger.resources:,} resources, to that with {smaller.resources:,},"
        yield Aim(f"time a resource {sizes}", growth, MOST_GROWTH)
    if command:
        what = f"maslow plan -s {ENVIRONMENT}, imports and all, to the bare program,"
        yield Aim(what, command.ratio, MOST_OF_BARE)
