"""The cluster: EKS in Auto Mode, its roles, its log, and who comes in."""

import enum
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import LoggedArgs, PlacedArgs
from components.common.durability import Durability
from components.common.iam import rendered
from components.common.log_group import encrypted_log_group
from components.platform.kubernetes.access_entry import May, access_entry
from components.platform.kubernetes.cluster_policies import (
    EKS,
    cluster_policy,
    look_policy,
    session_trust,
)
from components.platform.kubernetes.kubeconfig import kubeconfig
from components.platform.kubernetes.node_role import let_nodes_join, node_role

LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")


class Support(enum.Enum):
    """What happens to a version whose standard support ends.

    https://docs.aws.amazon.com/eks/latest/userguide/view-upgrade-policy.html
    """

    STANDARD = "STANDARD"
    """EKS moves the cluster to the next version."""
    EXTENDED = "EXTENDED"
    """It stays for another twelve months, at six times the price."""


class EntryArgs(TypedDict):
    """Who comes in, and as what."""

    principal_arn: pulumi.Input[str]
    """ARN of a role or user."""
    may: NotRequired[May]
    """What it may do everywhere; nothing unless given."""
    groups: NotRequired[list[str]]
    """Groups of Kubernetes that it is in, which roles in namespaces are bound to."""


class ClusterArgs(PlacedArgs, LoggedArgs):
    """What a cluster is made of."""

    cluster_name: str
    """Name within the account and region, at most 100 characters."""
    version: str
    """Of Kubernetes, such as `1.36`."""
    support: Support
    """What happens once standard support of the version ends."""
    subnet_ids: pulumi.Input[list[str]]
    """Private subnets of two zones or more, for nodes and for the control plane's interfaces."""
    security_group_id: pulumi.Input[str]
    """Group of nodes, whose members speak to one another; the control plane is one of them."""
    public_cidrs: NotRequired[list[str]]
    """Ranges of addresses of the internet that reach the API; none unless given."""
    key_arn: pulumi.Input[str]
    """KMS key of secrets and volumes."""
    entries: dict[str, EntryArgs]
    """Who comes in, by what they are called."""
    people: dict[str, pulumi.Input[str]]
    """Names of roles of people who have an entry, by what they are called."""
    durability: Durability
    """Whether a destroy is refused. Volumes outlive the cluster as their class says."""


class KubernetesCluster(pulumi.ComponentResource):
    """A cluster in Auto Mode whose API is reached from the network, and by its entries alone.

    Nobody has an entry for having made it: who is an administrator is declared. Its nodes are those
    of its pools; AWS brings none by itself.

    https://docs.aws.amazon.com/eks/latest/userguide/automode.html
    """

    name: pulumi.Output[str]
    """Name of the cluster, known once its administrators and nodes can come in."""
    arn: pulumi.Output[str]
    """ARN of the cluster."""
    kubeconfig: pulumi.Output[str]
    """JSON of the configuration by which the Kubernetes provider reaches it."""
    node_role_name: pulumi.Output[str]
    """Name of the role of nodes."""

    def __init__(
        self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:KubernetesCluster", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        log = encrypted_log_group(
            f"{name}-log",
            parent=self,
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
            # Where EKS writes, and would make a group that never expires.
            log_group_name=f"/aws/eks/{args['cluster_name']}/cluster",
        )
        nodes = node_role(name, self, args)
        role = aws.iam.Role(
            f"{name}-cluster-role",
            description="What EKS does for the cluster in Auto Mode",
            assume_role_policy=rendered(session_trust, service=EKS, account_id=args["account_id"]),
            opts=child,
        )
        work = aws.iam.RolePolicy(
            f"{name}-work",
            role=role.name,
            policy=rendered(
                cluster_policy,
                cluster=args["cluster_name"],
                node_role_arn=nodes.arn,
                key_arn=args["key_arn"],
                account_id=args["account_id"],
                region=args["region"],
            ),
            opts=child,
        )
        cluster = self._cluster(name, args, role, [log, work])
        entered = [
            made
            for who, entry in args["entries"].items()
            for made in access_entry(
                f"{name}-{who}",
                parent=self,
                cluster=cluster.name,
                principal_arn=entry["principal_arn"],
                may=entry.get("may"),
                groups=entry.get("groups"),
            )
        ] + let_nodes_join(name, self, cluster.name, nodes)
        for who, person in args["people"].items():
            aws.iam.RolePolicy(
                f"{name}-{who}",
                role=person,
                policy=rendered(look_policy, cluster_arn=cluster.arn),
                opts=child,
            )
        self.name = pulumi.Output.all(cluster.name, *(each.id for each in entered)).apply(
            lambda known: str(known[0])
        )
        self.arn = cluster.arn
        self.node_role_name = nodes.name
        self.kubeconfig = rendered(
            kubeconfig,
            name=self.name,
            region=args["region"],
            endpoint=cluster.endpoint,
            certificate=cluster.certificate_authority.data,
        )
        self.register_outputs(
            {
                "name": self.name,
                "arn": self.arn,
                "kubeconfig": self.kubeconfig,
                "node_role_name": self.node_role_name,
            }
        )

    def _cluster(
        self, name: str, args: ClusterArgs, role: aws.iam.Role, first: list[pulumi.Resource]
    ) -> aws.eks.Cluster:
        protected = args["durability"] is Durability.PROTECTED
        public = args.get("public_cidrs", [])
        return aws.eks.Cluster(
            f"{name}-cluster",
            name=args["cluster_name"],
            role_arn=role.arn,
            version=args["version"],
            upgrade_policy={"support_type": args["support"].value},
            access_config={
                "authentication_mode": "API",
                "bootstrap_cluster_creator_admin_permissions": False,
            },
            bootstrap_self_managed_addons=False,
            compute_config={"enabled": True},
            storage_config={"block_storage": {"enabled": True}},
            kubernetes_network_config={"elastic_load_balancing": {"enabled": True}},
            encryption_config={
                "provider": {"key_arn": args["key_arn"]},
                "resources": ["secrets"],
            },
            enabled_cluster_log_types=[*LOGS],
            vpc_config={
                "subnet_ids": args["subnet_ids"],
                "security_group_ids": [args["security_group_id"]],
                "endpoint_private_access": True,
                "endpoint_public_access": bool(public),
                "public_access_cidrs": public or None,
            },
            deletion_protection=protected,
            opts=pulumi.ResourceOptions(parent=self, depends_on=first, protect=protected),
        )
