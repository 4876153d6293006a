"""Who comes into a cluster of EKS, and what EKS itself lets them do there.

https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from moto.core.responses import ActionResult, EmptyResult
from moto.eks.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceInUseException,
    ResourceNotFoundException,
)
from moto.eks.models import Cluster, paginated_list
from moto.eks.responses import DEFAULT_MAX_RESULTS, EKSResponse
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from embedded import clock
from embedded.extensions.eks_store import (
    Values,
    account_of,
    arn_of,
    asked_of,
    cluster_of,
    part,
    require_role,
)
from embedded.extensions.operations import add, paged

STANDARD, AUTO_NODES = "STANDARD", "EC2"
TYPES = (
    STANDARD,
    AUTO_NODES,
    *("EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX"),
)
NODE_USER, NODE_GROUPS = "system:node:{{EC2PrivateDNSName}}", ["system:nodes"]
WITH_POLICIES = (STANDARD, AUTO_NODES)
RESERVED = ("amazon:", "aws:", "eks:", "iam:", "system:")
"""What no name of a user or group begins with.

https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
"""
PRINCIPAL = re.compile(r"arn:aws[\w-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+")
POLICIES = tuple(
    f"Amazon{name}Policy"
    for name in (
        *("EKSAdmin", "EKSAdminView", "EKSAutoNode", "EKSBlockStorage", "EKSBlockStorageCluster"),
        *("EKSClusterAdmin", "EKSCompute", "EKSComputeCluster", "EKSEdit", "EKSHybrid"),
        *("EKSLoadBalancing", "EKSLoadBalancingCluster", "EKSNetworking", "EKSNetworkingCluster"),
        *("EKSView", "AIOpsAssistant", "ARCRegionSwitchScaling"),
    )
)
OF_AUTO_MODE = tuple(
    f"AmazonEKS{what}{kind}Policy"
    for what in ("BlockStorage", "Compute", "LoadBalancing", "Networking")
    for kind in ("", "Cluster")
)
"""What EKS itself gives the role of a cluster of Auto Mode."""
WHOLE: Mapping[str, object] = {"type": "cluster", "namespaces": []}
CHANGED = ("kubernetesGroups", "username")


def install() -> None:
    """Add the operations to moto's EKS."""
    add(
        EKSResponse,
        create_access_entry,
        describe_access_entry,
        update_access_entry,
        delete_access_entry,
        list_access_entries,
        list_access_policies,
        associate_access_policy,
        disassociate_access_policy,
        list_associated_access_policies,
    )


def create_access_entry(self: EKSResponse) -> ActionResult:
    """CreateAccessEntry, one for a principal, in a cluster that has such entries."""
    cluster, asked = _opened(self), asked_of(self)
    principal, type_ = asked["principalArn"], asked.get("type", STANDARD)
    for mistake in (*_mistakes(asked), *_of_type(asked, type_)):
        raise InvalidParameterException(clusterName=cluster.name, message=mistake)
    _require_principal(self, principal)
    if principal in entries(cluster):
        raise ResourceInUseException(
            clusterName=cluster.name,
            message="The specified access entry resource is already in use on this cluster.",
        )
    return ActionResult({"accessEntry": admit(cluster, principal, type_, asked)})


def describe_access_entry(self: EKSResponse) -> ActionResult:
    """DescribeAccessEntry."""
    return ActionResult({"accessEntry": _entry(self)})


def update_access_entry(self: EKSResponse) -> ActionResult:
    """UpdateAccessEntry: other groups, or another name."""
    entry, asked = _entry(self), asked_of(self)
    changed = {name: asked[name] for name in CHANGED if name in asked}
    for mistake in (*_mistakes(changed), *_of_type(changed, entry["type"])):
        raise InvalidParameterException(clusterName=entry["clusterName"], message=mistake)
    entry.update(changed, modifiedAt=clock.utcnow())
    return ActionResult({"accessEntry": entry})


def delete_access_entry(self: EKSResponse) -> EmptyResult:
    """DeleteAccessEntry, and with it what it allows."""
    entry, cluster = _entry(self), cluster_of(self)
    del entries(cluster)[entry["principalArn"]]
    part(cluster, "access_policies").pop(entry["principalArn"], None)
    return EmptyResult()


def list_access_entries(self: EKSResponse) -> ActionResult:
    """ListAccessEntries, all or those of a policy."""
    cluster, policy = _opened(self), self._get_param("associatedPolicyArn")
    known = [one for one in entries(cluster) if not policy or policy in _policies(cluster, one)]
    page, token = paginated_list(
        known, self._get_int_param("maxResults", DEFAULT_MAX_RESULTS), self._get_param("nextToken")
    )
    return ActionResult({"accessEntries": page, "nextToken": token})


def list_access_policies(self: EKSResponse) -> ActionResult:
    """ListAccessPolicies."""
    known = [{"name": name, "arn": policy_arn(name)} for name in sorted(POLICIES)]
    return paged(self, "accessPolicies", known, "arn", by="maxResults", after="nextToken")


def associate_access_policy(self: EKSResponse) -> ActionResult:
    """AssociateAccessPolicy; of one that is there already, it changes the scope."""
    entry, cluster = _entry(self), cluster_of(self)
    policy, scope = self._get_param("policyArn"), self._get_param("accessScope")
    for mistake in _misfits(entry, policy, scope):
        raise InvalidParameterException(clusterName=cluster.name, message=mistake)
    made = _associate(cluster, entry["principalArn"], policy, scope)
    return ActionResult(
        {
            "clusterName": cluster.name,
            "principalArn": entry["principalArn"],
            "associatedAccessPolicy": made,
        }
    )


def disassociate_access_policy(self: EKSResponse) -> EmptyResult:
    """DisassociateAccessPolicy."""
    entry, policy = _entry(self), self._get_param("policyArn")
    policies = _policies(cluster_of(self), entry["principalArn"])
    if policies.pop(policy, None) is None:
        raise ResourceNotFoundException(
            clusterName=entry["clusterName"],
            message=f"The specified policyArn {policy} could not be found.",
        )
    return EmptyResult()


def list_associated_access_policies(self: EKSResponse) -> ActionResult:
    """ListAssociatedAccessPolicies."""
    entry = _entry(self)
    known = [*_policies(cluster_of(self), entry["principalArn"]).values()]
    page: Any = paged(
        *(self, "associatedAccessPolicies", known, "policyArn"), by="maxResults", after="nextToken"
    )
    named = {name: entry[name] for name in ("clusterName", "principalArn")}
    return ActionResult({**page.result, **named})


def entries(cluster: Cluster) -> dict[str, Values]:
    """The access entries of a cluster, by principal."""
    return part(cluster, "access_entries")


def policy_arn(name: str) -> str:
    """The ARN of an access policy."""
    return f"arn:aws:eks::aws:cluster-access-policy/{name}"


def admit(cluster: Cluster, principal: str, type_: str, asked: Mapping[str, object]) -> Values:
    """Keep an access entry, with what EKS fills in."""
    kind, _, name = principal.rpartition(":")[2].partition("/")
    account, now = account_of(principal), clock.utcnow()
    session = f"arn:aws:sts::{account}:assumed-role/{name.rpartition('/')[2]}/{{{{SessionName}}}}"
    user = NODE_USER if type_ != STANDARD else principal if kind == "user" else session
    what = f"access-entry/{kind}/{account}/{name}/{uuid4()}"
    entry = entries(cluster)[principal] = {
        "clusterName": cluster.name,
        "principalArn": principal,
        "accessEntryArn": arn_of(cluster, what),
        "kubernetesGroups": asked.get("kubernetesGroups", [] if type_ == STANDARD else NODE_GROUPS),
        "username": asked.get("username", user),
        "type": type_,
        "tags": asked.get("tags", {}),
        "createdAt": now,
        "modifiedAt": now,
    }
    return entry


def admit_creator(self: EKSResponse, cluster: Cluster) -> None:
    """Let who creates a cluster in, as its administrator, unless told not to."""
    access = vars(cluster)["access_config"]
    creator = _caller(self)
    wanted = access["bootstrapClusterCreatorAdminPermissions"]
    if wanted and access["authenticationMode"] != "CONFIG_MAP" and creator:
        admit(cluster, creator, STANDARD, {})
        _associate(cluster, creator, policy_arn("AmazonEKSClusterAdminPolicy"), WHOLE)


def admit_auto_mode(cluster: Cluster) -> None:
    """Let the role of the cluster and that of its built-in nodes in, as Auto Mode needs it.

    https://docs.aws.amazon.com/eks/latest/userguide/auto-learn-iam.html
    """
    nodes = vars(cluster)["compute_config"].get("nodeRoleArn")
    _admit(cluster, cluster.role_arn, STANDARD, OF_AUTO_MODE)
    if nodes:
        _admit(cluster, nodes, AUTO_NODES, ("AmazonEKSAutoNodePolicy",))


def _admit(cluster: Cluster, principal: str, type_: str, policies: Iterable[str]) -> None:
    if principal not in entries(cluster):
        admit(cluster, principal, type_, {})
    for name in policies:
        _associate(cluster, principal, policy_arn(name), WHOLE)


def _associate(
    cluster: Cluster, principal: str, policy: str, scope: Mapping[str, object]
) -> Values:
    policies, now = _policies(cluster, principal), clock.utcnow()
    made: Values = {
        "policyArn": policy,
        "accessScope": {"namespaces": [], **scope},
        "associatedAt": policies.get(policy, {}).get("associatedAt", now),
        "modifiedAt": now,
    }
    policies[policy] = made
    return made


def _policies(cluster: Cluster, principal: str) -> dict[str, Values]:
    of_principal: dict[str, Values] = part(cluster, "access_policies").setdefault(principal, {})
    return of_principal


def _opened(self: EKSResponse) -> Cluster:
    """The cluster, whose entries count. Raises InvalidRequestException."""
    cluster = cluster_of(self)
    if vars(cluster)["access_config"]["authenticationMode"] == "CONFIG_MAP":
        raise InvalidRequestException(
            clusterName=cluster.name,
            message="The cluster's authentication mode must be set to one of [API, "
            "API_AND_CONFIG_MAP] to perform this operation.",
        )
    return cluster


def _entry(self: EKSResponse) -> Values:
    cluster, principal = _opened(self), self._get_param("principalArn")
    if principal not in entries(cluster):
        raise ResourceNotFoundException(
            clusterName=cluster.name,
            message="The specified principalArn could not be found. You can view your available "
            "access entries with 'list-access-entries'.",
        )
    return entries(cluster)[principal]


def _mistakes(asked: Mapping[str, object]) -> Iterator[str]:
    groups, user = asked.get("kubernetesGroups", []), str(asked.get("username", ""))
    for name in (*(groups if isinstance(groups, list) else ()), user):
        if name.startswith(RESERVED):
            yield f"{name}: no name begins with {name.partition(':')[0]}:"


def _of_type(asked: Mapping[str, object], type_: str) -> Iterator[str]:
    if type_ not in TYPES:
        yield f"There is no type {type_}: {', '.join(TYPES)}"
    if type_ != STANDARD and (given := [name for name in CHANGED if asked.get(name)]):
        yield f"{', '.join(given)}: entries of the type {type_} take none"
    if type_ != STANDARD and ":user/" in str(asked.get("principalArn", "")):
        yield f"The principal of the type {type_} is a role"


def _misfits(entry: Values, policy: str, scope: Mapping[str, object]) -> Iterator[str]:
    if policy not in map(policy_arn, POLICIES):
        yield f"There is no access policy {policy}"
    if entry["type"] not in WITH_POLICIES:
        yield f"Entries of the type {entry['type']} take no access policies"
    if scope.get("type") not in ("cluster", "namespace"):
        yield "The type of a scope is cluster or namespace"
    if (scope.get("type") == "namespace") != bool(scope.get("namespaces")):
        yield "namespaces are for the scope namespace, which needs them"


def _require_principal(self: EKSResponse, arn: str) -> None:
    """Raise InvalidParameterException for what is no role or user, or not there."""
    if not PRINCIPAL.fullmatch(arn):
        raise InvalidParameterException(
            message=f"The principalArn {arn} is that of no role and no user of IAM."
        )
    if ":role/" in arn:
        require_role(self, arn)
        return
    users = iam_backends[self.current_account][self.eks_backend.partition].users.values()
    if account_of(arn) == self.current_account and arn not in [user.arn for user in users]:
        raise InvalidParameterException(message=f"The user {arn} does not exist.")


def _caller(self: EKSResponse) -> str:
    """The role or user that a request is of, empty where it is nobody's."""
    sts = sts_backends[self.current_account]["global"]
    _, arn, account = sts.get_caller_identity(self.get_access_key(), self.region)
    if ":assumed-role/" in arn:
        return f"arn:aws:iam::{account}:role/{arn.split('/')[1]}"
    return arn if PRINCIPAL.fullmatch(arn) else ""
