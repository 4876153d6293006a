"""Puts records into a feature group: Parquet with a column for each feature, and a record a row.

A job of maslow that `fills` a feature group is told --group, its name in AWS (several, separated by
commas), beside --input, a place of the lake and its S3 URI, and --date. This one is told by its
`arguments`, if it is to put one day's records only:

- --day, the column whose value must be --date. A backfill then is a run for each day of a range.

The group itself says which features it has and of which type. Columns that are none of them are
passed over, and empty values are left out of the record. A value that is not of its feature's type
fails the run before anything is put.

Online, a record replaces an older one and no newer one, so that a run may be repeated. Offline, a
record that is put twice is there twice; training sets take the one that was put last.
"""

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F  # noqa: N812  as all of Spark's documentation has it
from pyspark.sql.types import DateType, DoubleType, FloatType, TimestampType

TYPES = {"Integral": "bigint", "Fractional": "double", "String": "string"}
ISO = "yyyy-MM-dd'T'HH:mm:ss'Z'"
CALLS = Config(retries={"mode": "adaptive", "max_attempts": 10})
AT_ONCE = 8
"""Records that a partition has under way."""


def main(arguments: list[str] | None = None) -> None:
    """Put what lies at the input into each group."""
    told = _told(arguments)
    spark = SparkSession.builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    source = told.input.partition("=")[2]
    records = spark.read.option("basePath", source).parquet(source)
    if told.day:
        records = records.where(F.col(told.day).cast("string") == told.date)
    for name in told.group.split(","):
        group = boto3.client("sagemaker").describe_feature_group(FeatureGroupName=name)
        texts = as_texts(records, group)
        counts = texts.rdd.mapPartitions(lambda rows, to=name: [put(rows, to)])
        print(f"{sum(counts.collect())} records put into {name}")  # noqa: T201


def as_texts(records: DataFrame, group: dict) -> DataFrame:
    """The features of a group as the texts that PutRecord takes; group is what describes it.

    Ends the program, naming the columns, where one that every record has is missing, or a value is
    not of its feature's type.
    """
    needed = {group["RecordIdentifierFeatureName"], group["EventTimeFeatureName"]}
    if missing := sorted(needed - {*records.columns}):
        sys.exit(f"the records have no column {', '.join(missing)}")
    records = records.select(*[_without_nan(records, name) for name in records.columns])
    types = {each["FeatureName"]: each["FeatureType"] for each in group["FeatureDefinitions"]}
    types = {name: type_ for name, type_ in types.items() if name in records.columns}
    lost = [
        F.count_if(F.col(f"`{name}`").isNotNull() & typed(records, name, type_).isNull()).alias(
            name
        )
        for name, type_ in types.items()
    ] + [F.count_if(F.col(f"`{name}`").isNull()).alias(f"no {name}") for name in sorted(needed)]
    counts = records.agg(*lost).first().asDict()
    wrong = [
        f"{name} of {count} records is not {types[name]}"
        for name, count in counts.items()
        if count and name in types
    ]
    wrong += [
        f"{count} records have {name}"
        for name, count in counts.items()
        if count and name not in types
    ]
    if wrong:
        sys.exit("; ".join(wrong))
    return records.select(
        *[typed(records, name, type_).cast("string").alias(name) for name, type_ in types.items()]
    )


def typed(records: DataFrame, name: str, type_: str) -> Column:
    """A column as its feature has it, null where it cannot be."""
    column, found = F.col(f"`{name}`"), records.schema[name].dataType
    if isinstance(found, TimestampType | DateType):
        moment = column.cast("timestamp")
        return F.date_format(moment, ISO) if type_ == "String" else moment.cast(TYPES[type_])
    if type_ == "Integral":  # 41.5 is not, though it could be cast
        return F.when(column.cast("double") % 1 == 0, column.cast("bigint"))
    return column.cast(TYPES[type_])


def _without_nan(records: DataFrame, name: str) -> Column:
    """A column in which NaN, which Feature Store refuses, is empty."""
    column = F.col(f"`{name}`")
    if isinstance(records.schema[name].dataType, DoubleType | FloatType):
        column = F.when(~F.isnan(column), column)
    return column.alias(name)


def put(rows: Iterator[Row], group: str) -> int:
    """Put records into a group, some at once; how many. Runs where the partition is."""
    client = boto3.client("sagemaker-featurestore-runtime", config=CALLS)

    def put_one(row: Row) -> None:
        client.put_record(
            FeatureGroupName=group,
            Record=[
                {"FeatureName": name, "ValueAsString": value}
                for name, value in row.asDict().items()
                if value is not None
            ],
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(1 for _ in pool.map(put_one, rows))


def _told(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("input", "date", "group"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--day", default="")
    told, _ = parser.parse_known_args(arguments)  # Glue tells a script its own options as well
    return told


if __name__ == "__main__":
    main()
