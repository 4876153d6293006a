"""Every policy of every stack, as parliament reads it.

It knows what cfn-lint does not: which keys of conditions an action has and of what type they are,
that an action may ask for several resources at once, and patterns that are known to be bad. What
it does not support is a policy that names no resource: one of trust, or of an image repository.

https://github.com/duo-labs/parliament
"""

import importlib
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from importlib.resources import files
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from infra.graph import Graph

UNSUPPORTED = {"aws:iam/role:Role", "aws:ecr/repositoryPolicy:RepositoryPolicy"}

Lint = Callable[[str], Iterator[tuple[str, str]]]
"""From a policy to what parliament has against it: the kind of finding, and what it is about."""


class Exempt(NamedTuple):
    """A finding that is none, as patterns, and why."""

    issue: str
    about: str
    where: str
    reason: str


TAGS = "tags are those of one kind of resource, and parliament wants all kinds at once"
KINDS = "it is of one kind or another, and parliament wants both at once"
NARROWER = "AWS offers this resource since, as its service authorization reference has it"
LISTED = "what AWS lists of a whole account, in this region by a condition"
ITS_OWN = "a key is guarded by actions of its own service, and by its policy"
OF_AN_ORGANIZATION = "the trail of an organization is in whichever account manages it"
EXEMPT = (
    Exempt("RESOURCE_STAR", "*", "Key *", "in a key's policy, * is the key itself"),
    Exempt("RESOURCE_STAR", "cloudwatch:DescribeAlarms", "*Policy *", LISTED),
    Exempt("RESOURCE_STAR", "cloudtrail:GetTrailStatus", "*Policy *", OF_AN_ORGANIZATION),
    Exempt("RESOURCE_STAR", "cloudtrail:GetEventSelectors", "*Policy *", OF_AN_ORGANIZATION),
    Exempt("RESOURCE_STAR", "config:DescribeConfigurationRecorder*", "*Policy *", LISTED),
    Exempt(
        "RESOURCE_MISMATCH",
        "ec2:* on *",
        "RolePolicy *-kubernetes-work",
        "a call acts on several kinds, and each is allowed by a statement of its own",
    ),
    Exempt(
        "UNKNOWN_CONDITION_FOR_ACTION",
        "* elasticloadbalancing:CreateAction for action elasticloadbalancing:AddTags",
        "RolePolicy *-kubernetes-work",
        "AWS's own policy has it: https://docs.aws.amazon.com/eks/latest/userguide/security-iam-awsmanpol.html",
    ),
    Exempt("RESOURCE_MISMATCH", "athena:*Resource on *", "*Policy *", TAGS),
    Exempt("RESOURCE_MISMATCH", "kinesis:St*StreamEncryption on *:kms:*", "Policy *", ITS_OWN),
    Exempt("RESOURCE_MISMATCH", "network-firewall:ListTagsForResource on *", "Policy *", TAGS),
    Exempt("RESOURCE_MISMATCH", "states:DescribeExecution on *:express:*", "RolePolicy *", KINDS),
    Exempt("RESOURCE_MISMATCH", "states:ListExecutions on *:mapRun:*", "RolePolicy *", KINDS),
    Exempt("RESOURCE_MISMATCH", "chatbot:*agResource on [*]", "Policy *", NARROWER),
    Exempt("RESOURCE_MISMATCH", "ecr:BatchImportUpstreamImage on [*]", "RolePolicy *", NARROWER),
    Exempt("RESOURCE_MISMATCH", "config:PutConfigurationRecorder on [*]", "Policy *", NARROWER),
    Exempt(
        "RESOURCE_MISMATCH",
        "route53resolver:CreateResolverQueryLogConfig on [*]",
        "Policy *",
        NARROWER,
    ),
    Exempt("RESOURCE_MISMATCH", "sns:?etSubscriptionAttributes on [*]", "Policy *", NARROWER),
    Exempt("RESOURCE_MISMATCH", "sns:Unsubscribe on [*]", "Policy *", NARROWER),
    Exempt(
        "RESOURCE_MISMATCH",
        "sagemaker:* on *:user-profile/[*]/[*]",
        "RolePolicy *-studio-*",
        NARROWER,
    ),
    Exempt(
        "UNKNOWN_PREFIX",
        "Unknown prefix airflow-serverless",
        "*Policy *",
        "MWAA Serverless is newer: "
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_mwaa-serverless.html",
    ),
    Exempt(
        "RESOURCE_MISMATCH",
        "sagemaker:CreateModel on *:model/[*]",
        "*olicy *",
        "of another account it asks for the version alone; the model is made in this one",
    ),
    Exempt(
        "RESOURCE_MISMATCH",
        "ec2:CreateFleet on *",
        "RolePolicy *-emr-nodes",
        "what a fleet names is allowed by several statements, each with its condition",
    ),
    Exempt(
        "RESOURCE_MISMATCH",
        "ec2:RunInstances on *",
        "RolePolicy *-emr-nodes",
        "what an instance names is allowed by several statements, each with its condition",
    ),
    Exempt(
        "UNKNOWN_CONDITION_FOR_ACTION",
        "Unknown condition sagemaker:ResourceTag/* for action sagemaker:CreatePresignedDomainUrl",
        "RolePolicy *-studio-entry-*",
        "user profiles have it: https://docs.aws.amazon.com/service-authorization/latest/reference/"
        "list_amazonsagemaker.html",
    ),
    Exempt(
        "UNKNOWN_CONDITION_FOR_ACTION",
        "Unknown condition elasticmapreduce:ResourceTag/* for action elasticmapreduce:*",
        "*Policy *",
        "clusters and workspaces have it: https://docs.aws.amazon.com/service-authorization/latest/reference/"
        "list_amazonelasticmapreduce.html",
    ),
    Exempt(
        "UNKNOWN_ACTION",
        "Unknown action s3tables:*",
        "*olicy *",
        "S3 Tables has encryption and tags since: https://docs.aws.amazon.com/service-authorization/"
        "latest/reference/list_amazons3tables.html",
    ),
    Exempt(
        "UNKNOWN_ACTION",
        "Unknown action glue:BatchGetDataQualityResult",
        "RolePolicy *-workflow",
        "Glue has it since: "
        "https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetDataQualityResult.html",
    ),
    Exempt(
        "UNKNOWN_ACTION",
        "Unknown action sagemaker:*MlflowApp*",
        "*olicy *",
        "SageMaker has them since: "
        "https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-app-setup-prerequisites-iam.html",
    ),
    Exempt(
        "UNKNOWN_ACTION",
        "Unknown action kinesis:*Resource",
        "Policy *",
        "Kinesis has it since: "
        "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html",
    ),
    Exempt(
        "UNKNOWN_CONDITION_FOR_ACTION",
        "Unknown condition kms:ResourceAliases for action kms:*",
        "*Policy *",
        "all that is done with a key has it: "
        "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html",
    ),
    Exempt(
        "MISMATCHED_TYPE",
        "Type mismatch: ArnLike requires a value of type Arn but given String",
        "Key *-logs-key",
        "the context is a log group's ARN: "
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    ),
    Exempt(
        "MISMATCHED_TYPE_BUT_USABLE",
        "Type mismatch: String* requires a value of type String but given Arn",
        "*Policy *",
        "a whole ARN is compared with a whole one, which texts do exactly",
    ),
    Exempt(
        "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
        "*arn:aws:s3:::maslow-*-[*] due to *",
        "Policy *-permissions-deploy-*",
        "a deployment sets the policies and lifecycles of the environment's buckets",
    ),
)


@pytest.fixture(scope="module")
def lint() -> Iterator[Lint]:
    """The linter.

    It has pkg_resources tell where its own two files are, and setuptools has that no longer.
    """
    stand_in = ModuleType("pkg_resources")
    stand_in.resource_filename = lambda package, name: str(files(package) / name)  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings(action="ignore"):
        patch.setitem(sys.modules, "pkg_resources", stand_in)
        parliament = importlib.import_module("parliament")

    def findings(text: str) -> Iterator[tuple[str, str]]:
        unknown = set()
        for finding in parliament.analyze_policy_string(text).findings:
            if finding.issue == "UNKNOWN_ACTION":
                unknown.add(str(finding.detail).rpartition(" ")[2])
            if not isinstance(finding.detail, list):
                yield finding.issue, str(finding.detail)
                continue
            statement, _ = json.JSONDecoder().raw_decode(text, finding.location["column"] - 1)
            for item in finding.detail:
                action, about = item, item
                if isinstance(item, dict):
                    action, about = item["action"], "{action} on {required_format}".format(**item)
                # Of the actions that a pattern stands for, some have no use for the resource.
                if action in statement["Action"]:
                    yield finding.issue, about
        # It looks at nothing else of a statement with an action that it does not know.
        if unknown:
            yield from findings(without(text, unknown))

    return findings


def without(text: str, unknown: set[str]) -> str:
    """A policy without these actions, and without the statements that had no others."""
    policy = json.loads(text)
    statements = [
        {**one, "Action": [each for each in one["Action"] if each not in unknown]}
        for one in policy["Statement"]
    ]
    return json.dumps({**policy, "Statement": [one for one in statements if one["Action"]]})


@pytest.fixture(scope="module")
def found(lint: Lint, every_graph: list[Graph]) -> set[tuple[str, str, str]]:
    """What there is against the policies of all stacks, and where."""
    policies = {
        value: f"{resource.type.rpartition(':')[2]} {resource.name}"
        for graph in every_graph
        for resource in graph.resources
        if resource.type not in UNSUPPORTED
        for value in resource.inputs.values()
        if isinstance(value, str) and '"Statement"' in value
    }
    assert policies
    return {(*finding, where) for text, where in policies.items() for finding in lint(text)}


def fits(exempt: Exempt, finding: tuple[str, str, str]) -> bool:
    return all(map(fnmatchcase, finding, exempt[:3]))


def test_nothing_speaks_against_any_policy(found: set[tuple[str, str, str]]) -> None:
    unexplained = {each for each in found if not any(fits(exempt, each) for exempt in EXEMPT)}
    assert unexplained == set()


@pytest.mark.parametrize("exempt", EXEMPT, ids=lambda exempt: f"{exempt.issue} {exempt.about}")
def test_every_exemption_is_needed(exempt: Exempt, found: set[tuple[str, str, str]]) -> None:
    assert any(fits(exempt, each) for each in found)


BUCKET = "arn:aws:s3:::maslow-dev-lake-raw"


@pytest.mark.parametrize(
    ("statement", "issue"),
    [
        ({"Action": ["s3:GetObject"], "Resource": [f"{BUCKET}/*"]}, None),
        ({"Action": ["s3:GetObjects"], "Resource": [f"{BUCKET}/*"]}, "UNKNOWN_ACTION"),
        ({"Action": ["s3:GetObject"], "Resource": [BUCKET]}, "RESOURCE_MISMATCH"),
        ({"Action": ["s3:GetObject"], "Resource": ["*"]}, "RESOURCE_STAR"),
        (
            {
                "Action": ["s3:GetObject"],
                "Resource": [f"{BUCKET}/*"],
                "Condition": {"StringEquals": {"s3:prefix": "models"}},
            },
            "UNKNOWN_CONDITION_FOR_ACTION",
        ),
        (
            {
                "Action": ["s3:GetObject"],
                "Resource": [f"{BUCKET}/*"],
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
            },
            "BAD_PATTERN_FOR_MFA",
        ),
    ],
)
def test_what_is_wrong_is_found(lint: Lint, statement: dict[str, Any], issue: str | None) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
    assert {name for name, _ in lint(json.dumps(policy))} == ({issue} if issue else set())
