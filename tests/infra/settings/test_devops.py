import botocore.session
import pytest

from infra.settings.devops.source import PROVIDERS, Source


@pytest.mark.parametrize(
    "source",
    [{"github": "owner/repo"}, {"gitlab": "group/sub/project"}, {"bitbucket": "space/repo.x"}],
)
def test_a_source_is_one_repository(found, source):
    assert found(source=source) == []


@pytest.mark.parametrize(
    "source", [{"github": "repo"}, {"github": "a/b/c"}, {"bitbucket": "a/b/c"}, {"gitlab": "a//b"}]
)
def test_what_is_not_a_repository_is_refused(found, source):
    ((key, value),) = source.items()
    assert found(source=source) == [f'source.{key}: "{value}" is not a repository.']


def test_a_source_has_exactly_one_home(found):
    assert found(source={}) == ["source: nothing is given, and exactly one is needed."]
    assert found(source={"github": "a/b", "gitlab": "a/b"}) == [
        "source: github and gitlab are both given, and exactly one is needed."
    ]


def test_a_source_knows_its_provider_as_codeconnections_names_it():
    model = botocore.session.get_session().get_service_model("codeconnections")
    assert set(PROVIDERS.values()) <= set(model.shape_for("ProviderType").enum)
    assert Source(gitlab="group/project").provider == "GitLab"
    assert Source(gitlab="group/project").repository == "group/project"


def test_a_delivery_starts_by_a_branch_or_by_a_tag(found):
    assert found(delivery={"trigger": {"branch": "main"}}) == []
    assert found(delivery={"trigger": {"tag": "v*"}, "approval": True}) == []
    assert found(delivery={"trigger": {"branch": "main", "tag": "v*"}}) == [
        "delivery.trigger: branch and tag are both given, and exactly one is needed."
    ]
    assert found(delivery={"trigger": {"tag": ""}}) == ['delivery.trigger.tag: "" is empty.']


def test_approval_is_true_or_false(found):
    assert found(delivery={"approval": "yes"}) == [
        'delivery.approval: "yes" is neither true nor false.'
    ]
