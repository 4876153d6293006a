"""Cleans records: from CSV as it arrived to Parquet with the newest of each record, by day.

A job of maslow is told --input and --output, a place of the lake and its S3 URI each, and --date.
Beside them this one is told by its `arguments`:

- --id, the columns that tell records apart, separated by commas;
- --event-time, the column that says when a record came to be, as ISO 8601.

A record that comes twice is kept once, and of several with the same id the newest. One that comes
late finds its day as well: days that records have come for are written anew, from what was there
and what is new, and all others stay. What has no id or no time that can be read is set aside as it
was, below `_set_aside/`, which queries pass over.
"""

import argparse

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F  # noqa: N812  as all of Spark's documentation has it
from pyspark.sql.utils import AnalysisException

DAY = "day"
ASIDE = "_set_aside"


def main(arguments: list[str] | None = None) -> None:
    """Clean what lies at the input into the output."""
    told = _told(arguments)
    spark = (
        SparkSession.builder.config("spark.sql.sources.partitionOverwriteMode", "dynamic")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    source, target = _uri(told.input), _uri(told.output)
    ids = told.id.split(",")
    arrived = spark.read.option("header", "true").csv(source)
    good, bad = parted(arrived, ids, told.event_time)
    days = good.select(DAY).distinct()
    before = _before(spark, target)
    if before is not None:
        good = before.join(F.broadcast(days), DAY, "left_semi").unionByName(
            good, allowMissingColumns=True
        )
    cleaned = newest(good, ids, told.event_time).localCheckpoint()  # it is read, then overwritten
    cleaned.write.mode("overwrite").partitionBy(DAY).parquet(target)
    if not bad.isEmpty():
        bad.write.mode("overwrite").json(f"{target}{ASIDE}/date={told.date}")
    print(f"{cleaned.count()} records in {days.count()} days, {bad.count()} set aside")  # noqa: T201


def parted(records: DataFrame, ids: list[str], event_time: str) -> tuple[DataFrame, DataFrame]:
    """Records with the day that they belong to, and those that cannot be told apart or placed."""
    time = F.to_timestamp(F.col(event_time))
    sound = time.isNotNull()
    for column in ids:
        sound = sound & F.col(column).isNotNull()
    good = records.where(sound).withColumn(DAY, F.date_format(time, "yyyy-MM-dd"))
    return good, records.where(~sound)


def newest(records: DataFrame, ids: list[str], event_time: str) -> DataFrame:
    """Of each id and day the newest record; of records of one time any, but one alone."""
    latest = Window.partitionBy(*ids, DAY).orderBy(F.to_timestamp(F.col(event_time)).desc())
    return records.withColumn("_rank", F.row_number().over(latest)).where("_rank = 1").drop("_rank")


def _before(spark: SparkSession, target: str) -> DataFrame | None:
    """What is there already; None before the first run."""
    try:
        found = spark.read.option("basePath", target).parquet(target)
    except AnalysisException:
        return None
    return found.withColumn(DAY, F.col(DAY).cast("string"))


def _uri(place: str) -> str:
    return place.partition("=")[2]


def _told(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("input", "output", "date", "id", "event-time"):
        parser.add_argument(f"--{name}", required=True)
    told, _ = parser.parse_known_args(arguments)  # Glue tells a script its own options as well
    return told


if __name__ == "__main__":
    main()
