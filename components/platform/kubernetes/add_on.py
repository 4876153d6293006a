"""An add-on of a cluster: its namespace, its rights in AWS, its secrets, charts and operand."""

from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.common.iam import rendered
from components.common.pod_account import RBAC
from components.common.pod_identity import pod_role
from components.platform.kubernetes.add_on_policies import AccessArgs, access_policy
from components.platform.kubernetes.add_on_secrets import (
    API,
    GENERATORS,
    SecretArgs,
    external_secret,
    generator_name,
    generators,
)
from components.platform.kubernetes.people import forwarding_rules, subject_of
from components.platform.kubernetes.team_rules import PLATFORM_LABEL

TIMEOUT_SECONDS = 900
"""How long a chart's resources may take: nodes come first where there are none."""


class ReleaseArgs(TypedDict):
    """One chart."""

    name: str
    """Name of the release."""
    chart: str
    """Name of the chart in its index, or its address as an OCI artifact."""
    version: str
    """Version of the chart."""
    index: NotRequired[str]
    """Address of the index; none for an OCI artifact."""
    values: pulumi.Input[dict[str, Any]]
    """Values of the chart."""


class OperandArgs(TypedDict):
    """What the operator of an add-on is told to make."""

    api_version: str
    """`apiVersion` of the object that tells it."""
    kind: str
    """Kind of the object."""
    name: str
    """Name of the object."""
    namespace: str
    """Name of the namespace that what is made is in, which nothing else is."""
    spec: pulumi.Input[dict[str, Any]]
    """Specification of the object."""


class AddOnArgs(TypedDict):
    """What an add-on is made of."""

    add_on: str
    """Its key in the catalogue."""
    namespace: str
    """Name of its namespace."""
    makes_namespace: bool
    """Whether it makes the namespace; another add-on does otherwise."""
    pod_security: str
    """What its pods may ask of their node: privileged, baseline or restricted."""
    cluster: pulumi.Input[str]
    """Name of the cluster."""
    cluster_arn: pulumi.Input[str]
    """ARN of the cluster."""
    accounts: list[str]
    """Service accounts that call AWS; they share a role."""
    kinds: list[str]
    """Kinds of access that the role has."""
    makes_accounts: list[str]
    """Those of the service accounts that its charts do not make."""
    access: AccessArgs
    """What access is given to."""
    secrets: list[SecretArgs]
    """What it finds in its namespace."""
    releases: list[ReleaseArgs]
    """Its charts, in the order in which they are installed."""
    opened_by: list[str]
    """Personas who open its page, beside who may do everything."""
    operand: NotRequired[OperandArgs]
    """What its operator is told to make, where its charts bring an operator alone."""


class AddOn(pulumi.ComponentResource):
    """Charts with pinned versions, in a namespace of their own.

    Service accounts that call AWS do so as a role of the add-on's own, by Pod Identity. A release
    waits for its rights and its secrets, and for the release before it.

    https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
    """

    releases: pulumi.Output[list[str]]
    """Names of the releases, known once they are installed."""

    def __init__(
        self, name: str, args: AddOnArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:AddOn", name, None, opts)
        first: list[pulumi.Resource] = []
        if args["makes_namespace"]:
            first.append(
                self._namespace(f"{name}-namespace", args["namespace"], args["pod_security"])
            )
        if args["opened_by"]:
            self._opened(name, args, first)
        for account in args["makes_accounts"]:
            first.append(
                kubernetes.core.v1.ServiceAccount(
                    f"{name}-{account}",
                    metadata={"name": account, "namespace": args["namespace"]},
                    opts=pulumi.ResourceOptions(parent=self, depends_on=[*first]),
                )
            )
        if args["accounts"]:
            first += self._identities(name, args)
        for secret in args["secrets"]:
            first.append(self._secret(name, args, secret, [*first]))
        for release in args["releases"]:
            first = [self._release(name, args, release, first)]
        if "operand" in args:
            first = [self._operand(name, args["operand"], args["pod_security"], first)]
        self._last = first
        self.releases = pulumi.Output.all(*(each.urn for each in first)).apply(
            lambda _: [release["name"] for release in args["releases"]]
        )
        self.register_outputs({"releases": self.releases})

    @property
    def ready(self) -> list[pulumi.Resource]:
        """What comes last of it: what uses its kinds must depend on that."""
        return self._last

    def _namespace(self, name: str, called: str, pod_security: str) -> kubernetes.core.v1.Namespace:
        return kubernetes.core.v1.Namespace(
            name,
            metadata={
                "name": called,
                "labels": {
                    PLATFORM_LABEL: "true",
                    "pod-security.kubernetes.io/enforce": pod_security,
                },
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _opened(self, name: str, args: AddOnArgs, first: list[pulumi.Resource]) -> None:
        """Let personas come to its page, by a role of its own: a namespace may have several."""
        called: Any = {"name": f"open-{args['add_on']}", "namespace": args["namespace"]}
        role = kubernetes.rbac.v1.Role(
            f"{name}-open",
            metadata=called,
            rules=forwarding_rules(),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*first]),
        )
        kubernetes.rbac.v1.RoleBinding(
            f"{name}-opened-by",
            metadata=called,
            role_ref={"api_group": RBAC, "kind": "Role", "name": called["name"]},
            subjects=[subject_of(persona) for persona in args["opened_by"]],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )

    def _operand(
        self, name: str, operand: OperandArgs, pod_security: str, first: list[pulumi.Resource]
    ) -> pulumi.Resource:
        """The object that the operator goes by, taken for made once it says that it is ready.

        https://www.pulumi.com/blog/kubernetes-await-generic/
        """
        space = self._namespace(f"{name}-operand-namespace", operand["namespace"], pod_security)
        return kubernetes.apiextensions.CustomResource(
            f"{name}-operand",
            api_version=operand["api_version"],
            kind=operand["kind"],
            metadata={
                "name": operand["name"],
                "namespace": operand["namespace"],
                "annotations": {
                    "pulumi.com/waitFor": "condition=Ready",
                    "pulumi.com/timeoutSeconds": str(TIMEOUT_SECONDS),
                },
            },
            spec=operand["spec"],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*first, space]),
        )

    def _identities(self, name: str, args: AddOnArgs) -> list[pulumi.Resource]:
        role = pod_role(
            name,
            parent=self,
            description=f"What the add-on {args['add_on']} does in the account",
            cluster_arn=args["cluster_arn"],
            namespace=args["namespace"],
            service_accounts=args["accounts"],
        )
        policy = aws.iam.RolePolicy(
            f"{name}-access",
            role=role.name,
            policy=rendered(access_policy, kinds=args["kinds"], **args["access"]),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return [
            aws.eks.PodIdentityAssociation(
                f"{name}-{account}",
                cluster_name=args["cluster"],
                namespace=args["namespace"],
                service_account=account,
                role_arn=role.arn,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
            )
            for account in args["accounts"]
        ]

    def _secret(
        self, name: str, args: AddOnArgs, secret: SecretArgs, first: list[pulumi.Resource]
    ) -> pulumi.Resource:
        in_order = pulumi.ResourceOptions(parent=self, depends_on=first)
        made = [
            kubernetes.apiextensions.CustomResource(
                f"{name}-{generator_name(secret, key)}",
                api_version=GENERATORS,
                kind="Password",
                metadata={
                    "name": generator_name(secret, key),
                    "namespace": args["namespace"],
                },
                spec=spec,
                opts=in_order,
            )
            for key, spec in generators(secret).items()
        ]
        return kubernetes.apiextensions.CustomResource(
            f"{name}-{secret['name']}",
            api_version=API,
            kind="ExternalSecret",
            metadata={"name": secret["name"], "namespace": args["namespace"]},
            spec=external_secret(secret),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*first, *made]),
        )

    def _release(
        self, name: str, args: AddOnArgs, release: ReleaseArgs, first: list[pulumi.Resource]
    ) -> kubernetes.helm.v3.Release:
        return kubernetes.helm.v3.Release(
            f"{name}-{release['name']}",
            name=release["name"],
            chart=release["chart"],
            version=release["version"],
            repository_opts={"repo": release["index"]} if "index" in release else None,
            namespace=args["namespace"],
            values=release["values"],
            atomic=True,  # a release that fails is taken back, and not left by halves
            timeout=TIMEOUT_SECONDS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=first),
        )
