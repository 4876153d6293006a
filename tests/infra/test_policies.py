"""Every policy of every committed stack, against AWS's own list of actions and resources."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple

from cfnlint.api import ManualArgs, lint
from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource

from catalog.answers import ACCOUNT
from catalog.services import by_principal
from infra.graph import Graph, Resource
from infra.project import Project
from infra.promotion import Peer, promotion_of

REFERENCE: dict[str, Any] = load_resource(AdditionalSpecs, "Policies.json")
"""AWS's service authorization reference, as cfn-lint has it."""

REGION = "eu-west-1"
OF_A_ROLE = "aws:iam/rolePolicy:RolePolicy"
MANAGED = "aws:iam/policy:Policy"
ROLE = "aws:iam/role:Role"

POD = {
    f"aws:RequestTag/{tag}"
    for tag in ("eks-cluster-arn", "kubernetes-namespace", "kubernetes-service-account")
}
"""By what EKS tells the sessions of pods apart."""

KINDS: dict[str, tuple[str, dict[str, Any], str, int]] = {
    OF_A_ROLE: (
        "AWS::IAM::Policy",
        {"PolicyName": "policy", "Roles": ["role"]},
        "PolicyDocument",
        10_240,
    ),
    MANAGED: ("AWS::IAM::ManagedPolicy", {}, "PolicyDocument", 6_144),
    ROLE: ("AWS::IAM::Role", {}, "AssumeRolePolicyDocument", 2_048),
    "aws:s3/bucketPolicy:BucketPolicy": ("AWS::S3::BucketPolicy", {}, "PolicyDocument", 20_480),
    "aws:kms/key:Key": ("AWS::KMS::Key", {}, "KeyPolicy", 32_768),
    "aws:sns/topicPolicy:TopicPolicy": (
        "AWS::SNS::TopicPolicy",
        {"Topics": [f"arn:aws:sns:{REGION}:{ACCOUNT}:topic"]},
        "PolicyDocument",
        30_720,
    ),
    "aws:sqs/queuePolicy:QueuePolicy": (
        "AWS::SQS::QueuePolicy",
        {"Queues": [f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/queue"]},
        "PolicyDocument",
        262_144,
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (
        "AWS::EC2::VPCEndpoint",
        {"VpcId": "vpc-0123456789abcdef0", "ServiceName": f"com.amazonaws.{REGION}.s3"},
        "PolicyDocument",
        20_480,
    ),
    "aws:codeartifact/domainPermissions:DomainPermissions": (
        "AWS::CodeArtifact::Domain",
        {},
        "PermissionsPolicyDocument",
        7_168,
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": (
        "AWS::Logs::ResourcePolicy",
        {},
        "PolicyDocument",
        5_120,
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": (
        "AWS::ECR::Repository",
        {},
        "RepositoryPolicyText",
        10_240,
    ),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": (
        "AWS::Events::EventBus",
        {},
        "Policy",
        10_240,
    ),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": (
        "AWS::EFS::FileSystem",
        {},
        "FileSystemPolicy",
        20_000,
    ),
    "aws:s3tables/tableBucketPolicy:TableBucketPolicy": (
        "AWS::S3Tables::TableBucketPolicy",
        {"TableBucketARN": f"arn:aws:s3tables:{REGION}:{ACCOUNT}:bucket/bucket"},
        "ResourcePolicy",
        20_480,
    ),
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": (
        "AWS::SageMaker::ModelPackageGroup",
        {},
        "ModelPackageGroupPolicy",
        20_480,
    ),
}
"""Pulumi type to CloudFormation's, what that asks for, where the policy goes, and its most bytes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
https://docs.aws.amazon.com/general/latest/gr/sns.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
"""

IDENTIFIERS = {
    "AWS::CodeArtifact::Domain": "DomainName",
    "AWS::Events::EventBus": "Name",
    "AWS::Logs::ResourcePolicy": "PolicyName",
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SageMaker::ModelPackageGroup": "ModelPackageGroupName",
}
"""What no two of a type may have in common."""

NEWER = {
    "batchgetdataqualityresult": (
        "https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetDataQualityResult.html"
    ),
}
"""Actions that the linter's list lacks, in its small letters, and where AWS tells of them."""

TEMPLATE_LIMIT = 500
"""Resources that a template of CloudFormation may have."""

LISTING = re.compile(r"\w[\w-]*:(Describe|Get|List)\w*\*?")


class Policy(NamedTuple):
    """A policy and whose it is."""

    resource: Resource
    text: str

    @property
    def statements(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.text)["Statement"]
        return found


def policies(graph: Graph, type_: str | None = None) -> list[Policy]:
    """The policies of a graph: a text is one if it has statements."""
    return [
        Policy(resource, value)
        for resource in graph.resources
        for value in resource.inputs.values()
        if isinstance(value, str) and '"Statement"' in value and type_ in {None, resource.type}
    ]


def allowed(graph: Graph) -> Iterator[tuple[str, dict[str, Any]]]:
    """What roles are allowed, with the name of the policy; a boundary itself allows nothing."""
    for policy in (*policies(graph, OF_A_ROLE), *policies(graph, MANAGED)):
        if policy.resource.name.endswith("-boundary-policy"):
            continue
        for statement in policy.statements:
            if statement["Effect"] == "Allow":
                yield policy.resource.name, statement


@cache
def works_on(pattern: str) -> frozenset[str]:
    """The ARNs, as patterns, that the actions of a pattern take; empty where they take none."""
    service, name = pattern.lower().split(":")
    kinds = {kind.lower(): of for kind, of in REFERENCE[service]["Resources"].items()}
    return frozenset(
        re.sub(r"\$\{\w+\}|\.\*", "*", arn)
        for action, properties in REFERENCE[service]["Actions"].items()
        if fnmatchcase(action, name)
        for kind in properties.get("Resources", ())
        for arn in kinds[kind.lower()]["ARNFormats"]
    )


@cache
def overlap(one: str, other: str) -> bool:
    """Whether two patterns, in which `*` stands for anything, have a text in common."""
    if not one or not other:
        return set(one + other) <= {"*"}
    if one[0] == "*":
        return overlap(one[1:], other) or overlap(one, other[1:])
    if other[0] == "*":
        return overlap(other, one)
    return one[0] == other[0] and overlap(one[1:], other[1:])


def fits(action: str, resource: str) -> bool:
    return any(overlap(arn, resource) for arn in works_on(action))


def findings(wanted: list[Policy]) -> list[str]:
    """What cfn-lint has to say, with the name of the policy's resource."""
    resources = {}
    for number, (resource, text) in enumerate(wanted):
        type_, asked_for, key, _ = KINDS[resource.type]
        as_text = type_ == "AWS::Logs::ResourcePolicy"
        properties = {**asked_for, key: text if as_text else json.loads(text)}
        if identifier := IDENTIFIERS.get(type_):
            properties[identifier] = f"named-{number}"
        resources[f"Policy{number}"] = {"Type": type_, "Properties": properties}
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    names = {f"Policy{number}": policy.resource.name for number, policy in enumerate(wanted)}
    return [
        f"{next((names[part] for part in match.path if part in names), '')}: {match.message}"
        for match in lint(json.dumps(template), config=ManualArgs(regions=[REGION]))
    ]


def test_every_policy_is_good_grammar_and_names_real_actions(every_graph: list[Graph]) -> None:
    different = {policy.text: policy for graph in every_graph for policy in policies(graph)}
    wanted = list(different.values())
    for start in range(0, len(wanted), TEMPLATE_LIMIT):
        found = findings(wanted[start : start + TEMPLATE_LIMIT])
        assert [each for each in found if not any(f"'{one}' is" in each for one in NEWER)] == []


def test_every_kind_of_policy_is_known_here(graph: Graph) -> None:
    assert {policy.resource.type for policy in policies(graph)} <= KINDS.keys()


def counted(policy: Policy) -> int:
    """Characters that count: IAM leaves white space out.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    if not policy.resource.type.startswith("aws:iam/"):
        return len(policy.text)
    return len(json.dumps(json.loads(policy.text), separators=(",", ":")))


def test_every_policy_is_within_what_aws_takes(graph: Graph) -> None:
    sizes = {
        policy.resource.name: (counted(policy), KINDS[policy.resource.type][3])
        for policy in policies(graph)
    }
    assert {name: size for name, size in sizes.items() if size[0] > size[1]} == {}


def test_every_allowed_action_works_on_a_resource_that_is_named_with_it(graph: Graph) -> None:
    idle = [
        (name, action)
        for name, statement in allowed(graph)
        for action in statement["Action"]
        if statement["Resource"] != ["*"]
        and not any(fits(action, resource) for resource in statement["Resource"])
    ]
    assert idle == []


def test_every_named_resource_is_one_that_an_action_beside_it_works_on(graph: Graph) -> None:
    idle = [
        (name, resource)
        for name, statement in allowed(graph)
        for resource in statement["Resource"]
        if resource != "*" and not any(fits(action, resource) for action in statement["Action"])
    ]
    assert idle == []


UNNAMED = (
    *("cloudwatch:GetMetricData", "cloudwatch:PutMetricData"),
    "elasticmapreduce:CreateEditor",  # works on a cluster, and a workspace begins without one
)


def test_what_is_allowed_everywhere_takes_no_resource_or_is_narrowed_by_a_condition(
    graph: Graph,
) -> None:
    """A condition may stand for a resource where things are listed, or none is there yet."""
    wide = [
        (name, action)
        for name, statement in allowed(graph)
        if "*" in statement["Resource"]
        for action in statement["Action"]
        if works_on(action)
        and not ("Condition" in statement and (LISTING.fullmatch(action) or action in UNNAMED))
    ]
    assert wide == []


def test_an_action_on_what_it_does_not_work_on_would_be_found() -> None:
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"
    assert fits("sns:Publish", topic)
    assert not fits("sqs:SendMessage", topic)
    assert not fits("sagemaker:CreateEndpoint", topic.replace("sns", "sagemaker"))
    assert not works_on("ecr:GetAuthorizationToken")


def account_of(project: Project, graph: Graph) -> str:
    return project.stack(graph.stack).account or ACCOUNT


def test_every_role_is_taken_by_whom_its_trust_tells_apart(project: Project, graph: Graph) -> None:
    """A service comes on behalf of this account; a token, a person by what they are known by."""
    keys = {
        "Service": {"aws:SourceAccount", *POD},
        "Federated": {"sub", "aud", "saml:aud", "saml:edupersonaffiliation"},
        "AWS": {
            "aws:PrincipalArn",
            "aws:PrincipalType",
            "aws:MultiFactorAuthPresent",
            "ExternalId",
            "SourceIdentity",
        },
    }
    mine = {"aws:SourceAccount": account_of(project, graph)}
    for policy in policies(graph, ROLE):
        for statement in policy.statements:
            (kind,) = statement["Principal"]
            asked = {
                key if key.startswith(("aws:", "saml:")) else key.rpartition(":")[2]
                for tests in statement["Condition"].values()
                for key in tests
            }
            assert asked, policy.resource.name
            assert asked <= keys[kind], policy.resource.name
            if kind == "Service":
                assert len(policy.statements) == 1, policy.resource.name
                service = by_principal()[statement["Principal"]["Service"]]
                # The role of EMR Studio's people, for which AWS's own page has no condition.
                of_people = "sts:SetContext" in statement["Action"]
                sends = service.sends_source_account and not of_people
                if statement["Principal"]["Service"] == "pods.eks.amazonaws.com":
                    # A session tells the cluster and the service account that it is of.
                    assert asked == POD, policy.resource.name
                    continue
                operator = "StringEquals" if sends else "StringEqualsIfExists"
                assert statement["Condition"] == {operator: mine}, policy.resource.name


def opened(graph: Graph) -> Iterator[tuple[Policy, dict[str, Any]]]:
    """The statements of resources' own policies that let somebody in, with the policy."""
    for type_ in KINDS.keys() - {OF_A_ROLE, MANAGED, ROLE, "aws:ec2/vpcEndpoint:VpcEndpoint"}:
        for policy in policies(graph, type_):
            for statement in policy.statements:
                if statement["Effect"] == "Allow":
                    yield policy, statement


def partners(project: Project, graph: Graph) -> dict[str, Peer]:
    """The environments in other accounts that models come from or go on to, by account."""
    promotion = promotion_of(project.stack(graph.stack), graph.project)
    peers = [*promotion.abroad, *([promotion.origin] if promotion.origin else [])]
    return {peer.account_id: peer for peer in peers if peer.account_id}


def by_network(statement: dict[str, Any]) -> bool:
    """Whether it lets in whoever reaches a file system's mount target, to mount and no more."""
    condition = statement.get("Condition", {}).get("Bool", {})
    reaches = condition.get("elasticfilesystem:AccessedViaMountTarget") == "true"
    return reaches and statement["Action"] == ["elasticfilesystem:ClientMount"]


def principal_of(statement: dict[str, Any]) -> str:
    """Whom a statement lets in; everybody whose account it requires is that account."""
    named: str = statement["Principal"]["AWS"]
    required = statement.get("Condition", {}).get("StringEquals", {}).get("aws:PrincipalAccount")
    return f"arn:aws:iam::{required}:root" if named == "*" and required else named


def test_only_this_account_its_partners_and_services_of_aws_are_let_in_by_a_resources_own_policy(
    project: Project, graph: Graph
) -> None:
    let_in = [
        principal_of(statement)
        for _, statement in opened(graph)
        if "Service" not in statement["Principal"] and not by_network(statement)
    ]
    accounts = {account_of(project, graph), *partners(project, graph)}
    assert set(let_in) == {f"arn:aws:iam::{account}:root" for account in accounts}


def test_of_another_account_roles_are_let_in_whose_names_its_environment_gives(
    project: Project, graph: Graph
) -> None:
    for account, peer in partners(project, graph).items():
        root = {"AWS": f"arn:aws:iam::{account}:root"}
        for policy, statement in opened(graph):
            if statement["Principal"] == root:
                roles = statement["Condition"]["ArnLike"]["aws:PrincipalArn"]
                start = f"arn:aws:iam::{account}:role/{peer.names('')}"
                assert roles, policy.resource.name
                assert {role for role in roles if not role.startswith(start)} == set()
                assert not any(action.endswith("*") for action in statement["Action"])


def test_the_partners_are_those_that_the_committed_files_name(
    project: Project, every_graph: list[Graph]
) -> None:
    partnered = {graph.stack: set(partners(project, graph)) for graph in every_graph}
    assert {stack: accounts for stack, accounts in partnered.items() if accounts} == {
        "dev": {"222222222222", "333333333333"},
        "staging": {"111111111111"},
        "prod": {"111111111111"},
    }
