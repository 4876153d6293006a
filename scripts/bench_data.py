"""How many rows a second the sample job and a training set's query take, and what a stand-up costs.

Each program is a process of its own; `python -m scripts.bench_data` runs them all. The job runs on
Spark, as in AWS, and beside it the same in one statement of DuckDB. The query runs by Athena on
the embedded AWS, and beside it on Spark. Both sides must come to as many rows.
"""

import json
import os
import runpy
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from string import Template
from typing import Any

import click
import duckdb

from scripts.bench_figures import Aim, Process

ROOT = Path(__file__).resolve().parents[1]
SIZES = {100_000: 3, 1_000_000: 1}
"""How often each number of rows is run."""
MOST_GROWTH = 1.2
DECLARED = (10, 100)
"""How many tables and as many jobs the two environments declare that are stood up."""
ID, TIME = "id", "seen_at"
VALUES = [f"v{number}" for number in range(10)]
ARRIVED = """
SELECT CAST(n * 9 // 10 AS VARCHAR) AS id,
    CASE WHEN n % 100 > 0 THEN strftime(
        TIMESTAMP '2026-01-01' + INTERVAL 1 SECOND * (n * 2592000 // $rows), '%Y-%m-%dT%H:%M:%SZ'
    ) END AS seen_at, $values
FROM range($rows) AS all_rows(n)
"""
"""A month of records: of ten ids one comes twice, and of a hundred records one has no time."""
CLEANED = """
COPY (
    SELECT * EXCLUDE (place) FROM (
        SELECT *, strftime(CAST(seen_at AS TIMESTAMP), '%Y-%m-%d') AS day, row_number() OVER (
            PARTITION BY id, day ORDER BY CAST(seen_at AS TIMESTAMP) DESC
        ) AS place
        FROM read_csv('arrived/*.csv', header = true, all_varchar = true)
        WHERE id IS NOT NULL AND TRY_CAST(seen_at AS TIMESTAMP) IS NOT NULL
    ) WHERE place = 1
) TO 'by-duckdb' (FORMAT parquet, PARTITION_BY (day));
COPY (
    SELECT * FROM read_csv('arrived/*.csv', header = true, all_varchar = true)
    WHERE id IS NULL OR TRY_CAST(seen_at AS TIMESTAMP) IS NULL
) TO 'aside.json';
"""
STORE = """
SELECT CAST(n % ($rows // 10) AS VARCHAR) AS id, 1767225600.0 + n * 2592000 // $rows AS seen_at,
    $values, make_timestamp((1767225600 + n * 2592000 // $rows) * 1000000) AS write_time,
    write_time AS api_invocation_time, false AS is_deleted
FROM range($rows) AS all_rows(n)
"""
"""An offline store: ten records of each id in a month, event times in Unix seconds."""
LABELS = """
SELECT CAST(n AS VARCHAR) AS id, TIMESTAMP '2026-01-16 12:00:00' AS decided_at, n % 2 AS outcome
FROM range($rows // 10) AS all_rows(n)
"""
DATABASE = BUCKET = "bench"

Run = Callable[..., Process]
"""Runs Python in a folder and measures it."""


@dataclass(frozen=True)
class Worked:
    """What a program did."""

    count: int
    """Rows that it came to, or resources."""
    seconds: float
    """By the clock, without the start of Spark or of the embedded AWS."""


def lines(
    run: Run,
    tell: Callable[[str], None],
    sizes: dict[int, int] | None = None,
    declared: Sequence[int] = DECLARED,
) -> Iterator[str]:
    """What was measured, in sentences; `tell` hears what is running.

    `sizes` tells how often each number of rows is run, fewest rows first.
    """

    def worked(program: str, number: int) -> Worked:
        tell(f"{program} {number:,}")
        with tempfile.TemporaryDirectory(prefix="maslow-bench-") as name:
            told = run(Path(name), "-m", "scripts.bench_data", program, str(number)).output
            return Worked(**json.loads(told.splitlines()[-1]))

    sizes = SIZES if sizes is None else sizes
    for what, programs in (
        ("The sample job, templates/jobs/clean.py,", ("clean-spark", "clean-duckdb")),
        ("A training set as of its labels' time", ("training-set-athena", "training-set-spark")),
    ):
        found: dict[str, list[float]] = {program: [] for program in programs}
        for rows, repeats in sizes.items():
            pairs = [[worked(program, rows) for program in programs] for _ in range(repeats)]
            if len({each.count for pair in pairs for each in pair}) > 1:
                raise ValueError(f"{' and '.join(programs)} did not come to as many rows")
            for program, runs in zip(programs, zip(*pairs, strict=True), strict=True):
                found[program].append(median(each.seconds for each in runs) / rows)
        for program, each in found.items():
            speeds = ", ".join(
                f"{1 / seconds:,.0f} rows a second of {rows:,}"
                for rows, seconds in zip(sizes, each, strict=True)
            )
            yield f"{what} takes by {program.rpartition('-')[2]} {speeds}."
            yield str(Aim("its time a row, most rows to fewest,", each[-1] / each[0], MOST_GROWTH))
    stands = [worked("stand-up", number) for number in declared]
    each = [one.seconds / one.count for one in stands]
    for number, one in zip(declared, stands, strict=True):
        yield (
            f"An environment with {number} tables and {number} jobs more, {one.count:,} resources, "
            f"stands on the embedded AWS in {one.seconds:.0f} s."
        )
    yield str(Aim("its time a resource, most to fewest,", each[-1] / each[0], MOST_GROWTH))


def clean_spark(rows: int) -> Worked:
    """The sample job, on a folder of this machine."""
    _write("arrived", ARRIVED, rows, "csv")
    spark = _spark()
    here = Path.cwd().as_uri()
    main = runpy.run_path(str(ROOT / "templates/jobs/clean.py"))["main"]
    places = [f"--input=raw={here}/arrived/", f"--output=curated={here}/by-spark/"]
    start = time.perf_counter()
    main([*places, "--date=2026-01-31", f"--id={ID}", f"--event-time={TIME}"])
    seconds = time.perf_counter() - start
    spark.stop()
    return Worked(_count("by-spark"), seconds)


def clean_duckdb(rows: int) -> Worked:
    """What the sample job does, in DuckDB's SQL."""
    _write("arrived", ARRIVED, rows, "csv")
    start = time.perf_counter()
    duckdb.connect().execute(CLEANED)
    return Worked(_count("by-duckdb"), time.perf_counter() - start)


def training_set_athena(rows: int) -> Worked:
    """A training set by Athena, as a user of boto3 asks for it."""
    from embedded.cloud import Cloud

    _write("store", STORE, rows, "parquet")
    _write("labels", LABELS, rows, "parquet")
    with Cloud("eu-west-1") as cloud:
        s3, glue, athena = (cloud.client(name) for name in ("s3", "glue", "athena"))
        s3.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.region}
        )
        glue.create_database(DatabaseInput={"Name": DATABASE})
        for table in ("store", "labels"):
            s3.upload_file(f"{table}/1.parquet", BUCKET, f"{table}/1.parquet")
            glue.create_table(DatabaseName=DATABASE, TableInput=_table(table))
        start = time.perf_counter()
        id_ = athena.start_query_execution(
            QueryString=query(),
            ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/results/"},
        )["QueryExecutionId"]
        while (told := athena.get_query_execution(QueryExecutionId=id_)["QueryExecution"])[
            "Status"
        ]["State"] in {"QUEUED", "RUNNING"}:
            time.sleep(0.05)
        seconds = time.perf_counter() - start
        if told["Status"]["State"] != "SUCCEEDED":
            raise ValueError(told["Status"]["StateChangeReason"])
        body = s3.get_object(Bucket=BUCKET, Key=f"results/{id_}.csv")["Body"]
        return Worked(sum(1 for _ in body.iter_lines()) - 1, seconds)


def training_set_spark(rows: int) -> Worked:
    """The same query on Spark, its result written as CSV."""
    import sqlglot

    _write("store", STORE, rows, "parquet")
    _write("labels", LABELS, rows, "parquet")
    spark = _spark()
    spark.sql(f"CREATE DATABASE {DATABASE}")
    for table in ("store", "labels"):
        spark.sql(
            f"CREATE TABLE {DATABASE}.{table} USING parquet LOCATION '{Path(table).resolve()}'"
        )
    (sql,) = sqlglot.transpile(query(), read="athena", write="spark")
    sql = sql.replace("ROW_NUMBER() OVER ()", "MONOTONICALLY_INCREASING_ID()")  # Spark's own way
    start = time.perf_counter()
    spark.sql(sql).write.csv("set", header=True)
    seconds = time.perf_counter() - start
    count = spark.read.csv("set", header=True).count()
    spark.stop()
    return Worked(count, seconds)


def stand_up(number: int) -> Worked:
    """The laptop's environment with so many tables and jobs more, on the embedded AWS."""
    from embedded.cloud import Cloud
    from infra.hosts.session import session
    from infra.project import Project
    from infra.settings import from_config
    from scripts.bench import write_project

    write_project(Path.cwd())
    project = Project.around(Path.cwd())
    stack = project.stack("local")
    told: dict[str, Any] = stack.platform.model_dump(mode="json", by_alias=True, exclude_unset=True)
    columns = {ID: "string", TIME: "string", **dict.fromkeys(VALUES, "double")}
    told["lake"]["tables"] += [
        {"name": f"raw.t{place:03}", "format": "csv", "columns": columns} for place in range(number)
    ]
    told["jobs"] += [
        {
            "name": f"j{place:03}",
            "script": "templates/jobs/clean.py",
            "on": {"schedule": "daily"},
            "reads": [f"raw.t{place:03}"],
            "writes": [f"curated.t{place:03}"],
            "arguments": {"id": ID, "event-time": TIME},
        }
        for place in range(number)
    ]
    stack = replace(from_config(told, stack.region, stack.environment), path=None)
    with Cloud(stack.region) as cloud:
        start = time.perf_counter()
        with session(project, stack, cloud, lambda _: None) as up:
            changes = up(stack).changes
            return Worked(sum(changes.values()), time.perf_counter() - start)


def query() -> str:
    """The query of a training set: the values of each label's id at its time."""
    from components.data.feature_group import FeatureType
    from components.data.point_in_time import Features, Labels, point_in_time_query

    table = f"{DATABASE}.store"
    labels = Labels(
        table=f"{DATABASE}.labels",
        record_ids={table: ID},
        time="decided_at",
        columns=["outcome"],
    )
    values = {name: name for name in VALUES}
    return point_in_time_query(labels, [Features(table, ID, TIME, FeatureType.FRACTIONAL, values)])


def _write(folder: str, sql: str, rows: int, format_: str) -> None:
    Path(folder).mkdir()
    values = ", ".join(f"round(random(), 6) AS {name}" for name in VALUES)
    filled = Template(sql).substitute(rows=rows, values=values)
    duckdb.connect().execute(f"SELECT setseed(0.5); COPY ({filled}) TO '{folder}/1.{format_}'")


def _table(name: str) -> dict[str, Any]:
    """A Parquet table for Glue, with the columns of its file."""
    file = duckdb.connect().read_parquet(f"{name}/1.parquet")
    types = {"VARCHAR": "string"}
    parquet = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": {
            "Columns": [
                {"Name": column, "Type": types.get(str(type_), str(type_).lower())}
                for column, type_ in zip(file.columns, file.types, strict=True)
            ],
            "Location": f"s3://{BUCKET}/{name}/",
            "SerdeInfo": {"SerializationLibrary": parquet},
        },
    }


def _count(folder: str) -> int:
    return len(duckdb.connect().read_parquet(f"{folder}/*/*.parquet"))


def _spark() -> Any:
    from embedded.spark.installed import require_spark

    os.environ["JAVA_HOME"] = str(require_spark())
    from pyspark.sql import SparkSession

    return (
        SparkSession.builder.config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )


PROGRAMS: dict[str, Callable[[int], Worked]] = {
    "clean-spark": clean_spark,
    "clean-duckdb": clean_duckdb,
    "training-set-athena": training_set_athena,
    "training-set-spark": training_set_spark,
    "stand-up": stand_up,
}


@click.command()
@click.argument("program", type=click.Choice([*PROGRAMS]), required=False)
@click.argument("number", type=int, required=False)
def main(program: str | None, number: int | None) -> None:
    """Measure the sample job, a training set's query, and a stand-up of many tables and jobs."""
    if program:
        click.echo(json.dumps(asdict(PROGRAMS[program](number or min(SIZES)))))
        return
    from scripts.bench import process

    for line in lines(process, lambda what: click.echo(what, err=True)):
        click.echo(line)


if __name__ == "__main__":
    main()
