"""Pod identities of EKS: the role that the pods of a service account have.

https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.responses import ActionResult
from moto.eks.exceptions import (
    InvalidParameterException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from moto.eks.models import Cluster
from moto.eks.responses import EKSResponse

from embedded import clock
from embedded.extensions.eks_store import (
    ASSUME,
    TAG_SESSION,
    Values,
    arn_of,
    asked_of,
    cluster_of,
    part,
    require_role,
    short_id,
)
from embedded.extensions.operations import add, paged

PRINCIPAL = "pods.eks.amazonaws.com"
CHANGED = ("roleArn", "targetRoleArn", "disableSessionTags", "policy")
SUMMARY = (
    *("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn"),
)


def install() -> None:
    """Add the operations to moto's EKS."""
    add(
        EKSResponse,
        create_pod_identity_association,
        describe_pod_identity_association,
        update_pod_identity_association,
        delete_pod_identity_association,
        list_pod_identity_associations,
    )


def create_pod_identity_association(self: EKSResponse) -> ActionResult:
    """CreatePodIdentityAssociation, one for a service account.

    EKS does not look whether Kubernetes has the namespace or the account.
    """
    cluster = cluster_of(self)
    return ActionResult({"association": associate(self, cluster, asked_of(self))})


def describe_pod_identity_association(self: EKSResponse) -> ActionResult:
    """DescribePodIdentityAssociation."""
    return ActionResult({"association": _association(self)})


def update_pod_identity_association(self: EKSResponse) -> ActionResult:
    """UpdatePodIdentityAssociation: another role; the service account stays."""
    association, asked = _association(self), asked_of(self)
    changed = {**association, **{name: asked[name] for name in CHANGED if name in asked}}
    _check(self, changed)
    association.update(changed, modifiedAt=clock.utcnow())
    _name(association)
    return ActionResult({"association": association})


def delete_pod_identity_association(self: EKSResponse) -> ActionResult:
    """DeletePodIdentityAssociation."""
    association = _association(self)
    del associations(cluster_of(self))[association["associationId"]]
    return ActionResult({"association": association})


def list_pod_identity_associations(self: EKSResponse) -> ActionResult:
    """ListPodIdentityAssociations, by namespace and service account."""
    cluster, asked = cluster_of(self), asked_of(self)
    wanted = {name: asked[name] for name in ("namespace", "serviceAccount") if name in asked}
    known = [
        {name: each[name] for name in SUMMARY if name in each}
        for each in associations(cluster).values()
        if wanted.items() <= each.items()
    ]
    return paged(
        *(self, "associations", known, "associationId"), by="maxResults", after="nextToken"
    )


def associations(cluster: Cluster) -> dict[str, Values]:
    """The associations of a cluster, by id."""
    return part(cluster, "pod_identity_associations")


def associate(self: EKSResponse, cluster: Cluster, asked: Mapping[str, Any]) -> Values:
    """Keep an association. Raises what CreatePodIdentityAssociation answers."""
    _check(self, asked)
    key = ("namespace", "serviceAccount")
    for each in associations(cluster).values():
        if all(each[name] == asked[name] for name in key):
            raise ResourceInUseException(
                clusterName=cluster.name,
                message=f"Association already exists: {each['associationId']}",
            )
    id_, now = f"a-{short_id()}", clock.utcnow()
    association = associations(cluster)[id_] = {
        "tags": {},
        "disableSessionTags": False,
        **{name: value for name, value in asked.items() if name != "clientRequestToken"},
        "clusterName": cluster.name,
        "associationId": id_,
        "associationArn": arn_of(cluster, f"podidentityassociation/{id_}"),
        "createdAt": now,
        "modifiedAt": now,
    }
    _name(association)
    return association


def _name(association: Values) -> None:
    """Give it what the trust policy of a target role may ask for."""
    if association.get("targetRoleArn"):
        association.setdefault("externalId", short_id())


def _check(self: EKSResponse, asked: Mapping[str, Any]) -> None:
    """Raise InvalidParameterException for a role that no pod could have.

    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    """
    require_role(self, asked["roleArn"], PRINCIPAL, ASSUME, TAG_SESSION)
    for mistake in _mistakes(asked):
        raise InvalidParameterException(message=mistake)


def _mistakes(asked: Mapping[str, Any]) -> Iterator[str]:
    if asked.get("policy") and not asked.get("disableSessionTags"):
        yield "A policy needs disableSessionTags to be true"


def _association(self: EKSResponse) -> Values:
    cluster, id_ = cluster_of(self), self._get_param("associationId")
    if id_ not in associations(cluster):
        raise ResourceNotFoundException(
            clusterName=cluster.name,
            message=f"The association ID '{id_}' does not exist in cluster '{cluster.name}'",
        )
    return associations(cluster)[id_]
