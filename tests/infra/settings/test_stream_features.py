"""What must fit between a stream's columns and the feature groups that its records go to."""

from collections.abc import Callable
from typing import Any

import pytest

GROUP = {
    "name": "visits",
    "record_id": "visit_id",
    "event_time": "visited_at",
    "features": {
        "visit_id": "string",
        "visited_at": "string",
        "age": "integral",
        "ph": "fractional",
    },
}
COLUMNS = {"visit_id": "bigint", "visited_at": "timestamp", "age": "int", "ph": "decimal(4, 2)"}

Found = Callable[..., list[str]]


@pytest.fixture
def found_in(found: Found) -> Found:
    """Each mistake of a stream with these columns and features, of a group that keywords change."""

    def check(columns: dict[str, str], features: Any = ("visits",), **changes: Any) -> list[str]:
        stream = {"name": "vitals", "columns": columns, "features": list(features)}
        mistakes = found(streams=[stream], features=[GROUP | changes])
        return [mistake.removeprefix("streams[vitals].") for mistake in mistakes]

    return check


def test_a_stream_with_a_column_for_each_feature_fills_a_group(found_in: Found) -> None:
    assert found_in(COLUMNS) == []
    assert found_in({**COLUMNS, "note": "string"}, ["visits@1"]) == []


def test_a_fractional_event_time_is_made_of_times_and_numbers(found: Found) -> None:
    group = {**GROUP, "features": {**GROUP["features"], "visited_at": "fractional"}}  # type: ignore[dict-item]
    for type_, fits in (("timestamp", True), ("bigint", True), ("string", False)):
        stream = {"name": "vitals", "columns": {**COLUMNS, "visited_at": type_}}
        mistakes = found(streams=[{**stream, "features": ["visits"]}], features=[group])
        assert (mistakes == []) is fits, type_


@pytest.mark.parametrize(
    ("columns", "features", "said"),
    [
        ({}, ["visits"], "features: features need columns."),
        (COLUMNS, ["visit"], "features[1]: there is no feature group"),
        (COLUMNS, ["visits@2"], "features[1]: there is no feature group"),
        (COLUMNS, ["visits", "visits@1"], "features[2]: visits@1 is here twice."),
        (
            {name: type_ for name, type_ in COLUMNS.items() if name != "age"},
            ["visits"],
            "features[1]: visits has the feature age, and no column has.",
        ),
        (
            {**COLUMNS, "age": "double"},
            ["visits"],
            "the column age is double, and makes no value of a feature that is integral.",
        ),
        (
            {**COLUMNS, "ph": "string"},
            ["visits"],
            "the column ph is string, and makes no value of a feature that is fractional.",
        ),
        (
            {**COLUMNS, "visit_id": "array<string>"},
            ["visits"],
            "the column visit_id is array<string>, and makes no value of a feature that is string.",
        ),
        (
            {**COLUMNS, "visited_at": "date"},
            ["visits"],
            "the column visited_at is date, and makes no value of an event time that is string.",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_the_feature(
    found_in: Found, columns: dict[str, str], features: list[str], said: str
) -> None:
    (mistake,) = found_in(columns, features)
    assert said in mistake
