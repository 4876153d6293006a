"""Where the files of a stream lie, and the table that Athena reads them by.

https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-s3bucketprefix.html
https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

import enum
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from components.common.limits import STREAM_ERRORS

HIVE = "org.apache.hadoop.hive.ql.io"
PARQUET = f"{HIVE}.parquet"
FIRST_DAY = "NOW-10YEARS"
"""The oldest day that a query looks for, unless it names days itself."""


class Format(enum.Enum):
    """How a file holds records."""

    JSON = "json"
    """A record a line."""
    PARQUET = "parquet"
    ICEBERG = "iceberg"
    """Rows of a table, whose files are its own."""


class Compression(enum.Enum):
    """How a file is packed."""

    GZIP = "gzip"
    SNAPPY = "snappy"
    NONE = "none"


class Processor(NamedTuple):
    """What Firehose does with each record, as it takes it."""

    type: str
    parameters: dict[str, str]
    """Its parameters by name."""


class Storage(NamedTuple):
    """How a reader opens files."""

    input_format: str
    output_format: str
    serde: str


def table_name(stream: str) -> str:
    """The Glue table of a stream: one that Athena can name without quotes."""
    return stream.replace("-", "_")


def prefix(stream: str, partition_by: Sequence[str]) -> str:
    """What the keys of its files begin with: by the values of columns and day, or by the hour."""
    if not partition_by:
        return f"{stream}/day=!{{timestamp:yyyy-MM-dd}}/!{{timestamp:HH}}/"
    parts = "".join(f"{each}=!{{partitionKeyFromQuery:{each}}}/" for each in partition_by)
    return f"{stream}/{parts}day=!{{timestamp:yyyy-MM-dd}}/"


def error_prefix(stream: str) -> str:
    """What the keys of its failures begin with: by the kind of failure and the day."""
    return (
        f"{STREAM_ERRORS}/{stream}/!{{firehose:error-output-type}}/day=!{{timestamp:yyyy-MM-dd}}/"
    )


def processors(format_: Format, partition_by: Sequence[str]) -> list[Processor]:
    """What tells a record's partition, and ends its line.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_Processor.html
    """
    found = []
    if partition_by:
        query = ",".join(f"{column}:.{column}" for column in partition_by)
        parameters = {"MetadataExtractionQuery": f"{{{query}}}", "JsonParsingEngine": "JQ-1.6"}
        found.append(Processor("MetadataExtraction", parameters))
    if format_ is Format.JSON:
        found.append(Processor("AppendDelimiterToRecord", {"Delimiter": "\\n"}))
    return found


def table_parameters(location: str, partition_by: Sequence[str], format_: Format) -> dict[str, str]:
    """How Athena finds the partitions without being told of each.

    A query names a value of each column that the files are parted by. `location` is an S3 URI that
    ends in a slash.
    https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
    """
    parts = "".join(f"{column}=${{{column}}}/" for column in partition_by)
    return {
        "EXTERNAL": "TRUE",
        "classification": format_.value,
        "projection.enabled": "true",
        **{f"projection.{column}.type": "injected" for column in partition_by},
        "projection.day.type": "date",
        "projection.day.format": "yyyy-MM-dd",
        "projection.day.range": f"{FIRST_DAY},NOW",
        "storage.location.template": f"{location}{parts}day=${{day}}/",
    }


def columns_of(
    columns: Mapping[str, str], partition_by: Sequence[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The types of the columns of a table's files by name, and those of its partitions."""
    inside = {name: type_ for name, type_ in columns.items() if name not in partition_by}
    return inside, {**{name: columns[name] for name in partition_by}, "day": "string"}


def storage(format_: Format) -> Storage:
    """How a reader opens the files: the formats and the serde of a table's storage descriptor.

    https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
    https://docs.aws.amazon.com/athena/latest/ug/parquet-serde.html
    """
    if format_ is Format.PARQUET:
        return Storage(
            f"{PARQUET}.MapredParquetInputFormat",
            f"{PARQUET}.MapredParquetOutputFormat",
            f"{PARQUET}.serde.ParquetHiveSerDe",
        )
    return Storage(
        "org.apache.hadoop.mapred.TextInputFormat",
        f"{HIVE}.HiveIgnoreKeyTextOutputFormat",
        "org.openx.data.jsonserde.JsonSerDe",
    )
