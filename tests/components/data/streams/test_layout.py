"""Where the files of a stream lie, and how Athena finds them."""

from components.data.streams.layout import (
    Format,
    columns_of,
    error_prefix,
    prefix,
    processors,
    storage,
    table_name,
    table_parameters,
)
from embedded.deliveries.keys import check_prefix, parse_query


def test_files_lie_by_the_hour_unless_columns_part_them() -> None:
    assert prefix("vitals", []) == "vitals/day=!{timestamp:yyyy-MM-dd}/!{timestamp:HH}/"
    assert prefix("vitals", ["ward", "bed"]) == (
        "vitals/ward=!{partitionKeyFromQuery:ward}/bed=!{partitionKeyFromQuery:bed}/"
        "day=!{timestamp:yyyy-MM-dd}/"
    )


def test_failures_lie_by_their_kind() -> None:
    assert error_prefix("vitals") == (
        "errors/vitals/!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/"
    )


def test_every_key_of_a_prefix_is_one_that_a_record_is_asked_for() -> None:
    (extraction,) = processors(Format.PARQUET, ["ward", "bed"])
    asked = parse_query(extraction.parameters["MetadataExtractionQuery"])
    assert asked == {"ward": ("ward",), "bed": ("bed",)}
    check_prefix(prefix("vitals", ["ward", "bed"]), frozenset(asked))
    assert extraction.parameters["JsonParsingEngine"] == "JQ-1.6"


def test_a_record_of_json_ends_its_line() -> None:
    (delimiter,) = processors(Format.JSON, [])
    assert (delimiter.type, delimiter.parameters) == (
        "AppendDelimiterToRecord",
        {"Delimiter": "\\n"},
    )
    assert processors(Format.PARQUET, []) == []
    assert [each.type for each in processors(Format.JSON, ["ward"])] == [
        "MetadataExtraction",
        "AppendDelimiterToRecord",
    ]


def test_a_column_that_parts_files_is_in_their_path_and_not_in_them() -> None:
    inside, parts = columns_of({"ward": "string", "rate": "int"}, ["ward"])
    assert inside == {"rate": "int"}
    assert parts == {"ward": "string", "day": "string"}


def test_athena_looks_where_the_files_lie() -> None:
    told = table_parameters("s3://raw/vitals/", ["ward"], Format.PARQUET)
    assert told["storage.location.template"] == "s3://raw/vitals/ward=${ward}/day=${day}/"
    assert told["projection.ward.type"] == "injected"
    assert told["projection.day.format"] == "yyyy-MM-dd"
    assert told["classification"] == "parquet"


def test_a_table_has_a_name_that_needs_no_quotes() -> None:
    assert table_name("ward-vitals") == "ward_vitals"


def test_each_format_has_its_reader() -> None:
    assert storage(Format.PARQUET).serde.endswith("ParquetHiveSerDe")
    assert storage(Format.JSON).serde == "org.openx.data.jsonserde.JsonSerDe"
