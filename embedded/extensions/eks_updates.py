"""Changes of a cluster: one kind at a time, and one after the other.

A change holds as soon as it is asked for; it is under way for as long as a minute of the cloud's
clock, where AWS takes several.
https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html
https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterVersion.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from botocore import xform_name
from moto.core.responses import ActionResult
from moto.eks.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from moto.eks.models import Cluster, paginated_list
from moto.eks.responses import DEFAULT_MAX_RESULTS, EKSResponse

from catalog.kubernetes_versions import Support, support_of, version_of
from embedded import clock
from embedded.extensions.eks_access import admit_auto_mode
from embedded.extensions.eks_checks import LOG_TYPES, check_config, check_version, is_auto
from embedded.extensions.eks_store import Values, asked_of, cluster_of, part
from embedded.extensions.operations import add

TAKES = timedelta(minutes=1)
ROLLBACK = timedelta(days=7)
"""https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html"""
AUTO, COMPONENTS = "AutoModeUpdate", "ControlPlaneComponentConfigUpdate"
VPC, ENDPOINT = "VpcConfigUpdate", "EndpointAccessUpdate"
KINDS = {
    "accessConfig": "AccessConfigUpdate",
    "computeConfig": AUTO,
    "controlPlaneScalingConfig": "ControlPlaneScalingConfigUpdate",
    "deletionProtection": "DeletionProtectionUpdate",
    "kubeApiServerConfig": COMPONENTS,
    "kubeControllerManagerConfig": COMPONENTS,
    "kubeSchedulerConfig": COMPONENTS,
    "kubernetesNetworkConfig": AUTO,
    "logging": "LoggingUpdate",
    "remoteNetworkConfig": "RemoteNetworkConfigUpdate",
    "storageConfig": AUTO,
    "upgradePolicy": "UpgradePolicyUpdate",
    "zonalShiftConfig": "ZonalShiftConfigUpdate",
    "resourcesVpcConfig.controlPlaneEgressMode": "ControlPlaneEgressUpdate",
    "resourcesVpcConfig.endpointPrivateAccess": ENDPOINT,
    "resourcesVpcConfig.endpointPublicAccess": ENDPOINT,
    "resourcesVpcConfig.publicAccessCidrs": ENDPOINT,
    "resourcesVpcConfig.securityGroupIds": VPC,
    "resourcesVpcConfig.subnetIds": VPC,
}
"""Of what kind the change of a member is."""
PARAMS = {
    "logging": "ClusterLogging",
    "controlPlaneScalingConfig": "UpdatedTier",
    "accessConfig": "AuthenticationMode",
    "securityGroupIds": "SecurityGroups",
    "subnetIds": "Subnets",
}
"""What the parameters of an update are called, where it is not the member's name."""
CONFIG = (*sorted({path.partition(".")[0] for path in KINDS}), "roleArn")
MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
"""Authentication modes: a cluster only ever moves to a later one."""


@dataclass
class Update:
    """A change, and until when it is under way."""

    type: str
    params: list[dict[str, str]]
    addon: str = ""
    """The add-on that it is a change of; empty of the cluster."""
    id: str = field(default_factory=lambda: str(uuid4()))
    created: datetime = field(default_factory=clock.utcnow)
    takes: timedelta = TAKES

    @property
    def status(self) -> str:
        """EKS's word for how far it is."""
        over = clock.utcnow() >= self.created + self.takes
        return "Successful" if over else "InProgress"

    @property
    def told(self) -> Values:
        """The Update structure."""
        return {
            "id": self.id,
            "status": self.status,
            "type": self.type,
            "params": self.params,
            "createdAt": self.created,
            "errors": [],
        }


def install() -> None:
    """Add the operations to moto's EKS."""
    add(EKSResponse, update_cluster_config, update_cluster_version, describe_update, list_updates)


def update_cluster_config(self: EKSResponse) -> ActionResult:
    """UpdateClusterConfig, of one kind."""
    cluster = cluster_of(self)
    asked = {k: v for k, v in asked_of(self).items() if k not in ("name", "clientRequestToken")}
    kinds = set(_kinds(asked))
    if len(kinds) != 1:
        raise InvalidParameterException(
            clusterName=cluster.name, message="Only one type of update can be allowed."
        )
    require_still(cluster)
    (kind,) = kinds
    before = config_of(cluster)
    after = _merged(before, asked)
    _check_change(cluster, kind, before, after)
    check_config(self, after)
    if after == before:
        raise InvalidParameterException(
            clusterName=cluster.name, message="Cluster is already at the desired configuration"
        )
    for name in asked:
        setattr(cluster, xform_name(name), after[name])
    if kind == AUTO and is_auto(after):
        admit_auto_mode(cluster)
    return _started(cluster, Update(kind, list(_params(asked))))


def update_cluster_version(self: EKSResponse) -> ActionResult:
    """UpdateClusterVersion: to the next minor version, or back from one of the last seven days."""
    cluster, wanted = cluster_of(self), str(self._get_param("version"))
    require_still(cluster)
    check_version(wanted)
    if wanted == cluster.version:
        raise InvalidParameterException(
            clusterName=cluster.name,
            message=f"Cluster is already at the desired Kubernetes version {wanted}",
        )
    step = version_of(wanted).minor - version_of(cluster.version).minor
    back = step == -1 and _was_updated(cluster)
    if step != 1 and not back:
        raise InvalidParameterException(
            clusterName=cluster.name,
            message=f"Unsupported Kubernetes minor version update from {cluster.version} to "
            f"{wanted}",
        )
    if behind := [n.nodegroup_name for n in cluster.nodegroups.values() if _lags(n, cluster)]:
        raise InvalidRequestException(
            clusterName=cluster.name,
            message=f"Nodegroups {', '.join(behind)} must be updated to match cluster version "
            f"{cluster.version} before updating cluster version",
        )
    cluster.version = wanted
    params = [{"type": "Version", "value": wanted}]
    return _started(cluster, Update("VersionRollback" if back else "VersionUpdate", params))


def describe_update(self: EKSResponse) -> ActionResult:
    """DescribeUpdate, of a cluster or an add-on."""
    cluster, id_ = cluster_of(self), self._get_param("updateId")
    found = updates(cluster).get(id_)
    if found is None or found.addon != (self._get_param("addonName") or ""):
        raise ResourceNotFoundException(
            clusterName=cluster.name, message=f"No update found for ID: {id_}"
        )
    return ActionResult({"update": found.told})


def list_updates(self: EKSResponse) -> ActionResult:
    """ListUpdates, of a cluster or an add-on."""
    cluster, addon = cluster_of(self), self._get_param("addonName") or ""
    ids = [each.id for each in updates(cluster).values() if each.addon == addon]
    page, token = paginated_list(
        ids, self._get_int_param("maxResults", DEFAULT_MAX_RESULTS), self._get_param("nextToken")
    )
    return ActionResult({"updateIds": page, "nextToken": token})


def updates(cluster: Cluster) -> dict[str, Update]:
    """The changes of a cluster and its add-ons, by id."""
    return part(cluster, "updates")


def require_still(cluster: Cluster) -> None:
    """Raise ResourceInUseException while a cluster is being changed."""
    if (under_way := _under_way(cluster)) is not None:
        raise ResourceInUseException(
            clusterName=cluster.name,
            message=f"Cannot update because cluster {cluster.name} currently has update "
            f"{under_way.id} in progress",
        )


def settle(cluster: Cluster) -> Cluster:
    """Have a cluster say what it is doing."""
    cluster.status = "UPDATING" if _under_way(cluster) else "ACTIVE"
    return cluster


def config_of(cluster: Cluster) -> Values:
    """What may be changed of a cluster, by the names of the members."""
    known = {name: getattr(cluster, xform_name(name), None) for name in CONFIG}
    kept = {name: value for name, value in known.items() if value is not None}
    return {**kept, "bootstrapSelfManagedAddons": False}


def logging_of(asked: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Values:
    """What is logged and what is not, once `asked` holds."""
    on: set[str] = set()
    for config in (before or {}, asked):
        for setup in config.get("clusterLogging", []):
            types = set(setup.get("types", []))
            on = on | types if setup.get("enabled") else on - types
    kinds = ((True, on), (False, set(LOG_TYPES) - on))
    setups = [{"types": sorted(types), "enabled": is_on} for is_on, types in kinds if types]
    return {"clusterLogging": setups}


def _kinds(asked: Mapping[str, Any]) -> Iterator[str]:
    for name, value in asked.items():
        if name == "resourcesVpcConfig":
            yield from (KINDS[f"{name}.{member}"] for member in value)
        else:
            yield KINDS[name]


def _params(asked: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    vpc = asked.get("resourcesVpcConfig", {})
    for name, value in {**asked, **vpc}.items():
        if name != "resourcesVpcConfig":
            shown = PARAMS.get(name, f"{name[0].upper()}{name[1:]}")
            text = value if isinstance(value, str) else json.dumps(value)
            yield {"type": shown, "value": text}


def _merged(before: Values, asked: Mapping[str, Any]) -> Values:
    """A config with what is asked in its place; objects are merged, lists are not."""
    merged = dict(before)
    for name, value in asked.items():
        old = before.get(name)
        if name == "logging":
            merged[name] = logging_of(value, old)
        elif isinstance(old, dict) and isinstance(value, dict):
            merged[name] = _merged(old, value)
        else:
            merged[name] = value
    return merged


def _check_change(cluster: Cluster, kind: str, before: Values, after: Values) -> None:
    """Raise InvalidParameterException for what a cluster never changes, or never back."""
    for mistake in _never(cluster, kind, before, after):
        raise InvalidParameterException(clusterName=cluster.name, message=mistake)


def _never(cluster: Cluster, kind: str, before: Values, after: Values) -> Iterator[str]:
    old, new = (each["accessConfig"]["authenticationMode"] for each in (before, after))
    if MODES.index(new) < MODES.index(old):
        yield f"Unsupported authentication mode update from {old} to {new}"
    for name in ("serviceIpv4Cidr", "ipFamily"):
        if after["kubernetesNetworkConfig"].get(name) != before["kubernetesNetworkConfig"].get(
            name
        ):
            yield f"{name} is given only when a cluster is created"
    role = before["computeConfig"].get("nodeRoleArn")
    if is_auto(before) and role and after["computeConfig"].get("nodeRoleArn", role) != role:
        yield "nodeRoleArn cannot be changed once the compute capability is enabled"
    egress = [each["resourcesVpcConfig"]["controlPlaneEgressMode"] for each in (before, after)]
    if egress[0] != egress[1] and egress[1] == "AWS_MANAGED":
        yield f"The egress mode {egress[0]} cannot be changed back to {egress[1]}"
    today = clock.utcnow().date()
    if kind == "UpgradePolicyUpdate" and support_of(cluster.version, today) is Support.EXTENDED:
        yield f"Kubernetes {cluster.version} is in extended support: its policy stays"


def _was_updated(cluster: Cluster) -> bool:
    """Whether the last change of version was an update, of the last days."""
    kinds = ("VersionUpdate", "VersionRollback")
    made = [each for each in updates(cluster).values() if each.type in kinds]
    last = max(made, key=lambda each: each.created, default=None)
    return (
        last is not None
        and last.type == "VersionUpdate"
        and clock.utcnow() - last.created <= ROLLBACK
    )


def _lags(nodegroup: Any, cluster: Cluster) -> bool:
    return bool(nodegroup.version != cluster.version)


def _under_way(cluster: Cluster) -> Update | None:
    going = (u for u in updates(cluster).values() if not u.addon and u.status == "InProgress")
    return next(going, None)


def _started(cluster: Cluster, update: Update) -> ActionResult:
    updates(cluster)[update.id] = update
    return ActionResult({"update": update.told})
