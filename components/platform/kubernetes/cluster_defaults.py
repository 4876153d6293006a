"""What every workload of a cluster finds there: a class of nodes, of volumes, and of ingresses."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes

from components.common.durability import Durability
from components.platform.kubernetes.nodes import CLASS_API, node_class_spec

NODE_CLASS = "maslow"
STORAGE_CLASS = "encrypted"
INGRESS_CLASS = "private"


class ClusterDefaultsArgs(TypedDict):
    """What the classes are made of."""

    node_role_name: pulumi.Input[str]
    """Name of the role of nodes."""
    subnet_ids: pulumi.Input[list[str]]
    """Private subnets, for nodes and for load balancers."""
    security_group_id: pulumi.Input[str]
    """Group of nodes."""
    key_arn: pulumi.Input[str]
    """KMS key of disks and volumes."""
    disk_gb: int
    """Disk of each node, in GiB."""
    certificate_arn: NotRequired[str]
    """ARN of the certificate by which ingresses speak TLS."""
    tags: dict[str, str]
    """Tags of nodes, volumes and load balancers: what AWS makes gets none of the provider's."""
    durability: Durability
    """Whether volumes outlive what claimed them."""


def storage_parameters(*, key_arn: str, tags: Mapping[str, str]) -> dict[str, str]:
    """Parameters of the class of volumes.

    https://docs.aws.amazon.com/eks/latest/userguide/create-storage-class.html
    """
    told = {
        f"tagSpecification_{place}": f"{key}={value}"
        for place, (key, value) in enumerate(sorted(tags.items()), start=1)
    }
    return {"type": "gp3", "encrypted": "true", "kmsKeyId": key_arn, **told}


def ingress_parameters(
    *, subnet_ids: list[str], certificate_arn: str, tags: Mapping[str, str]
) -> dict[str, Any]:
    """Specification of IngressClassParams: one load balancer inside the network, for all.

    https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html
    """
    told: dict[str, Any] = {
        "scheme": "internal",
        "group": {"name": INGRESS_CLASS},
        "subnets": {"ids": subnet_ids},
        "tags": [{"key": key, "value": value} for key, value in sorted(tags.items())],
    }
    if certificate_arn:
        told["certificateARNs"] = [certificate_arn]
    return told


class ClusterDefaults(pulumi.ComponentResource):
    """The classes of nodes, volumes and ingresses, and network policies that hold.

    Volumes are encrypted, and that class is the default. Ingresses are reached from the network
    alone.

    https://docs.aws.amazon.com/eks/latest/userguide/auto-net-pol.html
    """

    node_class: pulumi.Output[str]
    """Name of the class of nodes, known once it is there."""
    storage_class: pulumi.Output[str]
    """Name of the default class of volumes."""
    ingress_class: pulumi.Output[str]
    """Name of the default class of ingresses."""

    def __init__(
        self, name: str, args: ClusterDefaultsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:ClusterDefaults", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        nodes = kubernetes.apiextensions.CustomResource(
            f"{name}-nodes",
            api_version=CLASS_API,
            kind="NodeClass",
            metadata={"name": NODE_CLASS},
            spec=pulumi.Output.all(
                role=args["node_role_name"],
                subnet_ids=args["subnet_ids"],
                security_group_id=args["security_group_id"],
                key_arn=args["key_arn"],
            ).apply(
                lambda known: node_class_spec(**known, disk_gb=args["disk_gb"], tags=args["tags"])
            ),
            opts=child,
        )
        kubernetes.core.v1.ConfigMap(
            f"{name}-network-policies",
            metadata={"name": "amazon-vpc-cni", "namespace": "kube-system"},
            data={"enable-network-policy-controller": "true"},
            opts=child,
        )
        keeps = args["durability"] is not Durability.DISPOSABLE
        volumes = kubernetes.storage.v1.StorageClass(
            f"{name}-volumes",
            metadata={
                "name": STORAGE_CLASS,
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
            provisioner="ebs.csi.eks.amazonaws.com",
            parameters=pulumi.Output.from_input(args["key_arn"]).apply(
                lambda key_arn: storage_parameters(key_arn=key_arn, tags=args["tags"])
            ),
            reclaim_policy="Retain" if keeps else "Delete",
            volume_binding_mode="WaitForFirstConsumer",
            allow_volume_expansion=True,
            opts=child,
        )
        parameters = kubernetes.apiextensions.CustomResource(
            f"{name}-ingress-parameters",
            api_version=CLASS_API,
            kind="IngressClassParams",
            metadata={"name": INGRESS_CLASS},
            spec=pulumi.Output.from_input(args["subnet_ids"]).apply(
                lambda ids: ingress_parameters(
                    subnet_ids=ids,
                    certificate_arn=args.get("certificate_arn", ""),
                    tags=args["tags"],
                )
            ),
            opts=child,
        )
        ingresses = kubernetes.networking.v1.IngressClass(
            f"{name}-ingresses",
            metadata={
                "name": INGRESS_CLASS,
                "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"},
            },
            spec={
                "controller": "eks.amazonaws.com/alb",
                "parameters": {
                    "api_group": CLASS_API.partition("/")[0],
                    "kind": "IngressClassParams",
                    "name": INGRESS_CLASS,
                },
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[parameters]),
        )
        self.node_class = nodes.id.apply(lambda _: NODE_CLASS)
        self.storage_class = volumes.id.apply(lambda _: STORAGE_CLASS)
        self.ingress_class = ingresses.id.apply(lambda _: INGRESS_CLASS)
        self.register_outputs(
            {
                "node_class": self.node_class,
                "storage_class": self.storage_class,
                "ingress_class": self.ingress_class,
            }
        )
