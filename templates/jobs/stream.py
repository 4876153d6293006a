"""Brings files of a stream to another place of the lake, the records of each file once.

It is a job of maslow with `streaming: true`, which is told --checkpoint beside --input, --output
and --date. A run takes what has arrived since the last one by Spark's Structured Streaming, and
ends. Each run's records lie below `batch=…/` of the output, which is written as a whole: a run that
failed is repeated, and leaves no record twice and none out.

Beside these it is told by its `arguments`:

- --format, json or parquet, which is what it is unless given;
- --schema, the columns as Spark has them, "ward string, heart_rate int"; without it they are those
  of the files that are there.
"""

import argparse

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.utils import AnalysisException


def main(arguments: list[str] | None = None) -> None:
    """Bring what has arrived."""
    told = _told(arguments)
    spark = (
        SparkSession.builder.config("spark.sql.streaming.schemaInference", "true")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    source, target = _uri(told.input), _uri(told.output)
    reader = spark.readStream.format(told.format)
    if told.schema:
        reader = reader.schema(told.schema)
    try:
        arrived = reader.load(source)
    except AnalysisException as error:
        if _is_empty(spark, source):
            print("nothing has arrived yet")  # noqa: T201
            return
        raise error from None

    def bring(records: DataFrame, batch: int) -> None:
        records.write.mode("overwrite").parquet(f"{target}batch={batch:08}")

    query = (
        arrived.writeStream.foreachBatch(bring)
        .option("checkpointLocation", told.checkpoint)
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination()
    progress = query.recentProgress
    print(f"{sum(each['numInputRows'] for each in progress)} records brought")  # noqa: T201


def _is_empty(spark: SparkSession, source: str) -> bool:
    """Whether there is no file yet whose columns could be told."""
    try:
        return spark.read.format("binaryFile").load(source).isEmpty()
    except AnalysisException:
        return True


def _uri(place: str) -> str:
    return place.partition("=")[2]


def _told(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("input", "output", "date", "checkpoint"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--format", default="parquet", choices=("json", "parquet"))
    parser.add_argument("--schema")
    return parser.parse_known_args(arguments)[0]


if __name__ == "__main__":
    main()
