"""Structured Streaming on the embedded AWS: a checkpoint in a bucket outlives its run."""

import io
import time

import pyarrow
import pyarrow.parquet
import pytest

from embedded.cloud import Cloud
from tests.conftest import ROOT

SCRIPT = ROOT / "templates" / "jobs" / "stream.py"
SECONDS = 400


class Spark:
    """An application of EMR Serverless that runs the sample streaming job."""

    def __init__(self, cloud):
        self.s3, self.emr = cloud.client("s3"), cloud.client("emr-serverless")
        for bucket in ("artifacts", "raw", "curated"):
            place = {"LocationConstraint": "eu-west-1"}
            self.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        self.s3.put_object(Bucket="artifacts", Key="jobs/main.py", Body=SCRIPT.read_text())
        made = self.emr.create_application(name="jobs", releaseLabel="emr-7.12.0", type="SPARK")
        self.application = made["applicationId"]

    def arrives(self, name, *visits):
        out = io.BytesIO()
        pyarrow.parquet.write_table(pyarrow.table({"visit": list(visits)}), out)
        self.s3.put_object(Bucket="raw", Key=f"visits/{name}", Body=out.getvalue())

    def runs(self):
        arguments = [
            *("--input", "raw.visits=s3://raw/visits/"),
            *("--output", "curated.visits=s3://curated/visits/"),
            *("--date", "2026-01-31", "--checkpoint", "s3://artifacts/checkpoints/visits/"),
        ]
        submit = {"entryPoint": "s3://artifacts/jobs/main.py", "entryPointArguments": arguments}
        run = self.emr.start_job_run(
            applicationId=self.application,
            executionRoleArn="arn:aws:iam::123456789012:role/job",
            jobDriver={"sparkSubmit": submit},
        )["jobRunId"]
        for _ in range(SECONDS * 5):
            told = self.emr.get_job_run(applicationId=self.application, jobRunId=run)["jobRun"]
            if told["state"] in ("SUCCESS", "FAILED", "CANCELLED"):
                break
            time.sleep(0.2)
        assert told["state"] == "SUCCESS", told["stateDetails"]

    def found(self):
        listed = self.s3.list_objects_v2(Bucket="curated").get("Contents", [])
        return sorted(
            visit
            for one in listed
            if one["Key"].endswith(".parquet")
            for visit in pyarrow.parquet.read_table(
                io.BytesIO(self.s3.get_object(Bucket="curated", Key=one["Key"])["Body"].read())
            )["visit"].to_pylist()
        )


@pytest.fixture(scope="module")
def spark():
    with Cloud("eu-west-1") as running:
        yield Spark(running)


def test_a_run_takes_what_has_arrived_since_the_last_one_alone(spark):
    spark.arrives("1.parquet", "a", "b")
    spark.runs()
    assert spark.found() == ["a", "b"]
    spark.arrives("2.parquet", "c")
    spark.runs()
    assert spark.found() == ["a", "b", "c"]
