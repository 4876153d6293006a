from pathlib import Path

import pytest

from infra.naming import Names
from infra.needs.devops.ci import role_name, subjects
from infra.settings import SettingsError, load
from infra.settings.devops.ci import Ci

GITHUB = {"github": "example/platform"}
PROVIDER = "arn:aws:iam::111111111111:oidc-provider/gitlab.com"


@pytest.mark.parametrize("repository", ["example/platform", "example@12/ml.platform@345"])
def test_a_repository_is_taken_with_the_ids_of_its_tokens_or_without(found, repository):
    assert found(ci={"github": repository}) == []


@pytest.mark.parametrize(
    "repository", ["platform", "example/*", "*/platform", "example@12/platform", "a/b/c", "a/b:c"]
)
def test_what_would_take_the_tokens_of_others_is_no_repository(found, repository):
    (mistake,) = found(ci={"github": repository})
    assert mistake == f'ci.github: "{repository}" is not a repository of GitHub.'


def test_one_host_is_given(found):
    assert found(ci={"gitlab": "clinical/ml/platform"}) == []
    assert found(ci={}) == ["ci: nothing is given, and exactly one is needed."]
    assert found(ci=GITHUB | {"gitlab": "a/b"}) == [
        "ci: github and gitlab are both given, and exactly one is needed."
    ]


def test_gitlab_deploys_no_environment_since_its_tokens_name_none(found):
    ci = {"gitlab": "a/b", "deploys": {"environment": "prod"}}
    assert found(ci=ci) == ["ci: the tokens of GitLab name no environment."]
    assert found(ci={"gitlab": "a/b", "deploys": {"branch": "main"}}) == []
    assert found(ci=GITHUB | {"deploys": {"environment": "prod"}}) == []


@pytest.mark.parametrize("deploys", [{}, {"branch": "main", "tag": "v*"}])
def test_deployments_are_of_one_kind(found, deploys):
    (mistake,) = found(ci=GITHUB | {"deploys": deploys})
    assert mistake.startswith("ci.deploys: ")


@pytest.mark.parametrize("ref", ["*", "**", "", "v1 or so"])
def test_refs_that_are_all_or_none_deploy_nothing(found, ref):
    (mistake,) = found(ci=GITHUB | {"deploys": {"tag": ref}})
    assert mistake.startswith("ci.deploys.tag: ")


def test_a_provider_is_the_one_of_the_issuer(found):
    assert found(ci={"gitlab": "a/b", "provider": PROVIDER}) == []
    assert found(ci=GITHUB | {"provider": PROVIDER}) == [
        "ci: provider is not the one for https://token.actions.githubusercontent.com."
    ]
    (mistake,) = found(ci={"gitlab": "a/b", "provider": "gitlab.com"})
    assert mistake.startswith("ci.provider: ")


def test_an_issuer_is_an_address_that_iam_takes(found):
    assert found(ci={"gitlab": "a/b", "issuer": "https://git.example.com"}) == []
    for address in ("git.example.com", "http://git.example.com", "https://git.example.com/"):
        (mistake,) = found(ci={"gitlab": "a/b", "issuer": address})
        assert mistake == f'ci.issuer: "{address}" is not the address of an issuer.'


@pytest.mark.parametrize(("hours", "taken"), [(1, True), (12, True), (0, False), (13, False)])
def test_a_session_lasts_one_to_twelve_hours(found, hours, taken):
    assert (found(ci=GITHUB | {"session_hours": hours}) == []) is taken


def test_a_delivery_is_left_to_ci_only_where_it_has_a_role(found):
    assert found(delivery={"by": "ci"}, ci=GITHUB) == []
    assert found(delivery={"by": "ci"}) == ["delivery.by: CI has no role to deploy by."]


def test_on_gitlab_a_tag_starts_a_delivery_only_where_the_tokens_of_tags_deploy(found):
    by_tag = {"by": "ci", "trigger": {"tag": "v*"}}
    (mistake,) = found(delivery=by_tag, ci={"gitlab": "a/b"})
    assert mistake == "ci.deploys: the delivery waits for a tag, and a branch deploys."
    assert found(delivery=by_tag, ci={"gitlab": "a/b", "deploys": {"tag": "v*"}}) == []
    assert found(delivery={"by": "ci"}, ci={"gitlab": "a/b"}) == []
    assert found(delivery=by_tag, ci=GITHUB) == []
    assert found(delivery={"trigger": {"tag": "v*"}}, ci={"gitlab": "a/b"}) == []


def test_the_environment_of_the_same_name_deploys_on_github_unless_said():
    assert subjects(Ci.model_validate(GITHUB), "prod").deploy == [
        "repo:example/platform:environment:prod"
    ]
    said = Ci.model_validate(GITHUB | {"deploys": {"branch": "release"}})
    assert subjects(said, "prod").deploy == ["repo:example/platform:ref:refs/heads/release"]


def test_the_default_branch_deploys_on_gitlab_unless_said():
    ci = Ci.model_validate({"gitlab": "a/b", "default_branch": "trunk"})
    assert subjects(ci, "prod").deploy == ["project_path:a/b:ref_type:branch:ref:trunk"]


def test_the_roles_names_fit_iam():
    assert role_name(Names("maslow", "prod"), "deploy") == "maslow-prod-ci-deploy"
    assert len(role_name(Names("p" * 15, "e" * 16), "preview")) <= 64


def environment(folder: Path, name: str, number: int, account: str, ci: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"Pulumi.{name}.yaml"
    path.write_text(
        "config:\n  aws:region: eu-west-1\n  maslow:platform:\n    owner: ml@example.com\n"
        f"    network: {{cidr: 10.{number}.0.0/16}}\n    source: {{github: example/platform}}\n"
        f'    accounts: {{{name}: "{account}"}}\n    ci: {ci}\n'
    )
    return path


def test_the_second_environment_of_an_account_is_told_whose_provider_to_name(tmp_path):
    stacks = tmp_path / "stacks"
    first = environment(stacks, "dev", 10, "111111111111", "{gitlab: a/b}")
    second = environment(stacks, "prod", 20, "111111111111", "{gitlab: a/b}")
    assert load(first).platform.ci
    with pytest.raises(SettingsError, match=r"dev makes the provider of gitlab\.com") as refused:
        load(second)
    assert PROVIDER in str(refused.value)
    environment(stacks, "prod", 20, "111111111111", f"{{gitlab: a/b, provider: '{PROVIDER}'}}")
    assert load(second).platform.ci


def test_environments_of_two_accounts_make_a_provider_each(tmp_path):
    stacks = tmp_path / "stacks"
    environment(stacks, "dev", 10, "111111111111", "{gitlab: a/b}")
    assert load(environment(stacks, "prod", 20, "222222222222", "{gitlab: a/b}")).platform.ci
