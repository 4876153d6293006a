"""Every role bears the boundary, all that it is allowed is within it, and none makes itself more.

A role that lacks the boundary could do too much; one that is allowed what the boundary does not
allow could silently not do it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple

import pytest
from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource

from catalog.answers import ACCOUNT
from components.foundation.access.boundary import BOUNDED_WRITES, OWN_ROLES, boundary_policy
from infra.graph import Graph, Resource

Statement = Mapping[str, Any]

REFERENCE: dict[str, Any] = load_resource(AdditionalSpecs, "Policies.json")
"""AWS's service authorization reference, as cfn-lint has it."""

ROLE = "aws:iam/role:Role"
DEPLOYING = re.compile(r"(delivery-deploy|ci-deploy)(-role)?|people-break-glass")
"""How the names of the roles go on that deploy: they alone make roles."""
ESCALATING = (
    *("iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachRolePolicy"),
    *("iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:CreateLoginProfile"),
    *("iam:CreatePolicyVersion", "iam:CreateRole", "iam:DeleteRolePermissionsBoundary"),
    *("iam:PutGroupPolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"),
    *("iam:PutUserPolicy", "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy"),
    *("iam:UpdateLoginProfile", "sts:AssumeRole", "cloudformation:CreateStack"),
    *("codebuild:UpdateProject", "ec2:RunInstances", "glue:CreateDevEndpoint"),
    *("glue:UpdateDevEndpoint", "glue:UpdateJob", "lambda:UpdateFunctionCode"),
    *("states:UpdateStateMachine", "datapipeline:CreatePipeline"),
)
"""By each of these, alone or with a role to pass, one becomes more than one was allowed to be.

https://github.com/RhinoSecurityLabs/AWS-IAM-Privilege-Escalation
https://bishopfox.com/blog/privilege-escalation-in-aws
"""
BOUNDED = {"iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy"}
"""Those that IAM tells the boundary of a role with."""


NONE: frozenset[str] = frozenset()


class Holder(NamedTuple):
    """A role and all that is allowed to it and denied."""

    role: Resource
    statements: list[Statement]

    @property
    def allowed(self) -> Iterator[tuple[str, Statement]]:
        for statement in self.statements:
            if statement["Effect"] == "Allow":
                for action in statement["Action"]:
                    yield action, statement

    @property
    def deploys(self) -> bool:
        return bool(DEPLOYING.fullmatch(self.role.name.split("-", 2)[2]))


def holders(graph: Graph) -> list[Holder]:
    """Each role with its own policies and the managed ones that it holds."""
    managed = {
        arn_of(graph, "policy", policy): policy for policy in graph.of_type("aws:iam/policy:Policy")
    }
    held: dict[str, list[Statement]] = {name_of(role): [] for role in graph.of_type(ROLE)}
    for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy"):
        held[policy.inputs["role"]] += json.loads(policy.inputs["policy"])["Statement"]
    for attachment in graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
        policy = managed[attachment.inputs["policyArn"]]
        held[attachment.inputs["role"]] += json.loads(policy.inputs["policy"])["Statement"]
    return [Holder(role, held[name_of(role)]) for role in graph.of_type(ROLE)]


def name_of(resource: Resource) -> str:
    """The name that AWS knows a role or a managed policy by."""
    name: str = resource.inputs.get("name") or resource.name
    return name


def account_of(graph: Graph) -> str:
    """The account of a stack, as its boundary names it."""
    roles, *_ = next(bound for bound in bounds(graph) if bound["Sid"] == "OwnRoles")["Resource"]
    account: str = roles.split(":")[4]
    return account


def arn_of(graph: Graph, kind: str, named: Resource | str) -> str:
    name = named if isinstance(named, str) else name_of(named)
    return f"arn:aws:iam::{account_of(graph)}:{kind}/{name}"


def bounds(graph: Graph) -> list[Statement]:
    """The statements of the graph's one boundary."""
    (boundary,) = [
        policy
        for policy in graph.of_type("aws:iam/policy:Policy")
        if policy.name.endswith("-boundary-policy")
    ]
    found: list[Statement] = json.loads(boundary.inputs["policy"])["Statement"]
    return found


@cache
def named(pattern: str) -> tuple[str, ...]:
    """The actions that a pattern stands for, in small letters, as AWS lists them."""
    service, name = pattern.lower().split(":")
    if "*" not in name:
        return (pattern.lower(),)
    return tuple(
        f"{service}:{action}"
        for action in REFERENCE[service]["Actions"]
        if fnmatchcase(action, name)
    )


def holds(statement: Statement, action: str, resource: str) -> bool:
    """Whether a statement of the boundary is about an action on a resource, as a pattern."""
    return any(fnmatchcase(action, held.lower()) for held in statement["Action"]) and any(
        held == "*" or fnmatchcase(resource, held) for held in statement["Resource"]
    )


def reaches(statement: Statement, resource: str) -> bool:
    """Whether the conditions on region and account let a statement reach a resource."""
    condition = statement.get("Condition", {})
    region = condition.get("StringEquals", {}).get("aws:RequestedRegion", "")
    accounts = condition.get("StringEqualsIfExists", {}).get("aws:ResourceAccount", [])
    _, _, _, in_region, of_account, *_ = resource.split(":", 5) if resource != "*" else [""] * 6
    return (not region or in_region in {"", region, "*"}) and (
        not accounts or of_account in {"", "aws", "*", *accounts}
    )


def beyond(statements: list[Statement], within: list[Statement]) -> set[tuple[str, str]]:
    """Actions and resources that are allowed, and that the boundary does not allow."""
    allowing = [bound for bound in within if bound["Effect"] == "Allow"]
    # A deny of some keys, or to some roles, leaves the action on others, or to them.
    withheld = [
        bound
        for bound in within
        if bound["Effect"] == "Deny"
        and not {"ForAnyValue:StringEquals", "ArnNotLike"} & bound.get("Condition", {}).keys()
    ]
    return {
        (action, resource)
        for statement in statements
        if statement["Effect"] == "Allow"
        for pattern in statement["Action"]
        for action in named(pattern)
        for resource in statement["Resource"]
        if not any(
            holds(bound, action, resource) and reaches(bound, resource) for bound in allowing
        )
        or any(holds(bound, action, resource) for bound in withheld)
    }


def binding(role: str, within: list[Statement]) -> list[Statement]:
    """The statements of the boundary without those from which it exempts a role, by its ARN."""
    return [
        bound
        for bound in within
        if role
        not in listed(
            bound.get("Condition", {}).get("ArnNotEquals", {}).get("aws:PrincipalArn", [])
        )
    ]


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_every_role_bears_the_boundary(graph: Graph) -> None:
    boundary = arn_of(graph, "policy", f"maslow-{graph.stack}-boundary")
    bare = [
        role.name
        for role in graph.of_type(ROLE)
        if role.inputs.get("permissionsBoundary") != boundary
    ]
    assert bare == []


def test_all_that_a_role_is_allowed_is_within_the_boundary(graph: Graph) -> None:
    within = bounds(graph)
    lost = {
        holder.role.name: sorted(found)
        for holder in holders(graph)
        if (found := beyond(holder.statements, binding(arn_of(graph, "role", holder.role), within)))
    }
    assert lost == {}, "components/foundation/access/boundary.py does not allow this"


def takes_itself(role: Resource, statement: Statement) -> bool:
    """Whether a statement lets a role take none but itself, which makes it no more than it is."""
    return [arn.rpartition("/")[2] for arn in statement["Resource"]] == [role.inputs.get("name")]


def of_emr(role: Resource) -> bool:
    """Whether EMR alone assumes a role, and starts machines by it, which EMR Studio does not."""
    if "SparkStudio$" in role.urn:
        return False
    trusted = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    return [each["Principal"] for each in trusted] == [
        {"Service": "elasticmapreduce.amazonaws.com"}
    ]


def of_eks(role: Resource) -> bool:
    """Whether EKS starts the nodes of Kubernetes by it."""
    return role.name.endswith("-kubernetes-cluster-role")


def test_machines_are_started_by_the_roles_of_emr_and_eks_alone(graph: Graph) -> None:
    (deny,) = [each for each in bounds(graph) if each.get("Sid") == "Nodes"]
    assert deny["Effect"] == "Deny"
    assert (deny["Action"], deny["Resource"]) == (["ec2:RunInstances"], ["*"])
    left_out = deny["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    for role in graph.of_type(ROLE):
        name = role.inputs.get("name") or f"{role.name}-1a2b3c4"  # as autonaming ends it
        arn = arn_of(graph, "role", name)
        starts = any(fnmatchcase(arn, each) for each in left_out)
        assert starts is (of_emr(role) or of_eks(role)), role.name


def test_only_a_deployment_can_make_a_role_more_than_it_is(graph: Graph) -> None:
    able = {
        holder.role.name
        for holder in holders(graph)
        for pattern, statement in holder.allowed
        for escalating in ESCALATING
        if fnmatchcase(escalating, pattern)
        and not holder.deploys
        and not takes_itself(holder.role, statement)
        # These start nodes with the one role that they may pass, that of the job or of nodes.
        and not ((of_emr(holder.role) or of_eks(holder.role)) and escalating == "ec2:RunInstances")
    }
    assert able == set()


def test_a_deployment_makes_no_role_without_the_boundary_and_alters_none_that_deploys(
    graph: Graph,
) -> None:
    boundary = arn_of(graph, "policy", f"maslow-{graph.stack}-boundary")
    own = arn_of(graph, "role", f"maslow-{graph.stack}-")
    deploying = [holder for holder in holders(graph) if holder.deploys]
    assert deploying
    for holder in deploying:
        for pattern, statement in holder.allowed:
            # IAM lets nobody but their service change these, in whoever's name.
            if all(":role/aws-service-role/" in named for named in statement["Resource"]):
                continue
            if pattern.startswith("iam:") and any(fnmatchcase(a, pattern) for a in ESCALATING):
                assert all(named.startswith(own) for named in statement["Resource"])
            if any(fnmatchcase(action, pattern) for action in BOUNDED):
                assert statement["Condition"] == {
                    "StringEquals": {"iam:PermissionsBoundary": boundary}
                }
        name = name_of(holder.role)
        (fixed,) = [each for each in holder.statements if each["Effect"] == "Deny"]
        assert {"iam:Put*", "iam:Update*", "iam:Attach*"} <= set(fixed["Action"])
        for arn in (arn_of(graph, "role", name), boundary):
            suffixed = f"{arn}-0123456"  # as autonaming ends it
            assert any(
                fnmatchcase(arn, denied) or fnmatchcase(suffixed, denied)
                for denied in fixed["Resource"]
            ), arn


def test_roles_are_passed_to_named_services_and_by_workloads_one_by_one(graph: Graph) -> None:
    for holder in holders(graph):
        for pattern, statement in holder.allowed:
            if fnmatchcase("iam:PassRole", pattern):
                services = statement["Condition"]["StringEquals"]["iam:PassedToService"]
                assert "*" not in services, holder.role.name
                many = any("*" in resource for resource in statement["Resource"])
                assert holder.deploys or not many, holder.role.name


def test_no_policy_of_awss_own_is_attached(graph: Graph) -> None:
    attached = [
        each.inputs["policyArn"]
        for each in graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    ]
    assert [arn for arn in attached if arn.startswith("arn:aws:iam::aws:")] == []
    assert not any(role.inputs.get("managedPolicyArns") for role in graph.of_type(ROLE))
    assert not re.search(r"arn:aws[a-z-]*:iam::aws:policy/|FullAccess", graph.to_json())


BOUNDARY = boundary_policy(
    boundary_arn=f"arn:aws:iam::{ACCOUNT}:policy/maslow-dev-boundary",
    break_glass="maslow-dev-break-glass",
    project="maslow",
    environment="dev",
    account_id=ACCOUNT,
    other_accounts=["111111111111"],
    region="eu-west-1",
)["Statement"]


@pytest.mark.parametrize(
    ("action", "resource", "inside"),
    [
        ("s3:GetObject", "arn:aws:s3:::maslow-dev-lake-raw/*", True),
        ("sns:Publish", f"arn:aws:sns:eu-west-1:{ACCOUNT}:maslow-dev-alerts", True),
        ("sns:Publish", "arn:aws:sns:eu-west-1:111111111111:maslow-prod-alerts", True),
        ("sns:Publish", "arn:aws:sns:eu-west-1:999999999999:elsewhere", False),
        ("sns:Publish", f"arn:aws:sns:eu-west-2:{ACCOUNT}:maslow-dev-alerts", False),
        ("ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:141502667606:repository/sagemaker", True),
        ("ecr:PutImage", "arn:aws:ecr:eu-west-1:141502667606:repository/sagemaker", False),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/maslow-dev-training", True),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/administrator", False),
        ("iam:PutRolePolicy", "*", False),
        ("redshift:CreateCluster", "*", False),
        ("cloudtrail:StopLogging", f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/x", False),
    ],
)
def test_what_the_boundary_does_not_allow_would_be_found(
    action: str, resource: str, inside: bool
) -> None:
    statement = {"Effect": "Allow", "Action": [action], "Resource": [resource]}
    assert (not beyond([statement], list(BOUNDARY))) is inside


SETTINGS_OF_BUCKETS = ("PutLifecycleConfiguration", "PutBucketPolicy", "DeleteBucketPolicy")


def stays_shut(graph: Graph, action: str, resource: str, aliases: frozenset[str] = NONE) -> bool:
    """Whether the boundary denies an action to all roles but the one that breaks the glass."""
    others = {"aws:PrincipalArn": arn_of(graph, "role", f"maslow-{graph.stack}-break-glass")}
    for statement in bounds(graph):
        condition = statement.get("Condition", {})
        asked = condition.get("ForAnyValue:StringEquals", {}).get("kms:ResourceAliases", aliases)
        if (
            statement["Effect"] == "Deny"
            and action in statement["Action"]
            and any(fnmatchcase(resource, held) for held in statement["Resource"])
            and (not aliases or aliases & set(asked))
        ):
            return bool(condition["ArnNotEquals"] == others)
    return False


def test_how_a_bucket_of_data_is_kept_is_changed_by_no_role_but_one(graph: Graph) -> None:
    buckets = {bucket.name for bucket in graph.of_type("aws:s3/bucket:Bucket")}
    own = f"maslow-{graph.stack}-artifacts-bucket"
    logs = f"maslow-{graph.stack}-clusters-logs-bucket"  # which expire as deployments say
    runs = f"maslow-{graph.stack}-experiments-bucket"  # whose artifacts do, too
    buckets |= {f"maslow-{graph.stack}-state"}
    assert own in buckets
    for bucket in buckets:
        for action in SETTINGS_OF_BUCKETS:
            shut = stays_shut(graph, f"s3:{action}", f"arn:aws:s3:::{bucket}-1a2b3c4")
            assert shut is (bucket not in (own, logs, runs)), (bucket, action)


def test_a_key_of_data_is_opened_and_deleted_by_no_role_but_one(graph: Graph) -> None:
    for alias in graph.of_type("aws:kms/alias:Alias"):
        name = alias.inputs["name"]
        of_data = name.rpartition("-")[2] in {"data", "audit"}
        key = f"arn:aws:kms:eu-west-1:{account_of(graph)}:key/1a2b"
        for action in ("PutKeyPolicy", "ScheduleKeyDeletion"):
            assert stays_shut(graph, f"kms:{action}", key, frozenset({name})) is of_data, name
        its_own = f"arn:aws:kms:eu-west-1:{account_of(graph)}:{name}"
        assert stays_shut(graph, "kms:UpdateAlias", its_own) is of_data, name


def test_who_breaks_the_glass_is_whom_the_boundary_leaves_out(graph: Graph) -> None:
    breaking = [role for role in graph.of_type(ROLE) if role.name.endswith("people-break-glass")]
    assert len(breaking) == (graph.stack == "prod")
    for role in breaking:
        assert role.inputs["name"] == f"maslow-{graph.stack}-break-glass"


def test_no_role_makes_changes_or_hands_on_the_one_that_breaks_the_glass(graph: Graph) -> None:
    role = arn_of(graph, "role", f"maslow-{graph.stack}-break-glass")
    denied = {
        action
        for statement in bounds(graph)
        if statement["Effect"] == "Deny" and not statement.get("Condition")
        for pattern in statement["Action"]
        for action in named(pattern)
        if role in statement["Resource"]
    }
    allowed = {action for pattern in (*BOUNDED_WRITES, *OWN_ROLES) for action in named(pattern)}
    left = {action for action in allowed - denied if not action.endswith("instanceprofile")}
    assert left == {"iam:tagrole", "iam:untagrole"}
