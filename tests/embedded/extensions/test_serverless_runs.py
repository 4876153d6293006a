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
from infra.hosts import sample

ROLE = "arn:aws:iam::123456789012:role/job"
SECONDS = 120
OVER = {"SUCCESS", "FAILED", "CANCELLED"}

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

    def starts(self, script, *arguments, **more):
        self.scripts += 1
        self.s3.put_object(Bucket="code", Key=f"main-{self.scripts}.py", Body=script)
        submit = {
            "entryPoint": f"s3://code/main-{self.scripts}.py",
            "entryPointArguments": list(arguments),
            "sparkSubmitParameters": "--conf spark.executor.memory=14g --conf spark.app.day=monday",
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
