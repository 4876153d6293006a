"""What the preview and the deployment of one environment's platform may do in its account.

What the platform names begins with `<project>-<environment>-` (in Glue, with underscores), and so
most permissions end at that prefix. Which resources and conditions an action supports is AWS's:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

Escalation. A role that creates roles can give itself anything: `deploy_permissions` lets its
holder write a policy into a role of the platform and hand that role to a service. What stands
against it is that such a role keeps the platform's prefix, takes inline policies only (no
AdministratorAccess can be attached), is passed to the listed services alone, and that no user,
access key or login can be made. So the right to push to the trigger, and to approve, is worth as
much as the platform's roles together; an account of its own for each environment is the wall
around that. `preview_permissions` reads settings, never data: no object, no record, no secret.
"""

from dataclasses import dataclass

from components.devops.actions import (
    LISTINGS,
    NETWORK,
    READS,
    ROLES,
    SCALING_WRITES,
    WRITES,
    actions,
)
from components.iam import Conditions, Document, Statement, allow, allow_everywhere, document

PASSED_TO = (
    "codebuild.amazonaws.com",
    "codepipeline.amazonaws.com",
    "events.amazonaws.com",
    "sagemaker.amazonaws.com",
    "states.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)
"""The services that the platform's roles are made for."""

SCALING = "sagemaker.application-autoscaling.amazonaws.com"
"""The service that scales endpoints, by a role that AWS makes for it."""


@dataclass(frozen=True)
class Scope:
    """The reach of one environment's platform, as ARNs."""

    project: str
    environment: str
    account_id: str
    region: str

    @property
    def prefix(self) -> str:
        """What the names of the environment begin with."""
        return f"{self.project}-{self.environment}-"

    @property
    def here(self) -> Conditions:
        """The condition that a request is for the environment's region."""
        return {"StringEquals": {"aws:RequestedRegion": self.region}}

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the environment's account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"

    def account_arn(self, service: str, resource: str) -> str:
        """An ARN in the environment's account, of a service without regions."""
        return f"arn:aws:{service}::{self.account_id}:{resource}"

    def named(self) -> list[str]:
        """Whatever the platform names, in the services that put the name into the ARN."""
        name = f"{self.prefix}*"
        tables = f"{self.prefix}*".replace("-", "_")
        return [
            self.arn("athena", f"workgroup/{name}"),
            self.arn("cloudwatch", f"alarm:{name}"),
            # Application Auto Scaling makes its alarms with the caller's permissions.
            self.arn("cloudwatch", f"alarm:TargetTracking-endpoint/{name}"),
            self.arn("codebuild", f"project/{name}"),
            self.arn("codeconnections", "connection/*"),
            self.arn("codepipeline", name),
            self.arn("ecr", f"repository/{name}"),
            self.arn("events", f"rule/{name}"),
            self.arn("glue", "catalog"),
            self.arn("glue", f"database/{tables}"),
            self.arn("glue", f"table/{tables}"),
            self.arn("logs", f"log-group:{name}"),
            self.arn("logs", f"log-group:/aws/*/{name}"),
            self.arn("sagemaker", f"*/{name}"),
            self.arn("sns", name),
            self.arn("states", f"stateMachine:{name}"),
        ]


def preview_permissions(
    *, project: str, environment: str, account_id: str, region: str
) -> Document:
    """Read the settings of what the platform declares, for a preview and a refresh."""
    scope = Scope(project, environment, account_id, region)
    return document(allow(READS, scope.named()), *_reads(scope))


def deploy_permissions(
    *, project: str, environment: str, account_id: str, region: str, artifact_bucket_arn: str
) -> Document:
    """Create, change and delete what the platform declares, and read it.

    Neither keys nor the contents of the data zones can be deleted with this: a person does that.
    The module's docstring tells what a holder could reach.
    """
    scope = Scope(project, environment, account_id, region)
    budgets = scope.account_arn("budgets", f"budget/{scope.prefix}*")
    targets = scope.arn("application-autoscaling", "scalable-target/*")
    return document(
        allow(READS + WRITES, scope.named()),
        *_reads(scope),
        *_keys(scope),
        *_roles(scope),
        *_storage(scope, artifact_bucket_arn),
        allow(NETWORK, [scope.arn("ec2", "*")]),
        # An interface endpoint answers to its service's name through a zone that AWS owns.
        allow(["route53:AssociateVPCWithHostedZone"], ["arn:aws:route53:::hostedzone/*"]),
        allow_everywhere(
            ["codeconnections:CreateConnection"],
            reason="a connection has no ARN before it exists",
            when=scope.here,
        ),
        allow(actions(budgets="ModifyBudget TagResource UntagResource"), [budgets]),
        allow(
            SCALING_WRITES,
            [targets],
            when={"StringEquals": {"application-autoscaling:service-namespace": "sagemaker"}},
        ),
        allow(actions(application_autoscaling="TagResource UntagResource"), [targets]),
    )


def _reads(scope: Scope) -> list[Statement]:
    """What is read of the services whose ARNs do not hold a name, or are not of a region."""
    return [
        allow_everywhere(
            LISTINGS,
            reason="AWS lists these per account and offers no resource to narrow a listing to",
            when=scope.here,
        ),
        allow(
            actions(kms="DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags"),
            [scope.arn("kms", "key/*")],
        ),
        allow(
            actions(s3="GetBucket* Get*Configuration ListBucket* ListTagsForResource"),
            [f"arn:aws:s3:::{scope.prefix}*"],
        ),
        allow(
            actions(iam="GetRole GetRolePolicy List*"),
            [scope.account_arn("iam", f"role/{scope.prefix}*")],
        ),
        allow(
            actions(budgets="ListTagsForResource ViewBudget"),
            [scope.account_arn("budgets", f"budget/{scope.prefix}*")],
        ),
    ]


def _keys(scope: Scope) -> list[Statement]:
    """Make and set up keys; use them only through a grant that an AWS service asks for.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    keys, aliases = scope.arn("kms", "key/*"), f"alias/{scope.prefix}*"
    return [
        allow_everywhere(
            ["kms:CreateKey"], reason="a key has no ARN before it exists", when=scope.here
        ),
        allow(actions(kms="EnableKeyRotation TagResource UntagResource"), [keys]),
        allow(
            actions(kms="PutKeyPolicy UpdateKeyDescription"),
            [keys],
            when={"ForAnyValue:StringLike": {"kms:ResourceAliases": aliases}},
        ),
        allow(
            actions(kms="CreateAlias DeleteAlias UpdateAlias"),
            [keys, scope.arn("kms", aliases)],
        ),
        allow(["kms:CreateGrant"], [keys], when={"Bool": {"kms:GrantIsForAWSResource": "true"}}),
    ]


def _roles(scope: Scope) -> list[Statement]:
    roles = scope.account_arn("iam", f"role/{scope.prefix}*")
    return [
        allow(ROLES, [roles]),
        allow(
            ["iam:PassRole"],
            [roles],
            when={"StringEquals": {"iam:PassedToService": list(PASSED_TO)}},
        ),
        allow(
            ["iam:CreateServiceLinkedRole"],
            [scope.account_arn("iam", f"role/aws-service-role/{SCALING}/*")],
            when={"StringEquals": {"iam:AWSServiceName": SCALING}},
        ),
    ]


def _storage(scope: Scope, artifact_bucket_arn: str) -> list[Statement]:
    """The settings of every bucket; objects only where the platform uploads its own code."""
    return [
        allow(
            actions(
                s3="""CreateBucket DeleteBucket* PutBucket* Put*Configuration TagResource
                    UntagResource"""
            ),
            [f"arn:aws:s3:::{scope.prefix}*"],
        ),
        allow(
            actions(s3="DeleteObject GetObject* PutObject PutObjectTagging"),
            [f"{artifact_bucket_arn}/*"],
        ),
    ]
