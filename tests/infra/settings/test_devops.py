import botocore.session
import pytest

from infra.settings.devops.delivery import Delivery
from infra.settings.devops.source import CONNECTED, PROVIDERS, Source

HERE = "eu-west-1:123456789012"
CONNECTION = f"arn:aws:codeconnections:{HERE}:connection/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"
OLDER_CONNECTION = CONNECTION.replace("codeconnections", "codestar-connections")
KEY = f"arn:aws:kms:{HERE}:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"


@pytest.mark.parametrize(
    "source",
    [
        {"github": "owner/repo"},
        {"gitlab": "group/sub/project"},
        {"bitbucket": "space/repo.x"},
        {"codecommit": "ml-platform"},
        {"s3": {"bucket": "acme-sources", "key": "platform.zip"}},
        {"s3": {"bucket": "acme-sources", "key": "platform.zip", "kms_key": KEY}},
        {"github": "owner/repo", "connection": CONNECTION},
        {"gitlab": "group/project", "connection": OLDER_CONNECTION},
    ],
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


@pytest.mark.parametrize(
    ("source", "mistake"),
    [
        (
            {"codecommit": "group/repo"},
            'source.codecommit: "group/repo" is no name of a repository in CodeCommit.',
        ),
        (
            {"codecommit": "platform.git"},
            'source.codecommit: "platform.git" is no name of a repository in CodeCommit.',
        ),
        (
            {"s3": {"bucket": "Acme", "key": "platform.zip"}},
            'source.s3.bucket: "Acme" is no name of a bucket.',
        ),
        (
            {"s3": {"bucket": "acme", "key": "platform.zip", "kms_key": "alias/mine"}},
            'source.s3.kms_key: "alias/mine" is not an ARN of the kind that is needed here.',
        ),
        (
            {"github": "a/b", "connection": "my-connection"},
            'source.connection: "my-connection" is not an ARN of the kind that is needed here.',
        ),
        (
            {"codecommit": "platform", "connection": CONNECTION},
            "source: codecommit is reached without a connection.",
        ),
    ],
)
def test_what_a_source_cannot_be_is_refused(found, source, mistake):
    assert found(source=source) == [mistake]


def test_a_source_knows_its_provider_as_codeconnections_names_it():
    model = botocore.session.get_session().get_service_model("codeconnections")
    known = set(model.shape_for("ProviderType").enum)
    assert {PROVIDERS[home] for home in CONNECTED} <= known
    assert Source(gitlab="group/project").provider == "GitLab"
    assert Source(gitlab="group/project").repository == "group/project"
    in_s3 = Source(s3={"bucket": "acme-sources", "key": "platform.zip"})
    assert (in_s3.provider, in_s3.repository) == ("S3", "acme-sources")


def test_a_delivery_starts_by_a_branch_or_by_a_tag(found):
    assert found(delivery={"trigger": {"branch": "main"}}) == []
    assert found(delivery={"trigger": {"tag": "v*", "excluding": "*-rc*"}}) == []
    assert found(delivery={"trigger": {"branch": "main", "tag": "v*"}}) == [
        "delivery.trigger: branch and tag are both given, and exactly one is needed."
    ]
    assert found(delivery={"trigger": {"tag": ""}}) == ['delivery.trigger.tag: "" is empty.']
    assert found(delivery={"trigger": {"branch": "main", "excluding": "*-rc*"}}) == [
        "delivery.trigger: excluding is for tags."
    ]


def test_approvers_are_personas(found):
    assert found(delivery={"approvers": ["platform-engineer", "reviewer"]}) == []
    (mistake,) = found(delivery={"approvers": ["platform-enginer"]})
    assert mistake.startswith('delivery.approvers[1]: "platform-enginer" is not platform-engineer,')


@pytest.mark.parametrize(
    ("key", "sound", "wrong"),
    [("concurrency", "queued", "parallel"), ("on_failure", "retry", "ignore")],
)
def test_what_follows_what_is_one_of_a_few_words(found, key, sound, wrong):
    assert found(delivery={key: sound}) == []
    (mistake,) = found(delivery={key: wrong})
    assert mistake.startswith(f'delivery.{key}: "{wrong}"')


def test_an_object_in_s3_has_neither_tags_nor_pull_requests(found):
    source = {"s3": {"bucket": "acme-sources", "key": "platform.zip"}}
    assert found(source=source) == []
    assert found(source=source, delivery={"pull_requests": False}) == []
    assert found(source=source, delivery={"trigger": {"tag": "v*"}, "pull_requests": True}) == [
        "delivery.trigger.tag: an object in S3 has no tags.",
        "delivery.pull_requests: an object in S3 has no pull requests.",
    ]


@pytest.mark.parametrize(
    ("delivery", "previewed"),
    [
        ({}, True),
        ({"pull_requests": False}, False),
        ({"trigger": {"tag": "v*"}}, False),
        ({"trigger": {"tag": "v*"}, "pull_requests": True}, True),
    ],
)
def test_pull_requests_are_previewed_where_a_branch_starts_unless_said(delivery, previewed):
    assert Delivery.model_validate(delivery).previews_pull_requests is previewed
