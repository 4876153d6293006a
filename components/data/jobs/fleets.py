"""The instance fleets of a run's cluster, and how far it scales; plain values.

A unit is a vCPU. The primary node and the first worker are on demand, so that a run outlives what
AWS takes back of spot.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-instance-fleet.html
https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-managed-scaling.html
"""

from collections.abc import Mapping
from typing import TypedDict

from components.common.iam import Json

DRIVER_VCPU = 4
"""What of a run's size its driver's node takes."""
SPOT_MINUTES = 10
"""How long EMR looks for spot instances before it takes some on demand."""


class FleetArgs(TypedDict):
    """What the nodes of a run are."""

    instances: Mapping[str, int]
    """The vCPUs of a node by its instance type, of which EMR chooses."""
    spot_percent: int
    """Share of the vCPUs beyond the first worker's that are of spot instances, 0 to 100."""
    max_vcpu: int
    """Most vCPUs of one run, its driver's four among them."""


def fleets(args: FleetArgs) -> list[Json]:
    """The primary node, the first worker, and more of them as they are needed."""
    first = _first(args)
    weighted = [
        {"InstanceType": name, "WeightedCapacity": vcpu} for name, vcpu in args["instances"].items()
    ]
    made = [
        {
            "Name": "primary",
            "InstanceFleetType": "MASTER",
            "TargetOnDemandCapacity": 1,
            "InstanceTypeConfigs": [{"InstanceType": name} for name in args["instances"]],
            "LaunchSpecifications": _on_demand(),
        },
        {
            "Name": "core",
            "InstanceFleetType": "CORE",
            "TargetOnDemandCapacity": first,
            "InstanceTypeConfigs": weighted,
            "LaunchSpecifications": _on_demand(),
        },
    ]
    if _workers(args) > first:
        market = "Spot" if args["spot_percent"] else "OnDemand"
        made.append(
            {
                "Name": "task",
                "InstanceFleetType": "TASK",
                f"Target{market}Capacity": first,
                "InstanceTypeConfigs": weighted,
                "LaunchSpecifications": {**_on_demand(), **_spot()},
                "ResizeSpecifications": {
                    "SpotResizeSpecification": {
                        "TimeoutDurationMinutes": SPOT_MINUTES,
                        "AllocationStrategy": "price-capacity-optimized",
                    },
                    "OnDemandResizeSpecification": {
                        "TimeoutDurationMinutes": SPOT_MINUTES,
                        "AllocationStrategy": "lowest-price",
                    },
                },
            }
        )
    return made


def scaling(args: FleetArgs) -> Json:
    """Between the first worker and the size of the run; beyond it, mostly spot as told."""
    first, most = _first(args), _workers(args)
    on_demand = first + (most - first) * (100 - args["spot_percent"]) // 100
    return {
        "ComputeLimits": {
            "UnitType": "InstanceFleetUnits",
            "MinimumCapacityUnits": first,
            "MaximumCapacityUnits": most,
            "MaximumOnDemandCapacityUnits": on_demand,
            "MaximumCoreCapacityUnits": first,
        }
    }


def _workers(args: FleetArgs) -> int:
    return args["max_vcpu"] - DRIVER_VCPU


def _first(args: FleetArgs) -> int:
    """The vCPUs that one node fills, whichever type it is of."""
    return min(args["instances"].values())


def _on_demand() -> Json:
    return {"OnDemandSpecification": {"AllocationStrategy": "lowest-price"}}


def _spot() -> Json:
    return {
        "SpotSpecification": {
            "AllocationStrategy": "price-capacity-optimized",
            "TimeoutDurationMinutes": SPOT_MINUTES,
            "TimeoutAction": "SWITCH_TO_ON_DEMAND",
        }
    }
