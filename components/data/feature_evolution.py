"""How a feature group that has records gets more features, in its place.

AWS adds features to a group and changes nothing else of them; Pulumi's provider would delete the
group and make another. So the provider is told to leave the features of a group that is there, and
a hook around its update adds those that it lacks. It runs with the credentials of who deploys.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateFeatureGroup.html
https://www.pulumi.com/docs/iac/concepts/options/hooks/
"""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from typing import Any

import pulumi

from components.common.aws_client import aws_client

FEATURES_TAG = "maslow:features"
"""Tag of a group that changes with its features: the change of it is what has the hook run."""
MOST_ADDED = 100
"""Features that one UpdateFeatureGroup adds at most."""
POLL_SECONDS = 5
WAIT_SECONDS = 900
DIGEST_LENGTH = 10


class CannotEvolve(Exception):
    """A change of features that AWS does not make in place, or that it failed to make."""


def added(there: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """The features that a group lacks, with their types.

    Both are types by the name of the feature. Raises CannotEvolve, naming all, for features that
    are there and no longer wanted, or wanted with another type.
    """
    faults = [
        f"{name} is {type_} there, and AWS removes no feature"
        if name not in wanted
        else f"{name} is {type_} there, and AWS does not make it {wanted[name]}"
        for name, type_ in there.items()
        if wanted.get(name) != type_
    ]
    if faults:
        raise CannotEvolve("; ".join(faults))
    return {name: type_ for name, type_ in wanted.items() if name not in there}


def features_tag(features: Mapping[str, str], descriptions: Mapping[str, str]) -> str:
    """What the tag says of features, types by name: how many they are, and a hash of them.

    The hash is of their `descriptions` by name, too, and their order is not part of it.
    """
    told = "\n".join(
        f"{name} {type_} {descriptions.get(name, '')}" for name, type_ in sorted(features.items())
    )
    return f"{len(features)}-{hashlib.sha256(told.encode()).hexdigest()[:DIGEST_LENGTH]}"


def evolution_hooks(
    name: str,
    *,
    group: str,
    features: Mapping[str, str],
    descriptions: Mapping[str, str],
    region: str,
) -> pulumi.ResourceHookBinding:
    """Hooks of a feature group; `name` is the prefix of theirs.

    `features` are all that the group is to have: types, as AWS writes them, by name. Those that it
    lacks are added before each update. What they mean, `descriptions`, is told to AWS after the
    creation and before each update: the provider has no input for it.
    """

    def describe() -> None:
        describe_features(aws_client("sagemaker", region), group, descriptions)

    def add_and_describe() -> None:
        add_features(aws_client("sagemaker", region), group, features)
        describe()

    async def before_update(_: pulumi.ResourceHookArgs) -> None:
        await asyncio.to_thread(add_and_describe)

    async def after_create(_: pulumi.ResourceHookArgs) -> None:
        await asyncio.to_thread(describe)

    return pulumi.ResourceHookBinding(
        before_update=[pulumi.ResourceHook(f"{name}-features", before_update)],
        after_create=[pulumi.ResourceHook(f"{name}-descriptions", after_create)]
        if descriptions
        else None,
    )


def describe_features(sagemaker: Any, group: str, descriptions: Mapping[str, str]) -> list[str]:
    """Tell AWS what features mean, by name; returns those of which it was told otherwise.

    The description of a feature that is not among them stays as it is.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateFeatureMetadata.html
    """
    told = []
    for name, description in descriptions.items():
        of = {"FeatureGroupName": group, "FeatureName": name}
        if sagemaker.describe_feature_metadata(**of).get("Description") != description:
            sagemaker.update_feature_metadata(**of, Description=description)
            told.append(name)
    return told


def add_features(sagemaker: Any, group: str, features: Mapping[str, str]) -> dict[str, str]:
    """Add the features that a group lacks, and wait until it has them; returns those.

    Raises CannotEvolve, before anything is changed, where more than additions is asked for, and
    where AWS fails to add them.
    """
    try:
        lacking = added(definitions(described(sagemaker, group)), features)
    except CannotEvolve as error:
        raise CannotEvolve(
            f"the feature group {group} keeps its records only if features are added: {error}. "
            "Raise its version for a new group beside it"
        ) from None
    names = [*lacking]
    for start in range(0, len(names), MOST_ADDED):
        sagemaker.update_feature_group(
            FeatureGroupName=group,
            FeatureAdditions=[
                {"FeatureName": each, "FeatureType": lacking[each]}
                for each in names[start : start + MOST_ADDED]
            ],
        )
        _await_update(sagemaker, group, names[start : start + MOST_ADDED])
    return lacking


def definitions(there: Mapping[str, Any]) -> dict[str, str]:
    """Types of features by name, of what DescribeFeatureGroup answers."""
    return {each["FeatureName"]: each["FeatureType"] for each in there["FeatureDefinitions"]}


def described(sagemaker: Any, group: str) -> dict[str, Any]:
    """What DescribeFeatureGroup says, with the features of all its pages.

    Raises botocore's ResourceNotFound where there is no such group.
    """
    answer: dict[str, Any] = sagemaker.describe_feature_group(FeatureGroupName=group)
    features, page = [*answer["FeatureDefinitions"]], answer
    while token := page.get("NextToken"):
        page = sagemaker.describe_feature_group(FeatureGroupName=group, NextToken=token)
        features += page["FeatureDefinitions"]
    return {**answer, "FeatureDefinitions": features}


def _await_update(sagemaker: Any, group: str, names: list[str]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        there = described(sagemaker, group)
        update = there.get("LastUpdateStatus") or {}
        if update.get("Status") == "Failed":
            why = update.get("FailureReason", "AWS gives no reason")
            raise CannotEvolve(f"{group} did not get {', '.join(names)}: {why}")
        if update.get("Status") != "InProgress" and definitions(there).keys() >= {*names}:
            return
        if time.monotonic() > deadline:
            raise CannotEvolve(
                f"{group} has not got {', '.join(names)} within {WAIT_SECONDS // 60} minutes; AWS "
                "may still be at it, and the next deployment looks again"
            )
        time.sleep(POLL_SECONDS)
