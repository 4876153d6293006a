"""Projects of each kind on the embedded AWS: from their data to an endpoint that is watched."""

import base64
import csv
import importlib.util
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from botocore.exceptions import ClientError

from components.mlops.monitoring.runtime import monitor
from embedded.cloud import Cloud
from infra.models.new_project import BASE, KINDS, lay_out
from tests.served_model import serving_role

TEMPLATES = Path(__file__).parents[2] / "templates"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SECONDS = 300


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        for bucket in ("lake", "artifacts"):
            place = {"LocationConstraint": "eu-west-1"}
            running.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        yield running


@pytest.fixture(scope="module", params=[kind for kind in KINDS if kind != BASE])
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def project(kind, tmp_path_factory):
    folder = tmp_path_factory.mktemp(kind) / "project"
    lay_out(TEMPLATES, kind, folder)
    return folder


@pytest.fixture(scope="module")
def package(cloud, kind, project, tmp_path_factory):
    """The version that the project's pipeline has registered, described."""
    s3, sagemaker = cloud.client("s3"), cloud.client("sagemaker")
    data = tmp_path_factory.mktemp(f"{kind}-data")
    subprocess.run([sys.executable, project / "sample.py", data], check=True)
    for root, bucket in ((data, "lake"), (project / "code", "artifacts")):
        for path in (path for path in root.rglob("*") if path.is_file()):
            key = f"{kind}/{path.relative_to(root).as_posix()}"
            s3.upload_file(str(path), bucket, key)
    role = serving_role(cloud)
    sagemaker.create_model_package_group(ModelPackageGroupName=kind)
    sagemaker.create_pipeline(
        PipelineName=kind,
        PipelineDefinition=(project / "pipeline.json").read_text(),
        RoleArn=role,
    )
    values = {
        "DataUri": f"s3://lake/{kind}/",
        "OutputUri": f"s3://artifacts/runs/{kind}",
        "CodeUri": f"s3://artifacts/{kind}/",
        "ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1",
        "RoleArn": role,
        "KmsKeyId": KEY,
        "ModelPackageGroupName": kind,
    }
    execution = sagemaker.start_pipeline_execution(
        PipelineName=kind,
        PipelineParameters=[{"Name": name, "Value": value} for name, value in values.items()],
    )["PipelineExecutionArn"]
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        told = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
        if told["PipelineExecutionStatus"] != "Executing":
            break
        time.sleep(0.1)
    assert told["PipelineExecutionStatus"] == "Succeeded", told
    (one,) = sagemaker.list_model_packages(ModelPackageGroupName=kind)["ModelPackageSummaryList"]
    arn = one["ModelPackageArn"]
    sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    return sagemaker.describe_model_package(ModelPackageName=arn)


@pytest.fixture(scope="module")
def endpoint(cloud, kind, package):
    """The name of an endpoint that serves the version, and captures what it is asked."""
    sagemaker = cloud.client("sagemaker")
    sagemaker.create_model(
        ModelName=kind,
        ExecutionRoleArn=serving_role(cloud),
        PrimaryContainer={"ModelPackageName": package["ModelPackageArn"]},
    )
    sagemaker.create_endpoint_config(
        EndpointConfigName=kind,
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": kind,
                "InstanceType": "ml.c6i.large",
                "InitialInstanceCount": 1,
            }
        ],
        DataCaptureConfig={
            "EnableCapture": True,
            "InitialSamplingPercentage": 100,
            "DestinationS3Uri": "s3://artifacts/captures",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        },
    )
    sagemaker.create_endpoint(EndpointName=kind, EndpointConfigName=kind)
    return kind


@pytest.fixture(scope="module")
def held_out(cloud, package):
    """The records of the test part, which the version has not learned from."""
    uri = package["CustomerMetadataProperties"]["snapshot"].rpartition("/snapshot/")[0]
    return list(csv.DictReader(text(cloud, f"{uri}/test/test.csv").splitlines()))


def text(cloud, uri):
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def ask(cloud, endpoint, body, content_type="application/json"):
    told = cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, Body=body, ContentType=content_type, Accept="application/json"
    )
    return json.loads(told["Body"].read())["predictions"]


def test_a_version_is_registered_with_its_metrics_and_types(cloud, kind, package):
    assert package["ModelApprovalStatus"] == "Approved"
    specification = package["InferenceSpecification"]
    assert tuple(specification["SupportedContentTypes"]) == KINDS[kind]
    told = json.loads(text(cloud, package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]))
    assert told["acceptance"]["accepted"] is True
    baselines = package["DriftCheckBaselines"]
    baseline = json.loads(text(cloud, baselines["ModelDataQuality"]["Statistics"]["S3Uri"]))
    names = [column["name"] for column in baseline["columns"]]
    assert [name for name in names if name.startswith("seen.")]


def test_the_endpoint_is_right_about_records_that_it_has_never_seen(
    cloud, kind, endpoint, held_out
):
    column = {"text": "text", "vision": "image"}[kind]
    rows = [{column: record[column]} for record in held_out]
    answers = ask(cloud, endpoint, json.dumps({"instances": rows}))

    pairs = zip(answers, held_out, strict=True)
    right = sum(answer["label"] == record["target"] for answer, record in pairs)
    assert right / len(held_out) > {"text": 0.65, "vision": 0.95}[kind]


def test_the_data_monitor_tells_requests_of_another_kind(cloud, kind, endpoint, package, tmp_path):
    baselines = package["DriftCheckBaselines"]["ModelDataQuality"]["Statistics"]["S3Uri"]
    strange = json.dumps(
        {"instances": [{"text": f"zzyx qwxv {number}"} for number in range(150)]}
        if kind == "text"
        else {"instances": [{"image": dark(number)} for number in range(150)]}
    )
    ask(cloud, endpoint, strange)

    status = monitor.main(
        [
            *("--model", kind, "--baseline", baselines, "--output", str(tmp_path)),
            *("--capture", f"s3://artifacts/captures/{endpoint}", "--no-metrics"),
        ],
        cloud.client,
    )

    assert status == 0
    told = json.loads((tmp_path / "report.json").read_text())
    assert told["set_aside"]["lines"] == 0
    drifted = {one["name"] for one in told["columns"] if (one["drift"] or 0) >= 1}
    assert {"text": "seen.unknown", "vision": "seen.brightness"}[kind] in drifted


def test_a_request_that_the_schema_does_not_allow_is_the_clients_fault(cloud, endpoint):
    with pytest.raises(ClientError, match=r"Received client error \(400\) from primary"):
        ask(cloud, endpoint, '{"instances": [{}]}')


def dark(number):
    """A nearly black image in Base64, of its own size."""
    spec = importlib.util.spec_from_file_location("_images", TEMPLATES / "vision/code/images.py")
    images = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(images)
    image = np.full((8 + number % 3, 8), 1, np.uint8)
    return base64.b64encode(images.encode(image)).decode()
