import pytest

from components.data.jobs.fleets import fleets, scaling

ARGS = {"instances": {"m7g.xlarge": 4, "m7g.2xlarge": 8}, "spot_percent": 80, "max_vcpu": 64}


def by_kind(**changes):
    return {each["InstanceFleetType"]: each for each in fleets({**ARGS, **changes})}


def limits(**changes):
    return scaling({**ARGS, **changes})["ComputeLimits"]


def test_the_primary_node_and_the_first_worker_are_on_demand() -> None:
    made = by_kind(spot_percent=100)
    assert made["MASTER"]["TargetOnDemandCapacity"] == 1
    assert made["CORE"]["TargetOnDemandCapacity"] == 4
    assert "TargetSpotCapacity" not in made["MASTER"] | made["CORE"]
    assert limits(spot_percent=100)["MaximumOnDemandCapacityUnits"] == 4


def test_a_unit_is_a_vcpu_and_the_driver_has_four_of_the_run() -> None:
    made = by_kind()
    weights = {
        each["InstanceType"]: each["WeightedCapacity"]
        for each in made["TASK"]["InstanceTypeConfigs"]
    }
    assert weights == ARGS["instances"]
    assert limits()["MaximumCapacityUnits"] == 60
    assert all("WeightedCapacity" not in each for each in made["MASTER"]["InstanceTypeConfigs"])


@pytest.mark.parametrize(("percent", "on_demand"), [(100, 4), (80, 15), (25, 46), (0, 60)])
def test_the_share_of_spot_bounds_what_is_on_demand(percent, on_demand) -> None:
    assert limits(spot_percent=percent)["MaximumOnDemandCapacityUnits"] == on_demand


def test_spot_falls_back_to_on_demand() -> None:
    task = by_kind()["TASK"]
    spot = task["LaunchSpecifications"]["SpotSpecification"]
    assert spot["TimeoutAction"] == "SWITCH_TO_ON_DEMAND"
    assert spot["AllocationStrategy"] == "price-capacity-optimized"
    assert task["TargetSpotCapacity"] == 4


def test_without_spot_more_workers_are_on_demand() -> None:
    task = by_kind(spot_percent=0)["TASK"]
    assert task["TargetOnDemandCapacity"] == 4
    assert "TargetSpotCapacity" not in task


def test_the_smallest_run_has_one_worker() -> None:
    made = by_kind(max_vcpu=8)
    assert "TASK" not in made
    assert limits(max_vcpu=8)["MinimumCapacityUnits"] == limits(max_vcpu=8)["MaximumCapacityUnits"]
