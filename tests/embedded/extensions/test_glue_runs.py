"""Runs of Glue's jobs on real Spark, and of Python shells."""

import io
import json
import time

import pyarrow.parquet
import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from embedded.extensions import glue_work
from embedded.spark import installed
from infra.hosts import sample

ROLE = "arn:aws:iam::123456789012:role/job"
SECONDS = 120
OVER = {"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED"}

CLEANS = """
import sys
import boto3
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.transforms import ApplyMapping, Filter
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
import words

args = getResolvedOptions(sys.argv, ["JOB_NAME", "source", "target-path"])
context = GlueContext(SparkContext.getOrCreate())
job = Job(context)
job.init(args["JOB_NAME"], args)
frame = context.create_dynamic_frame.from_options(
    "s3", {"paths": [args["source"]], "recurse": True}, "csv", {"withHeader": True}
)
frame = ApplyMapping.apply(
    frame,
    [("mean_radius", "string", "radius", "double"), ("target", "string", "target", "int")],
)
large = Filter.apply(frame, lambda row: row["radius"] > 20)
context.write_dynamic_frame.from_options(
    frame, "s3", {"path": args["target_path"], "partitionKeys": ["target"]}, "parquet"
)
boto3.client("s3").put_object(Bucket="curated", Key="by-hand", Body=str(large.count()))
setting = context.spark_session.conf.get("spark.app.day")
print(words.SAID, frame.count(), setting, args["JOB_RUN_ID"])
job.commit()
"""
READS_A_TABLE = """
from awsglue.context import GlueContext
from pyspark.context import SparkContext

context = GlueContext(SparkContext.getOrCreate())
frame = context.create_dynamic_frame.from_catalog("lake", "visits", push_down_predicate="age > 40")
frame.resolveChoice(specs=[("age", "cast:long")])
print(sorted((row.id, row.age, row.day) for row in frame.toDF().collect()))
frame.relationalize("root", "s3://curated/temporary/")
"""
SHELL = """
import sys
from awsglue.utils import getResolvedOptions
print("told", getResolvedOptions(sys.argv, ["days"])["days"])
raise SystemExit("a column is missing")
"""
ENDS_AS_TOLD = """
import sys
if sys.argv[sys.argv.index("--days") + 1] != "none":
    raise SystemExit("7 is too much")
"""
WAITS = "import time; print('waits', flush=True); time.sleep(600)"


class Glue:
    def __init__(self, cloud):
        self.cloud, self.s3, self.glue = cloud, cloud.client("s3"), cloud.client("glue")
        for bucket in ("code", "raw", "curated"):
            place = {"LocationConstraint": "eu-west-1"}
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        records = sample.load()
        text = "\n".join(",".join(row) for row in [records.header, *records.rows])
        self.s3.put_object(Bucket="raw", Key="tumours/2026/records.csv", Body=text)
        self.s3.put_object(Bucket="code", Key="words.py", Body="SAID = 'counted'")

    def job(self, name, script, kind="glueetl", **more):
        self.s3.put_object(Bucket="code", Key=f"{name}.py", Body=script)
        command = {"Name": kind, "ScriptLocation": f"s3://code/{name}.py"}
        self.glue.create_job(
            Name=name, Role=ROLE, Command=command, **{"GlueVersion": "5.0", **more}
        )
        return name

    def starts(self, job, **more):
        return self.glue.start_job_run(JobName=job, **more)["JobRunId"]

    def told(self, job, run):
        return self.glue.get_job_run(JobName=job, RunId=run)["JobRun"]

    def until(self, job, run, states=OVER):
        waited = time.monotonic()
        while (told := self.told(job, run))["JobRunState"] not in states:
            assert time.monotonic() - waited < SECONDS, told
            time.sleep(0.1)
        return told

    def printed(self, group, stream):
        events = self.cloud.client("logs").get_log_events(logGroupName=group, logStreamName=stream)
        return [one["message"] for one in events["events"]]


@pytest.fixture(scope="module")
def glue():
    with Cloud("eu-west-1") as running:
        yield Glue(running)


def test_a_script_reads_and_writes_the_buckets_by_glues_own_context(glue):
    job = glue.job(
        "cleans",
        CLEANS,
        DefaultArguments={
            "--extra-py-files": "s3://code/words.py",
            "--conf": "spark.app.day=monday --conf spark.executor.memory=99g",
            "--custom-logGroup-prefix": "/jobs/cleans",
            "--source": "s3://nowhere/",
        },
        NumberOfWorkers=2,
        WorkerType="G.1X",
    )
    run = glue.starts(
        job, Arguments={"--source": "s3://raw/tumours/", "--target-path": "s3://curated/tumours/"}
    )
    told = glue.until(job, run)
    assert told["JobRunState"] == "SUCCEEDED", told
    assert (told["WorkerType"], told["NumberOfWorkers"]) == ("G.1X", 2)
    assert (told["Timeout"], told["LogGroupName"]) == (480, "/jobs/cleans")
    assert told["CompletedOn"] >= told["StartedOn"]

    keys = [one["Key"] for one in glue.s3.list_objects_v2(Bucket="curated")["Contents"]]
    parts = [key for key in keys if key.endswith(".parquet")]
    assert {key.split("/")[1] for key in parts} == {"target=0", "target=1"}
    tables = [
        pyarrow.parquet.read_table(
            io.BytesIO(glue.s3.get_object(Bucket="curated", Key=key)["Body"].read())
        )
        for key in parts
    ]
    assert sum(table.num_rows for table in tables) == 569
    assert {table.schema.field("radius").type for table in tables} == {pyarrow.float64()}
    large = sum(radius > 20 for table in tables for radius in table["radius"].to_pylist())
    assert glue.s3.get_object(Bucket="curated", Key="by-hand")["Body"].read() == b"%d" % large
    assert glue.printed("/jobs/cleans/output", f"{run}-driver") == [f"counted 569 monday {run}"]


def test_a_table_is_read_by_its_partitions_and_what_awsglue_lacks_is_named(glue):
    for day, rows in (("2026-01-01", "a,39\nb,41\n"), ("2026-01-02", "c,50\n"), ("left", "d,60\n")):
        glue.s3.put_object(Bucket="raw", Key=f"visits/day={day}/1.csv", Body=rows)
    serde = {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": ","},
    }
    storage = {
        "Columns": [{"Name": "id", "Type": "string"}, {"Name": "age", "Type": "int"}],
        "Location": "s3://raw/visits/",
        "SerdeInfo": serde,
    }
    glue.glue.create_database(DatabaseInput={"Name": "lake"})
    table = {
        "Name": "visits",
        "StorageDescriptor": storage,
        "PartitionKeys": [{"Name": "day", "Type": "string"}],
    }
    glue.glue.create_table(DatabaseName="lake", TableInput=table)
    for day in ("2026-01-01", "2026-01-02"):
        there = {**storage, "Location": f"s3://raw/visits/day={day}/"}
        glue.glue.create_partition(
            DatabaseName="lake",
            TableName="visits",
            PartitionInput={"Values": [day], "StorageDescriptor": there},
        )
    job = glue.job("reads-a-table", READS_A_TABLE)
    run = glue.starts(job)
    told = glue.until(job, run)
    assert glue.printed("/aws-glue/jobs/output", f"{run}-driver") == [
        "[('b', 41, '2026-01-01'), ('c', 50, '2026-01-02')]"
    ]
    assert told["JobRunState"] == "FAILED"
    assert "has no DynamicFrame.relationalize of awsglue" in told["ErrorMessage"]


def test_a_python_shell_that_fails_is_tried_again_and_its_end_is_told(glue):
    sqs = glue.cloud.client("sqs")
    queue = sqs.create_queue(QueueName="ends")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    events = glue.cloud.client("events")
    pattern = {"source": ["aws.glue"], "detail-type": ["Glue Job State Change"]}
    events.put_rule(Name="ends", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="ends", Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}])

    job = glue.job("shell", SHELL, "pythonshell", MaxRetries=1, DefaultArguments={"--days": "7"})
    run = glue.starts(job)
    again = f"{run}_attempt_1"
    assert glue.until(job, run)["ErrorMessage"] == "a column is missing"
    waited = time.monotonic()
    while len(runs := glue.glue.get_job_runs(JobName=job)["JobRuns"]) < 2:
        assert time.monotonic() - waited < SECONDS
        time.sleep(0.05)
    told = glue.until(job, again)
    assert [one["Id"] for one in runs] == [again, run]
    assert (told["Attempt"], told["PreviousRunId"]) == (1, run)
    assert glue.printed("/aws-glue/python-jobs/output", again) == ["told 7"]
    assert glue.printed("/aws-glue/python-jobs/error", again) == ["a column is missing"]

    found = [
        json.loads(sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"][0]["Body"])[
            "detail"
        ]
        for _ in range(2)
    ]
    assert {one["jobRunId"] for one in found} == {run, again}
    assert {(one["jobName"], one["state"], one["severity"]) for one in found} == {
        ("shell", "FAILED", "ERROR")
    }
    assert "a column is missing" in found[0]["message"]


def test_a_run_is_stopped_at_work_and_in_the_queue(glue):
    job = glue.job("waits", WAITS, "pythonshell", ExecutionProperty={"MaxConcurrentRuns": 2})
    first = glue.starts(job)
    glue.until(job, first, {"RUNNING"})
    second = glue.starts(job)
    with pytest.raises(ClientError, match="Concurrent runs exceeded") as refused:
        glue.starts(job)
    assert refused.value.response["Error"]["Code"] == "ConcurrentRunsExceededException"
    time.sleep(0.3)
    assert glue.told(job, second)["JobRunState"] == "STARTING"
    for run in (second, first):
        told = glue.glue.batch_stop_job_run(JobName=job, JobRunIds=[run, "jr_none"])
        assert [one["JobRunId"] for one in told["SuccessfulSubmissions"]] == [run]
        assert [one["JobRunId"] for one in told["Errors"]] == ["jr_none"]
        assert glue.until(job, run)["JobRunState"] == "STOPPED"
    told = glue.glue.batch_stop_job_run(JobName=job, JobRunIds=[first])
    assert "STOPPED and cannot be stopped" in told["Errors"][0]["ErrorDetail"]["ErrorMessage"]


def test_a_run_that_takes_too_long_is_ended(glue, monkeypatch):
    monkeypatch.setattr(glue_work, "MINUTE", 0.5)
    job = glue.job("too-long", WAITS, "pythonshell", MaxRetries=1)
    told = glue.until(job, glue.starts(job, Timeout=1))
    assert (told["JobRunState"], told["Timeout"]) == ("TIMEOUT", 1)
    assert len(glue.glue.get_job_runs(JobName=job)["JobRuns"]) == 1


def machine(glue, job):
    """The ARN of a machine that runs the job and waits for it."""
    definition = {
        "StartAt": "Run",
        "States": {
            "Run": {
                "Type": "Task",
                "Resource": "arn:aws:states:::glue:startJobRun.sync",
                "Parameters": {"JobName": job, "Arguments": {"--days.$": "$.days"}},
                "End": True,
            }
        },
    }
    return glue.cloud.client("stepfunctions").create_state_machine(
        name=job, definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]


def ended(glue, machine, days):
    """An execution of it, once it has ended."""
    states = glue.cloud.client("stepfunctions")
    execution = states.start_execution(stateMachineArn=machine, input=json.dumps({"days": days}))[
        "executionArn"
    ]
    waited = time.monotonic()
    while (told := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() - waited < SECONDS
        time.sleep(0.1)
    return told


def test_a_state_machine_waits_for_a_run(glue):
    arn = machine(glue, glue.job("told", ENDS_AS_TOLD, "pythonshell"))
    told = ended(glue, arn, "none")
    assert told["status"] == "SUCCEEDED"
    run = json.loads(told["output"])
    assert (run["JobRunState"], run["Arguments"]) == ("SUCCEEDED", {"--days": "none"})
    told = ended(glue, arn, "7")
    assert (told["status"], told["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(told["cause"])["ErrorMessage"] == "7 is too much"


def test_an_execution_that_is_stopped_stops_its_run(glue):
    job = glue.job("endless", WAITS, "pythonshell")
    states = glue.cloud.client("stepfunctions")
    execution = states.start_execution(
        stateMachineArn=machine(glue, job), input=json.dumps({"days": "1"})
    )["executionArn"]
    waited = time.monotonic()
    while not (runs := glue.glue.get_job_runs(JobName=job)["JobRuns"]):
        assert time.monotonic() - waited < SECONDS
        time.sleep(0.05)
    glue.until(job, runs[0]["Id"], {"RUNNING"})
    states.stop_execution(executionArn=execution)
    assert glue.until(job, runs[0]["Id"])["JobRunState"] == "STOPPED"


@pytest.mark.parametrize(
    ("kind", "arguments", "said"),
    [
        ("gluestreaming", {}, "does not run jobs of gluestreaming: only glueetl and pythonshell"),
        ("glueetl", {"--extra-jars": "s3://a/b.jar"}, "does not take --extra-jars of a job"),
        ("glueetl", {"--job-language": "scala"}, "runs Python, and not scala"),
        ("glueetl", {"--job-bookmark-option": "job-bookmark-enable"}, "keeps no job bookmarks"),
        ("glueetl", {"--conf": "a=b --jars s3://a/b.jar"}, "does not take --jars of spark-submit"),
    ],
)
def test_what_is_not_run_is_refused_by_name(glue, kind, arguments, said):
    job = glue.job(f"refused-{abs(hash(said))}", WAITS, kind)
    with pytest.raises(ClientError, match=said):
        glue.starts(job, Arguments=arguments)
    assert glue.glue.get_job_runs(JobName=job)["JobRuns"] == []


def test_bookmarks_are_refused_by_name(glue):
    with pytest.raises(ClientError, match="keeps no job bookmarks"):
        glue.glue.get_job_bookmark(JobName="any")
    with pytest.raises(ClientError, match="keeps no job bookmarks"):
        glue.glue.reset_job_bookmark(JobName="any")


def test_a_script_that_is_not_there_is_told(glue):
    job = glue.job("gone", WAITS, "pythonshell")
    glue.s3.delete_object(Bucket="code", Key="gone.py")
    told = glue.until(job, glue.starts(job))
    assert told["ErrorMessage"] == "There is no script s3://code/gone.py."


def test_without_spark_a_run_is_refused_with_what_to_install(glue, monkeypatch):
    job = glue.job("no-spark", WAITS)
    monkeypatch.setattr(installed.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ClientError, match="the extra `spark`"):
        glue.starts(job)
