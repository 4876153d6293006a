from datetime import UTC, datetime

import pytest

from embedded.deliveries.keys import (
    NoPartition,
    Unsupported,
    check_prefix,
    filled,
    parse_query,
    partition_of,
)

AT = datetime(2026, 1, 31, 6, 5, 4, tzinfo=UTC)


def test_a_query_names_the_path_of_each_key():
    found = parse_query('{ward:.place.ward, "device" : .device}')
    assert found == {"ward": ("place", "ward"), "device": ("device",)}


@pytest.mark.parametrize("query", ["{ward:.ward|ascii_upcase}", ".ward", "{ward:.wards[0]}", "{}"])
def test_an_expression_that_is_no_path_is_refused_by_name(query):
    with pytest.raises(Unsupported, match="evaluates paths alone"):
        parse_query(query)


def test_a_record_tells_its_partition():
    record = {"place": {"ward": 7}, "urgent": True}
    paths = {"ward": ("place", "ward"), "urgent": ("urgent",)}
    assert partition_of(record, paths) == {"ward": "7", "urgent": "true"}


@pytest.mark.parametrize("record", [{}, {"ward": None}, {"ward": ""}, {"ward": {"a": 1}}, [], "x"])
def test_a_record_without_a_value_has_no_partition(record):
    with pytest.raises(NoPartition, match="ward has no value"):
        partition_of(record, {"ward": ("ward",)})


def test_a_prefix_is_filled_in_with_keys_and_the_time_of_arrival():
    prefix = (
        "vitals/ward=!{partitionKeyFromQuery:ward}/day=!{timestamp:yyyy-MM-dd}/!{timestamp:HH}/"
    )
    assert filled(prefix, AT, {"ward": "icu"}) == "vitals/ward=icu/day=2026-01-31/06/"
    errors = "errors/!{firehose:error-output-type}/!{timestamp:'at'HHmmss}/"
    assert filled(errors, AT, {}, "processing-failed") == "errors/processing-failed/at060504/"


def test_a_prefix_without_expressions_is_followed_by_the_hour():
    assert filled("vitals/", AT, {}) == "vitals/2026/01/31/06/"


@pytest.mark.parametrize(
    "prefix",
    [
        "!{partitionKeyFromQuery:device}/",
        "!{partitionKeyFromLambda:ward}/",
        "!{timestamp:EEE}/",
        "!{firehose:error-output-type}/",
        "!{firehose:name}/",
    ],
)
def test_an_expression_that_cannot_be_filled_in_is_refused(prefix):
    with pytest.raises(Unsupported):
        check_prefix(prefix, frozenset({"ward"}))


def test_known_expressions_are_taken():
    check_prefix("!{partitionKeyFromQuery:ward}/!{timestamp:yyyy/MM}/", frozenset({"ward"}))
    check_prefix("!{firehose:error-output-type}/", frozenset(), of_errors=True)
    random = "!{firehose:random-string}/"
    check_prefix(random, frozenset())
    assert filled(random, AT, {}) != filled(random, AT, {})
