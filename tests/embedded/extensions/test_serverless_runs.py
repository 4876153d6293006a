"""Runs of EMR Serverless on real Spark."""

import gzip
import io
import json
import time

import pyarrow.parquet
import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from embedded.spark import installed
from embedded.spark.run import CATALOG
from embedded.spark.submit import GLUE
from infra.hosts import sample

ROLE = "arn:aws:iam::123456789012:role/job"
SECONDS = 120
OVER = {"SUCCESS", "FAILED", "CANCELLED"}
PARAMETERS = "--conf spark.executor.memory=14g --conf spark.app.day=monday"

COUNTS = """
import os, sys
import boto3
from pyspark.sql import SparkSession
spark = SparkSession.builder.appName("counts").getOrCreate()
table = spark.read.option("header", "true").csv(sys.argv[1])
table.repartition(1).write.mode("overwrite").partitionBy("target").parquet(sys.argv[2])
boto3.client("s3").put_object(Bucket="curated", Key="by-hand", Body=str(table.count()))
print("counted", table.count(), spark.conf.get("spark.app.day"))
"""
FAILS = """
import sys
from pathlib import Path
tries = Path("/tmp") / sys.argv[1]
tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
raise SystemExit("a column is missing")
"""
BY_TABLES = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
print(spark.sql("select day, count(*), sum(age) from lake.visits group by day").collect())
spark.sql("drop table lake.left")
visits = spark.table("lake.visits")
visits.write.partitionBy("day").saveAsTable("lake.copied")
spark.sql("insert into lake.added partition (day = '2026-01-09') select id, age from lake.copied")
try:
    spark.table("lake.iced")
except Exception as error:
    print("iced", type(error).__name__)
"""
WAITS = "import time; print('waits', flush=True); time.sleep(600)"


class Spark:
    def __init__(self, cloud):
        self.cloud, self.s3 = cloud, cloud.client("s3")
        self.emr = cloud.client("emr-serverless")
        for bucket in ("code", "raw", "curated"):
            place = {"LocationConstraint": "eu-west-1"}
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        records = sample.load()
        text = "\n".join(",".join(row) for row in [records.header, *records.rows])
        self.s3.put_object(Bucket="raw", Key="tumours/records.csv", Body=text)
        made = self.emr.create_application(name="jobs", releaseLabel="emr-7.12.0", type="SPARK")
        self.application, self.scripts = made["applicationId"], 0

    def starts(self, script, *arguments, parameters=PARAMETERS, **more):
        self.scripts += 1
        self.s3.put_object(Bucket="code", Key=f"main-{self.scripts}.py", Body=script)
        submit = {
            "entryPoint": f"s3://code/main-{self.scripts}.py",
            "entryPointArguments": list(arguments),
            "sparkSubmitParameters": parameters,
        }
        return self.emr.start_job_run(
            applicationId=self.application,
            executionRoleArn=ROLE,
            jobDriver={"sparkSubmit": submit},
            **more,
        )["jobRunId"]

    def told(self, run):
        return self.emr.get_job_run(applicationId=self.application, jobRunId=run)["jobRun"]

    def until(self, run, states):
        waited = time.monotonic()
        while (told := self.told(run))["state"] not in states:
            assert time.monotonic() - waited < SECONDS, told
            time.sleep(0.1)
        return told

    def state(self):
        return self.emr.get_application(applicationId=self.application)["application"]["state"]


@pytest.fixture(scope="module")
def spark():
    with Cloud("eu-west-1") as running:
        yield Spark(running)


def test_a_script_reads_and_writes_the_buckets_and_its_output_is_kept(spark):
    logs = spark.cloud.client("logs")
    monitoring = {
        "cloudWatchLoggingConfiguration": {"enabled": True, "logGroupName": "/jobs"},
        "s3MonitoringConfiguration": {"logUri": "s3://code/logs/"},
    }
    run = spark.starts(
        COUNTS,
        "s3://raw/tumours/",
        "s3://curated/tumours/",
        configurationOverrides={"monitoringConfiguration": monitoring},
    )
    told = spark.until(run, OVER)
    assert (told["state"], told["stateDetails"]) == ("SUCCESS", "")

    keys = [one["Key"] for one in spark.s3.list_objects_v2(Bucket="curated")["Contents"]]
    parts = [key for key in keys if key.endswith(".parquet")]
    assert {key.split("/")[1] for key in parts} == {"target=0", "target=1"}
    assert "tumours/_SUCCESS" in keys
    assert not [key for key in keys if ".crc" in key]
    rows = sum(
        pyarrow.parquet.read_table(
            io.BytesIO(spark.s3.get_object(Bucket="curated", Key=key)["Body"].read())
        ).num_rows
        for key in parts
    )
    assert rows == 569
    assert spark.s3.get_object(Bucket="curated", Key="by-hand")["Body"].read() == b"569"

    place = f"applications/{spark.application}/jobs/{run}/SPARK_DRIVER/stdout"
    events = logs.get_log_events(logGroupName="/jobs", logStreamName=place)["events"]
    assert [one["message"] for one in events] == ["counted 569 monday"]
    packed = spark.s3.get_object(Bucket="code", Key=f"logs/{place}.gz")["Body"].read()
    assert gzip.decompress(packed) == b"counted 569 monday\n"


def test_a_run_overwrites_and_takes_away_what_was_there(spark):
    spark.s3.put_object(Bucket="curated", Key="tumours/target=7/old.parquet", Body=b"old")
    spark.until(spark.starts(COUNTS, "s3://raw/tumours/", "s3a://curated/tumours/"), OVER)
    keys = [one["Key"] for one in spark.s3.list_objects_v2(Bucket="curated")["Contents"]]
    assert not [key for key in keys if "target=7" in key]
    assert len([key for key in keys if key.endswith(".parquet")]) == 2


def test_a_script_that_fails_is_tried_again_and_says_why(spark, tmp_path):
    tries = tmp_path / "tries"
    script = FAILS.replace('Path("/tmp") / sys.argv[1]', "Path(sys.argv[1])")
    run = spark.starts(script, str(tries), retryPolicy={"maxAttempts": 2})
    told = spark.until(run, OVER)
    assert (told["state"], told["stateDetails"]) == ("FAILED", "Job failed: a column is missing")
    assert tries.read_text() == "xx"


def test_one_run_works_and_the_next_waits_until_it_is_cancelled(spark):
    first = spark.starts(WAITS)
    spark.until(first, {"RUNNING"})
    second = spark.starts("print('done')")
    time.sleep(0.5)
    assert spark.told(second)["state"] == "SUBMITTED"
    assert spark.state() == "STARTED"
    spark.emr.cancel_job_run(applicationId=spark.application, jobRunId=first)
    assert spark.until(first, OVER)["state"] == "CANCELLED"
    assert spark.until(second, OVER)["state"] == "SUCCESS"
    assert spark.state() == "STOPPED"
    with pytest.raises(ClientError, match="can't be cancelled"):
        spark.emr.cancel_job_run(applicationId=spark.application, jobRunId=first)


def test_a_run_of_one_token_is_one(spark):
    runs = {spark.starts("print('once')", clientToken="once") for _ in range(2)}
    assert len(runs) == 1
    spark.until(runs.pop(), OVER)


def table(name, **parameters):
    hive = "org.apache.hadoop.hive"
    serde = {
        "SerializationLibrary": f"{hive}.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": ","},
    }
    return {
        "Name": name,
        "Parameters": {"skip.header.line.count": "1", **parameters},
        "StorageDescriptor": {
            "Columns": [{"Name": "id", "Type": "string"}, {"Name": "age", "Type": "double"}],
            "Location": f"s3://raw/{name}/",
            "SerdeInfo": serde,
        },
        "PartitionKeys": [{"Name": "day", "Type": "string"}],
    }


def test_tables_of_glue_are_those_of_spark(spark):
    glue = spark.cloud.client("glue")
    for day, rows in (("2026-01-01", "id,age\na,39\n"), ("2026-01-02", "id,age\nb,41\nc,50\n")):
        spark.s3.put_object(Bucket="raw", Key=f"visits/day={day}/1.csv", Body=rows)
    place = {"Name": "lake", "LocationUri": "s3://curated/lake/"}
    glue.create_database(DatabaseInput=place)
    for name in ("visits", "left", "added"):
        glue.create_table(DatabaseName="lake", TableInput=table(name))
    glue.create_table(DatabaseName="lake", TableInput=table("iced", table_type="ICEBERG"))
    there = {**table("visits")["StorageDescriptor"], "Location": "s3://raw/visits/day=2026-01-02"}
    told = {"Values": ["2026-01-02"], "StorageDescriptor": there}
    glue.create_partition(DatabaseName="lake", TableName="visits", PartitionInput=told)
    run = spark.starts(
        BY_TABLES,
        parameters=f"--conf {CATALOG}={GLUE}",
        configurationOverrides={
            "monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": "s3://code/logs/"}}
        },
    )
    told = spark.until(run, OVER)
    assert (told["state"], told["stateDetails"]) == ("SUCCESS", "")
    place = f"logs/applications/{spark.application}/jobs/{run}/SPARK_DRIVER"
    out, error = (
        gzip.decompress(spark.s3.get_object(Bucket="code", Key=f"{place}/{each}.gz")["Body"].read())
        for each in ("stdout", "stderr")
    )
    assert out.decode().splitlines() == [
        "[Row(day='2026-01-02', count(1)=2, sum(age)=91.0)]",
        "iced AnalysisException",
    ]
    assert b"does not read the table lake.iced, of ICEBERG" in error

    names = [one["Name"] for one in glue.get_tables(DatabaseName="lake")["TableList"]]
    assert sorted(names) == ["added", "copied", "iced", "visits"]
    copied = glue.get_table(DatabaseName="lake", Name="copied")["Table"]
    columns = copied["StorageDescriptor"]["Columns"]
    assert [(one["Name"], one["Type"]) for one in columns] == [("id", "string"), ("age", "double")]
    assert copied["StorageDescriptor"]["Location"] == "s3://curated/lake/copied"
    for name, day in (("copied", "2026-01-02"), ("added", "2026-01-09")):
        (found,) = glue.get_partitions(DatabaseName="lake", TableName=name)["Partitions"]
        assert found["Values"] == [day]
        bucket, _, prefix = found["StorageDescriptor"]["Location"][5:].partition("/")
        assert prefix.endswith(f"{name}/day={day}")
        assert spark.s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/part-")["Contents"]


def test_its_states_are_told_to_the_bus(spark):
    queue = spark.cloud.client("sqs").create_queue(QueueName="states")["QueueUrl"]
    events = spark.cloud.client("events")
    pattern = {"source": ["aws.emr-serverless"], "detail": {"state": list(OVER)}}
    events.put_rule(Name="ends", EventPattern=json.dumps(pattern))
    arn = "arn:aws:sqs:eu-west-1:123456789012:states"
    events.put_targets(Rule="ends", Targets=[{"Id": "queue", "Arn": arn}])
    run = spark.starts("raise SystemExit(3)")
    spark.until(run, OVER)
    (message,) = spark.cloud.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)[
        "Messages"
    ]
    told = json.loads(message["Body"])
    assert told["detail-type"] == "EMR Serverless Job Run State Change"
    assert told["detail"]["jobRunId"] == run
    assert (told["detail"]["previousState"], told["detail"]["state"]) == ("RUNNING", "FAILED")


@pytest.mark.parametrize(
    ("driver", "said"),
    [
        ({"hive": {"query": "select 1"}}, "runs jobs of Spark alone"),
        ({"sparkSubmit": {"entryPoint": "s3://code/main.jar"}}, "and not s3://code/main.jar"),
        (
            {"sparkSubmit": {"entryPoint": "s3://code/m.py", "sparkSubmitParameters": "--jars a"}},
            "does not take --jars of spark-submit",
        ),
    ],
)
def test_what_is_not_run_is_refused_by_name(spark, driver, said):
    with pytest.raises(ClientError, match=said):
        spark.emr.start_job_run(
            applicationId=spark.application, executionRoleArn=ROLE, jobDriver=driver
        )


def test_a_script_that_is_not_there_is_told(spark):
    submit = {"sparkSubmit": {"entryPoint": "s3://code/none.py"}}
    run = spark.emr.start_job_run(
        applicationId=spark.application, executionRoleArn=ROLE, jobDriver=submit
    )["jobRunId"]
    told = spark.until(run, OVER)
    assert (told["state"], told["stateDetails"]) == (
        "FAILED",
        "There is no script s3://code/none.py.",
    )


def test_without_spark_a_run_is_refused_with_what_to_install(spark, monkeypatch):
    monkeypatch.setattr(installed.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ClientError, match="the extra `spark`"):
        spark.starts("print('never')")
