"""Add-ons of EKS, which are kept and run nothing, and tags of whatever belongs to a cluster.

Which version of an add-on AWS takes by default is not known here: where none is asked for, none is
told.
https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html
https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import yaml
from moto.core.responses import ActionResult, EmptyResult
from moto.eks.exceptions import (
    EKSError,
    InvalidParameterException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from moto.eks.models import Cluster, paginated_list
from moto.eks.responses import DEFAULT_MAX_RESULTS, EKSResponse

from embedded import clock
from embedded.extensions.eks_access import entries
from embedded.extensions.eks_pods import associate, associations
from embedded.extensions.eks_store import Values, arn_of, asked_of, cluster_of, part, require_role
from embedded.extensions.eks_updates import Update, updates
from embedded.extensions.operations import add

NAMESPACES = {
    "adot": "opentelemetry-operator-system",
    "amazon-cloudwatch-observability": "amazon-cloudwatch",
    "aws-ebs-csi-driver": "kube-system",
    "aws-efs-csi-driver": "kube-system",
    "aws-fsx-csi-driver": "kube-system",
    "aws-guardduty-agent": "amazon-guardduty",
    "aws-mountpoint-s3-csi-driver": "kube-system",
    "cert-manager": "cert-manager",
    "coredns": "kube-system",
    "eks-node-monitoring-agent": "kube-system",
    "eks-pod-identity-agent": "kube-system",
    "external-dns": "external-dns",
    "kube-proxy": "kube-system",
    "kube-state-metrics": "kube-state-metrics",
    "metrics-server": "kube-system",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "snapshot-controller": "kube-system",
    "vpc-cni": "kube-system",
}
"""Add-ons of AWS and of the community, and where each runs."""
VERSION = re.compile(r"v\d+\.\d+\.\d+-eksbuild\.\d+")
CHANGED = ("addonVersion", "configurationValues", "serviceAccountRoleArn")


class NotFoundException(EKSError):
    """404 for tags of what is not there."""

    TYPE = "NotFoundException"
    STATUS = 404


def install() -> None:
    """Add the operations to moto's EKS."""
    add(EKSResponse, create_addon, describe_addon, update_addon, delete_addon, list_addons)
    add(EKSResponse, tag_resource, untag_resource, list_tags_for_resource)


def create_addon(self: EKSResponse) -> ActionResult:
    """CreateAddon, one of a name in a cluster."""
    cluster, asked = cluster_of(self), asked_of(self)
    name = asked["addonName"]
    if name in addons(cluster):
        raise ResourceInUseException(
            clusterName=cluster.name, addonName=name, message="Addon already exists."
        )
    _check(self, asked)
    now = clock.utcnow()
    addon: Values = {
        "addonName": name,
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "health": {"issues": []},
        "addonArn": arn_of(cluster, f"addon/{name}/{uuid4()}"),
        "createdAt": now,
        "modifiedAt": now,
        "tags": asked.get("tags", {}),
        "namespaceConfig": asked.get("namespaceConfig", {"namespace": NAMESPACES[name]}),
        **{key: asked[key] for key in CHANGED if key in asked},
    }
    _associate(self, cluster, addon, asked.get("podIdentityAssociations", []))
    addons(cluster)[name] = addon
    return ActionResult({"addon": addon})


def describe_addon(self: EKSResponse) -> ActionResult:
    """DescribeAddon."""
    return ActionResult({"addon": _addon(self)})


def update_addon(self: EKSResponse) -> ActionResult:
    """UpdateAddon: another version or other values; what is not named stays."""
    addon, cluster, asked = _addon(self), cluster_of(self), asked_of(self)
    _check(self, asked)
    changed = {key: asked[key] for key in CHANGED if key in asked}
    addon.update(changed, modifiedAt=clock.utcnow())
    if "podIdentityAssociations" in asked:
        _dissociate(cluster, addon)
        _associate(self, cluster, addon, asked["podIdentityAssociations"])
    params = [
        {"type": f"{key[0].upper()}{key[1:]}", "value": value} for key, value in changed.items()
    ]
    made = Update("AddonUpdate", params, addon["addonName"], takes=timedelta(0))
    updates(cluster)[made.id] = made
    return ActionResult({"update": made.told})


def delete_addon(self: EKSResponse) -> ActionResult:
    """DeleteAddon, and with it the pod identities that are its own."""
    addon, cluster = _addon(self), cluster_of(self)
    _dissociate(cluster, addon)
    del addons(cluster)[addon["addonName"]]
    return ActionResult({"addon": {**addon, "status": "DELETING"}})


def list_addons(self: EKSResponse) -> ActionResult:
    """ListAddons."""
    page, token = paginated_list(
        [*addons(cluster_of(self))],
        self._get_int_param("maxResults", DEFAULT_MAX_RESULTS),
        self._get_param("nextToken"),
    )
    return ActionResult({"addons": page, "nextToken": token})


def tag_resource(self: EKSResponse) -> EmptyResult:
    """TagResource, of a cluster or what belongs to one."""
    _tags(self).update(self._get_param("tags"))
    return EmptyResult()


def untag_resource(self: EKSResponse) -> EmptyResult:
    """UntagResource."""
    tags = _tags(self)
    for key in self._get_param("tagKeys"):
        tags.pop(key, None)
    return EmptyResult()


def list_tags_for_resource(self: EKSResponse) -> ActionResult:
    """ListTagsForResource."""
    return ActionResult({"tags": _tags(self)})


def addons(cluster: Cluster) -> dict[str, Values]:
    """The add-ons of a cluster, by name."""
    return part(cluster, "addons")


def _addon(self: EKSResponse) -> Values:
    cluster, name = cluster_of(self), self._get_param("addonName")
    if name not in addons(cluster):
        raise ResourceNotFoundException(
            clusterName=cluster.name, addonName=name, message=f"No addon: {name} found in cluster"
        )
    return addons(cluster)[name]


def _check(self: EKSResponse, asked: Mapping[str, Any]) -> None:
    for mistake in _mistakes(asked):
        raise InvalidParameterException(addonName=asked["addonName"], message=mistake)
    if role := asked.get("serviceAccountRoleArn"):
        require_role(self, role)


def _mistakes(asked: Mapping[str, Any]) -> Iterator[str]:
    name, version = asked["addonName"], asked.get("addonVersion")
    if name not in NAMESPACES:
        yield f"Addon {name} specified is not supported: {', '.join(NAMESPACES)}"
    if version is not None and not VERSION.fullmatch(version):
        yield f"Addon version {version} is not one of EKS's, such as v1.2.3-eksbuild.1"
    try:
        values = yaml.safe_load(asked.get("configurationValues") or "{}")
    except yaml.YAMLError:
        values = None
    if not isinstance(values, dict):
        yield "ConfigurationValues are no JSON and no YAML"


def _associate(
    self: EKSResponse, cluster: Cluster, addon: Values, wanted: list[dict[str, str]]
) -> None:
    """Give service accounts of an add-on their roles; the associations are its own."""
    place = {**addon["namespaceConfig"], "ownerArn": addon["addonArn"]}
    made = [associate(self, cluster, {**place, **each}) for each in wanted]
    addon["podIdentityAssociations"] = [each["associationArn"] for each in made]


def _dissociate(cluster: Cluster, addon: Values) -> None:
    for id_, each in [*associations(cluster).items()]:
        if each.get("ownerArn") == addon["addonArn"]:
            del associations(cluster)[id_]


def _tags(self: EKSResponse) -> dict[str, str]:
    """The tags of what a request names. Raises NotFoundException."""
    arn = self._get_param("resourceArn")
    for cluster in self.eks_backend.clusters.values():
        tags: dict[str, str] | None = next(_tagged(cluster, arn), None)
        if tags is not None:
            return tags
    raise NotFoundException(message=f"The resource {arn} was not found.")


def _tagged(cluster: Cluster, arn: str) -> Iterator[dict[str, str]]:
    if cluster.arn == arn:
        yield cluster.tags
    for kept, name in (
        (entries(cluster), "accessEntryArn"),
        (associations(cluster), "associationArn"),
        (addons(cluster), "addonArn"),
    ):
        yield from (each["tags"] for each in kept.values() if each[name] == arn)
    groups = cluster.nodegroups.values()
    profiles = cluster.fargate_profiles.values()
    yield from (group.tags for group in groups if group.arn == arn)
    yield from (one.tags for one in profiles if one.fargate_profile_arn == arn)
