"""Tables of the embedded Glue as Spark reads them: Parquet, ORC, CSV and JSON in S3.

https://docs.aws.amazon.com/glue/latest/webapi/API_Table.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import boto3

HIVE_SEPARATOR = "\x01"
"""What is between fields of text whose table does not say it."""
UNQUOTED = " !$&()+,-.;@_~"
"""What Spark leaves as it is in the names of a partition's folders."""
SERDES = {
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": "parquet",
    "org.apache.hadoop.hive.ql.io.orc.OrcSerde": "orc",
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe": "csv",
    "org.apache.hadoop.hive.serde2.OpenCSVSerde": "csv",
    "org.openx.data.jsonserde.JsonSerDe": "json",
    "org.apache.hive.hcatalog.data.JsonSerDe": "json",
}
"""Spark's format for each way to write records."""


PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
WRITTEN = {
    "parquet": (
        f"{PARQUET}.MapredParquetInputFormat",
        f"{PARQUET}.MapredParquetOutputFormat",
        f"{PARQUET}.serde.ParquetHiveSerDe",
    ),
    "json": (
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "org.openx.data.jsonserde.JsonSerDe",
    ),
}
"""How a table of what Spark writes is read and written elsewhere, by Spark's format."""


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
    found = partitions_of(glue, table)
    for values, place in found.items():
        pairs = zip(table.partitioned_by, values, strict=True)
        wanted = "/".join(f"{key}={value}" for key, value in pairs)
        if place.rstrip("/") != f"{table.location.rstrip('/')}/{wanted}":
            raise Unreadable(
                f"A frame on this machine has no partition {wanted} of {database}.{name}, which "
                f"lies at {place}: read it by spark.table."
            )
    if not found:
        return spark.createDataFrame([], table.schema)
    return reader.option("basePath", table.location).load(list(found.values()))


def all_tables(glue: Any) -> Iterator[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Each database, with its tables as GetTables tells of them."""
    for page in glue.get_paginator("get_databases").paginate():
        for database in page["DatabaseList"]:
            pages = glue.get_paginator("get_tables").paginate(DatabaseName=database["Name"])
            yield database, [table for each in pages for table in each["TableList"]]


def statement(table: Table) -> str:
    """The SQL that tells Spark of a table, without its partitions."""
    options = ", ".join(f"'{name}' = '{escaped(value)}'" for name, value in table.options.items())
    keys = ", ".join(f"`{name}`" for name in table.partitioned_by)
    return " ".join(
        [
            f"CREATE TABLE `{table.database}`.`{table.name}` ({table.schema})",
            f"USING {table.format}",
            *([f"OPTIONS ({options})"] if options else []),
            *([f"PARTITIONED BY ({keys})"] if keys else []),
            f"LOCATION '{escaped(table.location)}'",
        ]
    )


def partitions_of(glue: Any, table: Table) -> dict[tuple[str, ...], str]:
    """Where the registered partitions of a table lie, by their values."""
    pages = glue.get_paginator("get_partitions").paginate(
        DatabaseName=table.database, TableName=table.name
    )
    return {
        tuple(each["Values"]): each["StorageDescriptor"]["Location"]
        for page in pages
        for each in page["Partitions"]
    }


def addition(table: Table, found: Mapping[tuple[str, ...], str]) -> str:
    """The SQL that tells Spark of partitions, of which there is one at least."""
    added = [
        f"PARTITION ({_pairs(table.partitioned_by, values)}) LOCATION '{escaped(place)}'"
        for values, place in found.items()
    ]
    return f"ALTER TABLE `{table.database}`.`{table.name}` ADD {' '.join(added)}"


def _pairs(keys: tuple[str, ...], values: tuple[str, ...]) -> str:
    pairs = zip(keys, values, strict=True)
    return ", ".join(f"`{key}` = '{escaped(value)}'" for key, value in pairs)


def shown_partitions(spark: Any, database: str, name: str) -> set[tuple[str, ...]]:
    """The values of each partition that Spark has of a table."""
    rows = spark.sql(f"SHOW PARTITIONS `{database}`.`{name}`").collect()
    return {tuple(unquote(pair.partition("=")[2]) for pair in row[0].split("/")) for row in rows}


def tell_partitions(glue: Any, database: str, name: str, added: Iterable[tuple[str, ...]]) -> None:
    """Tell Glue of partitions, by their values, that lie below their table."""
    told = glue.get_table(DatabaseName=database, Name=name)["Table"]
    storage, keys = told["StorageDescriptor"], [one["Name"] for one in told["PartitionKeys"]]
    for values in sorted(added):
        pairs = "/".join(
            f"{key}={quote(value, safe=UNQUOTED)}" for key, value in zip(keys, values, strict=True)
        )
        place = {**storage, "Location": f"{storage['Location'].rstrip('/')}/{pairs}"}
        glue.create_partition(
            DatabaseName=database,
            TableName=name,
            PartitionInput={"Values": list(values), "StorageDescriptor": place},
        )


def escaped(text: str) -> str:
    """A text as it stands between quotes in Spark's SQL."""
    return "".join(f"\\u{ord(each):04x}" if each in "'\\" or each < " " else each for each in text)


def tell(glue: Any, spark: Any, database: str, name: str) -> None:
    """Tell Glue of a table that Spark has made, with its partitions.

    Raises Unreadable for one that is not in S3, or whose format has no table here.
    """
    described = spark.sql(f"DESCRIBE TABLE EXTENDED `{database}`.`{name}`").collect()
    told = {row["col_name"]: row["data_type"] for row in described}
    kind, location = (told.get("Provider") or "").lower(), told.get("Location", "")
    if told.get("Type") == "VIEW" or kind not in WRITTEN or not location.startswith("s3"):
        where = location or "no place"
        raise Unreadable(
            f"The embedded AWS keeps no table {database}.{name} of {kind or 'a view'} at {where}: "
            f"only of {', '.join(WRITTEN)}, in S3."
        )
    columns = spark.catalog.listColumns(f"`{database}`.`{name}`")
    names = {
        wanted: [
            {"Name": one.name, "Type": one.dataType} for one in columns if one.isPartition is wanted
        ]
        for wanted in (False, True)
    }
    reads, writes, serde = WRITTEN[kind]
    storage = {
        "Columns": names[False],
        "Location": location,
        "InputFormat": reads,
        "OutputFormat": writes,
        "SerdeInfo": {"SerializationLibrary": serde},
    }
    glue.create_table(
        DatabaseName=database,
        TableInput={
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": kind, "spark.sql.sources.provider": kind},
            "PartitionKeys": names[True],
            "StorageDescriptor": storage,
        },
    )
    if names[True]:
        tell_partitions(glue, database, name, shown_partitions(spark, database, name))
