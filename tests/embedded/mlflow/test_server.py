"""A real MLflow serves the apps of the embedded AWS: what jobs keep there, people find there."""

import http.client
import json
import time
from contextlib import closing
from importlib.util import find_spec

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from embedded.mlflow import server
from tests.conftest import ROOT

ROLE = "arn:aws:iam::123456789012:role/jobs"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1"
CODE = (ROOT / "templates" / "tabular" / "code" / "tracking.py").read_text()
KEEP = """
import os, pathlib
keep_run(os.environ["TRAINING_JOB_NAME"], {"c": 1.0}, {"validation_auc": 0.9},
         pathlib.Path("/opt/ml/output/data"), model="s3://runs/model.tar.gz")
"""


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        running.client("s3").create_bucket(
            Bucket="runs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        yield running


def app(cloud, name):
    return cloud.client("sagemaker").create_mlflow_app(
        Name=name, ArtifactStoreUri="s3://runs/runs", RoleArn=ROLE
    )["Arn"]


def train(cloud, name, arn, script):
    """Run a job to its end, and tell how it ended."""
    sagemaker = cloud.client("sagemaker")
    sagemaker.create_training_job(
        TrainingJobName=name,
        RoleArn=ROLE,
        AlgorithmSpecification={
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "-c", script],
        },
        OutputDataConfig={"S3OutputPath": "s3://runs/jobs"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 600},
        Environment={
            "MLFLOW_TRACKING_URI": arn,
            "MLFLOW_EXPERIMENT_NAME": "readmission",
            "MASLOW_EXECUTION_ID": "abc",
            "MLFLOW_HTTP_REQUEST_TIMEOUT": "120",
        },
    )
    until = time.monotonic() + 400
    while time.monotonic() < until:
        told = sagemaker.describe_training_job(TrainingJobName=name)
        if told["TrainingJobStatus"] != "InProgress":
            return told
        time.sleep(0.2)
    raise AssertionError(f"{name} does not end")


def asked(url, path, body):
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    with closing(connection):
        connection.request(
            "POST",
            f"/api/2.0/mlflow/{path}",
            json.dumps(body),
            {"Content-Type": "application/json"},
        )
        return json.load(connection.getresponse())


def of_pairs(pairs):
    return {each["key"]: each["value"] for each in pairs}


@pytest.mark.sagemaker
def test_what_a_job_keeps_is_found_where_people_look(cloud):
    if find_spec("sagemaker_mlflow") is None:
        pytest.skip("needs the sagemaker extra (make sagemaker)")
    arn = app(cloud, "served")
    assert server.running(arn) is None  # nothing is started before it is used
    job = train(cloud, "job-1", arn, CODE + KEEP)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    sagemaker = cloud.client("sagemaker")
    url = sagemaker.create_presigned_mlflow_app_url(Arn=arn)["AuthorizedUrl"]
    found = asked(url, "experiments/search", {"max_results": 10, "filter": "name = 'readmission'"})
    (experiment,) = found["experiments"]
    assert experiment["artifact_location"].startswith("s3://runs/runs/")
    (run,) = asked(url, "runs/search", {"experiment_ids": [experiment["experiment_id"]]})["runs"]
    assert run["info"]["run_name"] == "job-1"
    assert of_pairs(run["data"]["params"]) == {"c": "1.0"}
    assert of_pairs(run["data"]["metrics"]) == {"validation_auc": 0.9}
    tags = of_pairs(run["data"]["tags"])
    assert (tags["execution"], tags["model"]) == ("abc", "s3://runs/model.tar.gz")
    sagemaker.delete_mlflow_app(Arn=arn)
    with pytest.raises(ConnectionError):
        asked(url, "runs/search", {"experiment_ids": ["0"]})


def test_where_mlflow_is_not_installed_it_is_named(cloud, monkeypatch):
    monkeypatch.setattr(server, "installed_version", lambda: None)
    arn = app(cloud, "unserved")
    with pytest.raises(ClientError, match="the package mlflow is not installed: make sagemaker"):
        cloud.client("sagemaker").create_presigned_mlflow_app_url(Arn=arn)


def test_a_job_is_never_turned_to_aws(cloud, monkeypatch):
    monkeypatch.setattr(server, "installed_version", lambda: None)
    arn = app(cloud, "nowhere")
    told = server.job_variables({"MLFLOW_TRACKING_URI": arn}, cloud.url)
    assert told[server.CUSTOM] == cloud.url
    assert told["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert server.job_variables({}, cloud.url) == {}


def test_a_job_that_keeps_no_run_waits_for_no_server(cloud, monkeypatch):
    asked = {"MLFLOW_TRACKING_URI": app(cloud, "beside")}
    monkeypatch.setattr(server, "ready", lambda _: "http://ready")
    monkeypatch.setattr(server, "url", lambda _: "http://starting")
    assert server.job_variables(asked, "")[server.CUSTOM] == "http://ready"
    assert server.job_variables(asked, "", waits=False)[server.CUSTOM] == "http://starting"


def test_a_run_that_cannot_be_kept_fails_no_job(cloud, monkeypatch):
    monkeypatch.setattr(server, "installed_version", lambda: None)
    broken = "import sys\nsys.modules['mlflow'] = None\n"
    job = train(cloud, "job-2", app(cloud, "broken"), broken + CODE + KEEP)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
