"""The permissions boundary: the most that any role of an environment can ever do.

A boundary gives nothing. What a role may do is what its own policies allow, as far as the boundary
allows it too: a policy that is wrong, or is written into a role by somebody who should not have
been able to, reaches no further.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from collections.abc import Sequence
from typing import NotRequired

import pulumi
import pulumi_aws as aws

from catalog.services import services
from components.common.args import PlacedArgs
from components.common.environment_scope import EnvironmentScope
from components.common.iam import Document, allow, allow_everywhere, deny, document, rendered
from components.foundation.access.break_glass import kept_from_all_but, role_arn

PULLS = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
)
"""How SageMaker's own images are read, which are in accounts of AWS's."""

COPIES = (
    *("kms:Encrypt", "kms:GenerateDataKey", "s3:ObjectOwnerOverrideToBucketOwner"),
    *("s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"),
)
"""How S3 writes copies of a zone in another region or account.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
"""

BOUNDED_WRITES = ("iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy")
"""What may be done to a role that carries the boundary; IAM tells of it with these."""

OWN_ROLES = (
    "iam:DeleteRole",
    "iam:PassRole",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole*",
    "iam:*InstanceProfile",
)
"""What may be done to any role and any instance profile of the environment's names, and to EKS's
profiles; who puts a role into a profile has to be allowed to pass it."""

NODE_STARTERS = (
    "arn:aws:iam::*:role/*-emr-role-*",
    "arn:aws:iam::*:role/*-kubernetes-cluster-role-*",
)
"""The roles by which EMR makes the clusters of jobs, and EKS the nodes of Kubernetes, of all that
bear a boundary."""

WITHHELD = (
    *("account:*", "billing:*", "organizations:*", "iam:DeleteRolePermissionsBoundary"),
    *("cloudtrail:DeleteTrail", "cloudtrail:StopLogging", "config:DeleteConfigurationRecorder"),
    *("config:DeleteDeliveryChannel", "config:StopConfigurationRecorder"),
    *("guardduty:DeleteDetector", "guardduty:StopMonitoringMembers"),
    *("s3:BypassGovernanceRetention", "securityhub:DisableSecurityHub"),
    "glue:*DevEndpoint",
)
"""What no role of the environment does, not even the one that deploys it: leave the boundary,
switch the audit trail off, break a retention, act on the organization, start a notebook of Glue
that another role could be put into; machines of EC2 are started by EMR's and EKS's roles alone. Nor
does one change managed policies, the boundary among them, or who may sign in: that is not allowed
in the first place. A person with an administrator's role of the account's own does these."""


def boundary_policy(
    *,
    boundary_arn: str,
    break_glass: str,
    project: str,
    environment: str,
    account_id: str,
    other_accounts: Sequence[str],
    region: str,
    copies: Sequence[str] = (),
    backups: str = "",
) -> Document:
    """The boundary of an environment.

    It allows the services in use, in the one region and on what belongs to this account or to
    `other_accounts`, which are those of the project's other environments; copies of data go to the
    ARNs of `copies`, wherever they are. Roles can be made, and
    policies written into them, by a role that is allowed to, if the made one bears the same
    boundary: so whoever can make roles makes none that is more than itself. How data is kept is
    changed by the role named `break_glass` alone; one named `backups` may have it listed.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount
    """
    scope = EnvironmentScope(project, environment, account_id, region)
    iam = f"arn:aws:iam::{account_id}"
    roles = f"{iam}:role/{scope.prefix}*"
    accounts = sorted({account_id, *other_accounts})
    bounded = {"StringEquals": {"iam:PermissionsBoundary": boundary_arn}}
    reason = "a boundary gives nothing; the policies within it name their resources"
    return document(
        allow_everywhere(
            _actions(elsewhere=False),
            reason=reason,
            when={
                "StringEquals": {"aws:RequestedRegion": region},
                "StringEqualsIfExists": {"aws:ResourceAccount": accounts},
            },
            sid="ServicesHere",
        ),
        allow_everywhere(_actions(elsewhere=True), reason=reason, sid="ServicesElsewhere"),
        allow(PULLS, [f"arn:aws:ecr:{region}:*:repository/*"], sid="ImagesOfAws"),
        allow(BOUNDED_WRITES, [roles], when=bounded, sid="BoundedRoles"),
        # EKS names the profiles of nodes, in which it puts a role that has to be passed to it.
        # https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html
        allow(
            OWN_ROLES,
            [roles, *(f"{iam}:instance-profile/{of}*" for of in (scope.prefix, "eks"))],
            sid="OwnRoles",
        ),
        allow(
            # Such a role trusts its own service alone, whomever it is passed to.
            ["iam:CreateServiceLinkedRole", "iam:PassRole"],
            [f"{iam}:role/aws-service-role/*"],
            sid="LinkedRoles",
        ),
        # FSx writes the policies of these, in the caller's name. IAM lets nobody else change what a
        # service-linked role may do.
        # https://docs.aws.amazon.com/fsx/latest/LustreGuide/setting-up.html
        allow(
            ["iam:AttachRolePolicy", "iam:PutRolePolicy"],
            [f"{iam}:role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/*"],
            sid="RolesOfLustre",
        ),
        # Databricks asks the role of a share to take itself.
        allow(["sts:AssumeRole"], [f"{roles[:-1]}share-*"], sid="Shares"),
        *([allow([*COPIES], copies, sid="CopiesElsewhere")] if copies else []),
        deny(WITHHELD, ["*"], sid="Withheld"),
        # Another role could be put into a machine; EMR and EKS start the nodes of clusters.
        deny(
            ["ec2:RunInstances"],
            ["*"],
            when={"ArnNotLike": {"aws:PrincipalArn": [*NODE_STARTERS]}},
            sid="Nodes",
        ),
        *kept_from_all_but(
            role_arn(account_id, break_glass),
            scope,
            [role_arn(account_id, backups)] if backups else [],
        ),
    )


def _actions(*, elsewhere: bool) -> list[str]:
    """The most that the platform does with services of its region, or with all the others."""
    return sorted(
        f"{service.prefix}:{action}"
        for service in services()
        if bool(service.elsewhere) is elsewhere
        for action in service.boundary
    )


class BoundaryArgs(PlacedArgs):
    """What a permissions boundary is made of."""

    policy_name: str
    """Name of the policy within the account, at most 128 characters."""
    break_glass: str
    """Name of the role that alone changes how data is kept, whether or not there is one."""
    project: str
    """Name of the Pulumi project."""
    environment: str
    """Name of the environment."""
    other_accounts: list[str]
    """Accounts of the project's other environments."""
    copies: NotRequired[list[str]]
    """ARNs of the keys, and of the objects in buckets, that zones are copied with and to."""
    backups: NotRequired[str]
    """Name of the role by which AWS Backup keeps zones, where there is one."""


class Boundary(pulumi.ComponentResource):
    """The managed policy that bounds every role of an environment."""

    arn: pulumi.Output[str]
    """ARN of the policy, known once it exists: roles that take it wait for it."""

    def __init__(
        self, name: str, args: BoundaryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Boundary", name, None, opts)
        arn = pulumi.Output.format(
            "arn:aws:iam::{0}:policy/{1}", args["account_id"], args["policy_name"]
        )
        policy = aws.iam.Policy(
            f"{name}-policy",
            name=args["policy_name"],
            description="The most that any role of the environment can do",
            policy=rendered(
                boundary_policy,
                boundary_arn=arn,
                break_glass=args["break_glass"],
                project=args["project"],
                environment=args["environment"],
                account_id=args["account_id"],
                other_accounts=args["other_accounts"],
                region=args["region"],
                copies=args.get("copies", []),
                backups=args.get("backups", ""),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})
