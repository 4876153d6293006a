"""Tables of the embedded Glue as Spark reads them: Parquet, ORC, CSV and JSON in S3.

https://docs.aws.amazon.com/glue/latest/webapi/API_Table.html
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import boto3

HIVE_SEPARATOR = "\x01"
"""What is between fields of text whose table does not say it."""
SERDES = {
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": "parquet",
    "org.apache.hadoop.hive.ql.io.orc.OrcSerde": "orc",
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe": "csv",
    "org.apache.hadoop.hive.serde2.OpenCSVSerde": "csv",
    "org.openx.data.jsonserde.JsonSerDe": "json",
    "org.apache.hive.hcatalog.data.JsonSerDe": "json",
}
"""Spark's format for each way to write records."""


class Unreadable(ValueError):
    """A table that Spark on this machine cannot read, and why."""


class Table(NamedTuple):
    """A table."""

    database: str
    name: str
    format: str
    """Spark's name of it."""
    options: dict[str, str]
    location: str
    columns: dict[str, str]
    """Types by names, those that it is partitioned by among them."""
    partitioned_by: tuple[str, ...]

    @property
    def schema(self) -> str:
        """Its columns as Spark's DDL."""
        return ", ".join(f"`{name}` {kind}" for name, kind in self.columns.items())


def table_of(told: Mapping[str, Any]) -> Table:
    """A table as GetTable tells of it. Raises Unreadable."""
    named = f"{told['DatabaseName']}.{told['Name']}"
    storage = told.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    kind = (told.get("Parameters") or {}).get("table_type", "")
    found = SERDES.get(serde.get("SerializationLibrary", ""))
    if kind.upper() == "ICEBERG" or not found or not storage.get("Location"):
        what = kind or serde.get("SerializationLibrary") or "no format"
        raise Unreadable(f"Spark on this machine does not read the table {named}, of {what}.")
    keys = told.get("PartitionKeys") or []
    return Table(
        told["DatabaseName"],
        told["Name"],
        found,
        _options(found, serde.get("Parameters") or {}, told.get("Parameters") or {}),
        storage["Location"],
        {one["Name"]: one["Type"] for one in [*storage.get("Columns", []), *keys]},
        tuple(one["Name"] for one in keys),
    )


def _options(kind: str, serde: Mapping[str, str], parameters: Mapping[str, str]) -> dict[str, str]:
    if kind != "csv":
        return {}
    separator = serde.get("field.delim") or serde.get("separatorChar")
    skipped = parameters.get("skip.header.line.count", serde.get("skip.header.line.count", "0"))
    return {
        "sep": separator or ("," if "separatorChar" in serde else HIVE_SEPARATOR),
        "header": "true" if skipped == "1" else "false",
        "quote": serde.get("quoteChar", '"'),
    }


def client() -> Any:
    """The client of the embedded Glue, which the run's variables lead to."""
    return boto3.client("glue")


def frame(spark: Any, database: str, name: str) -> Any:
    """The records of a table in a DataFrame: of its partitions, those that are registered.

    Raises Unreadable, and botocore's errors for one that is not there.
    """
    glue = client()
    table = table_of(glue.get_table(DatabaseName=database, Name=name)["Table"])
    reader = spark.read.format(table.format).options(**table.options).schema(table.schema)
    if not table.partitioned_by:
        return reader.load(table.location)
    places = list(partitions(glue, table))
    if not places:
        return spark.createDataFrame([], table.schema)
    return reader.option("basePath", table.location).load(places)


def partitions(glue: Any, table: Table) -> Iterator[str]:
    """Where the registered partitions of a table lie.

    Raises Unreadable for one that lies elsewhere than below the table, by keys and values.
    """
    pages = glue.get_paginator("get_partitions").paginate(
        DatabaseName=table.database, TableName=table.name
    )
    for each in (one for page in pages for one in page["Partitions"]):
        place: str = each["StorageDescriptor"]["Location"]
        pairs = zip(table.partitioned_by, each["Values"], strict=True)
        wanted = "/".join(f"{key}={value}" for key, value in pairs)
        if place.rstrip("/") != f"{table.location.rstrip('/')}/{wanted}":
            raise Unreadable(
                f"Spark on this machine does not read the partition {wanted} of "
                f"{table.database}.{table.name}: it lies at {place}."
            )
        yield place
