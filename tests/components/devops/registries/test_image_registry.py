"""The image registry."""

import json
from typing import Any

import pytest

from components.common.durability import Durability
from components.devops.registries.image_registry import ImageRegistry, ImageRegistryArgs, lifecycle
from infra.graph import Graph, record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/artifacts"


def recorded(durability: Durability, **more: Any) -> Graph:
    args: ImageRegistryArgs = {"key_arn": KEY, "durability": durability, **more}
    return record(lambda: ImageRegistry("maslow-dev-registry", args) and None)


def test_an_image_tag_never_moves() -> None:
    repository = recorded(Durability.KEEP).one("aws:ecr/repository:Repository").inputs
    assert repository["imageTagMutability"] == "IMMUTABLE"


def test_images_are_scanned_as_they_arrive_and_encrypted_by_the_given_key() -> None:
    repository = recorded(Durability.KEEP).one("aws:ecr/repository:Repository").inputs
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": KEY}]


@pytest.mark.parametrize(
    ("durability", "options", "force"),
    [
        (Durability.DISPOSABLE, {}, True),
        (Durability.KEEP, {"retainOnDelete": True}, False),
        (Durability.PROTECTED, {"retainOnDelete": True, "protect": True}, False),
    ],
)
def test_images_outlive_the_stack_unless_they_are_disposable(
    durability: Durability, options: dict[str, bool], force: bool
) -> None:
    repository = recorded(durability).one("aws:ecr/repository:Repository")
    assert repository.options == options
    assert repository.inputs["forceDelete"] is force


def test_the_lifecycle_takes_the_settings() -> None:
    graph = recorded(Durability.KEEP, untagged_days=3, keep_tagged=7)
    policy = json.loads(graph.one("aws:ecr/lifecyclePolicy:LifecyclePolicy").inputs["policy"])
    assert policy == lifecycle(untagged_days=3, keep_tagged=7)


def test_the_lifecycle_expires_untagged_images_by_age_and_tagged_ones_by_number() -> None:
    untagged, tagged = lifecycle(untagged_days=3, keep_tagged=7)["rules"]
    assert untagged["selection"] == {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": 3,
    }
    assert tagged["selection"]["countNumber"] == 7
    assert tagged["selection"]["tagPatternList"] == ["*"]
    assert untagged["rulePriority"] < tagged["rulePriority"]


@pytest.mark.parametrize("wrong", [{"untagged_days": 0}, {"keep_tagged": 0}])
def test_a_count_below_one_is_refused_by_name(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}: 0 is less than 1$"):
        lifecycle(**{"untagged_days": 1, "keep_tagged": 1, **wrong})
