"""What a cluster in Auto Mode, and its nodes, may do in the account, as IAM statements.

AWS's managed policies for these roles tell which actions Auto Mode takes; here they are held to one
cluster in one account and region. EKS marks all that it makes with the cluster's name.

https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html
https://docs.aws.amazon.com/eks/latest/userguide/auto-create-node-role.html
"""

from dataclasses import dataclass

from components.common.iam import (
    Conditions,
    Document,
    Statement,
    allow,
    allow_everywhere,
    document,
    trust,
)
from components.common.job_access import PULL

EKS, EC2 = "eks.amazonaws.com", "ec2.amazonaws.com"
CLUSTER_TAG = "eks:eks-cluster-name"
"""What EKS marks with a cluster's name whatever it makes for it."""
CREATED_WITH_TAGS = (
    *("CreateFleet", "RunInstances", "CreateLaunchTemplate", "CreateVolume", "CreateSnapshot"),
    *("CreateNetworkInterface", "CreateSecurityGroup", "AuthorizeSecurityGroupIngress"),
)
"""Calls of EC2 that tag what they make, which is a permission of its own."""


def session_trust(service: str, *, account_id: str) -> Document:
    """A trust policy for a service that tags its sessions, as EKS does of a cluster in Auto Mode.

    https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html
    """
    trusting = trust(service, account_id=account_id)
    for statement in trusting["Statement"]:
        statement["Action"] = [*statement["Action"], "sts:TagSession"]
    return trusting


@dataclass(frozen=True)
class _Place:
    """Where a cluster is, and what is told by its name."""

    cluster: str
    account_id: str
    region: str

    def ec2(self, *kinds: str) -> list[str]:
        return [f"arn:aws:ec2:{self.region}:{self.account_id}:{kind}/*" for kind in kinds]

    @property
    def made(self) -> Conditions:
        """The call marks what it makes as the cluster's."""
        return {"StringEquals": {f"aws:RequestTag/{CLUSTER_TAG}": self.cluster}}

    @property
    def own(self) -> Conditions:
        """What is acted on is marked as the cluster's."""
        return {"StringEquals": {f"aws:ResourceTag/{CLUSTER_TAG}": self.cluster}}


def cluster_policy(
    *, cluster: str, node_role_arn: str, key_arn: str, account_id: str, region: str
) -> Document:
    """What EKS does for a cluster in Auto Mode: start nodes, attach volumes, balance load.

    Volumes are encrypted by `key_arn`, and nodes get the role `node_role_arn` and no other.
    """
    place = _Place(cluster, account_id, region)
    return document(
        *_start_nodes(place, node_role_arn),
        *_keep_volumes(place, key_arn),
        *_join_network(place),
        *_balance_load(place),
        allow(
            ["ec2:CreateTags"],
            place.ec2("*"),
            when={"StringEquals": {"ec2:CreateAction": [*CREATED_WITH_TAGS]}},
            sid="TagWhatIsMade",
        ),
        allow_everywhere(
            [
                "ec2:DescribeAccountAttributes",
                "ec2:DescribeAddresses",
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeCapacityReservations",
                "ec2:DescribeDhcpOptions",
                "ec2:DescribeInstanceTopology",
                "ec2:DescribeInstances",
                "ec2:DescribeInternetGateways",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeRouteTables",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVolumes",
                "ec2:DescribeVolumesModifications",
                "ec2:DescribeVpcs",
                "elasticloadbalancing:DescribeListeners",
                "elasticloadbalancing:DescribeLoadBalancerAttributes",
                "elasticloadbalancing:DescribeLoadBalancers",
                "elasticloadbalancing:DescribeTargetGroupAttributes",
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetHealth",
            ],
            reason="EC2 and Elastic Load Balancing offer no resource for describing",
            when={"StringEquals": {"aws:RequestedRegion": region}},
            sid="Look",
        ),
    )


def _start_nodes(place: _Place, node_role_arn: str) -> list[Statement]:
    start = ["ec2:CreateFleet", "ec2:RunInstances"]
    linked = f"arn:aws:iam::{place.account_id}:role/aws-service-role"
    return [
        allow(
            start,
            [
                f"arn:aws:ec2:{place.region}::image/*",
                *place.ec2("capacity-reservation", "placement-group", "security-group", "subnet"),
            ],
            sid="StartIn",
        ),
        allow(start, place.ec2("launch-template"), when=place.own, sid="StartFrom"),
        allow(
            [*start, "ec2:CreateLaunchTemplate"],
            place.ec2(
                *("fleet", "instance", "launch-template", "network-interface"),
                *("spot-instances-request", "volume"),
            ),
            when=place.made,
            sid="Start",
        ),
        allow(
            ["iam:AddRoleToInstanceProfile"],
            [f"arn:aws:iam::{place.account_id}:instance-profile/eks*"],
            sid="Profiles",
        ),
        allow(
            ["iam:PassRole"],
            [node_role_arn],
            when={"StringEquals": {"iam:PassedToService": EC2}},
            sid="NodeRole",
        ),
        allow(
            ["iam:CreateServiceLinkedRole"],
            [
                f"{linked}/spot.amazonaws.com/AWSServiceRoleForEC2Spot",
                f"{linked}/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing",
            ],
            when={
                "StringEquals": {
                    "iam:AWSServiceName": [
                        "elasticloadbalancing.amazonaws.com",
                        "spot.amazonaws.com",
                    ]
                }
            },
            sid="LinkedRoles",
        ),
    ]


def _keep_volumes(place: _Place, key_arn: str) -> list[Statement]:
    return [
        allow(
            ["ec2:AttachVolume", "ec2:DetachVolume", "ec2:ModifyVolume"],
            place.ec2("instance", "volume"),
            when=place.own,
            sid="AttachVolumes",
        ),
        allow(
            ["ec2:CreateVolume", "ec2:CreateSnapshot"],
            [*place.ec2("volume"), f"arn:aws:ec2:{place.region}::snapshot/*"],
            when=place.made,
            sid="CreateVolumes",
        ),
        allow(["ec2:CreateSnapshot"], place.ec2("volume"), when=place.own, sid="Snapshots"),
        allow(
            ["kms:CreateGrant"],
            [key_arn],
            when={"Bool": {"kms:GrantIsForAWSResource": "true"}},
            sid="AttachEncrypted",
        ),
        allow(
            [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            [key_arn],
            sid="EncryptVolumes",
        ),
    ]


def _join_network(place: _Place) -> list[Statement]:
    return [
        allow(
            ["ec2:CreateNetworkInterface"],
            place.ec2("network-interface"),
            when=place.made,
            sid="Interfaces",
        ),
        allow(
            ["ec2:CreateNetworkInterface"],
            place.ec2("security-group", "subnet"),
            sid="InterfacesIn",
        ),
        allow(
            [
                "ec2:AssignPrivateIpAddresses",
                "ec2:AttachNetworkInterface",
                "ec2:DetachNetworkInterface",
                "ec2:ModifyNetworkInterfaceAttribute",
                "ec2:UnassignPrivateIpAddresses",
            ],
            place.ec2("instance", "network-interface"),
            when=place.own,
            sid="KeepInterfaces",
        ),
    ]


def _balance_load(place: _Place) -> list[Statement]:
    balancing = f"arn:aws:elasticloadbalancing:{place.region}:{place.account_id}"
    balancers = [f"{balancing}:{kind}/*" for kind in ("listener", "loadbalancer", "targetgroup")]
    rules = [*balancers, f"{balancing}:listener-rule/*"]
    return [
        allow(
            [
                "elasticloadbalancing:CreateListener",
                "elasticloadbalancing:CreateLoadBalancer",
                "elasticloadbalancing:CreateRule",
                "elasticloadbalancing:CreateTargetGroup",
            ],
            rules,
            when=place.made,
            sid="Balancers",
        ),
        allow(
            [
                "elasticloadbalancing:AddListenerCertificates",
                "elasticloadbalancing:DeleteListener",
                "elasticloadbalancing:DeleteLoadBalancer",
                "elasticloadbalancing:DeleteRule",
                "elasticloadbalancing:DeleteTargetGroup",
                "elasticloadbalancing:DeregisterTargets",
                "elasticloadbalancing:ModifyListener",
                "elasticloadbalancing:ModifyLoadBalancerAttributes",
                "elasticloadbalancing:ModifyRule",
                "elasticloadbalancing:ModifyTargetGroup",
                "elasticloadbalancing:ModifyTargetGroupAttributes",
                "elasticloadbalancing:RegisterTargets",
                "elasticloadbalancing:SetSecurityGroups",
                "elasticloadbalancing:SetSubnets",
            ],
            rules,
            when=place.own,
            sid="KeepBalancers",
        ),
        allow(
            ["elasticloadbalancing:AddTags"],
            rules,
            when={
                "StringEquals": {
                    "elasticloadbalancing:CreateAction": [
                        "CreateListener",
                        "CreateLoadBalancer",
                        "CreateRule",
                        "CreateTargetGroup",
                    ]
                }
            },
            sid="TagBalancers",
        ),
        allow(["ec2:CreateSecurityGroup"], place.ec2("vpc"), sid="GroupsIn"),
        allow(
            ["ec2:CreateSecurityGroup"],
            place.ec2("security-group"),
            when=place.made,
            sid="Groups",
        ),
        allow(
            [
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:DeleteSecurityGroup",
                "ec2:RevokeSecurityGroupIngress",
            ],
            place.ec2("security-group"),
            when=place.own,
            sid="KeepGroups",
        ),
        allow(["ec2:GetSecurityGroupsForVpc"], place.ec2("vpc"), sid="LookForGroups"),
        allow(
            ["acm:DescribeCertificate"],
            [f"arn:aws:acm:{place.region}:{place.account_id}:certificate/*"],
            sid="Certificates",
        ),
        allow_everywhere(
            ["acm:ListCertificates"],
            reason="certificates are listed per account",
            when={"StringEquals": {"aws:RequestedRegion": place.region}},
            sid="LookForCertificates",
        ),
    ]


def node_policy(*, account_id: str, region: str) -> Document:
    """What a node does in its own name: pull images of the account, and fetch pods' identities.

    What pods do, they do as the roles of their service accounts.
    """
    return document(
        allow(PULL, [f"arn:aws:ecr:{region}:{account_id}:repository/*"], sid="Pull"),
        allow_everywhere(
            ["ecr:GetAuthorizationToken"],
            reason="a token is the registry's, not a repository's",
            sid="Token",
        ),
        allow(
            ["eks-auth:AssumeRoleForPodIdentity"],
            [f"arn:aws:eks:{region}:{account_id}:cluster/*"],
            sid="Identities",
        ),
    )


def look_policy(*, cluster_arn: str) -> Document:
    """What people need beside their entry: to find the cluster, and to see it in the console."""
    return document(
        allow(["eks:AccessKubernetesApi", "eks:DescribeCluster"], [cluster_arn], sid="Cluster")
    )
