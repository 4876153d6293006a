import csv
import io
import json
import os
import tarfile
import tempfile
import time
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from sklearn.datasets import load_breast_cancer

from embedded import workplace
from embedded.cloud import Cloud

PROJECT = Path(__file__).parents[3] / "templates/tabular"
ROLE = "arn:aws:iam::123456789012:role/jobs"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PARAMETERS = {
    "DataUri": "s3://lake/breast-cancer",
    "OutputUri": "s3://artifacts/models/tumour",
    "CodeUri": "s3://artifacts/code/tumour",
    "ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1",
    "RoleArn": ROLE,
    "KmsKeyId": KEY,
    "ModelPackageGroupName": "tumour",
}


@pytest.fixture(scope="module")
def cloud():
    with Cloud() as running:
        s3 = running.client("s3")
        for bucket in ("lake", "artifacts"):
            place = {"LocationConstraint": "eu-west-1"}
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        s3.put_object(Bucket="lake", Key="breast-cancer/part-0.csv", Body=_breast_cancer())
        for path in (PROJECT / "code").glob("*.py"):
            s3.put_object(
                Bucket="artifacts", Key=f"code/tumour/{path.name}", Body=path.read_bytes()
            )
        sagemaker = running.client("sagemaker")
        sagemaker.create_model_package_group(ModelPackageGroupName="tumour")
        sagemaker.create_pipeline(
            PipelineName="tumour",
            PipelineDefinition=(PROJECT / "pipeline.json").read_text(),
            RoleArn=ROLE,
        )
        yield running


def _breast_cancer() -> str:
    data = load_breast_cancer()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*(name.replace(" ", "_") for name in data.feature_names), "target"])
    writer.writerows([*data.data[i], 1 - label] for i, label in enumerate(data.target))
    return text.getvalue()


def _start(cloud, name, **values) -> str:
    return cloud.client("sagemaker").start_pipeline_execution(
        PipelineName=name,
        PipelineParameters=[{"Name": key, "Value": value} for key, value in values.items()],
    )["PipelineExecutionArn"]


def _ended(cloud, arn, seconds=90):
    sagemaker = cloud.client("sagemaker")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        if described["PipelineExecutionStatus"] not in {"Executing", "Stopping"}:
            return described
        time.sleep(0.05)
    raise TimeoutError(described)


def _steps(cloud, arn):
    listed = cloud.client("sagemaker").list_pipeline_execution_steps(PipelineExecutionArn=arn)
    return {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}


def _script(cloud, name, body, *, caching=None, **step) -> str:
    """Starts a pipeline of one processing step that runs `body`."""
    cloud.client("s3").put_object(Bucket="artifacts", Key=f"code/{name}/run.py", Body=body)
    definition = {
        "Version": "2020-12-01",
        "Parameters": [],
        "Steps": [
            {
                "Name": "Only",
                "Type": "Processing",
                **({"CacheConfig": caching} if caching else {}),
                "Arguments": {
                    "RoleArn": ROLE,
                    "AppSpecification": {
                        "ImageUri": "image",
                        "ContainerEntrypoint": ["python3", "/opt/ml/processing/code/run.py"],
                        "ContainerArguments": ["/opt/ml/processing/child"],
                    },
                    "ProcessingInputs": [
                        {
                            "InputName": "code",
                            "S3Input": {
                                "S3Uri": f"s3://artifacts/code/{name}",
                                "LocalPath": "/opt/ml/processing/code",
                                "S3DataType": "S3Prefix",
                                "S3InputMode": "File",
                            },
                        }
                    ],
                    "ProcessingResources": {
                        "ClusterConfig": {
                            "InstanceCount": 1,
                            "InstanceType": "ml.m6i.large",
                            "VolumeSizeInGB": 10,
                        }
                    },
                    **step,
                },
            }
        ],
    }
    cloud.client("sagemaker").create_pipeline(
        PipelineName=name, PipelineDefinition=json.dumps(definition), RoleArn=ROLE
    )
    return _start(cloud, name)


@pytest.fixture(scope="module")
def execution(cloud):
    """An execution of the sample project on real data, at its end."""
    return _ended(cloud, _start(cloud, "tumour", **PARAMETERS))


def test_the_sample_project_runs_to_its_end(cloud, execution):
    assert execution["PipelineExecutionStatus"] == "Succeeded", execution
    assert "FailureReason" not in execution
    steps = _steps(cloud, execution["PipelineExecutionArn"])
    assert list(steps) == ["Preprocess", "Train", "Evaluate", "CheckQuality", "Register"]
    assert {step["StepStatus"] for step in steps.values()} == {"Succeeded"}
    assert steps["CheckQuality"]["Metadata"]["Condition"] == {"Outcome": "True"}


def test_a_model_package_is_registered_with_metrics_and_baselines(cloud, execution):
    steps = _steps(cloud, execution["PipelineExecutionArn"])
    arn = steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    package = cloud.client("sagemaker").describe_model_package(ModelPackageName=arn)
    assert package["ModelApprovalStatus"] == "PendingManualApproval"
    quality = _document(cloud, package["ModelMetrics"]["ModelQuality"]["Statistics"])
    assert quality["binary_classification_metrics"]["auc"]["value"] > 0.97
    baselines = package["DriftCheckBaselines"]
    assert baselines["ModelQuality"] == package["ModelMetrics"]["ModelQuality"]
    baseline = _document(cloud, baselines["ModelDataQuality"]["Statistics"])
    roles = [column["role"] for column in baseline["columns"]]
    assert (roles.count("feature"), roles.count("prediction")) == (30, 2)
    assert baseline["quality"]["metrics"]["auc"] == quality["binary_classification_metrics"]["auc"]


def test_a_version_tells_what_it_was_made_of(cloud, execution):
    arn = _steps(cloud, execution["PipelineExecutionArn"])["Register"]["Metadata"]["RegisterModel"]
    told = cloud.client("sagemaker").describe_model_package(ModelPackageName=arn["Arn"])[
        "CustomerMetadataProperties"
    ]
    assert told["execution"] == execution["PipelineExecutionArn"]
    assert told["code"] == PARAMETERS["CodeUri"]
    snapshot = _document(cloud, {"S3Uri": told["snapshot"]})
    assert (snapshot["rows"], len(snapshot["files"])) == (569, 1)
    assert all(len(value) <= 256 for value in told.values())


def test_the_registered_model_is_in_s3_with_its_serving_code(cloud, execution):
    steps = _steps(cloud, execution["PipelineExecutionArn"])
    sagemaker = cloud.client("sagemaker")
    job = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    described = sagemaker.describe_training_job(TrainingJobName=job)
    package = sagemaker.describe_model_package(
        ModelPackageName=steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    uri = package["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    assert uri == described["ModelArtifacts"]["S3ModelArtifacts"]
    answer = _object(cloud, uri)
    assert answer["SSEKMSKeyId"] == KEY
    with tarfile.open(fileobj=io.BytesIO(answer["Body"].read())) as archive:
        assert {"model.joblib", "schema.json", "code/inference.py"} <= set(archive.getnames())


def test_jobs_are_described_with_the_metrics_and_logs_of_their_scripts(cloud, execution):
    steps = _steps(cloud, execution["PipelineExecutionArn"])
    sagemaker = cloud.client("sagemaker")
    job = steps["Train"]["Metadata"]["TrainingJob"]["Arn"].rpartition("/")[2]
    training = sagemaker.describe_training_job(TrainingJobName=job)
    assert training["TrainingJobStatus"] == "Completed"
    metrics = {one["MetricName"]: one["Value"] for one in training["FinalMetricDataList"]}
    names = ("auc", "accuracy", "precision", "recall", "f1")
    assert metrics.keys() == {f"validation:{name}" for name in names}
    assert metrics["validation:auc"] > 0.97
    for step in ("Preprocess", "Evaluate"):
        job = steps[step]["Metadata"]["ProcessingJob"]["Arn"].rpartition("/")[2]
        processing = sagemaker.describe_processing_job(ProcessingJobName=job)
        assert processing["ProcessingJobStatus"] == "Completed"
    logs = cloud.client("logs").filter_log_events(
        logGroupName="/aws/sagemaker/ProcessingJobs", logStreamNamePrefix=job
    )
    assert any("auc=" in event["message"] for event in logs["events"])


def test_a_model_below_the_minimum_fails_and_is_not_registered(cloud):
    packages = cloud.client("sagemaker").list_model_packages(ModelPackageGroupName="tumour")
    arn = _start(cloud, "tumour", **PARAMETERS, Accept="auc >= 1.1")
    described = _ended(cloud, arn)
    assert described["PipelineExecutionStatus"] == "Failed"
    assert described["FailureReason"] == "Step failure: One or multiple steps failed."
    steps = _steps(cloud, arn)
    assert steps["Fail"]["FailureReason"] == "The model is not what is accepted: auc >= 1.1"
    assert steps["Fail"]["Metadata"]["Fail"]["ErrorMessage"] == (
        "The model is not what is accepted: auc >= 1.1"
    )
    assert "Register" not in steps
    after = cloud.client("sagemaker").list_model_packages(ModelPackageGroupName="tumour")
    assert after["ModelPackageSummaryList"] == packages["ModelPackageSummaryList"]


def test_a_broken_script_fails_with_its_last_lines(cloud):
    arn = _script(cloud, "broken", "print('so far')\nraise LookupError('no such column: age')")
    described = _ended(cloud, arn)
    assert described["PipelineExecutionStatus"] == "Failed"
    step = _steps(cloud, arn)["Only"]
    assert "LookupError: no such column: age" in step["FailureReason"]
    assert step["StepStatus"] == "Failed"
    job = step["Metadata"]["ProcessingJob"]["Arn"].rpartition("/")[2]
    failed = cloud.client("sagemaker").describe_processing_job(ProcessingJobName=job)
    assert failed["ProcessingJobStatus"] == "Failed"
    assert "exit code 1" in failed["FailureReason"]


def test_a_script_over_its_time_is_ended(cloud):
    limit = {"MaxRuntimeInSeconds": 1}
    arn = _script(cloud, "slow", "import time; time.sleep(600)", StoppingCondition=limit)
    assert _ended(cloud, arn)["PipelineExecutionStatus"] == "Failed"
    assert "still running after 1 seconds" in _steps(cloud, arn)["Only"]["FailureReason"]


def test_a_stopped_execution_ends_its_processes_and_leaves_no_folder(cloud, tmp_path, monkeypatch):
    root = tempfile.TemporaryDirectory(dir=tmp_path)
    monkeypatch.setattr(workplace, "_root", root)
    body = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(600)
"""
    arn = _script(cloud, "endless", body)
    child = _child(tmp_path)
    cloud.client("sagemaker").stop_pipeline_execution(
        PipelineExecutionArn=arn, ClientRequestToken="t" * 32
    )
    assert _ended(cloud, arn)["PipelineExecutionStatus"] == "Stopped"
    assert _steps(cloud, arn)["Only"]["StepStatus"] == "Stopped"
    assert _gone(child)
    assert not list(Path(root.name).iterdir())
    root.cleanup()


def test_an_execution_does_not_start_with_wrong_parameters(cloud):
    with pytest.raises(ClientError) as refused:
        _start(cloud, "tumour", **PARAMETERS | {"TrainingInstanceCount": "two"}, Colour="red")
    message = refused.value.response["Error"]["Message"]
    assert "Parameter [Colour] does not exist" in message
    assert "Parameter [TrainingInstanceCount]: 'two' is not of type Integer" in message
    with pytest.raises(ClientError, match=r"Parameter \[DataUri\] is missing a value"):
        _start(cloud, "tumour")


def _document(cloud, source):
    return json.loads(_object(cloud, source["S3Uri"])["Body"].read())


def _object(cloud, uri):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return cloud.client("s3").get_object(Bucket=bucket, Key=key)


def _child(folder, seconds=30) -> int:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for path in folder.rglob("child"):
            if text := path.read_text():
                return int(text)
        time.sleep(0.05)
    raise TimeoutError


def _gone(pid, seconds=5) -> bool:
    """Whether a process ends; one that nobody has reaped yet has ended too."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        status = Path(f"/proc/{pid}/stat")
        if status.exists() and status.read_text().split()[2] == "Z":
            return True
        time.sleep(0.05)
    return False


HOUR = {"Enabled": True, "ExpireAfter": "PT1H"}


def _jobs(cloud):
    jobs = cloud.client("sagemaker").list_processing_jobs(MaxResults=100)
    return {job["ProcessingJobName"] for job in jobs["ProcessingJobSummaries"]}


def _only(cloud, arn):
    assert _ended(cloud, arn)["PipelineExecutionStatus"] == "Succeeded"
    return _steps(cloud, arn)["Only"]


def test_a_cached_step_is_not_run_again_while_its_arguments_stay(cloud):
    first = _script(cloud, "cached", "print('ran')", caching=HOUR)
    ran = _only(cloud, first)
    assert "CacheHitResult" not in ran
    jobs = _jobs(cloud)

    again = _only(cloud, _start(cloud, "cached"))
    assert again["CacheHitResult"] == {"SourcePipelineExecutionArn": first}
    assert again["Metadata"] == ran["Metadata"]
    assert again["StepStatus"] == "Succeeded"
    assert _jobs(cloud) == jobs


@pytest.mark.parametrize(
    "change",
    [
        lambda step: step["Arguments"].update(Environment={"MODE": "other"}),
        lambda step: step.update(CacheConfig={"Enabled": True, "ExpireAfter": "PT0S"}),
        lambda step: step.update(CacheConfig={"Enabled": False}),
    ],
    ids=["other arguments", "expired", "switched off"],
)
def test_a_step_runs_again_where_the_cache_does_not_stand_for_it(cloud, request, change):
    name = f"recached-{request.node.callspec.id.replace(' ', '-')}"
    _only(cloud, _script(cloud, name, "print('ran')", caching=HOUR))
    sagemaker = cloud.client("sagemaker")
    definition = json.loads(sagemaker.describe_pipeline(PipelineName=name)["PipelineDefinition"])
    change(definition["Steps"][0])
    sagemaker.update_pipeline(PipelineName=name, PipelineDefinition=json.dumps(definition))
    jobs = _jobs(cloud)
    assert "CacheHitResult" not in _only(cloud, _start(cloud, name))
    assert len(_jobs(cloud) - jobs) == 1


def test_a_step_that_failed_is_run_again(cloud):
    arn = _script(cloud, "failing", "raise SystemExit(1)", caching=HOUR)
    assert _ended(cloud, arn)["PipelineExecutionStatus"] == "Failed"
    cloud.client("s3").put_object(
        Bucket="artifacts", Key="code/failing/run.py", Body="print('mended')"
    )
    assert "CacheHitResult" not in _only(cloud, _start(cloud, "failing"))


@pytest.mark.parametrize("expiry", ["", "30", "P", "PT", "1h"])
def test_a_cache_without_a_known_end_is_refused_before_anything_runs(cloud, expiry):
    jobs = _jobs(cloud)
    with pytest.raises(ClientError, match=r"ExpireAfter \[.*\] is no duration of ISO 8601"):
        _script(
            cloud,
            f"endless-{expiry or 'not'}",
            "print('ran')",
            caching={"Enabled": True, "ExpireAfter": expiry},
        )
    assert _jobs(cloud) == jobs


def test_a_step_that_registers_a_model_makes_its_group(cloud):
    sagemaker = cloud.client("sagemaker")
    definition = {
        "Version": "2020-12-01",
        "Parameters": [],
        "Steps": [
            {
                "Name": "Register",
                "Type": "RegisterModel",
                "Arguments": {
                    "ModelPackageGroupName": "made-by-the-step",
                    "ModelApprovalStatus": "PendingManualApproval",
                    "InferenceSpecification": {
                        "Containers": [{"Image": "image", "ModelDataUrl": "s3://artifacts/m"}],
                        "SupportedContentTypes": ["text/csv"],
                        "SupportedResponseMIMETypes": ["text/csv"],
                    },
                },
            }
        ],
    }
    sagemaker.create_pipeline(
        PipelineName="registers", PipelineDefinition=json.dumps(definition), RoleArn=ROLE
    )
    for number in (1, 2):
        described = _ended(cloud, _start(cloud, "registers"))
        assert described["PipelineExecutionStatus"] == "Succeeded", described
        packages = sagemaker.list_model_packages(ModelPackageGroupName="made-by-the-step")
        assert len(packages["ModelPackageSummaryList"]) == number
