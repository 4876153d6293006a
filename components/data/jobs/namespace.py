"""A namespace of a cluster of EKS that EMR runs the jobs of an environment in."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws


class SparkNamespaceArgs(TypedDict):
    """What a namespace is registered with EMR by."""

    virtual_cluster_name: str
    """Name of the virtual cluster within the account, at most 64 characters."""
    cluster: pulumi.Input[str]
    """Name of the cluster of EKS, whose access entries EMR makes one of for itself."""
    namespace: pulumi.Input[str]
    """Name of the namespace, which has to be there and is in no other virtual cluster."""


class SparkNamespace(pulumi.ComponentResource):
    """A virtual cluster: it costs nothing, and its jobs are pods in the namespace.

    Its name, cluster and namespace can't be changed; another one takes its place.
    https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/setting-up-cluster-access.html
    """

    virtual_cluster_id: pulumi.Output[str]
    """Id that runs are started with."""
    arn: pulumi.Output[str]
    """ARN of the virtual cluster."""

    def __init__(
        self, name: str, args: SparkNamespaceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:SparkNamespace", name, None, opts)
        cluster = aws.emrcontainers.VirtualCluster(
            f"{name}-virtual-cluster",
            name=args["virtual_cluster_name"],
            container_provider={
                "id": args["cluster"],
                "type": "EKS",
                "info": {"eks_info": {"namespace": args["namespace"]}},
            },
            # A namespace is in one virtual cluster at a time.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        self.virtual_cluster_id = cluster.id
        self.arn = cluster.arn
        self.register_outputs({"virtual_cluster_id": self.virtual_cluster_id, "arn": self.arn})
