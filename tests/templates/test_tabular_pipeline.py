import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import botocore.session
import pytest
from botocore.validate import ParamValidator

from embedded.sagemaker.definition import Scope, check_order, every_step, parameters, resolve

PROJECT = Path(__file__).parents[2] / "templates/tabular"
DEFINITION = json.loads((PROJECT / "pipeline.json").read_text())
STEPS = {step["Name"]: step for step in every_step(DEFINITION["Steps"])}
GIVEN = {
    "DataUri": "s3://lake/curated/visits",
    "OutputUri": "s3://artifacts/models/readmission",
    "CodeUri": "s3://artifacts/models/readmission/code",
    "ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn@sha256:0",
    "RoleArn": "arn:aws:iam::123456789012:role/jobs",
    "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/1234abcd",
    "ModelPackageGroupName": "maslow-dev-readmission",
}
EXECUTION = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/training/execution/abc123def456"
OPERATIONS = {
    "Processing": ("CreateProcessingJob", "ProcessingJobName", "DescribeProcessingJob"),
    "Training": ("CreateTrainingJob", "TrainingJobName", "DescribeTrainingJob"),
    "RegisterModel": ("CreateModelPackage", None, "DescribeModelPackage"),
}
JOBS = [name for name, step in STEPS.items() if step["Type"] in OPERATIONS]
MODEL = botocore.session.Session().get_service_model("sagemaker")


@pytest.fixture(scope="module")
def scope():
    """What the references resolve to when the steps before have succeeded."""
    found = Scope(
        parameters=parameters(DEFINITION, GIVEN),
        execution={"PipelineExecutionId": "abc123def456", "PipelineExecutionArn": EXECUTION},
        read={}.__getitem__,
        steps={
            "Train": {"ModelArtifacts": {"S3ModelArtifacts": "s3://artifacts/model.tar.gz"}},
        },
    )
    for name in ("Preprocess", "Evaluate"):
        found.steps[name] = resolve(STEPS[name]["Arguments"], found)
    return found


def _whole(value, scope):
    """Resolved until no reference is left; a step's output is a reference itself."""
    resolved = resolve(value, scope)
    return resolved if resolved == value else _whole(resolved, scope)


def _references(value):
    if isinstance(value, dict):
        if set(value) == {"Get"}:
            yield value["Get"]
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _references(one)


@pytest.mark.parametrize("name", JOBS)
def test_the_arguments_of_each_job_are_what_its_service_call_takes(scope, name):
    operation, name_field, _ = OPERATIONS[STEPS[name]["Type"]]
    shape = MODEL.operation_model(operation).input_shape
    arguments = _whole(STEPS[name]["Arguments"], scope)
    assert set(arguments) <= set(shape.members)
    named = {name_field: f"pipelines-abc123def456-{name}"} if name_field else {}
    report = ParamValidator().validate({**arguments, **named}, shape)
    assert not report.has_errors(), report.generate_report()


def test_every_reference_leads_to_a_parameter_or_to_a_property_of_a_step():
    declared = {one["Name"] for one in DEFINITION["Parameters"]}
    for path in _references(DEFINITION["Steps"]):
        kind, name, *rest = re.findall(r"[^.\[\]']+", path)
        if kind == "Parameters":
            assert name in declared
        elif kind == "Steps" and rest[0] == "PropertyFiles":
            assert rest[1] in {one["PropertyFileName"] for one in STEPS[name]["PropertyFiles"]}
        elif kind == "Steps":
            operation = OPERATIONS[STEPS[name]["Type"]][2]
            shape = MODEL.operation_model(operation).output_shape
            for member in rest:
                if shape.type_name == "list":
                    outputs = STEPS[name]["Arguments"]["ProcessingOutputConfig"]["Outputs"]
                    assert member in {one["OutputName"] for one in outputs}
                    shape = shape.member
                else:
                    shape = shape.members[member]
            assert shape.type_name == "string"
        else:
            assert path in {"Execution.PipelineExecutionId", "Execution.PipelineExecutionArn"}


def test_a_version_says_what_it_was_made_of_and_where_its_baselines_lie(scope):
    arguments = _whole(STEPS["Register"]["Arguments"], scope)
    run = "s3://artifacts/models/readmission/abc123def456"
    assert arguments["CustomerMetadataProperties"] == {
        "snapshot": f"{run}/snapshot/snapshot.json",
        "code": GIVEN["CodeUri"],
        "execution": EXECUTION,
    }
    baselines = arguments["DriftCheckBaselines"]
    data, quality = (baselines[one] for one in ("ModelDataQuality", "ModelQuality"))
    assert data["Statistics"]["S3Uri"] == f"{run}/baseline/baseline.json"
    assert quality["Statistics"]["S3Uri"] == f"{run}/evaluation/evaluation.json"
    assert arguments["ModelMetrics"]["ModelQuality"] == quality


def test_every_parameter_is_used():
    used = {path for path in _references(DEFINITION["Steps"]) if path.startswith("Parameters.")}
    assert used == {f"Parameters.{one['Name']}" for one in DEFINITION["Parameters"]}


def test_only_what_the_platform_alone_knows_has_no_default():
    required = {one["Name"] for one in DEFINITION["Parameters"] if "DefaultValue" not in one}
    assert required == set(GIVEN)


def test_the_steps_can_be_put_in_order():
    check_order(DEFINITION["Steps"])
    assert {name: step["Type"] for name, step in STEPS.items()} == {
        "Preprocess": "Processing",
        "Train": "Training",
        "Evaluate": "Processing",
        "CheckQuality": "Condition",
        "Register": "RegisterModel",
        "Fail": "Fail",
    }


def test_the_definition_holds_nothing_of_an_environment():
    text = json.dumps(DEFINITION)
    assert not re.search(r"\d{12}|arn:|s3://|[a-z]{2}-[a-z]+-\d|/home/|/root/|/tmp/", text)
    assert "VpcConfig" not in text
    assert "NetworkConfig" not in text


def test_jobs_run_scripts_that_the_project_has():
    for step in STEPS.values():
        for part in ("AppSpecification", "AlgorithmSpecification"):
            if part in step["Arguments"]:
                script = step["Arguments"][part]["ContainerEntrypoint"][1]
                assert (PROJECT / "code" / Path(script).name).is_file()


@pytest.mark.parametrize("name", JOBS)
def test_everything_that_a_job_stores_is_encrypted_with_the_platforms_key(name):
    key = {"Get": "Parameters.KmsKeyId"}
    arguments = STEPS[name]["Arguments"]
    if STEPS[name]["Type"] == "Processing":
        assert arguments["ProcessingOutputConfig"]["KmsKeyId"] == key
        assert arguments["ProcessingResources"]["ClusterConfig"]["VolumeKmsKeyId"] == key
    if STEPS[name]["Type"] == "Training":
        assert arguments["OutputDataConfig"]["KmsKeyId"] == key
        assert arguments["ResourceConfig"]["VolumeKmsKeyId"] == key


@pytest.mark.sagemaker
def test_the_committed_definition_is_what_the_source_compiles_to(tmp_path):
    if importlib.util.find_spec("sagemaker") is None:
        pytest.skip("needs the sagemaker extra (make sagemaker)")
    shutil.copy(PROJECT / "pipeline.py", tmp_path)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, tmp_path / "pipeline.py"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "pipeline.json").read_text() == (PROJECT / "pipeline.json").read_text()
