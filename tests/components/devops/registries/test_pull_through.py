"""Mirrors of public registries."""

import json

import pytest

from components.devops.registries.pull_through import PullThrough, creation_policy, pull_through
from infra.graph import record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/artifacts"
LOGIN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/hub-a1b2c3"
HERE = {"account_id": "123456789012", "region": "eu-west-1"}
PUBLIC = {"upstream": "ecr-public", "prefix": "maslow-dev-ecr-public"}
HUB = {"upstream": "docker-hub", "prefix": "maslow-dev-docker-hub"}


def mirrored(*mirrors):
    return record(
        lambda: PullThrough(
            "mirrors", {"mirrors": list(mirrors), "key_arn": KEY, "untagged_days": 14, **HERE}
        )
    )


def test_a_mirror_is_a_rule_and_how_its_repositories_are():
    graph = mirrored(PUBLIC)
    rule = graph.one("aws:ecr/pullThroughCacheRule:PullThroughCacheRule")
    assert rule.inputs == {
        "ecrRepositoryPrefix": "maslow-dev-ecr-public",
        "upstreamRegistryUrl": "public.ecr.aws",
    }
    template = graph.one("aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate")
    assert template.inputs["prefix"] == "maslow-dev-ecr-public"
    assert template.inputs["appliedFors"] == ["PULL_THROUGH_CACHE"]
    assert template.inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": KEY}]
    assert json.loads(template.inputs["lifecyclePolicy"])["rules"]
    assert template.urn in rule.dependencies, "the first pull could come before the template"


def test_ecr_makes_repositories_by_a_role_that_reaches_the_mirrors_alone():
    graph = mirrored(PUBLIC, HUB | {"secret_arn": LOGIN})
    role = graph.one("aws:iam/role:Role")
    trusted = json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]["Principal"]
    assert trusted == {"Service": "ecr.amazonaws.com"}
    policy = json.loads(graph.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    assert policy == creation_policy(
        prefixes=["maslow-dev-ecr-public", "maslow-dev-docker-hub"], key_arn=KEY, **HERE
    )
    assert policy["Statement"][0]["Resource"] == [
        "arn:aws:ecr:eu-west-1:123456789012:repository/maslow-dev-ecr-public/*",
        "arn:aws:ecr:eu-west-1:123456789012:repository/maslow-dev-docker-hub/*",
    ]
    assert policy["Statement"][1]["Resource"] == [KEY]


def test_a_registry_with_a_login_reads_it_from_a_secret():
    rule = mirrored(HUB | {"secret_arn": LOGIN}).one(
        "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"
    )
    assert rule.inputs["credentialArn"] == LOGIN


@pytest.mark.parametrize(
    ("mirror", "message"),
    [
        (HUB, "docker-hub wants a login"),
        (PUBLIC | {"secret_arn": LOGIN}, "ecr-public takes no login"),
        ({"upstream": "hub", "prefix": "maslow-dev-hub"}, "hub: ECR mirrors ecr-public, "),
        (PUBLIC | {"prefix": "p" * 31}, "a mirror's prefix has at most 30 characters"),
    ],
)
def test_a_mirror_that_ecr_would_refuse_is_refused_first(mirror, message):
    with pytest.raises(ValueError, match=message):
        mirrored(mirror)


def test_pulling_through_may_make_the_repository_of_a_new_image():
    statement = pull_through("maslow-dev-quay", **HERE)
    assert {"ecr:BatchImportUpstreamImage", "ecr:CreateRepository"} < set(statement["Action"])
    assert statement["Resource"] == [
        "arn:aws:ecr:eu-west-1:123456789012:repository/maslow-dev-quay/*"
    ]
