"""Every name of the longest legal environment, model and feature group fits what AWS takes."""

import dataclasses
from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest

from catalog import entries, entry_of
from embedded.translate import input_shape
from infra.graph import Graph, Resource
from infra.naming import HEAD_LIMIT
from infra.offline import recorded
from infra.project import NAME_LIMIT
from infra.settings import SettingsError
from infra.settings.mlops.model import MODEL_NAME_LIMIT
from infra.settings.stackfile import ENVIRONMENT_LIMIT
from tests.conftest import PROJECT, STACKS

FEATURE_GROUP_NAME_LIMIT = 64
FEATURES = "aws:sagemaker/featureGroup:FeatureGroup"
OF_AWS = ("aws:eks/addon:Addon",)
"""Types whose names AWS has given, of which one is chosen."""
WITHIN_ANOTHER = (
    "aws:athena/namedQuery:NamedQuery",
    "aws:athena/preparedStatement:PreparedStatement",
    "aws:cloudwatch/logStream:LogStream",
    "aws:codeartifact/repository:Repository",
    "aws:glue/catalogTable:CatalogTable",
    "aws:glue/schema:Schema",
    "aws:route53/resolverFirewallRule:ResolverFirewallRule",
    "aws:s3tables/table:Table",
    "aws:sagemaker/space:Space",
    "aws:sagemaker/userProfile:UserProfile",
)
"""Types whose names count within something else, whose name bears the prefix."""
MADE_UP = "-1a2b3c4"
"""What Pulumi adds to a logical name: a dash and seven hexadecimal digits."""

DIFFERENT_AT_THE_END = ("-first", "-second")


def as_long_as(limit: int, end: str) -> str:
    return "n" * (limit - len(end)) + end


@pytest.fixture(scope="module", params=STACKS)
def longest(request: pytest.FixtureRequest, services: Callable[[str], frozenset[str]]) -> Graph:
    """A stack with the longest names, two of each kind, which only differ at their ends.

    The project's is the longest beside an environment of the rest, or the other way around.
    """
    stack = PROJECT.stack(request.param)
    platform = stack.platform
    group = PROJECT.stack("prod").platform.features[0]
    groups = tuple(
        group.model_copy(update={"name": as_long_as(FEATURE_GROUP_NAME_LIMIT, end)})
        for end in DIFFERENT_AT_THE_END
    )
    models = tuple(
        platform.models[0].model_copy(
            update={"name": as_long_as(MODEL_NAME_LIMIT, end), "features": (groups[0].name,)}
        )
        for end in DIFFERENT_AT_THE_END
    )
    project = NAME_LIMIT if STACKS.index(request.param) % 2 else HEAD_LIMIT - ENVIRONMENT_LIMIT
    return recorded(
        dataclasses.replace(PROJECT, name=as_long_as(project, "p")),
        dataclasses.replace(
            stack,
            environment=as_long_as(HEAD_LIMIT - project, "e"),
            platform=platform.model_copy(update={"features": groups, "models": models}),
        ),
        services=services(request.param),
    )


def named(graph: Graph) -> list[tuple[Resource, str, str]]:
    """Each resource that has a name, the input that holds it and the physical name."""
    found = []
    for resource in graph.resources:
        if not resource.in_aws or resource.type in OF_AWS:
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
    limits = [entry.limit] if entry.name else []
    if stated := stated_limit(type_, key):
        limits.append(stated)
    return min(limits)


def stated_limit(type_: str, key: str) -> int | None:
    """The most characters that botocore's model states of a name, None where it states none."""
    entry = entry_of(type_)
    members = input_shape(entry.service, entry.create.operation).members
    wanted = entry.create.names.get(key, key).lower()
    limits = [
        shape.metadata.get("max") for name, shape in members.items() if name.lower() == wanted
    ]
    return next(iter(limits), None)


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


def test_longer_names_of_project_and_environment_would_not_fit() -> None:
    """What the limit on both together is for: one character more is one too many in AWS."""
    stack = dataclasses.replace(
        PROJECT.stack("prod"), environment=as_long_as(ENVIRONMENT_LIMIT, "e")
    )
    name = as_long_as(HEAD_LIMIT + 1 - ENVIRONMENT_LIMIT, "p")
    with pytest.raises(SettingsError, match=r"Pack .* would have a name of 52 characters"):
        recorded(dataclasses.replace(PROJECT, name=name), stack)


@pytest.mark.parametrize(
    ("type_", "key", "stated"),
    [
        (entry.token, entry.name, limit)
        for entry in entries().values()
        if entry.name and (limit := stated_limit(entry.token, entry.name))
    ],
)
def test_the_catalog_allows_no_more_than_aws_states(type_: str, key: str, stated: int) -> None:
    assert entry_of(type_).limit <= stated


def test_names_that_only_differ_at_their_ends_stay_apart(longest: Graph) -> None:
    within = Counter(
        (resource.type, resource.inputs.get("role") or resource.inputs.get("workgroup"), name)
        for resource, _, name in named(longest)
    )
    assert [name for name, count in within.items() if count > 1] == []


OF_SERVICES = {name for entry in entries().values() for name in entry.log_groups}
"""Names of log groups that services choose."""


def test_every_name_begins_with_project_and_environment(longest: Graph) -> None:
    """The delivery's permissions, and people, know what belongs to an environment by this."""
    prefix = f"{longest.project}-{longest.stack}-"
    elsewhere = [
        name
        for resource, _, name in named(longest)
        if resource.type not in WITHIN_ANOTHER
        and name not in OF_SERVICES
        and prefix not in name.replace("_", "-").replace("alias/", "")
    ]
    assert elsewhere == []
