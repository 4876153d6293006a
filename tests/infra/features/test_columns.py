"""The columns that a model has of the feature store, and the query that is made of them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.errors import InputError
from infra.features.columns import by_group, columns_of, groups_of
from infra.features.training_query import Asked, sql
from infra.naming import Names
from infra.settings import StackFile, from_config

NAMES = Names("maslow", "dev")
VISITS: dict[str, Any] = {
    "name": "visits",
    "record_id": "visit_id",
    "event_time": "visited_at",
    "features": {
        "visit_id": "string",
        "visited_at": "string",
        "Age": "integral",
        "ward": "string",
    },
}
WARDS: dict[str, Any] = {
    "name": "wards",
    "version": 3,
    "record_id": "ward_id",
    "event_time": "at",
    "features": {"ward_id": "string", "at": "fractional", "beds": "integral"},
}
AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)


def stack(features: list[str], *groups: dict[str, Any], **model: Any) -> StackFile:
    settings = {
        "owner": "ml@example.com",
        "cloud": "embedded",
        "network": {"cidr": "10.10.0.0/16"},
        "source": {"github": "example/platform"},
        "features": list(groups or (VISITS, WARDS)),
        "models": [{"name": "stay", "project": "templates/tabular", "features": features, **model}],
    }
    return from_config(settings, "eu-west-1", "dev")


def columns(stack: StackFile) -> list[str]:
    return [column.name for column in columns_of(stack, stack.platform.models[0])]


def query(stack: StackFile, **asked: Any) -> tuple[str, list[str]]:
    wanted = Asked(**{"labels": "curated.outcomes", "time": "decided_at", **asked})
    return sql(NAMES, stack, stack.platform.models[0], wanted, AS_OF)


def test_columns_are_the_features_without_what_names_a_record_and_what_is_predicted() -> None:
    assert columns(stack(["visits", "wards"])) == ["age", "ward", "beds"]
    assert columns(stack(["wards", "visits"])) == ["beds", "age", "ward"]
    assert columns(stack(["visits"], target="ward", drop=["Age"])) == []


def test_a_model_stays_with_the_version_that_it_names() -> None:
    newer = VISITS | {"version": 2, "features": {**VISITS["features"], "weight": "fractional"}}
    assert columns(stack(["visits@1"], VISITS, newer)) == ["age", "ward"]
    assert columns(stack(["visits"], VISITS, newer)) == ["age", "ward", "weight"]
    assert (
        '"maslow_dev_features"."maslow_dev_visits_v1"'
        in query(stack(["visits@1"], VISITS, newer))[0]
    )


def test_a_name_in_two_groups_is_refused_until_it_is_dropped() -> None:
    wards = WARDS | {"features": {**WARDS["features"], "AGE": "integral"}}
    with pytest.raises(InputError, match="stay: age is a feature of more than one of its groups"):
        columns(stack(["visits", "wards"], VISITS, wards))
    assert columns(stack(["visits", "wards"], VISITS, wards, drop=["age"])) == ["ward", "beds"]


def test_a_model_without_groups_has_no_training_set() -> None:
    lonely = stack([])
    with pytest.raises(InputError, match="stay reads no feature group"):
        groups_of(lonely, lonely.platform.models[0])


def test_an_option_is_for_all_groups_or_for_the_one_that_it_names() -> None:
    groups = stack(["visits", "wards"]).platform.features
    assert by_group([], groups, "--id") == {}
    assert by_group(["a"], groups, "--id") == {"visits": "a", "wards": "a"}
    assert by_group(["a", "wards=b"], groups, "--id") == {"visits": "a", "wards": "b"}
    assert by_group(["wards=b", "a"], groups, "--id") == {"visits": "a", "wards": "b"}
    with pytest.raises(InputError, match=r"--id ward=b: the model reads visits, wards, not ward\."):
        by_group(["a", "ward=b"], groups, "--id")


def test_the_query_joins_each_group_by_its_own_column() -> None:
    text, names = query(
        stack(["visits", "wards"]), record_ids={"wards": "ward_no"}, keep=["seen_by"]
    )
    assert names == ["target", "seen_by", "age", "ward", "beds"]
    assert 'l."visit_id" = g."__id"' in text
    assert 'l."ward_no" = g."__id"' in text
    assert "TIMESTAMP '2026-03-01 12:00:00.000000'" in text


def test_a_time_that_is_text_is_read_as_one() -> None:
    plain, _ = query(stack(["visits"]))
    text, _ = query(stack(["visits"]), time_is_text=True)
    read = "CAST(from_iso8601_timestamp(\"decided_at\") AT TIME ZONE 'UTC' AS timestamp)"
    assert read in text
    assert read not in plain


def test_what_is_in_memory_only_is_not_learnt_from() -> None:
    with pytest.raises(InputError, match="stay: visits is in memory, and has no offline store"):
        query(stack(["visits"], VISITS | {"tier": "in-memory"}))


def test_labels_lie_in_any_zone_of_the_lake() -> None:
    found = stack(["visits"])
    zones = found.platform.lake.zones.model_validate({"gold": {}})
    lake = found.platform.lake.model_copy(update={"zones": zones})
    with_gold = replace(found, platform=found.platform.model_copy(update={"lake": lake}))
    assert '"maslow_dev_gold"."outcomes"' in query(with_gold, labels="gold.outcomes")[0]
    with pytest.raises(InputError, match=r"--labels gold\.outcomes: gold is not a zone"):
        query(found, labels="gold.outcomes")


def test_columns_that_would_be_two_are_refused() -> None:
    with pytest.raises(InputError, match="stay: age: each column of the result needs a name"):
        query(stack(["visits"]), keep=["age"])


@pytest.mark.parametrize("labels", ["outcomes", "curated.", 'curated.a"b', "curated.a.b"])
def test_labels_are_a_table_of_a_zone(labels: str) -> None:
    with pytest.raises(InputError, match=r"is no table\. Example: curated\.outcomes"):
        query(stack(["visits"]), labels=labels)
