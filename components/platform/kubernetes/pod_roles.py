"""Roles in the account for service accounts that come into the cluster by them, too."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.common.pod_identity import pod_role
from components.platform.kubernetes.access_entry import May, access_entry


class PodRoleArgs(TypedDict):
    """Whose role, and what it may."""

    service_account: str
    """Name of the service account, which is made."""
    namespace: str
    """Its namespace, which is there."""
    cluster: pulumi.Input[str]
    """Name of the cluster."""
    cluster_arn: pulumi.Input[str]
    """ARN of the cluster."""
    description: str
    """What it is for."""
    policy_arns: list[pulumi.Input[str]]
    """Managed policies of what it may do in the account."""
    policy: pulumi.Input[str]
    """JSON of what it may do beyond."""
    may: May | None
    """What it may do in the whole cluster; nothing where the cluster is another's to open."""


class PodRole(pulumi.ComponentResource):
    """A service account with a role by Pod Identity, and the role's entry into the cluster.

    https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
    """

    role_arn: pulumi.Output[str]
    """ARN of the role."""

    def __init__(
        self, name: str, args: PodRoleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:PodRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account",
            metadata={"name": args["service_account"], "namespace": args["namespace"]},
            opts=child,
        )
        role = pod_role(
            name,
            parent=self,
            description=args["description"],
            cluster_arn=args["cluster_arn"],
            namespace=args["namespace"],
            service_accounts=[args["service_account"]],
        )
        allowed: list[pulumi.Resource] = [
            aws.iam.RolePolicy(f"{name}-access", role=role.name, policy=args["policy"], opts=child),
            *(
                aws.iam.RolePolicyAttachment(
                    f"{name}-attached-{number + 1}", role=role.name, policy_arn=arn, opts=child
                )
                for number, arn in enumerate(args["policy_arns"])
            ),
        ]
        if args["may"]:
            access_entry(
                name,
                parent=self,
                cluster=args["cluster"],
                principal_arn=role.arn,
                may=args["may"],
            )
        aws.eks.PodIdentityAssociation(
            f"{name}-identity",
            cluster_name=args["cluster"],
            namespace=args["namespace"],
            service_account=args["service_account"],
            role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[account, *allowed]),
        )
        self.role_arn = role.arn
        self.register_outputs({"role_arn": self.role_arn})
