"""Every name of the longest legal environment, model and feature group fits what AWS takes."""

import dataclasses
from collections import Counter
from functools import cache

import pytest

from catalog import entry_of
from embedded.translate import input_shape
from infra.graph import Graph, Resource
from infra.offline import recorded
from infra.project import Project
from infra.settings.mlops import MODEL_NAME_LIMIT
from infra.settings.stackfile import ENVIRONMENT_LIMIT

FEATURE_GROUP_NAME_LIMIT = 64
FEATURES = "aws:sagemaker/featureGroup:FeatureGroup"
MADE_UP = "-1a2b3c4"
"""What Pulumi adds to a logical name: a dash and seven hexadecimal digits."""

DIFFERENT_AT_THE_END = ("-first", "-second")


def as_long_as(limit: int, end: str) -> str:
    return "n" * (limit - len(end)) + end


@pytest.fixture(scope="module")
def longest(project: Project) -> Graph:
    """Prod with the longest names, two of each kind, which only differ at their ends."""
    stack = project.stack("prod")
    platform = stack.platform
    groups = tuple(
        platform.features[0].model_copy(update={"name": as_long_as(FEATURE_GROUP_NAME_LIMIT, end)})
        for end in DIFFERENT_AT_THE_END
    )
    models = tuple(
        platform.models[0].model_copy(
            update={"name": as_long_as(MODEL_NAME_LIMIT, end), "features": (groups[0].name,)}
        )
        for end in DIFFERENT_AT_THE_END
    )
    return recorded(
        project,
        dataclasses.replace(
            stack,
            environment=as_long_as(ENVIRONMENT_LIMIT, "-prod"),
            platform=platform.model_copy(update={"features": groups, "models": models}),
        ),
    )


def named(graph: Graph) -> list[tuple[Resource, str, str]]:
    """Each resource that has a name, the input that holds it and the physical name."""
    found = []
    for resource in graph.resources:
        if not resource.custom or resource.type.startswith("pulumi:"):
            continue
        key = entry_of(resource.type).name or next(
            (key for key in resource.inputs if key.lower() == f"{noun(resource)}name"), ""
        )
        if key:
            found.append((resource, key, resource.inputs.get(key) or resource.name + MADE_UP))
    return found


def noun(resource: Resource) -> str:
    return resource.type.rpartition(":")[2].lower()


@cache
def limit_of(type_: str, key: str) -> int:
    """The lower one of what botocore's model states and of what the catalog knows beside it."""
    entry = entry_of(type_)
    members = input_shape(entry.service, entry.create.operation).members
    wanted = entry.create.names.get(key, key).lower()
    limits = [entry.limit] if entry.name else []
    limits += [
        shape.metadata["max"]
        for name, shape in members.items()
        if name.lower() == wanted and "max" in shape.metadata
    ]
    return min(limits)


def test_the_longest_feature_group_takes_all_that_sagemaker_gives(longest: Graph) -> None:
    names = [group.inputs["featureGroupName"] for group in longest.of_type(FEATURES)]
    assert [len(name) for name in names] == [64, 64]
    assert limit_of(FEATURES, "featureGroupName") == 64


def test_every_name_fits_what_its_service_takes(longest: Graph) -> None:
    too_long = [
        (resource.type, name, len(name), limit_of(resource.type, key))
        for resource, key, name in named(longest)
        if len(name) > limit_of(resource.type, key)
    ]
    assert too_long == []


def test_a_name_that_does_not_fit_would_be_found() -> None:
    assert limit_of("aws:iam/role:Role", "name") == 64
    assert limit_of("aws:sagemaker/model:Model", "name") == 63
    assert limit_of("aws:codepipeline/pipeline:Pipeline", "name") == 100


def test_names_that_only_differ_at_their_ends_stay_apart(longest: Graph) -> None:
    within = Counter(
        (resource.type, resource.inputs.get("role"), name) for resource, _, name in named(longest)
    )
    assert [name for name, count in within.items() if count > 1] == []


def test_every_name_begins_with_project_and_environment(longest: Graph) -> None:
    """The delivery's permissions, and people, know what belongs to an environment by this."""
    prefix = f"{longest.project}-{longest.stack}-"
    elsewhere = [
        name
        for _, _, name in named(longest)
        if prefix not in name.replace("_", "-").replace("alias/", "")
    ]
    assert elsewhere == []
