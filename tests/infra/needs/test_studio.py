"""Studio of an environment: whose pipelines and places a team has, and a domain that is there."""

import json
from typing import Any

import pytest

from infra.composition import declare
from infra.errors import InputError
from infra.graph import Graph, Run, record
from infra.live import Live
from infra.settings import from_config
from infra.versions import none_yet
from tests.conftest import ROOT

DOMAIN = "aws:sagemaker/domain:Domain"
PROFILE = "aws:sagemaker/userProfile:UserProfile"
POLICY = "aws:iam/rolePolicy:RolePolicy"
CENTER = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
ANA = {"ana@example.com": "data-scientist"}
MODEL = {"project": "templates/tabular", "delivery": {"start": "off"}}
BY_NAME = {"identity_center": CENTER, "personas": {"auditor": ["auditors"]}}


def recorded(live: Live | None = None, access: Any = None, **studio: Any) -> Graph:
    settings = {
        "owner": "ml@example.com",
        "accounts": {"dev": "111111111111"},
        "network": {"cidr": "10.10.0.0/16", "endpoints": "none"},
        "source": {"github": "example/platform"},
        "queries": {"teams": {"oncology": {}}},
        "models": [{**MODEL, "name": "readmission"}, {**MODEL, "name": "length-of-stay"}],
        "studio": {
            "teams": {
                "oncology": {
                    "members": ANA,
                    "models": ["readmission"],
                    "reads": ["curated.visits"],
                }
            },
            **studio,
        },
        **({"access": access} if access else {}),
    }
    stack = from_config(settings, "eu-west-1", "dev")
    run = Run(project="maslow", stack="dev", account="111111111111")
    seen = live or Live()
    return record(lambda: declare(stack, none_yet, ROOT, services=(), live=seen), run)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded()


def test_the_domain_is_in_the_environments_network_under_the_key_of_data(graph: Graph) -> None:
    (domain,) = graph.of_type(DOMAIN)
    network = graph.one("aws:ec2/vpc:Vpc", "maslow-dev-network-vpc")
    assert domain.inputs["domainName"] == "maslow-dev-studio"
    assert domain.inputs["vpcId"] == network.id
    assert domain.inputs["authMode"] == "IAM"
    assert len(domain.inputs["subnetIds"]) == 2


def test_what_is_a_teams_bears_its_name(graph: Graph) -> None:
    (profile,) = graph.of_type(PROFILE)
    role = graph.one("aws:iam/role:Role", "maslow-dev-studio-oncology-data-scientist-role")
    assert profile.inputs["userProfileName"] == "ana-example-com"
    for bearer in (profile, role):
        assert bearer.inputs["tags"]["maslow:team"] == "oncology"


def test_a_team_starts_the_pipeline_of_its_model_by_its_name(graph: Graph) -> None:
    policy = json.loads(
        graph.one(POLICY, "maslow-dev-studio-oncology-data-scientist-work").inputs["policy"]
    )
    (start,) = (one for one in policy["Statement"] if one.get("Sid") == "StartPipelines")
    names = {one.inputs["pipelineName"] for one in graph.of_type("aws:sagemaker/pipeline:Pipeline")}
    assert start["Resource"] == [
        "arn:aws:sagemaker:eu-west-1:111111111111:pipeline/maslow-dev-readmission"
    ]
    assert "maslow-dev-readmission" in names


def test_a_team_queries_in_its_own_workgroup(graph: Graph) -> None:
    text = graph.one(POLICY, "maslow-dev-studio-oncology-data-scientist-work").inputs["policy"]
    (group,) = (
        one for one in graph.of_type("aws:athena/workgroup:Workgroup") if "oncology" in one.name
    )
    assert group.name.startswith("maslow-dev-queries-oncology-")
    assert "workgroup/maslow-dev-queries-oncology-*" in text


def test_identity_center_signs_in_by_name() -> None:
    graph = recorded(access=BY_NAME)
    (domain,), (profile,) = graph.of_type(DOMAIN), graph.of_type(PROFILE)
    assert domain.inputs["authMode"] == "SSO"
    assert profile.inputs["singleSignOnUserValue"] == "ana@example.com"


def there(mode: str) -> Live:
    described = {"AuthMode": mode, "Url": "https://d-1a2b.studio.example.com"}
    return Live(studio_domain=lambda domain: described if domain == "d-1a2b" else {})


@pytest.mark.parametrize("live", [Live(), there("IAM")], ids=["nobody looks", "it is there"])
def test_people_get_their_profiles_in_a_domain_that_is_there(live: Live) -> None:
    graph = recorded(live, domain="d-1a2b")
    assert graph.of_type(DOMAIN) == []
    (profile,) = graph.of_type(PROFILE)
    assert profile.inputs["domainId"] == "d-1a2b"
    assert "securityGroups" not in profile.inputs["userSettings"]


@pytest.mark.parametrize(
    ("domain", "mode", "access", "said"),
    [
        ("d-9z9z", "IAM", None, "there is no domain d-9z9z in eu-west-1"),
        ("d-1a2b", "SSO", None, "by IAM Identity Center, which access.identity_center does not"),
        ("d-1a2b", "IAM", BY_NAME, "by IAM, and access.identity_center is given"),
    ],
)
def test_a_domain_that_does_not_fit_is_refused_before_anything_is_done(
    domain: str, mode: str, access: Any, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        recorded(there(mode), access, domain=domain)


def test_a_team_has_an_idle_time_and_a_budget_of_its_own_and_the_others_those_of_all() -> None:
    teams = {
        "oncology": {"members": ANA, "idle_minutes": 90, "budget": {"monthly_usd": 500}},
        "cardiology": {"members": {"ben@example.com": "ml-engineer"}},
    }
    made = recorded(teams=teams, idle_minutes=120)
    minutes = {
        one.inputs["userProfileName"]: one.inputs["userSettings"]["jupyterLabAppSettings"][
            "appLifecycleManagement"
        ]["idleSettings"]["idleTimeoutInMinutes"]
        for one in made.of_type(PROFILE)
    }
    assert minutes == {"ana-example-com": 90, "ben-example-com": 120}
    (budget,) = made.of_type("aws:budgets/budget:Budget")
    assert budget.inputs["limitAmount"] == "500"
    assert budget.inputs["costFilters"][0]["values"] == ["user:maslow:team$oncology"]


USERS = {"personas": {"data-scientist": ["arn:aws:iam::111111111111:user/ana@example.com"]}}
ENTRY = "maslow-dev-studio-entry-data-scientist"


def test_a_persona_opens_the_profiles_of_those_who_came_as_it() -> None:
    graph = recorded(
        access={
            **USERS,
            "personas": {**USERS["personas"], "auditor": USERS["personas"]["data-scientist"]},
        }
    )
    (entry,) = [one for one in graph.of_type(POLICY) if "studio-entry" in one.name]
    assert (entry.name, entry.inputs["role"]) == (ENTRY, "maslow-dev-data-scientist")
    (domain,), (profile,) = graph.of_type(DOMAIN), graph.of_type(PROFILE)
    opens = json.loads(entry.inputs["policy"])["Statement"][0]
    assert opens["Action"] == ["sagemaker:CreatePresignedDomainUrl"]
    assert opens["Resource"] == [
        f"arn:aws:sagemaker:eu-west-1:111111111111:user-profile/{domain.id}/*"
    ]
    tags = profile.inputs["tags"]
    assert opens["Condition"]["StringEquals"] == {
        "sagemaker:ResourceTag/maslow:member": "${aws:SourceIdentity}",
        "sagemaker:ResourceTag/maslow:persona": tags["maslow:persona"],
    }
    assert tags["maslow:member"] == "ana@example.com"
    role = graph.one("aws:iam/role:Role", "maslow-dev-people-data-scientist")
    assert "sts:SetSourceIdentity" in role.inputs["assumeRolePolicy"]


def test_where_identity_center_signs_in_nobody_opens_a_profile_by_a_link() -> None:
    personas = {"data-scientist": ["data-scientists"]}
    graph = recorded(access={"identity_center": CENTER, "personas": personas})
    assert not [one for one in graph.of_type(POLICY) if "studio-entry" in one.name]
    role = graph.one("aws:iam/role:Role", "maslow-dev-people-data-scientist")
    assert "sts:SetSourceIdentity" not in role.inputs["assumeRolePolicy"]
