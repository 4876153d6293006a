"""Clusters of instance fleets, their limits, and how they end by themselves."""

import copy
import time

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

SPOT = {
    "TimeoutDurationMinutes": 10,
    "TimeoutAction": "SWITCH_TO_ON_DEMAND",
    "AllocationStrategy": "price-capacity-optimized",
}
MASTER = {
    "Name": "master",
    "InstanceFleetType": "MASTER",
    "TargetOnDemandCapacity": 1,
    "InstanceTypeConfigs": [{"InstanceType": "m7g.xlarge"}],
}
CORE = {
    "Name": "core",
    "InstanceFleetType": "CORE",
    "TargetOnDemandCapacity": 4,
    "InstanceTypeConfigs": [{"InstanceType": "m7g.xlarge", "WeightedCapacity": 4}],
}
TASK = {
    "Name": "task",
    "InstanceFleetType": "TASK",
    "TargetSpotCapacity": 10,
    "LaunchSpecifications": {"SpotSpecification": SPOT},
    "InstanceTypeConfigs": [
        {"InstanceType": "m7g.xlarge", "WeightedCapacity": 4},
        {"InstanceType": "r7g.xlarge", "WeightedCapacity": 4},
    ],
}
SCALING = {
    "ComputeLimits": {
        "UnitType": "InstanceFleetUnits",
        "MinimumCapacityUnits": 4,
        "MaximumCapacityUnits": 60,
        "MaximumOnDemandCapacityUnits": 12,
        "MaximumCoreCapacityUnits": 4,
    }
}


class Emr:
    def __init__(self, cloud):
        self.cloud, self.emr = cloud, cloud.client("emr")
        self.asked = {
            "Name": "jobs",
            "ReleaseLabel": "emr-7.12.0",
            "ServiceRole": "arn:aws:iam::123456789012:role/emr",
            "JobFlowRole": "emr",
            "Instances": {
                "KeepJobFlowAliveWhenNoSteps": True,
                "InstanceFleets": [MASTER, CORE, TASK],
            },
        }

    def cluster(self, **more):
        return self.emr.run_job_flow(**{**self.asked, **more})["JobFlowId"]

    def fleets(self, cluster):
        return {
            fleet["Name"]: fleet
            for fleet in self.emr.list_instance_fleets(ClusterId=cluster)["InstanceFleets"]
        }

    def of(self, *fleets, **more):
        return {
            "Instances": {
                "KeepJobFlowAliveWhenNoSteps": True,
                "InstanceFleets": list(fleets),
                **more,
            }
        }

    def status(self, cluster):
        return self.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Status"]


@pytest.fixture(scope="module")
def emr():
    with Cloud("eu-west-1") as running:
        yield Emr(running)


def without(config, *path, **changes):
    """A copy, changed where the path leads."""
    changed = copy.deepcopy(config)
    at = changed
    for step in path:
        at = at[step]
    at.update(changes)
    return changed


def test_a_cluster_has_the_fleets_that_it_was_asked_for(emr):
    cluster = emr.cluster()
    told = emr.emr.describe_cluster(ClusterId=cluster)["Cluster"]
    assert told["InstanceCollectionType"] == "INSTANCE_FLEET"
    fleets = emr.fleets(cluster)
    assert [fleets[name]["InstanceFleetType"] for name in ("master", "core", "task")] == [
        "MASTER",
        "CORE",
        "TASK",
    ]
    task = fleets["task"]
    assert (task["TargetSpotCapacity"], task["ProvisionedSpotCapacity"]) == (10, 12)
    assert task["LaunchSpecifications"]["SpotSpecification"] == SPOT
    assert [each["WeightedCapacity"] for each in task["InstanceTypeSpecifications"]] == [4, 4]
    assert task["Status"]["State"] == "RUNNING"
    emr.emr.terminate_job_flows(JobFlowIds=[cluster])
    assert emr.fleets(cluster)["task"]["Status"]["State"] == "TERMINATED"
    assert emr.fleets(cluster)["task"]["ProvisionedSpotCapacity"] == 0


def test_a_fleet_of_tasks_comes_later_and_is_resized(emr):
    cluster = emr.cluster(**emr.of(MASTER, CORE))
    id_ = emr.emr.add_instance_fleet(ClusterId=cluster, InstanceFleet=TASK)["InstanceFleetId"]
    with pytest.raises(ClientError, match="one more fleet of type TASK, and no other"):
        emr.emr.add_instance_fleet(ClusterId=cluster, InstanceFleet=TASK)
    change = {"InstanceFleetId": id_, "TargetSpotCapacity": 20}
    emr.emr.modify_instance_fleet(ClusterId=cluster, InstanceFleet=change)
    assert emr.fleets(cluster)["task"]["ProvisionedSpotCapacity"] == 20
    master = {"InstanceFleetId": emr.fleets(cluster)["master"]["Id"], "TargetOnDemandCapacity": 2}
    with pytest.raises(ClientError, match="master instance fleet cannot be resized"):
        emr.emr.modify_instance_fleet(ClusterId=cluster, InstanceFleet=master)


TYPES = [{"InstanceType": f"m7g.{size}xlarge"} for size in ("", 2, 4, 8, 12, 16)]


@pytest.mark.parametrize(
    ("fleets", "said"),
    [
        ([CORE], "needs one of type MASTER"),
        ([MASTER, CORE, CORE], "at most one instance fleet of each type"),
        ([without(MASTER, TargetOnDemandCapacity=2)], "must be 1, and the other none"),
        ([MASTER, without(CORE, TargetOnDemandCapacity=0)], "must be greater than 0"),
        ([MASTER, without(CORE, InstanceTypeConfigs=TYPES)], "has 6 instance types, and may have"),
        ([MASTER, without(CORE, InstanceTypeConfigs=TYPES[:1] * 2)], "type is there twice"),
        ([without(MASTER, InstanceTypeConfigs=[{"InstanceType": "m7g.huge"}])], "m7g.huge is not"),
        (
            [MASTER, without(CORE, "InstanceTypeConfigs", 0, WeightedCapacity=0)],
            "WeightedCapacity 0 is not allowed",
        ),
        (
            [
                MASTER,
                without(
                    TASK, "LaunchSpecifications", "SpotSpecification", TimeoutDurationMinutes=4
                ),
            ],
            "between 5 and 1440",
        ),
    ],
)
def test_fleets_that_emr_refuses_are_refused(emr, fleets, said):
    with pytest.raises(ClientError, match=said):
        emr.cluster(**emr.of(*fleets))


def test_a_strategy_of_allocation_allows_more_types(emr):
    many = without(TASK, InstanceTypeConfigs=TYPES)
    assert len(emr.fleets(emr.cluster(**emr.of(MASTER, CORE, many)))) == 3


def test_fleets_and_groups_do_not_mix(emr):
    with pytest.raises(ClientError, match="mutually exclusive"):
        emr.cluster(**emr.of(MASTER, MasterInstanceType="m7g.xlarge"))
    groups = {"KeepJobFlowAliveWhenNoSteps": True, "InstanceCount": 1}
    cluster = emr.cluster(Instances=groups)
    with pytest.raises(ClientError, match="has instance groups"):
        emr.fleets(cluster)


def test_limits_of_scaling_are_kept_changed_and_removed(emr):
    cluster = emr.cluster(ManagedScalingPolicy=SCALING)
    asked = {"ClusterId": cluster}
    assert emr.emr.get_managed_scaling_policy(**asked)["ManagedScalingPolicy"] == SCALING
    more = without(SCALING, "ComputeLimits", MaximumCapacityUnits=80)
    emr.emr.put_managed_scaling_policy(**asked, ManagedScalingPolicy=more)
    assert emr.emr.get_managed_scaling_policy(**asked)["ManagedScalingPolicy"] == more
    emr.emr.remove_managed_scaling_policy(**asked)
    assert "ManagedScalingPolicy" not in emr.emr.get_managed_scaling_policy(**asked)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"UnitType": "VCPU"}, "VCPU does not fit a cluster of instance fleets"),
        ({"MinimumCapacityUnits": 0}, "must be at least 1"),
        ({"MinimumCapacityUnits": 61}, "at most 60, the maximum"),
        ({"MaximumCoreCapacityUnits": 64}, "MaximumCoreCapacityUnits 64 is more than"),
    ],
)
def test_limits_that_do_not_fit_are_refused(emr, change, said):
    with pytest.raises(ClientError, match=said):
        emr.cluster(ManagedScalingPolicy=without(SCALING, "ComputeLimits", **change))


def test_a_cluster_that_waits_too_long_is_terminated(emr):
    idle = {"IdleTimeout": 600}
    cluster = emr.cluster(AutoTerminationPolicy=idle)
    stays = emr.cluster(AutoTerminationPolicy=idle)
    emr.emr.remove_auto_termination_policy(ClusterId=stays)
    told = emr.emr.get_auto_termination_policy(ClusterId=cluster)
    assert told["AutoTerminationPolicy"] == idle
    emr.cloud.advance(590)
    assert emr.status(cluster)["State"] == "WAITING"
    emr.cloud.advance(60)
    assert emr.status(cluster)["State"] == "TERMINATED"
    assert "idle timeout" in emr.status(cluster)["StateChangeReason"]["Message"]
    assert emr.status(stays)["State"] == "WAITING"


@pytest.mark.parametrize("seconds", [59, 604_801])
def test_an_idle_time_that_emr_refuses_is_refused(emr, seconds):
    with pytest.raises(ClientError, match="between 60 and 604800 seconds"):
        emr.cluster(AutoTerminationPolicy={"IdleTimeout": seconds})


def test_a_security_configuration_must_be_there(emr):
    with pytest.raises(ClientError, match="'none' does not exist"):
        emr.cluster(SecurityConfiguration="none")
    name = f"jobs-{time.monotonic_ns()}"
    emr.emr.create_security_configuration(Name=name, SecurityConfiguration="{}")
    cluster = emr.cluster(SecurityConfiguration=name)
    told = emr.emr.describe_cluster(ClusterId=cluster)["Cluster"]
    assert told["SecurityConfiguration"] == name
