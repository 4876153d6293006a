"""Steps of EMR's clusters on real Spark."""

import gzip
import json
import time

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

SECONDS = 180
OVER = {"COMPLETED", "FAILED", "CANCELLED"}

COUNTS = """
import sys
from pyspark.sql import SparkSession
import words
spark = SparkSession.builder.getOrCreate()
table = spark.read.option("header", "true").csv(sys.argv[1])
table.write.mode("overwrite").parquet(sys.argv[2])
print(words.SAID, table.count(), spark.conf.get("spark.app.day"), spark.conf.get("spark.app.of"))
"""
FAILS = "raise SystemExit('a column is missing')"
WAITS = "import time; print('waits', flush=True); time.sleep(600)"
INSTANCES = {"KeepJobFlowAliveWhenNoSteps": True, "InstanceCount": 1}


def step(script, *arguments, options=(), on_failure="CONTINUE", jar="command-runner.jar"):
    command = ["spark-submit", "--deploy-mode", "cluster", *options, script, *arguments]
    return {
        "Name": "counts",
        "ActionOnFailure": on_failure,
        "HadoopJarStep": {"Jar": jar, "Args": command},
    }


class Emr:
    def __init__(self, cloud):
        self.cloud, self.s3, self.emr = cloud, cloud.client("s3"), cloud.client("emr")
        for bucket in ("code", "raw", "curated"):
            place = {"LocationConstraint": "eu-west-1"}
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        scripts = {"counts": COUNTS, "fails": FAILS, "waits": WAITS, "words": "SAID = 'counted'"}
        for name, text in scripts.items():
            self.s3.put_object(Bucket="code", Key=f"{name}.py", Body=text)

    def cluster(self, *steps, alive=True, **more):
        return self.emr.run_job_flow(
            Name="jobs",
            ReleaseLabel="emr-7.12.0",
            LogUri="s3://code/logs/",
            ServiceRole="arn:aws:iam::123456789012:role/emr",
            JobFlowRole="emr",
            Instances={**INSTANCES, "KeepJobFlowAliveWhenNoSteps": alive},
            Steps=list(steps),
            **more,
        )["JobFlowId"]

    def add(self, cluster, *steps):
        return self.emr.add_job_flow_steps(JobFlowId=cluster, Steps=list(steps))["StepIds"]

    def steps(self, cluster):
        """Its steps, the oldest first."""
        return self.emr.list_steps(ClusterId=cluster)["Steps"][::-1]

    def until(self, cluster, id_, states=OVER):
        waited = time.monotonic()
        while True:
            told = self.emr.describe_step(ClusterId=cluster, StepId=id_)["Step"]
            if told["Status"]["State"] in states:
                return told["Status"]
            assert time.monotonic() - waited < SECONDS, told
            time.sleep(0.1)

    def state(self, cluster, *states):
        waited = time.monotonic()
        while True:
            told = self.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Status"]
            if told["State"] in states:
                return told
            assert time.monotonic() - waited < SECONDS, told
            time.sleep(0.1)


@pytest.fixture(scope="module")
def emr():
    with Cloud("eu-west-1") as running:
        yield Emr(running)


def test_a_step_reads_and_writes_the_buckets_and_its_output_is_kept(emr):
    emr.s3.put_object(Bucket="raw", Key="visits/1.csv", Body="id,age\na,40\nb,50\n")
    cluster = emr.cluster(
        step(
            "s3://code/counts.py",
            "s3://raw/visits/",
            "s3://curated/visits/",
            options=[
                *("--conf", "spark.app.day=monday", "--executor-memory", "99g"),
                *("--py-files", "s3://code/words.py"),
            ],
        ),
        alive=False,
        Configurations=[
            {"Classification": "spark-defaults", "Properties": {"spark.app.of": "cluster"}}
        ],
    )
    (found,) = emr.steps(cluster)
    assert emr.until(cluster, found["Id"])["State"] == "COMPLETED"
    keys = [one["Key"] for one in emr.s3.list_objects_v2(Bucket="curated")["Contents"]]
    assert "visits/_SUCCESS" in keys
    assert any(key.endswith(".parquet") for key in keys)
    key = f"logs/{cluster}/steps/{found['Id']}/stdout.gz"
    packed = emr.s3.get_object(Bucket="code", Key=key)["Body"].read()
    assert gzip.decompress(packed) == b"counted 2 monday cluster\n"
    assert ":eu-west-1:" in emr.emr.describe_cluster(ClusterId=cluster)["Cluster"]["ClusterArn"]
    told = emr.state(cluster, "TERMINATED")
    assert told["StateChangeReason"]["Message"] == "Steps completed"
    with pytest.raises(ClientError, match="terminated, or finished may not be modified"):
        emr.add(cluster, step("s3://code/waits.py"))


def test_what_follows_a_failure_is_as_the_step_says(emr):
    sqs, events = emr.cloud.client("sqs"), emr.cloud.client("events")
    queue = sqs.create_queue(QueueName="steps")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    pattern = {"detail-type": ["EMR Step Status Change"], "detail": {"state": ["FAILED"]}}
    events.put_rule(Name="steps", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="steps", Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}])
    cluster = emr.cluster()
    goes_on, second, last = emr.add(
        cluster,
        step("s3://code/fails.py"),
        step("s3://code/fails.py", on_failure="CANCEL_AND_WAIT"),
        step("s3://code/waits.py"),
    )
    told = emr.until(cluster, goes_on)
    assert told["State"] == "FAILED"
    assert told["FailureDetails"]["Message"] == "a column is missing"
    assert told["FailureDetails"]["LogFile"].endswith(f"/steps/{goes_on}/stderr.gz")
    assert emr.until(cluster, second)["State"] == "FAILED"
    assert emr.until(cluster, last)["State"] == "CANCELLED"
    emr.state(cluster, "WAITING")
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    detail = json.loads(message["Body"])["detail"]
    assert (detail["stepId"], detail["severity"]) == (goes_on, "ERROR")

    (ends,) = emr.add(cluster, step("s3://code/fails.py", on_failure="TERMINATE_CLUSTER"))
    assert emr.until(cluster, ends)["State"] == "FAILED"
    told = emr.state(cluster, "TERMINATED_WITH_ERRORS")
    assert told["StateChangeReason"]["Message"] == f"Shut down as step {ends} failed"


def test_a_step_is_cancelled_at_work_and_in_the_queue_and_with_its_cluster(emr):
    cluster = emr.cluster()
    ids = emr.add(cluster, *[step("s3://code/waits.py")] * 4)
    emr.until(cluster, ids[0], {"RUNNING"})
    told = emr.emr.cancel_steps(ClusterId=cluster, StepIds=[ids[1], ids[0], "s-none"])
    statuses = {one["StepId"]: one["Status"] for one in told["CancelStepsInfoList"]}
    assert statuses == {ids[1]: "SUBMITTED", ids[0]: "SUBMITTED", "s-none": "FAILED"}
    assert [emr.until(cluster, one)["State"] for one in ids[:2]] == ["CANCELLED"] * 2
    emr.until(cluster, ids[2], {"RUNNING"})
    emr.emr.terminate_job_flows(JobFlowIds=[cluster])
    assert [emr.until(cluster, one)["State"] for one in ids[2:]] == ["CANCELLED"] * 2
    emr.state(cluster, "TERMINATED")


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (step("s3://code/waits.py", jar="s3://code/own.jar"), "and not of s3://code/own.jar"),
        (step("s3://code/main.jar"), "and not s3://code/main.jar"),
        (step("s3://code/waits.py", options=["--jars", "a"]), "does not take --jars"),
    ],
)
def test_what_is_not_run_is_refused_by_name(emr, refused, said):
    cluster = emr.cluster()
    with pytest.raises(ClientError, match=said):
        emr.add(cluster, refused)
    assert emr.steps(cluster) == []
    before = len(emr.emr.list_clusters()["Clusters"])
    with pytest.raises(ClientError, match=said):
        emr.cluster(refused)
    assert len(emr.emr.list_clusters()["Clusters"]) == before
