"""The role of nodes, and the entry by which they join a cluster."""

import pulumi

from components.common.args import PlacedArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.platform.kubernetes.access_entry import May, access_entry
from components.platform.kubernetes.cluster_policies import EC2, node_policy


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
) -> list[pulumi.CustomResource]:
    """Let nodes of the role join a cluster: those of one's own classes have no entry by themselves.

    https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html
    """
    return access_entry(
        f"{name}-nodes",
        parent=parent,
        cluster=cluster,
        principal_arn=role.arn,
        may=May.JOIN,
        kind="EC2",
        ready=role.ready,
    )
