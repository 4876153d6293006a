"""The steps by which an endpoint moves to a new fleet, as its DeploymentConfig has them.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WHOLE = 100
"""Percent, and the parts that the fleet of a serverless variant is taken to have."""
CANARY_PERCENT = 50
LINEAR_PERCENT = range(10, 51)
ROLLING_PERCENT = range(5, 51)


class Invalid(ValueError):
    """A DeploymentConfig that AWS would refuse."""


@dataclass(frozen=True)
class Step:
    """How many instances of each variant's new fleet take traffic, and for how many seconds."""

    taking: Mapping[str, int]
    seconds: int


def steps(deployment: Mapping[str, Any] | None, fleets: Mapping[str, int]) -> list[Step]:
    """The steps of a deployment to new fleets, by variant: their sizes in instances.

    Without a policy all traffic shifts at once, and nothing is waited for. Alarms are looked at
    for as long as the steps take: in every wait between them, and before the old fleet goes.
    Raises Invalid.
    """
    blue_green = (deployment or {}).get("BlueGreenUpdatePolicy")
    rolling = (deployment or {}).get("RollingUpdatePolicy")
    if blue_green and rolling:
        raise Invalid("BlueGreenUpdatePolicy and RollingUpdatePolicy cannot both be given.")
    if rolling:
        found = _rolling(rolling, fleets)
    elif blue_green:
        found = _blue_green(blue_green, fleets)
    else:
        found = [Step(fleets, 0)]
    waits = sum(step.seconds for step in found)
    longest = (blue_green or rolling or {}).get("MaximumExecutionTimeoutInSeconds")
    if longest is not None and longest <= waits:
        raise Invalid(
            f"MaximumExecutionTimeoutInSeconds, {longest}, must be longer than all waits of the "
            f"deployment, which take {waits} seconds."
        )
    return found


def _blue_green(policy: Mapping[str, Any], fleets: Mapping[str, int]) -> list[Step]:
    routing = policy["TrafficRoutingConfiguration"]
    wait = routing.get("WaitIntervalInSeconds", 0)
    last = Step(fleets, policy.get("TerminationWaitInSeconds", 0))
    match routing["Type"]:
        case "CANARY":
            size = _size(routing, "CanarySize")
            allowed = range(1, CANARY_PERCENT + 1)
            return [Step(_taken(size, fleets, allowed, "CanarySize"), wait), last]
        case "LINEAR":
            size = _size(routing, "LinearStepSize")
            first = _taken(size, fleets, LINEAR_PERCENT, "LinearStepSize")
            return [*_repeated(first, fleets, wait), last]
    return [last]


def _rolling(policy: Mapping[str, Any], fleets: Mapping[str, int]) -> list[Step]:
    first = _taken(_size(policy, "MaximumBatchSize"), fleets, ROLLING_PERCENT, "MaximumBatchSize")
    wait = policy["WaitIntervalInSeconds"]
    return [*_repeated(first, fleets, wait), Step(fleets, wait)]


def _size(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if name not in of:
        raise Invalid(f"{name} must be given.")
    size: Mapping[str, Any] = of[name]
    return size


def _repeated(first: Mapping[str, int], fleets: Mapping[str, int], wait: int) -> Iterator[Step]:
    """Steps of that size until there is but one left."""
    taking = first
    while any(taking[name] < fleets[name] for name in fleets):
        yield Step(taking, wait)
        taking = {name: min(fleets[name], taking[name] + first[name]) for name in fleets}


def _taken(
    size: Mapping[str, Any], fleets: Mapping[str, int], allowed: range, name: str
) -> dict[str, int]:
    """A step's instances of each fleet: at least one, and a part of one is none.

    AWS's pages say which parts of a fleet are allowed, not how a part of an instance is rounded.
    """
    if size["Type"] == "INSTANCE_COUNT":
        count = size["Value"]
        for variant, instances in fleets.items():
            if not 0 < count * WHOLE <= allowed[-1] * instances:
                raise Invalid(
                    f"{name} of {count} instances: at most {allowed[-1]}% of the {instances} of "
                    f"the variant {variant}."
                )
        return dict.fromkeys(fleets, count)
    if size["Value"] not in allowed:
        raise Invalid(f"{name} of {size['Value']}%: not {allowed[0]} to {allowed[-1]}%.")
    return {name: max(1, count * size["Value"] // WHOLE) for name, count in fleets.items()}
