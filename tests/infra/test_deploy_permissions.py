"""What preview and deployment may do in the environment's account."""

import json
from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest
from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource

from catalog import entries
from catalog.chatbot import CHAT
from catalog.services import passed_to
from components.common.environment_scope import EnvironmentScope
from components.common.iam import Document, Statement, allow, deny, document
from infra.deploy_permissions import (
    MOST,
    deploy_permissions,
    packed,
    preview_permissions,
)

ACCOUNT, REGION = "123456789012", "eu-west-1"
ARTIFACTS = "arn:aws:s3:::maslow-dev-artifacts-1a2b3c4"
SCOPE = EnvironmentScope("maslow", "dev", ACCOUNT, REGION)
SERVICES = frozenset(entry.service for entry in entries().values())
"""All that the catalog knows: no environment asks for more."""


def allowed(policies: list[Document]) -> Document:
    """What several policies allow, as one."""
    statements = [s for policy in policies for s in policy["Statement"] if s["Effect"] == "Allow"]
    return document(*statements)


PREVIEW = allowed(preview_permissions(SCOPE, SERVICES))
DEPLOY = allowed(deploy_permissions(SCOPE, SERVICES))
PASSED_TO = list(passed_to())
BOTH = pytest.mark.parametrize("policy", [PREVIEW, DEPLOY], ids=["preview", "deploy"])

REFERENCE: dict[str, Any] = load_resource(AdditionalSpecs, "Policies.json")
"""AWS's service authorization reference, as cfn-lint has it."""

LISTED = {
    "cloudtrail:GetEventSelectors",
    "cloudtrail:GetTrailStatus",
    "cloudwatch:DescribeAlarms",
    "config:DescribeConfigurationRecorderStatus",
    "config:DescribeConfigurationRecorders",
    "ec2:Describe*",
    "sagemaker:ListModelPackages",
}
"""What is asked of the whole account, though AWS could be asked for one resource."""

WITHOUT_ACCOUNT = ("arn:aws:s3:::maslow-dev-", "arn:aws:route53:::hostedzone/")
"""Resources whose ARNs have no account."""


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def granting(policy: Document, action: str, resource: str) -> list[Statement]:
    return [
        statement
        for statement in policy["Statement"]
        if any(fnmatchcase(action, pattern) for pattern in statement["Action"])
        and any(fnmatchcase(resource, pattern) for pattern in statement["Resource"])
    ]


@BOTH
def test_no_statement_reaches_a_whole_service(policy: Document) -> None:
    for statement in policy["Statement"]:
        assert not any(action.split(":")[-1] == "*" for action in statement["Action"])


@BOTH
def test_what_is_allowed_everywhere_is_allowed_where_the_service_answers_only(
    policy: Document,
) -> None:
    everywhere = [s for s in policy["Statement"] if s["Resource"] == ["*"]]
    assert everywhere
    for statement in everywhere:
        # Any other operator beside it narrows the statement further.
        assert statement["Condition"].get("StringEquals") in [
            *({"aws:RequestedRegion": region} for region in (REGION, "us-east-1")),
            CHAT["StringEquals"],
        ]


@BOTH
def test_every_resource_is_of_this_account(policy: Document) -> None:
    for statement in policy["Statement"]:
        for resource in statement["Resource"]:
            if resource != "*" and not resource.startswith(WITHOUT_ACCOUNT):
                assert resource.split(":")[4] == ACCOUNT


def meant(action: str) -> list[dict[str, Any]]:
    """What AWS's reference says of the actions that a pattern stands for."""
    service, pattern = action.lower().split(":")
    actions = REFERENCE[service]["Actions"]
    return [facts for known, facts in actions.items() if fnmatchcase(known, pattern)]


@BOTH
def test_every_action_is_one_that_its_service_has(policy: Document) -> None:
    for action in {a for s in policy["Statement"] for a in s["Action"]}:
        assert meant(action), action


@BOTH
def test_an_action_is_allowed_on_what_awss_reference_lets_it_be_narrowed_to(
    policy: Document,
) -> None:
    wide, void = set(), set()
    for statement in policy["Statement"]:
        for action in statement["Action"]:
            narrowed = any(facts.get("Resources") for facts in meant(action))
            if statement["Resource"] == ["*"] and narrowed:
                wide.add(action)
            if statement["Resource"] != ["*"] and not narrowed:
                void.add(action)
    assert wide == {action for action in LISTED if any(granting(policy, action, "*"))}
    assert void == set()


def test_the_preview_only_reads_and_no_data() -> None:
    for statement in PREVIEW["Statement"]:
        for action in statement["Action"]:
            verb = action.split(":")[1]
            assert verb.startswith(("BatchGet", "Describe", "Get", "List", "Validate", "View")), (
                action
            )
    assert granting(PREVIEW, "s3:GetObject", f"{ARTIFACTS}/models/readmission/code/train.py")
    assert not granting(PREVIEW, "s3:GetObject", "arn:aws:s3:::maslow-dev-raw-1a2b3c4/visits.csv")


def test_the_deployment_can_do_what_the_preview_reads() -> None:
    reads = {action for s in PREVIEW["Statement"] for action in s["Action"]}
    may = {action for s in DEPLOY["Statement"] for action in s["Action"]}
    assert {r for r in reads if not any(fnmatchcase(r, pattern) for pattern in may)} == set()


CHANGES = [
    ("sagemaker:CreateEndpoint", arn("sagemaker", "endpoint/maslow-dev-readmission")),
    ("sagemaker:UpdateEndpoint", arn("sagemaker", "endpoint/maslow-dev-readmission")),
    ("sagemaker:CreateFeatureGroup", arn("sagemaker", "feature-group/maslow-dev-visits-v1")),
    ("scheduler:UpdateSchedule", arn("scheduler", "schedule/default/maslow-dev-monitor")),
    ("glue:CreateDatabase", arn("glue", "database/maslow_dev_curated")),
    ("glue:CreateTable", arn("glue", "table/maslow_dev_features/visits_v1")),
    ("logs:PutRetentionPolicy", arn("logs", "log-group:maslow-dev-delivery-log-1a2b3c4")),
    ("logs:CreateLogGroup", arn("logs", "log-group:/aws/sagemaker/Endpoints/maslow-dev-a")),
    ("states:UpdateStateMachine", arn("states", "stateMachine:maslow-dev-loop")),
    ("s3:PutBucketPolicy", ARTIFACTS),
    ("s3:PutLifecycleConfiguration", ARTIFACTS),
    ("s3:PutObject", f"{ARTIFACTS}/code/train.py"),
    ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/maslow-dev-training-role-1a2b3c4"),
    ("budgets:ModifyBudget", f"arn:aws:budgets::{ACCOUNT}:budget/maslow-dev-budget"),
    ("ec2:CreateVpcEndpoint", arn("ec2", "vpc-endpoint/vpce-0123456789abcdef0")),
]


@pytest.mark.parametrize(("action", "resource"), CHANGES)
def test_the_deployment_changes_what_the_platform_names(action: str, resource: str) -> None:
    assert granting(DEPLOY, action, resource)
    assert not granting(PREVIEW, action, resource)


@pytest.mark.parametrize(
    ("action", "resource"), [change for change in CHANGES if not change[0].startswith("ec2:")]
)
def test_the_deployment_leaves_another_environments_things_alone(
    action: str, resource: str
) -> None:
    theirs = resource.replace("maslow-dev", "maslow-prod").replace("maslow_dev", "maslow_prod")
    assert not granting(DEPLOY, action, theirs)


@pytest.mark.parametrize(
    "action",
    [
        "iam:AttachRolePolicy",
        "iam:CreateUser",
        "iam:CreateAccessKey",
        "iam:CreatePolicyVersion",
        "iam:DeleteRolePermissionsBoundary",
        "kms:ScheduleKeyDeletion",
        "sts:AssumeRole",
    ],
)
def test_the_deployment_never_gets_the_steps_of_an_escalation(action: str) -> None:
    for statement in DEPLOY["Statement"]:
        assert not any(fnmatchcase(action, pattern) for pattern in statement["Action"])


def test_data_is_out_of_the_deployments_reach() -> None:
    zone = "arn:aws:s3:::maslow-dev-lake-raw-bucket-1a2b3c4/visits.csv"
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"):
        assert not granting(DEPLOY, action, zone)


def test_roles_are_passed_to_the_listed_services_only() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/maslow-dev-training-role"
    passing = granting(DEPLOY, "iam:PassRole", role)
    assert [s["Condition"] for s in passing] == [
        {"StringEquals": {"iam:PassedToService": PASSED_TO}}
    ]
    assert not granting(DEPLOY, "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin")


def test_grants_on_keys_are_made_for_services_only() -> None:
    grants = granting(DEPLOY, "kms:CreateGrant", arn("kms", "key/data"))
    assert [s["Condition"] for s in grants] == [{"Bool": {"kms:GrantIsForAWSResource": "true"}}]


@pytest.mark.parametrize("action", ["Decrypt", "Encrypt", "GenerateDataKey", "ReEncryptFrom"])
def test_the_environments_keys_are_used_through_a_service_only(action: str) -> None:
    using = granting(DEPLOY, f"kms:{action}", arn("kms", "key/data"))
    assert using
    for statement in using:
        service = statement["Condition"]["StringEquals"]["kms:ViaService"]
        assert service in [
            f"{each}.{REGION}.amazonaws.com"
            for each in (
                *("airflow-serverless", "backup", "dynamodb", "fsx", "s3", "s3tables"),
                "sagemaker",
            )
        ]
        alias = statement["Condition"]["ForAnyValue:StringLike"]["kms:ResourceAliases"]
        assert str(alias).startswith("alias/maslow-dev-")
    assert not granting(PREVIEW, f"kms:{action}", arn("kms", "key/data"))


def test_through_s3_only_the_key_of_what_the_deployment_uploads_is_used() -> None:
    (through,) = [
        statement
        for statement in granting(DEPLOY, "kms:GenerateDataKey", arn("kms", "key/data"))
        if "s3." in statement["Condition"]["StringEquals"]["kms:ViaService"]
    ]
    assert through["Condition"]["ForAnyValue:StringLike"] == {
        "kms:ResourceAliases": "alias/maslow-dev-artifacts"
    }


def test_what_another_environment_tagged_as_its_own_is_left_alone() -> None:
    (deleting,) = granting(DEPLOY, "ec2:DeleteVpc", arn("ec2", "vpc/vpc-0123456789abcdef0"))
    assert deleting["Condition"] == {
        "StringEqualsIfExists": {
            "aws:ResourceTag/maslow:environment": "dev",
            "aws:ResourceTag/maslow:project": "maslow",
        }
    }


@pytest.mark.parametrize("permissions", [preview_permissions, deploy_permissions])
def test_the_longest_names_fit_into_as_many_policies_as_a_role_may_hold(
    permissions: Callable[..., list[Document]],
) -> None:
    longest = EnvironmentScope("a" * 15, "e" * 16, ACCOUNT, "ap-southeast-1")
    policies = permissions(longest, SERVICES)
    assert all(len(json.dumps(policy, separators=(",", ":"))) <= MOST for policy in policies)
    assert len(policies) <= 10


def test_of_a_service_that_the_environment_does_not_use_nothing_is_allowed() -> None:
    without = allowed(deploy_permissions(SCOPE, SERVICES - {"guardduty"}))
    detector = arn("guardduty", "detector/0a1b")
    assert granting(DEPLOY, "guardduty:UpdateDetector", detector)
    assert not granting(without, "guardduty:UpdateDetector", detector)


def test_how_many_policies_there_are_does_not_depend_on_the_account() -> None:
    for account in ("000000000000", "999999999999"):
        policies = deploy_permissions(replace(SCOPE, account_id=account), SERVICES)
        assert len(policies) == len(deploy_permissions(SCOPE, SERVICES))


def test_statements_are_packed_in_their_order_and_none_is_lost() -> None:
    statements = [
        allow([f"s3:Get{number}" + "x" * 1_000], ["arn:aws:s3:::a"]) for number in range(12)
    ]
    policies = packed(statements)
    assert len(policies) == 3
    assert [s for policy in policies for s in policy["Statement"]] == statements


def test_a_statement_that_fits_into_no_policy_is_an_error() -> None:
    with pytest.raises(ValueError, match="longer than a managed policy may be"):
        packed([deny(["s3:Get" + "x" * MOST], ["arn:aws:s3:::a"])])


@pytest.mark.parametrize("service", ["codeconnections", "codestar-connections"])
def test_a_pipeline_can_be_given_a_connection_by_either_name_of_its_service(service: str) -> None:
    assert granting(DEPLOY, f"{service}:PassConnection", arn(service, "connection/0a1b"))
