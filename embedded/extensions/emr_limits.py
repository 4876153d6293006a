"""Managed scaling and auto-termination of EMR's clusters.

Limits of managed scaling are checked and kept; nothing scales here. A cluster that waits for steps
longer than it may is terminated by the clock.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-managed-scaling.html
https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-auto-termination-policy.html
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.emr.exceptions import ValidationException
from moto.emr.models import Cluster, emr_backends
from moto.emr.responses import ElasticMapReduceResponse

from embedded import clock
from embedded.extensions.operations import add

IDLE_SECONDS = range(60, 604_801)
DEFAULT_IDLE_SECONDS = 3600
POLICIES = ("ManagedScalingPolicy", "AutoTerminationPolicy")
UNITS = ("InstanceFleetUnits", "Instances", "VCPU")


class _Idle:
    """The clusters that wait for steps no longer than they may."""

    def next(self, after: datetime) -> datetime | None:
        """When the first of them has waited so long."""
        return min((due for _, due in _dues() if due > after), default=None)

    def fire(self, at: datetime) -> int:
        """Terminate those whose time it is."""
        due = [cluster for cluster, when in _dues() if when <= at]
        for cluster in due:
            vars(cluster)["last_state_change_reason"] = (
                "Cluster was terminated because its AutoTerminationPolicy idle timeout exceeded"
            )
            cluster.terminate()
        return len(due)


def install() -> None:
    """Add the operations to moto's EMR, and have clusters end."""
    add(
        ElasticMapReduceResponse,
        put_managed_scaling_policy,
        get_managed_scaling_policy,
        remove_managed_scaling_policy,
        put_auto_termination_policy,
        get_auto_termination_policy,
        remove_auto_termination_policy,
    )
    clock.current().add(_Idle())


def put_managed_scaling_policy(self: ElasticMapReduceResponse) -> EmptyResult:
    """PutManagedScalingPolicy."""
    return _put(self)


def get_managed_scaling_policy(self: ElasticMapReduceResponse) -> ActionResult:
    """GetManagedScalingPolicy."""
    return _get(self, "ManagedScalingPolicy")


def remove_managed_scaling_policy(self: ElasticMapReduceResponse) -> EmptyResult:
    """RemoveManagedScalingPolicy."""
    return _remove(self, "ManagedScalingPolicy")


def put_auto_termination_policy(self: ElasticMapReduceResponse) -> EmptyResult:
    """PutAutoTerminationPolicy."""
    return _put(self)


def get_auto_termination_policy(self: ElasticMapReduceResponse) -> ActionResult:
    """GetAutoTerminationPolicy."""
    return _get(self, "AutoTerminationPolicy")


def remove_auto_termination_policy(self: ElasticMapReduceResponse) -> EmptyResult:
    """RemoveAutoTerminationPolicy."""
    return _remove(self, "AutoTerminationPolicy")


def check_limits(asked: Mapping[str, Any], *, of_fleets: bool) -> None:
    """Raises ValidationException for limits of a request that EMR refuses."""
    for mistake in _mistakes(asked, of_fleets):
        raise ValidationException(mistake)


def keep_limits(cluster: Cluster, asked: Mapping[str, Any]) -> None:
    """Keep what a request says of a cluster's limits."""
    for name in POLICIES:
        if name in asked:
            vars(cluster)[name] = asked[name]


def idle_since(cluster: Cluster) -> datetime | None:
    """Since when a cluster waits for steps; None where it does not."""
    if cluster.state != "WAITING" or cluster.ready_datetime is None:
        return None
    ends = [vars(step).get("end_date_time") for step in cluster.steps]
    return max(each.replace(tzinfo=UTC) for each in (cluster.ready_datetime, *ends) if each)


def _mistakes(asked: Mapping[str, Any], of_fleets: bool) -> Iterator[str]:
    idle = (asked.get("AutoTerminationPolicy") or {}).get("IdleTimeout", DEFAULT_IDLE_SECONDS)
    if idle not in IDLE_SECONDS:
        yield f"The idle timeout must be between 60 and 604800 seconds, and is {idle}."
    limits = (asked.get("ManagedScalingPolicy") or {}).get("ComputeLimits")
    if limits is None:
        return
    unit, least, most = (
        limits[name] for name in ("UnitType", "MinimumCapacityUnits", "MaximumCapacityUnits")
    )
    if unit not in UNITS or of_fleets != (unit == "InstanceFleetUnits"):
        yield f"The unit type {unit} does not fit a cluster of {_collection(of_fleets)}."
    if least < 1 or least > most:
        yield f"MinimumCapacityUnits {least} must be at least 1 and at most {most}, the maximum."
    for name in ("MaximumOnDemandCapacityUnits", "MaximumCoreCapacityUnits"):
        if limits.get(name, 0) > most:
            yield f"{name} {limits[name]} is more than MaximumCapacityUnits, which is {most}."


def _collection(of_fleets: bool) -> str:
    return "instance fleets" if of_fleets else "instance groups"


def _cluster(self: ElasticMapReduceResponse) -> Cluster:
    return self.backend.describe_cluster(json.loads(self.body)["ClusterId"])


def _put(self: ElasticMapReduceResponse) -> EmptyResult:
    asked, cluster = json.loads(self.body), _cluster(self)
    check_limits(asked, of_fleets="fleets" in vars(cluster))
    keep_limits(cluster, asked)
    return EmptyResult()


def _get(self: ElasticMapReduceResponse, name: str) -> ActionResult:
    kept = vars(_cluster(self)).get(name)
    return ActionResult({name: kept} if kept else {})


def _remove(self: ElasticMapReduceResponse, name: str) -> EmptyResult:
    vars(_cluster(self)).pop(name, None)
    return EmptyResult()


def _dues() -> Iterator[tuple[Cluster, datetime]]:
    """The clusters that wait and end by themselves, and when they do."""
    for _, _, backend in emr_backends.iter_backends():
        for cluster in vars(backend)["clusters"].values():
            policy, since = vars(cluster).get("AutoTerminationPolicy"), idle_since(cluster)
            if policy and since:
                seconds = policy.get("IdleTimeout", DEFAULT_IDLE_SECONDS)
                yield cluster, since + timedelta(seconds=seconds)
