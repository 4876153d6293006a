"""A cluster that is already there: maslow's pools, teams and add-ons come into it."""

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.iam import rendered
from components.platform.kubernetes.kubeconfig import kubeconfig
from components.platform.kubernetes.node_role import let_nodes_join, node_role


class ExistingClusterArgs(PlacedArgs):
    """What is there."""

    cluster_name: str
    """Name of the cluster, which is in Auto Mode and lets people in by entries."""


class ExistingCluster(pulumi.ComponentResource):
    """What nodes need in a cluster of someone else's: it has the outputs of `KubernetesCluster`.

    Its version, its API and who comes in stay its owner's, who lets in whoever deploys this.
    """

    name: pulumi.Output[str]
    """Name of the cluster, known once nodes can join it."""
    arn: pulumi.Output[str]
    """ARN of the cluster."""
    kubeconfig: pulumi.Output[str]
    """JSON of the configuration by which the Kubernetes provider reaches it."""
    node_role_name: pulumi.Output[str]
    """Name of the role of nodes."""

    def __init__(
        self, name: str, args: ExistingClusterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:ExistingCluster", name, None, opts)
        cluster = aws.eks.get_cluster_output(
            name=args["cluster_name"], opts=pulumi.InvokeOptions(parent=self)
        )
        nodes = node_role(name, self, args)
        joining = let_nodes_join(name, self, args["cluster_name"], nodes)
        self.name = pulumi.Output.all(*(each.id for each in joining)).apply(
            lambda _: args["cluster_name"]
        )
        self.arn = cluster.arn
        self.node_role_name = nodes.name
        self.kubeconfig = rendered(
            kubeconfig,
            name=self.name,
            region=args["region"],
            endpoint=cluster.endpoint,
            certificate=cluster.certificate_authorities.apply(lambda found: found[0].data),
        )
        self.register_outputs(
            {
                "name": self.name,
                "arn": self.arn,
                "kubeconfig": self.kubeconfig,
                "node_role_name": self.node_role_name,
            }
        )
