"""Who comes into a cluster, and what they may do in the whole of it.

https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
"""

import enum

import pulumi
import pulumi_aws as aws


class May(enum.Enum):
    """What an entry may do in the whole cluster.

    https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
    """

    EVERYTHING = "AmazonEKSClusterAdminPolicy"
    """Whatever there is: the entry is an administrator's."""
    LOOK_AT_WORK = "AmazonEKSViewPolicy"
    """See most objects, and no secrets or roles."""
    JOIN = "AmazonEKSAutoNodePolicy"
    """What nodes of Auto Mode do."""


def access_entry(
    name: str,
    *,
    parent: pulumi.Resource,
    cluster: pulumi.Input[str],
    principal_arn: pulumi.Input[str],
    may: May | None,
    kind: str = "STANDARD",
    groups: list[str] | None = None,
    ready: list[pulumi.Resource] | None = None,
) -> list[pulumi.CustomResource]:
    """The entry of a role or user as a child of `parent`, and what it may do where it may anything.

    `kind` is EKS's type of entry, `groups` are those of Kubernetes that it is in. It waits for what
    is in `ready`, the policies of a role that is used at once.
    """
    entry = aws.eks.AccessEntry(
        name,
        cluster_name=cluster,
        principal_arn=principal_arn,
        type=kind,
        kubernetes_groups=groups,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=ready),
    )
    if may is None:
        return [entry]
    allowed = aws.eks.AccessPolicyAssociation(
        f"{name}-may",
        cluster_name=cluster,
        principal_arn=entry.principal_arn,
        policy_arn=f"arn:aws:eks::aws:cluster-access-policy/{may.value}",
        access_scope={"type": "cluster"},
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[entry]),
    )
    return [entry, allowed]
