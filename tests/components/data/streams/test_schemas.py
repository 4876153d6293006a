"""What the registry says of records."""

import json

import jsonschema
import pytest

from components.data.streams.schemas import SchemaRegistry, SchemaRegistryArgs, schema_of
from infra.graph import record

COLUMNS = {
    "ward": "string",
    "rate": "int",
    "oxygen": "decimal(4,1)",
    "urgent": "boolean",
    "at": "timestamp",
    "born": "date",
    "devices": "array<struct<id:string>>",
    "notes": "map<string,double>",
}
FITS = {
    "ward": "icu",
    "rate": 80,
    "oxygen": 98.6,
    "urgent": False,
    "at": "2026-01-31T12:00:00Z",
    "born": "1980-01-31",
    "devices": [{"id": "x"}],
    "notes": {"a": 1.5},
    "other": 1,
}
TYPES = jsonschema.Draft7Validator


def test_a_schema_is_one_of_json_schema() -> None:
    TYPES.check_schema(schema_of(COLUMNS))


@pytest.mark.parametrize("record_", [FITS, {}, dict.fromkeys(COLUMNS)])
def test_a_record_that_the_columns_take_fits(record_: object) -> None:
    assert list(TYPES(schema_of(COLUMNS)).iter_errors(record_)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"ward": 1},
        {"rate": 80.5},
        {"oxygen": "high"},
        {"urgent": "no"},
        {"at": True},
        {"born": 1980},
        {"devices": [{"id": 1}]},
        {"notes": {"a": "b"}},
    ],
)
def test_a_record_of_other_types_does_not(wrong: object) -> None:
    assert len(list(TYPES(schema_of(COLUMNS)).iter_errors(wrong))) == 1


def test_each_stream_has_its_schema_in_the_registry() -> None:
    args: SchemaRegistryArgs = {
        "registry_name": "maslow-dev-streams",
        "schemas": {"vitals": {"rate": "int"}, "wards": {"ward": "string"}},
    }
    graph = record(lambda: SchemaRegistry("maslow-dev-schemas", args) and None)
    (registry,) = graph.of_type("aws:glue/registry:Registry")
    schemas = {one.inputs["schemaName"]: one for one in graph.of_type("aws:glue/schema:Schema")}
    assert schemas.keys() == {"vitals", "wards"}
    vitals = schemas["vitals"].inputs
    assert vitals["registryArn"] == registry.outputs["arn"]
    assert vitals["dataFormat"] == "JSON"
    assert json.loads(vitals["schemaDefinition"]) == schema_of({"rate": "int"})
