"""Steps of pipelines on real Spark: EMR's clusters, and EMR Serverless."""

import pytest

from embedded.cloud import Cloud
from tests.some_pipeline import ROLE, create, ended, fail, run, start, steps_of, until

COUNTS = """
import sys
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
rows = spark.read.option("header", "true").csv(sys.argv[1])
rows.repartition(1).write.mode("overwrite").parquet(sys.argv[3])
"""
WAITS = "import time; print('waits', flush=True); time.sleep(600)"
CLUSTER = {
    "ReleaseLabel": "emr-7.12.0",
    "ServiceRole": "arn:aws:iam::123456789012:role/emr",
    "JobFlowRole": "emr",
    "Instances": {
        "InstanceGroups": [
            {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}
        ]
    },
}


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        s3 = running.client("s3")
        for bucket in ("code", "raw", "curated"):
            place = {"LocationConstraint": "eu-west-1"}
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        s3.put_object(Bucket="raw", Key="rows.csv", Body="a,b\n1,2\n3,4\n")
        scripts = {
            "counts": COUNTS,
            "fails": "raise SystemExit('a column is missing')",
            "waits": WAITS,
        }
        for name, text in scripts.items():
            s3.put_object(Bucket="code", Key=f"{name}.py", Body=text)
        yield running


def _emr(script, *arguments, **where):
    command = ["spark-submit", "--deploy-mode", "cluster", f"s3://code/{script}.py", *arguments]
    config = {"HadoopJarStep": {"Jar": "command-runner.jar", "Args": command}}
    return {"Name": "Spark", "Type": "EMR", "Arguments": {"StepConfig": config, **where}}


def _written(cloud, prefix):
    found = cloud.client("s3").list_objects_v2(Bucket="curated", Prefix=prefix)
    return [one["Key"] for one in found.get("Contents", []) if one["Key"].endswith(".parquet")]


def test_a_step_runs_on_a_cluster_that_is_made_for_it_and_terminated(cloud):
    spark = _emr(
        "counts", "s3://raw/rows.csv", "--output", "s3://curated/made", ClusterConfig=CLUSTER
    )
    says = fail("Say", {"Get": "Steps.Spark.Config.Args[6]"})
    _, steps = run(cloud, "makes-a-cluster", [spark, says])
    told = steps["Spark"]["Metadata"]["EMR"]
    assert steps["Spark"]["StepStatus"] == "Succeeded", steps
    assert steps["Say"]["FailureReason"] == "s3://curated/made"
    assert len(_written(cloud, "made/")) == 1
    emr = cloud.client("emr")
    cluster = emr.describe_cluster(ClusterId=told["ClusterId"])["Cluster"]
    assert cluster["Status"]["State"] == "TERMINATED"
    assert cluster["Name"].startswith("pipelines-")
    step = emr.describe_step(ClusterId=told["ClusterId"], StepId=told["StepId"])["Step"]
    assert step["Name"] == told["StepName"]


def test_steps_on_a_cluster_that_is_there_fail_with_its_reason_and_are_cancelled(cloud):
    emr = cloud.client("emr")
    instances = {**CLUSTER["Instances"], "KeepJobFlowAliveWhenNoSteps": True}
    cluster = emr.run_job_flow(Name="own", **{**CLUSTER, "Instances": instances})["JobFlowId"]

    _, steps = run(cloud, "on-a-cluster", [_emr("fails", ClusterId=cluster)])
    assert "failed: " in steps["Spark"]["FailureReason"]
    assert steps["Spark"]["Metadata"]["EMR"]["ClusterId"] == cluster

    create(cloud, "on-a-cluster", [_emr("waits", ClusterId=cluster)])
    arn = start(cloud, "on-a-cluster")
    until(lambda: steps_of(cloud, arn).get("Spark", {}).get("Metadata", {}).get("EMR"))
    until(lambda: emr.list_steps(ClusterId=cluster, StepStates=["RUNNING"])["Steps"])
    cloud.client("sagemaker").stop_pipeline_execution(PipelineExecutionArn=arn)
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "Stopped"
    assert steps_of(cloud, arn)["Spark"]["StepStatus"] == "Stopped"
    assert emr.describe_cluster(ClusterId=cluster)["Cluster"]["Status"]["State"] == "WAITING"


def test_a_cluster_that_is_not_there_fails_the_step(cloud):
    status, steps = run(cloud, "no-cluster", [_emr("counts", ClusterId="j-NONE")])
    assert status == "Failed"
    assert "Failed to invoke elasticmapreduce:AddJobFlowSteps" in steps["Spark"]["FailureReason"]


def test_a_step_runs_on_an_application_that_is_made_for_it(cloud):
    submit = {
        "entryPoint": "s3://code/counts.py",
        "entryPointArguments": ["s3://raw/rows.csv", "--output", "s3://curated/run"],
    }
    step = {
        "Name": "Spark",
        "Type": "EMRServerless",
        "Arguments": {
            "ExecutionRoleArn": ROLE,
            "ApplicationConfig": {"name": "own", "releaseLabel": "emr-7.12.0", "type": "SPARK"},
            "JobConfig": {"executionRoleArn": ROLE, "jobDriver": {"sparkSubmit": submit}},
        },
    }
    status, steps = run(cloud, "serverless", [step])
    assert status == "Succeeded", steps
    told = steps["Spark"]["Metadata"]["EMRServerless"]
    ran = cloud.client("emr-serverless").get_job_run(
        applicationId=told["ApplicationId"], jobRunId=told["JobRunId"]
    )["jobRun"]
    assert (ran["state"], ran["name"]) == ("SUCCESS", told["JobRunName"])
    assert len(_written(cloud, "run/")) == 1

    failing = {"sparkSubmit": {"entryPoint": "s3://code/fails.py"}}
    step["Arguments"]["JobConfig"]["jobDriver"] = failing
    status, steps = run(cloud, "serverless", [step])
    assert status == "Failed"
    assert "failed: " in steps["Spark"]["FailureReason"]
