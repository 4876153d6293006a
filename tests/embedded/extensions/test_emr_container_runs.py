"""Runs of EMR on EKS on real Spark."""

import gzip
import json
import time

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests.embedded.extensions.kubernetes import emr_on_eks, role

SECONDS = 120
OVER = {"COMPLETED", "FAILED", "CANCELLED"}
RELEASE = "emr-7.12.0-latest"
COUNTS = """
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
table = spark.read.option("header", "true").csv(sys.argv[1])
table.write.parquet(sys.argv[2])
print("counted", table.count(), spark.conf.get("spark.app.day"))
"""
WAITS = "import time; time.sleep(600)"


class Runs:
    def __init__(self, cloud):
        self.cloud, self.s3 = cloud, cloud.client("s3")
        self.emr = cloud.client("emr-containers")
        for bucket in ("code", "raw", "curated"):
            place = {"LocationConstraint": "eu-west-1"}
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        self.s3.put_object(Bucket="raw", Key="visits/1.csv", Body="id,age\na,39\nb,41\n")
        self.cluster, self.role = emr_on_eks(cloud)
        self.scripts = 0

    def starts(self, script, *arguments, **more):
        self.scripts += 1
        self.s3.put_object(Bucket="code", Key=f"main-{self.scripts}.py", Body=script)
        submit = {
            "entryPoint": f"s3://code/main-{self.scripts}.py",
            "entryPointArguments": list(arguments),
            "sparkSubmitParameters": "--conf spark.executor.memory=11g "
            "--conf spark.kubernetes.executor.request.cores=3500m --conf spark.app.day=monday",
        }
        return self.emr.start_job_run(**self.asked(submit, **more))["id"]

    def asked(self, submit, **more):
        return {
            "virtualClusterId": self.cluster,
            "executionRoleArn": self.role,
            "releaseLabel": RELEASE,
            "jobDriver": {"sparkSubmitJobDriver": submit},
            **more,
        }

    def told(self, run):
        return self.emr.describe_job_run(virtualClusterId=self.cluster, id=run)["jobRun"]

    def until(self, run, states):
        waited = time.monotonic()
        while (told := self.told(run))["state"] not in states:
            assert time.monotonic() - waited < SECONDS, told
            time.sleep(0.1)
        return told


@pytest.fixture(scope="module")
def runs():
    with Cloud("eu-west-1") as running:
        yield Runs(running)


def test_a_script_reads_and_writes_the_buckets_and_its_output_is_kept(runs):
    monitoring = {
        "cloudWatchMonitoringConfiguration": {"logGroupName": "/jobs"},
        "s3MonitoringConfiguration": {"logUri": "s3://code/logs/"},
    }
    run = runs.starts(
        COUNTS,
        "s3://raw/visits/",
        "s3://curated/visits/",
        name="visits",
        configurationOverrides={"monitoringConfiguration": monitoring},
    )
    told = runs.until(run, OVER)
    assert (told["state"], told["stateDetails"], told["name"]) == ("COMPLETED", "", "visits")
    assert told["finishedAt"] >= told["createdAt"]
    keys = [one["Key"] for one in runs.s3.list_objects_v2(Bucket="curated")["Contents"]]
    assert [key for key in keys if key.endswith(".parquet")]

    place = f"{runs.cluster}/jobs/{run}/containers/spark-{run}/spark-{run}-driver/stdout"
    logs = runs.cloud.client("logs")
    events = logs.get_log_events(logGroupName="/jobs", logStreamName=place)["events"]
    assert [one["message"] for one in events] == ["counted 2 monday"]
    packed = runs.s3.get_object(Bucket="code", Key=f"logs/{place}.gz")["Body"].read()
    assert gzip.decompress(packed) == b"counted 2 monday\n"
    listed = runs.emr.list_job_runs(virtualClusterId=runs.cluster, states=["COMPLETED"])["jobRuns"]
    assert run in [one["id"] for one in listed]


def test_a_script_that_fails_is_tried_again_and_says_why(runs, tmp_path):
    tries = tmp_path / "tries"
    script = (
        "import sys\nfrom pathlib import Path\n"
        "with Path(sys.argv[1]).open('a') as file:\n    file.write('x')\n"
        "raise SystemExit('a column is missing')"
    )
    run = runs.starts(script, str(tries), retryPolicyConfiguration={"maxAttempts": 2})
    told = runs.until(run, OVER)
    assert (told["state"], told["stateDetails"]) == ("FAILED", "Job failed: a column is missing")
    assert told["failureReason"] == "USER_ERROR"
    assert tries.read_text() == "xx"


def test_a_run_is_cancelled_once(runs):
    run = runs.starts(WAITS)
    runs.until(run, {"RUNNING"})
    runs.emr.cancel_job_run(virtualClusterId=runs.cluster, id=run)
    assert runs.until(run, OVER)["state"] == "CANCELLED"
    with pytest.raises(ClientError, match="not in a cancellable state"):
        runs.emr.cancel_job_run(virtualClusterId=runs.cluster, id=run)


def test_a_run_of_one_token_is_one(runs):
    started = {runs.starts("print('once')", clientToken="once") for _ in range(2)}
    assert len(started) == 1
    runs.until(started.pop(), OVER)


def test_a_role_that_no_pod_has_runs_nothing(runs):
    other = role(runs.cloud, "other", "pods.eks.amazonaws.com")
    told = runs.until(runs.starts("print('never')", executionRoleArn=other), OVER)
    assert told["state"] == "FAILED"
    assert "In the namespace jobs, emr-containers-sa-spark-client-" in told["stateDetails"]
    nobody = "arn:aws:iam::123456789012:role/nobody"
    told = runs.until(runs.starts("print('never')", executionRoleArn=nobody), OVER)
    assert told["stateDetails"] == f"The role {nobody} does not exist."
    federated = runs.cloud.client("iam").create_role(
        RoleName="federated",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/eks"},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                    }
                ],
            }
        ),
    )["Role"]["Arn"]
    told = runs.until(runs.starts("print('here')", executionRoleArn=federated), OVER)
    assert told["state"] == "COMPLETED"


def test_its_states_are_told_to_the_bus(runs):
    queue = runs.cloud.client("sqs").create_queue(QueueName="states")["QueueUrl"]
    events = runs.cloud.client("events")
    pattern = {"source": ["aws.emr-containers"], "detail": {"state": [*OVER]}}
    events.put_rule(Name="ends", EventPattern=json.dumps(pattern))
    arn = "arn:aws:sqs:eu-west-1:123456789012:states"
    events.put_targets(Rule="ends", Targets=[{"Id": "queue", "Arn": arn}])
    run = runs.starts("raise SystemExit(3)")
    runs.until(run, OVER)
    (message,) = runs.cloud.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)[
        "Messages"
    ]
    told = json.loads(message["Body"])
    assert told["detail-type"] == "EMR Job Run State Change"
    assert (told["detail"]["jobRunId"], told["detail"]["state"]) == (run, "FAILED")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"jobDriver": {"sparkSqlJobDriver": {"entryPoint": "s3://a/b.sql"}}}, "Spark alone"),
        (
            {"jobDriver": {"sparkSubmitJobDriver": {"entryPoint": "s3://code/main.jar"}}},
            "and not s3://code/main.jar",
        ),
        ({"releaseLabel": "emr-7.12.0"}, "Release emr-7.12.0 doesn't exist"),
        ({"virtualClusterId": "none"}, "Virtual cluster none doesn't exist"),
        ({"jobTemplateId": "one"}, "runs no job by a template"),
        ({"releaseLabel": None}, "releaseLabel is missing"),
    ],
)
def test_what_is_not_run_is_refused_by_name(runs, change, said):
    asked = {**runs.asked({"entryPoint": "s3://code/main-1.py"}), **change}
    with pytest.raises(ClientError, match=said):
        runs.emr.start_job_run(**{name: value for name, value in asked.items() if value})


def test_a_virtual_cluster_that_is_gone_runs_nothing(runs):
    info = {"eksInfo": {"namespace": "gone"}}
    made = runs.emr.create_virtual_cluster(
        name="gone", containerProvider={"id": "spark", "type": "EKS", "info": info}
    )
    runs.emr.delete_virtual_cluster(id=made["id"])
    with pytest.raises(ClientError, match="is TERMINATED"):
        runs.starts("print('never')", virtualClusterId=made["id"])
