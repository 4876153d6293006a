"""Tables: what the data catalog is told of them."""

from typing import Any

import pytest

from components.common.durability import Durability
from components.data.tables.definition import (
    INJECTED,
    TableFormat,
    day_values,
    listed_values,
    parameters,
    whole_values,
)
from components.data.tables.table import Table, TableArgs
from infra.graph import Graph, Resource, record

TABLE = "aws:glue/catalogTable:CatalogTable"
LOCATION = "s3://zone/visits/"


def recorded(**changes: Any) -> Graph:
    args: TableArgs = {
        "table_name": "visits",
        "database_name": "maslow_dev_curated",
        "bucket": "zone",
        "prefix": "visits",
        "format": TableFormat.PARQUET,
        "columns": [
            {"name": "visit_id", "type": "string", "description": "Whose"},
            {"name": "age", "type": "int"},
        ],
        "durability": Durability.KEEP,
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return record(lambda: Table("maslow-dev-visits", args) and None)


def made(**changes: Any) -> Resource:
    return recorded(**changes).one(TABLE)


def test_a_table_names_what_lies_below_its_prefix() -> None:
    inputs = made().inputs
    assert (inputs["databaseName"], inputs["name"]) == ("maslow_dev_curated", "visits")
    assert inputs["tableType"] == "EXTERNAL_TABLE"
    assert inputs["storageDescriptor"]["location"] == LOCATION
    assert inputs["storageDescriptor"]["columns"] == [
        {"name": "visit_id", "type": "string", "comment": "Whose"},
        {"name": "age", "type": "int"},
    ]
    assert "partitionKeys" not in inputs


@pytest.mark.parametrize(
    ("format_", "reader"),
    [
        (TableFormat.PARQUET, "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"),
        (TableFormat.CSV, "org.apache.hadoop.hive.serde2.OpenCSVSerde"),
        (TableFormat.JSON, "org.openx.data.jsonserde.JsonSerDe"),
    ],
)
def test_each_format_has_its_reader(format_: TableFormat, reader: str) -> None:
    inputs = made(format=format_).inputs
    assert inputs["storageDescriptor"]["serDeInfo"]["serializationLibrary"] == reader
    assert inputs["parameters"]["classification"] == format_.value
    assert ("skip.header.line.count" in inputs["parameters"]) is (format_ is TableFormat.CSV)
    assert "openTableFormatInput" not in inputs


def test_registered_partitions_are_keys_and_nothing_else() -> None:
    inputs = made(partitions=[{"name": "visited_on", "type": "date"}]).inputs
    assert inputs["partitionKeys"] == [{"name": "visited_on", "type": "date"}]
    assert not [key for key in inputs["parameters"] if "projection" in key]


def test_athena_works_out_the_partitions_that_have_a_projection() -> None:
    partitions: Any = [
        {"name": "ward", "type": "string", "projection": listed_values(["a", "b"])},
        {"name": "day", "type": "string", "projection": day_values("2024-01-31", "day")},
        {"name": "shift", "type": "int", "projection": whole_values(0, 12, 2)},
        {"name": "patient", "type": "string", "projection": INJECTED},
    ]
    assert parameters(TableFormat.PARQUET, LOCATION, partitions) == {
        "EXTERNAL": "TRUE",
        "classification": "parquet",
        "projection.enabled": "true",
        "projection.ward.type": "enum",
        "projection.ward.values": "a,b",
        "projection.day.type": "date",
        "projection.day.format": "yyyy-MM-dd",
        "projection.day.range": "2024-01-31,NOW",
        "projection.day.interval": "1",
        "projection.day.interval.unit": "DAYS",
        "projection.shift.type": "integer",
        "projection.shift.range": "0,12",
        "projection.shift.digits": "2",
        "projection.patient.type": "injected",
        "storage.location.template": (
            "s3://zone/visits/ward=${ward}/day=${day}/shift=${shift}/patient=${patient}/"
        ),
    }


def test_months_and_hours_are_written_in_their_own_format() -> None:
    month = day_values("2024-02-01", "month", "2025-03-31")
    assert (month["format"], month["range"]) == ("yyyy-MM", "2024-02,2025-03")
    hour = day_values("2024-02-01", "hour")
    assert (hour["format"], hour["range"]) == ("yyyy-MM-dd-HH", "2024-02-01-00,NOW")
    assert hour["interval.unit"] == "HOURS"


def test_partitions_are_worked_out_for_all_or_none() -> None:
    partitions: Any = [
        {"name": "ward", "type": "string"},
        {"name": "patient", "type": "string", "projection": INJECTED},
    ]
    with pytest.raises(ValueError, match=r"^ward: the other partitions have a projection$"):
        parameters(TableFormat.CSV, LOCATION, partitions)


def test_an_iceberg_table_is_made_by_glue_and_changed_by_engines() -> None:
    table = made(format=TableFormat.ICEBERG)
    assert table.inputs["openTableFormatInput"]["icebergInput"] == {
        "metadataOperation": "CREATE",
        "version": "2",
    }
    assert table.inputs["storageDescriptor"]["location"] == "s3://zone/visits"
    assert "serDeInfo" not in table.inputs["storageDescriptor"]
    # Glue keeps where its metadata are among the parameters, which are none of the program's.
    assert "parameters" not in table.inputs
    assert set(table.options["ignoreChanges"]) == {
        "openTableFormatInput",
        "parameters",
        "storageDescriptor",
    }
    assert "ignoreChanges" not in made().options


def test_an_iceberg_table_outlives_the_stack_and_other_definitions_are_written_anew() -> None:
    iceberg = {"format": TableFormat.ICEBERG}
    assert made(**iceberg, durability=Durability.PROTECTED).options["protect"] is True
    assert made(**iceberg).options["retainOnDelete"] is True
    assert "retainOnDelete" not in made(**iceberg, durability=Durability.DISPOSABLE).options
    assert "retainOnDelete" not in made().options


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"table_name": "Visits"}, "Visits is not a name for a table"),
        ({"columns": []}, "it has no columns"),
        ({"columns": [{"name": "Age", "type": "int"}]}, "Age is not a name for a column"),
        ({"columns": [{"name": "a", "type": "int"}] * 2}, "a is there twice"),
        ({"partitions": [{"name": "age", "type": "int"}]}, "age is there twice"),
        ({"columns": [{"name": "a", "type": "integer"}]}, 'a: "integer" is not a type'),
        ({"partitions": [{"name": "p", "type": "array<int>"}]}, "p: files are parted by simple"),
        (
            {"format": TableFormat.ICEBERG, "columns": [{"name": "a", "type": "tinyint"}]},
            "a: iceberg keeps no tinyint",
        ),
        (
            {"format": TableFormat.ICEBERG, "columns": [{"name": "_pos", "type": "int"}]},
            "_pos is not a name",
        ),
        (
            {"format": TableFormat.ICEBERG, "partitions": [{"name": "p", "type": "int"}]},
            "Iceberg keeps its partitions",
        ),
    ],
)
def test_what_the_catalog_does_not_take_is_refused(changes: Any, said: str) -> None:
    with pytest.raises(ValueError, match=f"^maslow-dev-visits: {said}"):
        recorded(**changes)
