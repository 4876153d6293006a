"""Nodes of a cluster in Auto Mode: what all of them are like, and the pools that they come from.

https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html
https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html
"""

import enum
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

CLASS_API, POOL_API = "eks.amazonaws.com/v1", "karpenter.sh/v1"
POOL_LABEL = "maslow.dev/pool"
"""What nodes bear the name of their pool as, beside Karpenter's own label."""
CONSOLIDATE_AFTER = "5m"
"""How long a node may be of little use before its work moves elsewhere."""


class Accelerator(enum.Enum):
    """What the nodes of a pool have beside processors, as Kubernetes calls it."""

    NONE = ""
    GPU = "nvidia.com/gpu"
    NEURON = "aws.amazon.com/neuron"


class LimitArgs(TypedDict):
    """The most that the nodes of a pool have together."""

    vcpus: int
    """Processors."""
    memory_gib: int
    """Memory, in GiB."""
    accelerators: int
    """GPUs or chips; 0 for a pool without."""


class NodePoolArgs(TypedDict):
    """What a pool is made of."""

    pool: str
    """Its name."""
    instances: list[str]
    """Instance types of EC2 that its nodes are made of, such as `g6.2xlarge`."""
    accelerator: Accelerator
    """What all of them have beside processors."""
    arm: bool
    """Whether their processors are Arm's, or some are."""
    spot: bool
    """Whether spot instances are taken where there are any."""
    limits: LimitArgs
    """The most that its nodes have together."""
    expire_hours: int
    """Hours after which a node is replaced, at most 504, which are AWS's 21 days."""
    drain_hours: int
    """Hours that what runs on it then has to end; 1 to 24."""
    zones: NotRequired[list[str]]
    """Names of the availability zones that nodes are in; all of the network unless given."""
    node_class: pulumi.Input[str]
    """Name of the class of its nodes."""


def node_class_spec(
    *,
    role: str,
    subnet_ids: Sequence[str],
    security_group_id: str,
    key_arn: str,
    disk_gb: int,
    tags: Mapping[str, str],
) -> dict[str, Any]:
    """The specification of a NodeClass: private subnets, encrypted disks, network policies."""
    return {
        "role": role,
        "subnetSelectorTerms": [{"id": subnet_id} for subnet_id in subnet_ids],
        "securityGroupSelectorTerms": [{"id": security_group_id}],
        "ephemeralStorage": {"size": f"{disk_gb}Gi", "kmsKeyID": key_arn},
        "networkPolicy": "DefaultAllow",
        "networkPolicyEventLogs": "Enabled",
        "tags": {**tags},
    }


def node_pool_spec(args: NodePoolArgs, node_class: str) -> dict[str, Any]:
    """The specification of a NodePool.

    Nodes with accelerators are kept for what asks for one, by a taint that EKS's admission lets
    such pods pass: who requests an extended resource tolerates its name.

    https://docs.aws.amazon.com/eks/latest/userguide/platform-versions.html
    https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#extendedresourcetoleration
    """
    accelerator, limits = args["accelerator"], args["limits"]
    most: dict[str, str] = {"cpu": str(limits["vcpus"]), "memory": f"{limits['memory_gib']}Gi"}
    spec: dict[str, Any] = {
        "nodeClassRef": {
            "group": CLASS_API.partition("/")[0],
            "kind": "NodeClass",
            "name": node_class,
        },
        "requirements": _requirements(args),
        "expireAfter": f"{args['expire_hours']}h",
        "terminationGracePeriod": f"{args['drain_hours']}h",
    }
    if accelerator is not Accelerator.NONE:
        most[accelerator.value] = str(limits["accelerators"])
        spec["taints"] = [{"key": accelerator.value, "effect": "NoSchedule"}]
    return {
        "template": {"metadata": {"labels": {POOL_LABEL: args["pool"]}}, "spec": spec},
        "limits": most,
        "disruption": {
            "consolidationPolicy": "WhenEmpty" if accelerator.value else "WhenEmptyOrUnderutilized",
            "consolidateAfter": CONSOLIDATE_AFTER,
            "budgets": [{"nodes": "10%"}],
        },
    }


def _requirements(args: NodePoolArgs) -> list[dict[str, Any]]:
    capacity = ["on-demand", "spot"] if args["spot"] else ["on-demand"]
    wanted = {
        "node.kubernetes.io/instance-type": args["instances"],
        "karpenter.sh/capacity-type": capacity,
        "kubernetes.io/arch": ["amd64", "arm64"] if args["arm"] else ["amd64"],
    }
    if "zones" in args:
        wanted["topology.kubernetes.io/zone"] = args["zones"]
    return [{"key": key, "operator": "In", "values": values} for key, values in wanted.items()]


class NodePool(pulumi.ComponentResource):
    """A pool of nodes, which come as pods ask for them and go when none does.

    Nodes on demand are taken where no spot instance is to be had. Raises ValueError for a pool
    without types, and for hours that AWS does not let a node have.
    """

    name: pulumi.Output[str]
    """Name of the pool, known once it is there."""

    def __init__(
        self, name: str, args: NodePoolArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:NodePool", name, None, opts)
        check(name, args)
        made = kubernetes.apiextensions.CustomResource(
            f"{name}-pool",
            api_version=POOL_API,
            kind="NodePool",
            metadata={"name": args["pool"]},
            spec=pulumi.Output.from_input(args["node_class"]).apply(
                lambda node_class: node_pool_spec(args, node_class)
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = made.id.apply(lambda _: args["pool"])
        self.register_outputs({"name": self.name})


MOST_HOURS = 504
"""https://docs.aws.amazon.com/eks/latest/userguide/automode-learn-instances.html"""


def check(name: str, args: NodePoolArgs) -> None:
    """Raise ValueError for what AWS refuses."""
    if not args["instances"]:
        raise ValueError(f"{name}: a pool needs an instance type")
    if not 1 <= args["expire_hours"] <= MOST_HOURS - args["drain_hours"]:
        raise ValueError(
            f"{name}: a node lives for at most {MOST_HOURS} hours, the {args['drain_hours']} to "
            f"drain it among them, not {args['expire_hours']}"
        )
