"""Jobs that a client creates by itself run, as those of pipelines do."""

import copy
import io
import json
import tarfile
import time

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests import some_training
from tests.some_training import (
    IMAGE,
    INSTANCE,
    ROLE,
    ROWS,
    TRAIN_CHANNEL,
    make_work_bucket,
    trained,
)

TRAIN = """
import json, os, pathlib
rows = pathlib.Path(os.environ["SM_CHANNEL_TRAIN"], "rows.csv").read_text().split()
weight = len(rows) * float(os.environ["SM_HP_RATE"])
pathlib.Path(os.environ["SM_MODEL_DIR"], "weight.json").write_text(json.dumps(weight))
print(f"rows: {len(rows)};")
"""
COPY = """
import pathlib, sys
source, target = map(pathlib.Path, sys.argv[1:])
(target / "copy.csv").write_text((source / "rows.csv").read_text().upper())
"""


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud: Cloud):
    make_work_bucket(cloud, ROWS)


@pytest.fixture
def sagemaker(cloud: Cloud):
    return cloud.client("sagemaker")


def training(name, code=TRAIN, **changes):
    more = {"HyperParameters": {"rate": "0.5"}, "InputDataConfig": [copy.deepcopy(TRAIN_CHANNEL)]}
    return some_training.training(name, code, {"rows": "rows: ([0-9]+);"}, **more | changes)


def processing(name, code=COPY, **changes):
    return {
        "ProcessingJobName": name,
        "RoleArn": ROLE,
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "-c", code],
            "ContainerArguments": ["/opt/ml/processing/in", "/opt/ml/processing/out"],
        },
        "ProcessingResources": {"ClusterConfig": INSTANCE},
        "ProcessingInputs": [
            {
                "InputName": "in",
                "S3Input": {
                    "S3Uri": "s3://work/in",
                    "LocalPath": "/opt/ml/processing/in",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "out",
                    "S3Output": {
                        "S3Uri": f"s3://work/{name}",
                        "LocalPath": "/opt/ml/processing/out",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
    } | changes


def processed(sagemaker, name):
    until = time.monotonic() + 60
    while time.monotonic() < until:
        described = sagemaker.describe_processing_job(ProcessingJobName=name)
        if described["ProcessingJobStatus"] not in {"InProgress", "Stopping"}:
            return described
        time.sleep(0.05)
    raise TimeoutError(described)


def test_a_training_job_trains(cloud, sagemaker):
    sagemaker.create_training_job(**training("trains"))
    job = trained(sagemaker, "trains")
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Completed"
    assert job["TrainingStartTime"] <= job["TrainingEndTime"]
    (metric,) = job["FinalMetricDataList"]
    assert (metric["MetricName"], metric["Value"]) == ("rows", 3.0)
    key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://work/")
    model = cloud.client("s3").get_object(Bucket="work", Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(model)) as archive:
        assert json.load(archive.extractfile("weight.json")) == 1.5


def test_a_job_is_in_progress_while_it_works(sagemaker):
    sagemaker.create_training_job(**training("waits", code="import time; time.sleep(600)"))
    job = sagemaker.describe_training_job(TrainingJobName="waits")
    assert job["TrainingJobStatus"] == "InProgress"
    assert "TrainingEndTime" not in job
    assert job["FinalMetricDataList"] == []
    sagemaker.stop_training_job(TrainingJobName="waits")
    assert trained(sagemaker, "waits")["TrainingJobStatus"] == "Stopped"
    with pytest.raises(ClientError, match="is not running"):
        sagemaker.stop_training_job(TrainingJobName="waits")


def test_a_job_that_fails_says_why(sagemaker):
    sagemaker.create_training_job(**training("fails", code="raise SystemExit('no such column')"))
    job = trained(sagemaker, "fails")
    assert job["TrainingJobStatus"] == job["SecondaryStatus"] == "Failed"
    assert "no such column" in job["FailureReason"]


def test_a_processing_job_processes(cloud, sagemaker):
    sagemaker.create_processing_job(**processing("copies"))
    assert processed(sagemaker, "copies")["ProcessingJobStatus"] == "Completed"
    copy = cloud.client("s3").get_object(Bucket="work", Key="copies/copy.csv")["Body"].read()
    assert copy == b"A\nB\nC\n"


def test_a_processing_job_is_stopped(sagemaker):
    sagemaker.create_processing_job(**processing("stops", code="import time; time.sleep(600)"))
    sagemaker.stop_processing_job(ProcessingJobName="stops")
    assert processed(sagemaker, "stops")["ProcessingJobStatus"] == "Stopped"


def test_a_name_in_use_is_refused(sagemaker):
    sagemaker.create_processing_job(**processing("twice"))
    with pytest.raises(ClientError, match="already existing processing-job"):
        sagemaker.create_processing_job(**processing("twice"))


SEVERAL = {"InstanceType": "ml.m6i.large", "InstanceCount": 5, "VolumeSizeInGB": 10}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {"AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"}},
            "it names no ContainerEntrypoint",
        ),
        ({"ResourceConfig": SEVERAL}, "asks for 5 instances"),
    ],
)
def test_a_training_job_that_would_not_run_is_refused(sagemaker, changes, why):
    with pytest.raises(ClientError, match=f"does not run this job: .*{why}"):
        sagemaker.create_training_job(**training("refused", **changes))
    with pytest.raises(ClientError, match="Could not find training job"):
        sagemaker.describe_training_job(TrainingJobName="refused")


def test_a_processing_job_that_would_not_run_is_refused(sagemaker):
    with pytest.raises(ClientError, match="several instances"):
        sagemaker.create_processing_job(
            **processing("refused", ProcessingResources={"ClusterConfig": SEVERAL})
        )


def test_kinds_of_jobs_that_do_not_run_are_refused_by_name(sagemaker):
    with pytest.raises(ClientError, match="no CreateCompilationJob: nothing would run"):
        sagemaker.create_compilation_job(
            CompilationJobName="compiles",
            RoleArn="arn:aws:iam::123456789012:role/jobs",
            OutputConfig={"S3OutputLocation": "s3://work/out", "TargetDevice": "ml_c5"},
            StoppingCondition={"MaxRuntimeInSeconds": 60},
        )


CONTRACT = """
import json, os, pathlib
config = pathlib.Path(os.environ["SM_INPUT_CONFIG_DIR"])
told = {path.name: json.loads(path.read_text()) for path in config.iterdir()}
told["name"] = os.environ["TRAINING_JOB_NAME"]
told["checkpoints"] = (config.parent.parent / "checkpoints").is_dir()
pathlib.Path(os.environ["SM_MODEL_DIR"], "told.json").write_text(json.dumps(told))
"""


def test_a_training_job_finds_what_its_container_would(cloud, sagemaker):
    sagemaker.create_training_job(**training("contract", CONTRACT))
    job = trained(sagemaker, "contract")
    assert job["TrainingJobStatus"] == "Completed", job
    uri = job["ModelArtifacts"]["S3ModelArtifacts"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    body = cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        told = json.load(archive.extractfile("told.json"))
    assert told["hyperparameters.json"] == {"rate": "0.5"}
    assert told["inputdataconfig.json"] == {
        "train": {
            "ContentType": "",
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
        }
    }
    resources = told["resourceconfig.json"]
    assert (resources["current_host"], resources["hosts"]) == ("algo-1", ["algo-1"])
    assert resources["current_instance_type"] == "ml.m6i.large"
    (group,) = resources["instance_groups"]
    assert group["instance_group_name"] == resources["current_group_name"]
    assert told["name"] == "contract"
    assert told["checkpoints"]


SCRIPT = """
import argparse, json, os, pathlib, helper
parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float)
parser.add_argument("--name")
parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
asked = parser.parse_args()
told = {"rate": asked.rate, "name": asked.name, "rows": helper.rows(asked.train)}
told["hps"] = json.loads(os.environ["SM_HPS"])
pathlib.Path(os.environ["SM_MODEL_DIR"], "told.json").write_text(json.dumps(told))
"""
HELPER = """
import pathlib
def rows(folder):
    return len(pathlib.Path(folder, "rows.csv").read_text().split())
"""


def scripted(cloud, name, program, files):
    """A job as SageMaker's SDK asks for it of a framework's image: a script, and no entry point."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    key = f"{name}/sourcedir.tar.gz"
    cloud.client("s3").put_object(Bucket="work", Key=key, Body=written.getvalue())
    return training(
        name,
        AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        HyperParameters={
            "sagemaker_program": json.dumps(program),
            "sagemaker_submit_directory": json.dumps(f"s3://work/{key}"),
            "rate": "0.5",
            "name": json.dumps("a b"),
        },
    )


def test_a_script_is_run_as_the_images_of_frameworks_do(cloud, sagemaker):
    files = {"train.py": SCRIPT, "helper.py": HELPER}
    sagemaker.create_training_job(**scripted(cloud, "scripted", "train.py", files))
    job = trained(sagemaker, "scripted")
    assert job.get("FailureReason") is None
    bucket, _, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
    packed = cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        told = json.load(archive.extractfile("told.json"))
    own = {"rate": 0.5, "name": "a b"}
    assert told == {**own, "rows": 3, "hps": own}


def test_a_script_that_its_sources_lack_is_told(cloud, sagemaker):
    sagemaker.create_training_job(**scripted(cloud, "lacking", "absent.py", {"train.py": SCRIPT}))
    assert "the sources have no absent.py" in trained(sagemaker, "lacking")["FailureReason"]
