"""The role of nodes, and the entry by which they join a cluster."""

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.platform.kubernetes.cluster_policies import EC2, node_policy

POLICIES = "arn:aws:eks::aws:cluster-access-policy/"
NODES = f"{POLICIES}AmazonEKSAutoNodePolicy"


def node_role(name: str, parent: pulumi.Resource, args: PlacedArgs) -> ExecutionRole:
    """The role that nodes have."""
    return ExecutionRole(
        f"{name}-nodes",
        {
            "service": EC2,
            "account_id": args["account_id"],
            "policies": {
                "work": rendered(node_policy, account_id=args["account_id"], region=args["region"])
            },
        },
        pulumi.ResourceOptions(parent=parent),
    )


def let_nodes_join(
    name: str, parent: pulumi.Resource, cluster: pulumi.Input[str], role: ExecutionRole
) -> aws.eks.AccessPolicyAssociation:
    """Let nodes of the role join a cluster: those of one's own classes have no entry by themselves.

    https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html
    """
    entry = aws.eks.AccessEntry(
        f"{name}-nodes",
        cluster_name=cluster,
        principal_arn=role.arn,
        type="EC2",
        opts=pulumi.ResourceOptions(parent=parent, depends_on=role.ready),
    )
    return aws.eks.AccessPolicyAssociation(
        f"{name}-nodes-may",
        cluster_name=cluster,
        principal_arn=entry.principal_arn,
        policy_arn=NODES,
        access_scope={"type": "cluster"},
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[entry]),
    )
