"""What is there already: it cannot become another thing, and what is another's is left alone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from infra.composition import declare
from infra.errors import InputError
from infra.graph import Graph, Run, record
from infra.live import Live
from infra.project import Project
from infra.settings import StackFile
from infra.versions import none_yet


@pytest.fixture
def dev(project: Project) -> StackFile:
    return project.stack("dev")


@pytest.fixture
def declared(project: Project) -> Callable[[StackFile, Live], Graph]:
    def recorded(stack: StackFile, live: Live) -> Graph:
        run = Run(project=project.name, stack=stack.environment, account=str(stack.account))
        return record(lambda: declare(stack, none_yet, project.root, services=(), live=live), run)

    return recorded


def ward_load(**changes: Any) -> Mapping[str, Any]:
    """What AWS says of the group of that name in the stack file."""
    types = {
        "ward_id": "String",
        "measured_at": "String",
        "beds": "Integral",
        "occupied_share": "Fractional",
    }
    return {
        "RecordIdentifierFeatureName": "ward_id",
        "EventTimeFeatureName": "measured_at",
        "FeatureDefinitions": [
            {"FeatureName": name, "FeatureType": type_} for name, type_ in types.items()
        ],
        "OnlineStoreConfig": {"EnableOnlineStore": True},
        "OfflineStoreConfig": {"TableFormat": "Iceberg"},
    } | changes


def with_group(there: Mapping[str, Any]) -> Live:
    return Live(feature_group=lambda name: there if name == "maslow-dev-ward-load-v1" else {})


def test_a_group_that_is_as_declared_stays(
    dev: StackFile, declared: Callable[[StackFile, Live], Graph]
) -> None:
    assert declared(dev, with_group(ward_load())).resources


@pytest.mark.parametrize(
    ("there", "told"),
    [
        ({"OnlineStoreConfig": {"EnableOnlineStore": False}}, "online is false there, not true"),
        ({"OfflineStoreConfig": {"TableFormat": "Glue"}}, 'table is "glue" there, not "iceberg"'),
        (
            {"OnlineStoreConfig": {"EnableOnlineStore": True, "StorageType": "InMemory"}},
            'tier is "in-memory" there, not "standard"',
        ),
        ({"OnlineStoreConfig": {}}, "online is false there, not true"),
        ({"RecordIdentifierFeatureName": "beds"}, 'record_id is "beds" there, not "ward_id"'),
        (
            {"FeatureDefinitions": [{"FeatureName": "rooms", "FeatureType": "Integral"}]},
            "rooms is integral there, and AWS removes no feature",
        ),
        (
            {"FeatureDefinitions": [{"FeatureName": "beds", "FeatureType": "String"}]},
            "beds is string there, and AWS does not make it integral",
        ),
    ],
)
def test_a_group_that_would_be_another_is_refused(
    there: dict[str, Any],
    told: str,
    dev: StackFile,
    declared: Callable[[StackFile, Live], Graph],
) -> None:
    with pytest.raises(InputError, match=rf"features\[ward-load\]: .*{told}.*Set version: 2"):
        declared(dev, with_group(ward_load(**there)))


def test_features_that_a_group_lacks_are_told_to_be_added_in_its_place(
    dev: StackFile,
    declared: Callable[[StackFile, Live], Graph],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", told.append)
    there = ward_load()
    before = ward_load(FeatureDefinitions=there["FeatureDefinitions"][:3])
    assert declared(dev, with_group(before)).resources
    (told_of,) = told
    assert "maslow-dev-ward-load-v1 gets occupied_share in its place. Its records stay" in told_of
    told.clear()
    assert declared(dev, with_group(there)).resources
    assert told == []


@pytest.mark.parametrize(("there", "wanted"), [(True, False), (False, True)])
def test_keys_that_would_be_others_are_refused(
    there: bool, wanted: bool, dev: StackFile, declared: Callable[[StackFile, Live], Graph]
) -> None:
    keys = dev.platform.keys.model_copy(update={"multi_region": wanted})
    changed = replace(dev, platform=dev.platform.model_copy(update={"keys": keys}))
    live = Live(multi_region=lambda key: there if key == "maslow-dev-data" else None)
    with pytest.raises(InputError, match=r"keys\.multi_region: .*maslow-dev-data was made with"):
        declared(changed, live)
    assert declared(changed, Live(multi_region=lambda _: wanted)).resources


def test_what_goes_with_its_stack_may_be_replaced(
    dev: StackFile, declared: Callable[[StackFile, Live], Graph]
) -> None:
    platform = dev.platform.model_copy(update={"durability": "disposable"})
    live = Live(multi_region=lambda _: True)
    assert declared(replace(dev, platform=platform), live).resources


def test_records_are_kept_also_in_an_environment_that_goes_with_its_stack(
    dev: StackFile, declared: Callable[[StackFile, Live], Graph]
) -> None:
    platform = dev.platform.model_copy(update={"durability": "disposable"})
    there = ward_load(OnlineStoreConfig={"EnableOnlineStore": False})
    with pytest.raises(InputError, match="online is false there"):
        declared(replace(dev, platform=platform), with_group(there))


def test_log_groups_that_sagemaker_made_before_are_left_alone(
    dev: StackFile, declared: Callable[[StackFile, Live], Graph]
) -> None:
    training = "/aws/sagemaker/TrainingJobs"
    live = Live(found=lambda _type, _name, about: about if about == training else "")
    groups = {
        group.inputs["name"]
        for group in declared(dev, live).of_type("aws:cloudwatch/logGroup:LogGroup")
        if "name" in group.inputs
    }
    assert "/aws/sagemaker/ProcessingJobs" in groups
    assert training not in groups
