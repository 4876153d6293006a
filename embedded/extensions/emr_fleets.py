"""Instance fleets of EMR's clusters: checked and kept; what they ask for is there at once.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-instance-fleet.html
https://docs.aws.amazon.com/emr/latest/APIReference/API_InstanceFleetConfig.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.emr.exceptions import InvalidRequestException, ValidationException
from moto.emr.models import Cluster
from moto.emr.responses import ElasticMapReduceResponse
from moto.emr.utils import random_instance_group_id

from embedded.extensions.emr_limits import check_limits, keep_limits
from embedded.extensions.operations import add, paged

OVER = ("TERMINATING", "TERMINATED", "TERMINATED_WITH_ERRORS")
KINDS = ("MASTER", "CORE", "TASK")
MOST_TYPES, MOST_TYPES_BY_STRATEGY = 5, 30
"""Instance types of one fleet, without and with an allocation strategy."""
TIMEOUT_MINUTES = range(5, 1441)
"""How long a fleet may look for capacity of Spot."""
KEPT = (
    "Name",
    "InstanceFleetType",
    "TargetOnDemandCapacity",
    "TargetSpotCapacity",
    "LaunchSpecifications",
    "ResizeSpecifications",
)
_run_by_moto = ElasticMapReduceResponse.run_job_flow  # replaced below


def install() -> None:
    """Add the operations to moto's EMR."""
    add(
        ElasticMapReduceResponse,
        run_job_flow,
        add_instance_fleet,
        list_instance_fleets,
        modify_instance_fleet,
    )


def run_job_flow(self: ElasticMapReduceResponse) -> ActionResult:
    """RunJobFlow, of instance fleets as well, by limits and security configurations that hold."""
    asked = json.loads(self.body)
    instances = asked.get("Instances") or {}
    configs = instances.get("InstanceFleets") or []
    if configs:
        _check_fleets(configs, _known(self, asked.get("ReleaseLabel", "")), instances)
    check_limits(asked, of_fleets=bool(configs))
    named = asked.get("SecurityConfiguration")
    if named and named not in self.backend.security_configurations:
        raise InvalidRequestException(f"Security configuration with name '{named}' does not exist.")
    answered = _run_by_moto(self)
    cluster = self.backend.describe_cluster(answered.result["JobFlowId"])  # type: ignore[index]
    vars(cluster)["log_encryption_kms_key_id"] = asked.get("LogEncryptionKmsKeyId")
    if configs:
        vars(cluster)["fleets"] = [_fleet(config) for config in configs]
        vars(cluster)["instance_collection_type"] = "INSTANCE_FLEET"
        # EMR takes the subnet with the most capacity, and here all are alike.
        subnets = instances.get("Ec2SubnetIds") or [cluster.ec2_subnet_id]
        cluster.ec2_subnet_id = subnets[0]
    keep_limits(cluster, asked)
    return answered


def add_instance_fleet(self: ElasticMapReduceResponse) -> ActionResult:
    """AddInstanceFleet: a cluster of fleets takes one of tasks, unless it has one.

    https://docs.aws.amazon.com/emr/latest/APIReference/API_AddInstanceFleet.html
    """
    asked = json.loads(self.body)
    cluster = _at_work(self, asked["ClusterId"])
    config = asked["InstanceFleet"]
    if config["InstanceFleetType"] != "TASK" or any(
        each["InstanceFleetType"] == "TASK" for each in fleets_of(cluster)
    ):
        raise InvalidRequestException("A cluster takes one more fleet of type TASK, and no other.")
    _check_fleet(config, _known(self, cluster.release_label or ""))
    fleet = _fleet(config)
    fleets_of(cluster).append(fleet)
    return ActionResult(
        {"ClusterId": cluster.id, "InstanceFleetId": fleet["Id"], "ClusterArn": cluster.arn}
    )


def list_instance_fleets(self: ElasticMapReduceResponse) -> ActionResult:
    """ListInstanceFleets, of a cluster that has fleets."""
    cluster = self.backend.describe_cluster(json.loads(self.body)["ClusterId"])
    return paged(self, "InstanceFleets", _told(cluster), "Id", after="Marker")


def modify_instance_fleet(self: ElasticMapReduceResponse) -> EmptyResult:
    """ModifyInstanceFleet: other targets, of core and tasks.

    https://docs.aws.amazon.com/emr/latest/APIReference/API_ModifyInstanceFleet.html
    """
    asked = json.loads(self.body)
    cluster = _at_work(self, asked["ClusterId"])
    change = asked["InstanceFleet"]
    found = next(
        (one for one in fleets_of(cluster) if one["Id"] == change["InstanceFleetId"]), None
    )
    if found is None:
        raise InvalidRequestException(f"There is no fleet {change['InstanceFleetId']}.")
    if found["InstanceFleetType"] == "MASTER":
        raise InvalidRequestException("The master instance fleet cannot be resized.")
    for name in ("TargetOnDemandCapacity", "TargetSpotCapacity", "ResizeSpecifications"):
        if name in change:
            found[name] = change[name]
    _provision(found)
    return EmptyResult()


def fleets_of(cluster: Cluster) -> list[dict[str, Any]]:
    """The fleets of a cluster. Raises InvalidRequestException for one of instance groups."""
    fleets: list[dict[str, Any]] | None = vars(cluster).get("fleets")
    if fleets is None:
        raise InvalidRequestException(
            "Instance fleets and instance groups are mutually exclusive. "
            f"The cluster {cluster.id} has instance groups."
        )
    return fleets


def _at_work(self: ElasticMapReduceResponse, id_: str) -> Cluster:
    cluster = self.backend.describe_cluster(id_)
    if cluster.state in OVER:
        raise InvalidRequestException(f"The cluster {id_} is {cluster.state}.")
    return cluster


def _known(self: ElasticMapReduceResponse, release: str) -> Sequence[str]:
    """The instance types of a release. Raises ValidationException where there is no such."""
    try:
        return self.backend._get_instance_type_names(release)  # noqa: SLF001  moto keeps them there
    except FileNotFoundError as error:
        raise ValidationException(f"The supplied release label is invalid: {release}.") from error


def _check_fleets(
    configs: Sequence[Mapping[str, Any]], known: Sequence[str], instances: Mapping[str, Any]
) -> None:
    if instances.get("InstanceGroups") or instances.get("MasterInstanceType"):
        raise ValidationException(
            "Instance fleets and instance groups are mutually exclusive in one cluster."
        )
    kinds = [config["InstanceFleetType"] for config in configs]
    if "MASTER" not in kinds:
        raise ValidationException("A cluster of instance fleets needs one of type MASTER.")
    if len(set(kinds)) < len(kinds):
        raise ValidationException("A cluster has at most one instance fleet of each type.")
    for config in configs:
        _check_fleet(config, known)


def _check_fleet(config: Mapping[str, Any], known: Sequence[str]) -> None:
    """Raises ValidationException for the first thing that is wrong with a fleet."""
    for mistake in _mistakes(config, known):
        raise ValidationException(f"Instance fleet {config['InstanceFleetType']}: {mistake}.")


def _mistakes(config: Mapping[str, Any], known: Sequence[str]) -> Iterator[str]:
    kind, types = config["InstanceFleetType"], config.get("InstanceTypeConfigs") or []
    if kind not in KINDS:
        yield f"its type is none of {', '.join(KINDS)}"
    targets = [config.get(f"Target{market}Capacity", 0) for market in ("OnDemand", "Spot")]
    if kind == "MASTER" and sorted(targets) != [0, 1]:
        yield "one of its two target capacities must be 1, and the other none"
    if not any(targets):
        yield "one of its two target capacities must be greater than 0"
    names = [each["InstanceType"] for each in types]
    most = MOST_TYPES_BY_STRATEGY if _has_strategy(config) else MOST_TYPES
    if not 1 <= len(names) <= most:
        yield f"it has {len(names)} instance types, and may have 1 to {most}"
    if len(set(names)) < len(names):
        yield "an instance type is there twice"
    for each in types:
        if each["InstanceType"] not in known:
            yield f"the instance type {each['InstanceType']} is not supported"
        weight = each.get("WeightedCapacity", 1)
        if weight < 1 or (kind == "MASTER" and weight != 1):
            yield f"WeightedCapacity {weight} is not allowed"
    spot = (config.get("LaunchSpecifications") or {}).get("SpotSpecification")
    if spot and spot["TimeoutDurationMinutes"] not in TIMEOUT_MINUTES:
        yield "TimeoutDurationMinutes must be between 5 and 1440"


def _has_strategy(config: Mapping[str, Any]) -> bool:
    launch = config.get("LaunchSpecifications") or {}
    return any("AllocationStrategy" in each for each in launch.values())


def _fleet(config: Mapping[str, Any]) -> dict[str, Any]:
    fleet = {name: config[name] for name in KEPT if name in config}
    fleet["Id"] = random_instance_group_id().replace("i-", "if-")
    fleet["InstanceTypeSpecifications"] = [
        {
            "InstanceType": each["InstanceType"],
            "WeightedCapacity": each.get("WeightedCapacity", 1),
            "BidPriceAsPercentageOfOnDemandPrice": each.get(
                "BidPriceAsPercentageOfOnDemandPrice", 100.0
            ),
        }
        for each in config["InstanceTypeConfigs"]
    ]
    _provision(fleet)
    return fleet


def _provision(fleet: dict[str, Any]) -> None:
    """Have as many whole instances of the fleet's first type as its targets need."""
    weight = fleet["InstanceTypeSpecifications"][0]["WeightedCapacity"]
    for market in ("OnDemand", "Spot"):
        target = fleet.setdefault(f"Target{market}Capacity", 0)
        fleet[f"Provisioned{market}Capacity"] = -(-target // weight) * weight


def _told(cluster: Cluster) -> list[dict[str, Any]]:
    over = cluster.state in OVER
    times = {
        "CreationDateTime": cluster.creation_datetime,
        "ReadyDateTime": cluster.ready_datetime,
        **({"EndDateTime": cluster.end_datetime} if over else {}),
    }
    status = {"State": "TERMINATED" if over else "RUNNING", "Timeline": times}
    none = {f"Provisioned{market}Capacity": 0 for market in ("OnDemand", "Spot")} if over else {}
    return [{**fleet, **none, "Status": status} for fleet in fleets_of(cluster)]
