import json
from typing import Any

import pytest

from components.devops.ci.ci_roles import CiRoles, CiRolesArgs
from components.devops.ci.ci_subjects import AUDIENCE, github_subjects, gitlab_subjects
from infra.graph import Graph, record

GITHUB = "https://token.actions.githubusercontent.com"
PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
ARN = "arn:aws:iam::123456789012:oidc-provider/gitlab.example.com"


def recorded(**changes: Any) -> Graph:
    args: CiRolesArgs = {
        "issuer": GITHUB,
        "preview_subjects": ["repo:example/platform:pull_request"],
        "deploy_subjects": ["repo:example/platform:environment:dev"],
        "preview_name": "maslow-dev-ci-preview",
        "deploy_name": "maslow-dev-ci-deploy",
        "deploy_seconds": 10_800,
        "preview_policy_arns": ["arn:aws:iam::123456789012:policy/preview"],
        "deploy_policy_arns": ["arn:aws:iam::123456789012:policy/deploy"],
        "state": {"url": "s3://acme-state", "key_alias": "alias/maslow-dev-state"},
        "account_id": "123456789012",
        "region": "eu-west-1",
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return record(lambda: CiRoles("maslow-dev-ci", args) and None)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded()


def role(graph: Graph, what: str) -> dict[str, Any]:
    return graph.one("aws:iam/role:Role", f"maslow-dev-ci-{what}").inputs


def trusted(graph: Graph, what: str) -> dict[str, Any]:
    (statement,) = json.loads(role(graph, what)["assumeRolePolicy"])["Statement"]
    found: dict[str, Any] = statement
    return found


def test_each_role_takes_its_own_subjects_for_its_own_audience(graph: Graph) -> None:
    issuer = GITHUB.removeprefix("https://")
    for what, subject in (("preview", "pull_request"), ("deploy", "environment:dev")):
        condition = trusted(graph, what)["Condition"]
        assert condition["StringEquals"] == {f"{issuer}:aud": AUDIENCE}
        assert condition["StringLike"] == {f"{issuer}:sub": [f"repo:example/platform:{subject}"]}


def test_the_provider_is_made_without_thumbprints_and_trusted(graph: Graph) -> None:
    provider = graph.one(PROVIDER)
    assert provider.inputs["url"] == GITHUB
    assert provider.inputs["clientIdLists"] == [AUDIENCE]
    assert "thumbprintLists" not in provider.inputs
    address = GITHUB.removeprefix("https://")
    federated = f"arn:aws:iam::123456789012:oidc-provider/{address}"
    assert trusted(graph, "deploy")["Principal"] == {"Federated": federated}


def test_a_provider_that_the_account_has_is_trusted_and_none_is_made() -> None:
    graph = recorded(issuer="https://gitlab.example.com", provider_arn=ARN)
    assert graph.of_type(PROVIDER) == []
    assert trusted(graph, "preview")["Principal"] == {"Federated": ARN}


def test_roles_have_names_that_workflows_know_and_sessions_that_end(graph: Graph) -> None:
    assert role(graph, "preview")["name"] == "maslow-dev-ci-preview"
    assert role(graph, "preview")["maxSessionDuration"] == 3_600
    assert role(graph, "deploy")["maxSessionDuration"] == 10_800


def test_only_the_deployment_writes_the_state(graph: Graph) -> None:
    for what, writes in (("preview", False), ("deploy", True)):
        policy = graph.one("aws:iam/rolePolicy:RolePolicy", f"maslow-dev-ci-{what}-state")
        assert ("s3:PutObject" in policy.inputs["policy"]) is writes


def test_each_role_holds_the_policies_of_its_own_purpose(graph: Graph) -> None:
    attached = graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert {(a.inputs["role"], a.inputs["policyArn"].rpartition("/")[2]) for a in attached} == {
        ("maslow-dev-ci-preview", "preview"),
        ("maslow-dev-ci-deploy", "deploy"),
    }


@pytest.mark.parametrize(
    ("kind", "what", "subject"),
    [
        ("environment", "prod", "repo:example/platform:environment:prod"),
        ("branch", "main", "repo:example/platform:ref:refs/heads/main"),
        ("tag", "v*", "repo:example/platform:ref:refs/tags/v*"),
    ],
)
def test_github_tells_environments_branches_and_tags(kind: str, what: str, subject: str) -> None:
    found = github_subjects("example/platform", default_branch="main", kind=kind, what=what)
    assert found.deploy == [subject]


def test_pull_requests_and_the_default_branch_preview_on_github() -> None:
    found = github_subjects("example@12/platform@34", default_branch="trunk", kind="tag", what="v*")
    assert found.preview == [
        "repo:example@12/platform@34:pull_request",
        "repo:example@12/platform@34:ref:refs/heads/trunk",
    ]


def test_any_branch_of_the_project_itself_previews_on_gitlab() -> None:
    found = gitlab_subjects("clinical/ml/platform", kind="tag", what="v*")
    assert found.preview == ["project_path:clinical/ml/platform:ref_type:branch:ref:*"]
    assert found.deploy == ["project_path:clinical/ml/platform:ref_type:tag:ref:v*"]
