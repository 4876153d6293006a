"""Programs of SageMaker's Python SDK, run against the embedded AWS as against AWS."""

import importlib.util
import io
import json
import os
import subprocess
import sys
import tarfile

import pytest

from embedded.cloud import Cloud

pytestmark = pytest.mark.sagemaker
ROLE = "arn:aws:iam::123456789012:role/jobs"
BUCKET = "programs"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/python:3"
SECONDS = 400
FUNCTIONS = f"""
import json
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.workflow.parameters import ParameterInteger
from sagemaker.mlops.workflow.function_step import step
from sagemaker.mlops.workflow.pipeline import Pipeline

settings = dict(image_uri="{IMAGE}", instance_type="ml.m5.large", role="{ROLE}")

@step(name="numbers", **settings)
def numbers(count):
    return list(range(count)), "of a step"

@step(name="add", **settings)
def add(values, words):
    return {{"sum": sum(values), "words": words}}

@step(name="break", **settings)
def broken():
    raise ValueError("no such patient")

session = Session(default_bucket="{BUCKET}")
count = ParameterInteger(name="count", default_value=4)
made = numbers(count)
told = {{}}
for name, steps in (("adding", [add(made[0], made[1])]), ("breaking", [broken()])):
    pipeline = Pipeline(name=name, parameters=[count], steps=steps, sagemaker_session=session)
    pipeline.upsert(role_arn="{ROLE}")
    execution = pipeline.start()
    try:
        execution.wait(delay=1, max_attempts=300)
    except Exception:
        pass
    told[name] = execution.list_steps()
    if name == "adding":
        told["result"] = execution.result(step_name="add")
print(json.dumps(told, default=str))
"""
TRAINER = f"""
import json, os, pathlib
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.shapes import OutputDataConfig
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, SourceCode

pathlib.Path("code").mkdir()
pathlib.Path("code", "requirements.txt").write_text("numpy\\n")
pathlib.Path("code", "train.py").write_text('''
import argparse, json, os, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float)
told = {{"rate": parser.parse_args().rate, "rows": 0}}
for path in pathlib.Path(os.environ["SM_CHANNEL_TRAIN"]).iterdir():
    told["rows"] += len(path.read_text().split())
pathlib.Path(os.environ["SM_MODEL_DIR"], "told.json").write_text(json.dumps(told))
''')
trainer = ModelTrainer(
    training_image="{IMAGE}",
    source_code=SourceCode(
        source_dir="code", entry_script="train.py", requirements="requirements.txt"
    ),
    compute=Compute(instance_type="ml.m5.large", instance_count=1),
    hyperparameters={{"rate": 0.5}},
    output_data_config=OutputDataConfig(s3_output_path="s3://{BUCKET}/models"),
    sagemaker_session=Session(default_bucket="{BUCKET}"),
    role="{ROLE}",
    base_job_name="by-trainer",
)
trainer.train(
    input_data_config=[InputData(channel_name="train", data_source="s3://{BUCKET}/rows")],
    wait=False,
)
job = trainer._latest_training_job
job.wait(poll=1, logs=False)
print(json.dumps({{"uri": job.model_artifacts.s3_model_artifacts}}))
"""


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud):
    if importlib.util.find_spec("sagemaker") is None:
        pytest.skip("needs the sagemaker extra (make sagemaker)")
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.region})
    s3.put_object(Bucket=BUCKET, Key="rows/a.csv", Body=b"1\n2\n3\n")


def _said(cloud: Cloud, program: str, folder):
    """What a program prints on its last line."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = kept | cloud.environment | {"SAGEMAKER_VALIDATE_ROLE": "false"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_functions_run_as_steps_and_hand_their_results_on(cloud, tmp_path):
    told = _said(cloud, FUNCTIONS, tmp_path)
    statuses = {one["StepName"]: one["StepStatus"] for one in told["adding"]}
    assert statuses == {"numbers": "Succeeded", "add": "Succeeded"}
    assert told["result"] == {"sum": 6, "words": "of a step"}
    (broken,) = told["breaking"]
    assert broken["StepStatus"] == "Failed"
    assert "no such patient" in broken["FailureReason"]


def test_a_model_trainer_runs_its_script_in_its_own_drivers(cloud, tmp_path):
    told = _said(cloud, TRAINER, tmp_path)
    bucket, _, key = told["uri"].removeprefix("s3://").partition("/")
    packed = cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        assert json.load(archive.extractfile("told.json")) == {"rate": 0.5, "rows": 3}
