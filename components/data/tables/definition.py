"""What the data catalog is told of a table: its files, what reads them, and how they are parted.

https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html
"""

import enum
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

HIVE = "org.apache.hadoop.hive"
TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
TEXT_OUTPUT = f"{HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat"


class TableFormat(enum.Enum):
    """What a table's files are."""

    PARQUET = "parquet"
    CSV = "csv"
    """With a header, quoted where need be."""
    JSON = "json"
    """One object a line."""
    ICEBERG = "iceberg"
    """Parquet, and metadata that say which of the files are the table."""


class ColumnArgs(TypedDict):
    """A column."""

    name: str
    """In lower case, as the catalog writes all names."""
    type: str
    """A type of `components.common.column_types`."""
    description: NotRequired[str]
    """What is in it."""


class PartitionArgs(TypedDict):
    """A column whose values part the files into folders: `visited_on=2026-01-31/`."""

    name: str
    """In lower case, and not among the columns."""
    type: str
    """A simple type of `components.common.column_types`."""
    projection: NotRequired[dict[str, str]]
    """How Athena works its values out, as properties without their beginning: `{"type": "enum",
    "values": "a,b"}`. Without it, each folder is registered before it is seen."""


def day_values(start: str, every: str, end: str = "NOW") -> dict[str, str]:
    """The projection of a column of days, months or hours, in UTC, from `start` on.

    `every` is `hour`, `day` or `month`; `start` and `end` are days, `2026-01-31`, or `NOW`.
    https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
    """
    format_, length, rest = {
        "month": ("yyyy-MM", 7, ""),
        "day": ("yyyy-MM-dd", 10, ""),
        "hour": ("yyyy-MM-dd-HH", 10, "-00"),
    }[every]
    first, last = (each if each == "NOW" else each[:length] + rest for each in (start, end))
    return {
        "type": "date",
        "format": format_,
        "range": f"{first},{last}",
        "interval": "1",
        "interval.unit": f"{every.upper()}S",
    }


def whole_values(first: int, last: int, digits: int | None = None) -> dict[str, str]:
    """The projection of a column of whole numbers, written with so many digits if that is told."""
    told = {"type": "integer", "range": f"{first},{last}"}
    return told if digits is None else {**told, "digits": str(digits)}


def listed_values(values: Sequence[str]) -> dict[str, str]:
    """The projection of a column of a few known values."""
    return {"type": "enum", "values": ",".join(values)}


INJECTED = {"type": "injected"}
"""The projection of a column whose value each query says itself."""


def parameters(
    format_: TableFormat, location: str, partitions: Sequence[PartitionArgs]
) -> dict[str, str]:
    """A table's properties. `location` is the S3 URI of its files, with a slash at its end.

    Athena works values out for all of a table's partitions or for none, so one without a
    projection beside others that have one raises ValueError.
    https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html
    """
    told = {"EXTERNAL": "TRUE", "classification": format_.value}
    if format_ is TableFormat.CSV:
        told["skip.header.line.count"] = "1"
    projected = [each for each in partitions if "projection" in each]
    if not projected:
        return told
    if len(projected) < len(partitions):
        without = [each["name"] for each in partitions if each not in projected]
        raise ValueError(f"{', '.join(without)}: the other partitions have a projection")
    told["projection.enabled"] = "true"
    for each in projected:
        for key, value in each["projection"].items():
            told[f"projection.{each['name']}.{key}"] = value
    folders = "".join(f"{each['name']}=${{{each['name']}}}/" for each in partitions)
    return {**told, "storage.location.template": location + folders}


def storage(
    format_: TableFormat, location: pulumi.Input[str], columns: Sequence[ColumnArgs]
) -> aws.glue.CatalogTableStorageDescriptorArgsDict:
    """Where a table's files are, what is in them, and what reads them.

    https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
    """
    told: aws.glue.CatalogTableStorageDescriptorArgsDict = {
        "location": location,
        "columns": [
            {"name": each["name"], "type": each["type"], "comment": each["description"]}
            if "description" in each
            else {"name": each["name"], "type": each["type"]}
            for each in columns
        ],
    }
    return told if format_ is TableFormat.ICEBERG else {**told, **_readers(format_)}


def _readers(format_: TableFormat) -> aws.glue.CatalogTableStorageDescriptorArgsDict:
    if format_ is TableFormat.PARQUET:
        parquet = f"{HIVE}.ql.io.parquet"
        return {
            "input_format": f"{parquet}.MapredParquetInputFormat",
            "output_format": f"{parquet}.MapredParquetOutputFormat",
            "ser_de_info": {
                "serialization_library": f"{parquet}.serde.ParquetHiveSerDe",
                "parameters": {"serialization.format": "1"},
            },
        }
    readers: Mapping[TableFormat, aws.glue.CatalogTableStorageDescriptorSerDeInfoArgsDict] = {
        TableFormat.CSV: {
            "serialization_library": f"{HIVE}.serde2.OpenCSVSerde",
            "parameters": {"separatorChar": ",", "quoteChar": '"', "escapeChar": "\\"},
        },
        TableFormat.JSON: {
            "serialization_library": "org.openx.data.jsonserde.JsonSerDe",
            "parameters": {"serialization.format": "1"},
        },
    }
    return {
        "input_format": TEXT_INPUT,
        "output_format": TEXT_OUTPUT,
        "ser_de_info": readers[format_],
    }
