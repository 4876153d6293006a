"""The builds of a model's delivery, their commands run by bash as CodeBuild would."""

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from components.devops.model_delivery import buildspec as model_buildspec
from components.platform.model_project import definition_hash, read_project
from embedded.cloud import Cloud
from tests.served_model import serving_role, uploaded

TEMPLATE = Path(__file__).parents[4] / "templates/tabular"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MOST_CHARACTERS = 25_600
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        running.client("s3").create_bucket(
            Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        yield running


@pytest.fixture
def checkout(tmp_path):
    """A checkout of a repository with one model project, and of its tests the quick ones."""
    shutil.copytree(
        TEMPLATE,
        tmp_path / "models/tumour",
        ignore=shutil.ignore_patterns("__pycache__", ".*_cache", "test_code.py", "test_compare.py"),
    )
    return tmp_path


def run(cloud, spec, folder, **told):
    """Run a build's own phase in one shell that stops where a command fails, as CodeBuild does.

    Returns the outcome and what the build exports.
    """
    exported = spec["env"]["exported-variables"]
    tell = "".join(f'printf "%s\\0" "${{{name}:-}}" >> exported\n' for name in exported)
    phase = "\n".join(
        f"{command}\n[ $? -eq 0 ] || exit 1" for command in spec["phases"]["build"]["commands"]
    )
    tools = Path(sys.executable).parent
    done = subprocess.run(
        ["bash", "-c", f'cd "$CODEBUILD_SRC_DIR"\n{phase}\ncd "$CODEBUILD_SRC_DIR"\n{tell}'],
        env={
            **cloud.environment,
            "HOME": str(folder),
            "PATH": f"{tools}:{os.environ['PATH']}",
            "CODEBUILD_SRC_DIR": str(folder),
            **told,
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    file = folder / "exported"
    values = file.read_text().split("\0")[:-1] if file.exists() else []
    file.unlink(missing_ok=True)
    return done, dict(zip(exported, values, strict=False))


def check(cloud, folder):
    return run(
        cloud,
        model_buildspec.check(packages=True),
        folder,
        PROJECT="models/tumour",
        CODE_BUCKET="artifacts",
        CODE_PREFIX="models/tumour/commits",
        CODE_KEY_ARN=KEY,
        REVISION=folder.name,
    )


def keys(cloud, prefix):
    listed = cloud.client("s3").list_objects_v2(Bucket="artifacts", Prefix=prefix)
    return [one["Key"].removeprefix(prefix) for one in listed.get("Contents", [])]


@pytest.mark.parametrize(
    "spec",
    [
        model_buildspec.check(packages=True),
        model_buildspec.image(packages=True),
        model_buildspec.evaluate(),
    ],
)
def test_a_buildspec_is_no_longer_than_codebuild_takes(spec):
    assert len(json.dumps(spec, indent=2)) < MOST_CHARACTERS


def test_packages_come_from_the_environments_own_repository_where_it_has_one():
    install = model_buildspec.check(packages=True)["phases"]["install"]["commands"]

    assert install[0].startswith("aws codeartifact login --tool pip ")
    assert '--repository "$PACKAGE_REPOSITORY"' in install[0]


def test_packages_come_from_pypi_where_it_has_none():
    install = model_buildspec.check(packages=False)["phases"]["install"]["commands"]

    assert not any("codeartifact" in command for command in install)


def test_a_sound_project_is_checked_and_its_code_published(cloud, checkout):
    done, exported = check(cloud, checkout)

    assert done.returncode == 0, done.stdout + done.stderr
    prefix = f"models/tumour/commits/{checkout.name}/"
    assert exported == {
        "CODE_URI": f"s3://artifacts/{prefix}",
        "DEFINITION": definition_hash(read_project(TEMPLATE).definition),
    }
    assert keys(cloud, prefix) == sorted(read_project(TEMPLATE).code)
    head = cloud.client("s3").head_object(Bucket="artifacts", Key=f"{prefix}train.py")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY)


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("code/train.py", "import os\n", "F401"),
        ("code/train.py", '"""A  module."""\nx=1\n', "would be reformatted"),
        ("tests/test_code.py", "def test_it():\n    assert 1 == 2\n", "1 failed"),
    ],
)
def test_nothing_of_a_project_that_fails_is_published(cloud, checkout, file, text, told):
    (checkout / "models/tumour" / file).write_text(text)

    done, exported = check(cloud, checkout)

    assert done.returncode == 1
    assert told in done.stdout
    assert exported == {}
    assert keys(cloud, f"models/tumour/commits/{checkout.name}/") == []


def cloud_finds(cloud, answer):
    """Queue what moto's ECR answers about an image."""
    body = json.dumps({"region": "eu-west-1", "results": [answer]})
    connection = http.client.HTTPConnection(urlsplit(cloud.url).netloc)
    with contextlib.closing(connection):
        connection.request("POST", "/moto-api/static/ecr/scan-finding-results", body, JSON)
        assert connection.getresponse().status == 201


def scan(cloud, folder, found, fail_on="critical", status="COMPLETE", **told):
    """Run the scan's commands on an image in which ECR finds what is given."""
    name = f"images-{uuid.uuid4().hex[:8]}"
    ecr = cloud.client("ecr")
    ecr.create_repository(repositoryName=name)
    ecr.put_image(
        repositoryName=name,
        imageManifest=json.dumps({"schemaVersion": 2, "layers": [], "config": {}}),
        imageManifestMediaType="application/vnd.docker.distribution.manifest.v2+json",
        imageTag="abc",
    )
    if found is not None:
        answer = {
            "imageScanFindings": {"findingSeverityCounts": found},
            "repositoryName": name,
            "imageId": {"imageTag": "abc"},
            "imageScanStatus": {"status": status, "description": "as told"},
        }
        cloud_finds(cloud, answer)
        ecr.start_image_scan(repositoryName=name, imageId={"imageTag": "abc"})
    commands = model_buildspec.script("scan_image")
    assert model_buildspec.image(packages=True)["phases"]["build"]["commands"][-2:] == commands
    spec = {"env": {"exported-variables": []}, "phases": {"build": {"commands": commands}}}
    told = {"FAIL_ON": fail_on, "SCAN_POLL_SECONDS": "0.1", "SCAN_SECONDS": "0.5", **told}
    return run(cloud, spec, folder, REPOSITORY_NAME=name, IMAGE_TAG="abc", **told)[0]


@pytest.mark.parametrize(
    ("found", "fail_on"),
    [({}, "low"), ({"HIGH": 3, "LOW": 9}, "critical"), ({"MEDIUM": 1, "LOW": 1}, "high")],
)
@pytest.mark.parametrize("status", ["COMPLETE", "ACTIVE"])
def test_an_image_without_grave_findings_is_taken(cloud, tmp_path, found, fail_on, status):
    done = scan(cloud, tmp_path, found, fail_on, status)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("found", "fail_on", "told"),
    [
        ({"CRITICAL": 1, "HIGH": 2}, "critical", "refused for CRITICAL;"),
        ({"CRITICAL": 1, "HIGH": 2}, "high", "refused for CRITICAL, HIGH;"),
        ({"LOW": 1}, "low", "refused for LOW;"),
    ],
)
def test_an_image_with_grave_findings_is_refused(cloud, tmp_path, found, fail_on, told):
    done = scan(cloud, tmp_path, found, fail_on)

    assert done.returncode == 1
    assert told in done.stderr


def test_an_image_that_cannot_be_scanned_is_refused(cloud, tmp_path):
    done = scan(cloud, tmp_path, {}, status="UNSUPPORTED_IMAGE")

    assert done.returncode == 1
    assert "ended as UNSUPPORTED_IMAGE: as told" in done.stderr


def test_an_image_whose_scan_does_not_end_is_refused(cloud, tmp_path):
    done = scan(cloud, tmp_path, None)

    assert done.returncode == 1
    assert "is PENDING after" in done.stderr


class Registry:
    """A model's registry, pipeline and endpoint, as a delivery finds them."""

    def __init__(self, cloud):
        self.name = f"maslow-test-{uuid.uuid4().hex[:8]}"
        self.s3, self.sagemaker = cloud.client("s3"), cloud.client("sagemaker")
        self.role = serving_role(cloud)
        self.data = uploaded(cloud, "s3://artifacts/model.tar.gz")
        self.sagemaker.create_model_package_group(ModelPackageGroupName=self.name)

    def register(self, value, deviation=0.01, metric="auc", kind="binary_classification"):
        """Register a version by a delivery; tells the delivery's id."""
        delivery = str(uuid.uuid4())
        report = {"value": value, "standard_deviation": deviation}
        key = f"models/tumour/runs/{delivery}.json"
        body = json.dumps({f"{kind}_metrics": {metric: report}, "acceptance": {}})
        self.s3.put_object(Bucket="artifacts", Key=key, Body=body)
        step = {
            "Name": "Register",
            "Type": "RegisterModel",
            "Arguments": {
                "ModelPackageGroupName": self.name,
                "ModelApprovalStatus": "PendingManualApproval",
                "InferenceSpecification": {
                    "Containers": [{"Image": "image", "ModelDataUrl": self.data}],
                    "SupportedContentTypes": ["text/csv"],
                    "SupportedResponseMIMETypes": ["text/csv"],
                },
                "ModelMetrics": {
                    "ModelQuality": {
                        "Statistics": {
                            "ContentType": "application/json",
                            "S3Uri": f"s3://artifacts/{key}",
                        }
                    }
                },
            },
        }
        self.train(delivery, [step])
        return delivery

    def train(self, delivery, steps):
        """Run the pipeline to its end with other steps."""
        definition = json.dumps({"Version": "2020-12-01", "Parameters": [], "Steps": steps})
        try:
            self.sagemaker.describe_pipeline(PipelineName=self.name)
            self.sagemaker.update_pipeline(PipelineName=self.name, PipelineDefinition=definition)
        except ClientError:
            self.sagemaker.create_pipeline(
                PipelineName=self.name,
                PipelineDefinition=definition,
                RoleArn="arn:aws:iam::123456789012:role/jobs",
            )
        execution = self.sagemaker.start_pipeline_execution(
            PipelineName=self.name, PipelineExecutionDisplayName=delivery
        )["PipelineExecutionArn"]
        until = time.monotonic() + 30
        while time.monotonic() < until:
            state = self.sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
            if state["PipelineExecutionStatus"] in {"Succeeded", "Failed"}:
                return
            time.sleep(0.05)
        raise TimeoutError(execution)

    def serve_newest(self):
        """Have the endpoint serve the newest version."""
        package = self.sagemaker.list_model_packages(
            ModelPackageGroupName=self.name, SortBy="CreationTime", SortOrder="Descending"
        )["ModelPackageSummaryList"][0]["ModelPackageArn"]
        self.sagemaker.create_model(
            ModelName=self.name,
            ExecutionRoleArn=self.role,
            PrimaryContainer={"ModelPackageName": package},
        )
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": self.name,
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": 1,
        }
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=self.name, ProductionVariants=[variant]
        )
        self.sagemaker.create_endpoint(EndpointName=self.name, EndpointConfigName=self.name)


@pytest.fixture
def registry(cloud):
    return Registry(cloud)


def judge(cloud, folder, registry, delivery, accept="auc >= 0.9", compare=True):
    told = {"COMPARE_WITH_LIVE": "yes"} if compare else {}
    return run(
        cloud,
        model_buildspec.evaluate(),
        folder,
        TRAINING_PIPELINE=registry.name,
        DELIVERY=delivery,
        ENDPOINT=registry.name,
        ACCEPT=accept,
        **told,
    )


def test_a_first_version_that_is_good_enough_goes_on_with_its_metrics(cloud, tmp_path, registry):
    done, exported = judge(cloud, tmp_path, registry, registry.register(0.95))

    assert done.returncode == 0, done.stderr
    assert exported["MODEL_PACKAGE"].endswith(f":model-package/{registry.name}/1")
    assert exported["VERSION"] == "1"
    assert exported["METRICS"] == "auc 0.9500"
    assert exported["LIVE"] == "nothing is served yet"


def test_a_version_below_what_is_accepted_is_refused(cloud, tmp_path, registry):
    done, exported = judge(cloud, tmp_path, registry, registry.register(0.89))

    assert done.returncode == 1
    assert "version 1 has auc 0.8900; accepted is auc >= 0.9" in done.stderr
    assert not any(exported.values())


def test_a_version_worse_than_the_live_one_is_refused(cloud, tmp_path, registry):
    registry.register(0.97)
    registry.serve_newest()
    delivery = registry.register(0.94)

    done, _ = judge(cloud, tmp_path, registry, delivery)
    assert done.returncode == 1
    assert "version 2 has auc 0.9400, but version 1 is live with auc 0.9700" in done.stderr

    done, exported = judge(cloud, tmp_path, registry, delivery, compare=False)
    assert done.returncode == 0
    assert exported["LIVE"] == "version 1 is live with auc 0.9700"


def test_a_difference_within_the_spread_of_the_measurements_counts_for_nothing(
    cloud, tmp_path, registry
):
    registry.register(0.95, deviation=0.02)
    registry.serve_newest()

    done, _ = judge(cloud, tmp_path, registry, registry.register(0.94, deviation=0.02))

    assert done.returncode == 0, done.stderr


def test_less_is_better_of_an_error(cloud, tmp_path, registry):
    def judged(value):
        delivery = registry.register(value, metric="rmse", kind="regression")
        return judge(cloud, tmp_path, registry, delivery, accept="rmse <= 60")[0]

    assert "version 1 has rmse 61.0000; accepted is rmse <= 60" in judged(61).stderr
    assert judged(50).returncode == 0
    registry.serve_newest()
    assert "version 3 has rmse 55.0000, but version 2 is live" in judged(55).stderr
    assert judged(45).returncode == 0


def test_a_version_is_judged_by_what_is_accepted_of_its_kind(cloud, tmp_path, registry):
    accept = "binary: auc >= 0.99; multiclass: auc >= 0.8"
    delivery = registry.register(0.85, kind="multiclass_classification")
    done, _ = judge(cloud, tmp_path, registry, delivery, accept)
    assert done.returncode == 0, done.stderr

    delivery = registry.register(0.85, metric="r2", kind="regression")
    done, _ = judge(cloud, tmp_path, registry, delivery, accept)
    assert f"version 2 is regression, and nothing is accepted of that: {accept}" in done.stderr

    done, _ = judge(cloud, tmp_path, registry, delivery, "auc >= 0.8")
    assert "version 2 has r2 0.8500; accepted is auc >= 0.8" in done.stderr


def test_a_training_that_registered_nothing_is_refused(cloud, tmp_path, registry):
    registry.register(0.95)
    registry.train("without-a-version", [])

    done, _ = judge(cloud, tmp_path, registry, "without-a-version")

    assert done.returncode == 1
    assert "registered no model version" in done.stderr


def test_the_version_of_another_delivery_is_not_taken_for_ones_own(cloud, tmp_path, registry):
    registry.register(0.95)

    done, _ = judge(cloud, tmp_path, registry, "another")

    assert done.returncode == 1
    assert "belongs to the delivery another" in done.stderr
