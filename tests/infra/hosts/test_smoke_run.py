import io
import json
import secrets
import tarfile

import pytest
from botocore.exceptions import ClientError

from infra.errors import WorkError
from infra.hosts import records, sample, smoke_run
from tests.served_model import serving_role

BUCKET = "artifacts"
ROLE = "arn:aws:iam::123456789012:role/jobs"
RADIUS = """
import json

def model_fn(folder):
    return 15.0

def input_fn(body, content_type):
    text = body.decode() if isinstance(body, bytes) else body
    return [float(line.partition(",")[0]) for line in text.splitlines()]

def predict_fn(radii, threshold):
    return [str(int(radius > threshold)) for radius in radii]

def output_fn(labels, accept):
    return json.dumps({"predictions": [{"label": label} for label in labels]}), "application/json"
"""
NUMBERS = RADIUS.replace("str(int(radius > threshold))", "radius").replace('"label"', '"score"')
SHORT = RADIUS.replace("for label in labels", "for label in labels[1:]")
PLAIN = RADIUS.replace('{"predictions": [{"label": label} for label in labels]}', "labels")
BROKEN = RADIUS.replace("int(radius > threshold)", "int(radius > absent)")


@pytest.fixture(scope="module")
def data():
    return sample.load()


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud):
    cloud.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.region}
    )


@pytest.fixture
def group(cloud):
    name = f"group-{secrets.token_hex(4)}"
    cloud.client("sagemaker").create_model_package_group(ModelPackageGroupName=name)
    return name


@pytest.fixture
def register(cloud, group):
    """Registers a version of the group: its handler, and how well it did."""

    def make(handler=RADIUS, status="PendingManualApproval", auc=0.9):
        s3 = cloud.client("s3")
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz") as archive:
            member = tarfile.TarInfo("code/inference.py")
            member.size = len(handler.encode())
            archive.addfile(member, io.BytesIO(handler.encode()))
        s3.put_object(Bucket=BUCKET, Key=f"{group}/model.tar.gz", Body=stream.getvalue())
        report = {
            "binary_classification_metrics": {
                "auc": {"value": auc, "standard_deviation": 0.01},
                "confusion_matrix": {"0": {"0": 3, "1": 1}},
            }
        }
        s3.put_object(Bucket=BUCKET, Key=f"{group}/evaluation.json", Body=json.dumps(report))
        return cloud.client("sagemaker").create_model_package(
            ModelPackageGroupName=group,
            ModelApprovalStatus=status,
            ModelMetrics={
                "ModelQuality": {
                    "Statistics": {
                        "ContentType": "application/json",
                        "S3Uri": f"s3://{BUCKET}/{group}/evaluation.json",
                    }
                }
            },
            InferenceSpecification={
                "Containers": [
                    {"Image": "image", "ModelDataUrl": f"s3://{BUCKET}/{group}/model.tar.gz"}
                ],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
        )["ModelPackageArn"]

    return make


@pytest.fixture
def deploy(cloud, group):
    """Puts a version behind an endpoint of the group's name."""

    def put(package):
        sagemaker = cloud.client("sagemaker")
        sagemaker.create_model(
            ModelName=group,
            ExecutionRoleArn=serving_role(cloud),
            Containers=[{"ModelPackageName": package}],
        )
        variant = {"VariantName": "live", "ModelName": group, "InitialVariantWeight": 1}
        sagemaker.create_endpoint_config(
            EndpointConfigName=group,
            ProductionVariants=[
                {**variant, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
            ],
        )
        sagemaker.create_endpoint(EndpointName=group, EndpointConfigName=group)
        return group

    return put


@pytest.fixture
def pipeline(cloud):
    """Creates a pipeline of some steps."""

    def create(name, *steps):
        cloud.client("sagemaker").create_pipeline(
            PipelineName=name,
            PipelineDefinition=json.dumps({"Version": "2020-12-01", "Steps": steps}),
            ClientRequestToken="a" * 32,
            RoleArn=ROLE,
        )
        return name

    return create


def condition(name, left, right, **branches):
    comparison = {"Type": "Equals", "LeftValue": left, "RightValue": right}
    arguments = {"Conditions": [comparison], "IfSteps": [], "ElseSteps": [], **branches}
    return {"Name": name, "Type": "Condition", "Arguments": arguments}


def test_the_records_lie_where_the_pipeline_reads_them(cloud, data):
    smoke_run.put_data(cloud, BUCKET, "tumours", data)
    body = cloud.client("s3").get_object(Bucket=BUCKET, Key="tumours/records.csv")["Body"].read()
    assert body.decode() == data.training_csv()


def test_a_pipeline_that_succeeds_tells_each_step_once_as_it_begins(cloud, pipeline):
    told = []
    second = {**condition("Second", 1, 1), "DependsOn": ["First"]}
    smoke_run.train(cloud, pipeline("good", condition("First", 1, 1), second), told.append)
    assert told == ["First", "Second"]


def test_a_pipeline_that_fails_is_told_with_sagemakers_reason(cloud, pipeline):
    fail = {
        "Name": "Fail",
        "Type": "Fail",
        "Arguments": {"ErrorMessage": "the AUC is too low"},
    }
    name = pipeline("bad", condition("Check", 1, 2, ElseSteps=[fail]))
    with pytest.raises(WorkError, match="bad did not succeed: the AUC is too low"):
        smoke_run.train(cloud, name, lambda _: None)


def test_a_version_that_waits_for_a_person_gets_approved(cloud, group, register):
    package = register(auc=0.875)
    version = smoke_run.approved(cloud, group)
    assert (version.arn, version.number, version.metrics) == (package, 1, {"auc": 0.875})
    assert version.kind == "binary"
    described = cloud.client("sagemaker").describe_model_package(ModelPackageName=package)
    assert described["ModelApprovalStatus"] == "Approved"


def test_the_newest_version_counts_and_one_that_is_approved_stays_so(cloud, group, register):
    register()
    newest = register(status="Approved", auc=0.95)
    version = smoke_run.approved(cloud, group)
    assert (version.arn, version.number, version.metrics) == (newest, 2, {"auc": 0.95})
    described = cloud.client("sagemaker").describe_model_package(ModelPackageName=newest)
    assert described["ModelApprovalStatus"] == "Approved"
    assert "ApprovalDescription" not in described


def test_a_group_without_versions_is_told(cloud, group):
    with pytest.raises(WorkError, match=f"group {group} has no version"):
        smoke_run.approved(cloud, group)


def test_the_answers_are_counted_and_tell_which_version_gave_them(cloud, data, register, deploy):
    register(BROKEN)
    endpoint = deploy(register())
    answers = smoke_run.ask(cloud, endpoint, data)
    right = sum((float(row[0]) > 15.0) == (row[-1] == "1") for row in data.held_out)
    assert 0 < right < len(data.held_out)
    assert answers == smoke_run.Answers(asked=57, right=right, version=2)


def test_held_out_records_are_asked_about_by_the_features_that_were_looked_up(
    cloud, register, deploy
):
    rows = [[str(n), str(2 * n)] for n in range(20)]
    table = records.Records(["x", "y"], "y", rows, "here")
    by_name = NUMBERS.replace(
        'return [float(line.partition(",")[0]) for line in text.splitlines()]',
        'return [2 * each["x"] for each in json.loads(text)["instances"]]',
    )
    endpoint = deploy(register(by_name))
    answers = smoke_run.ask(cloud, endpoint, table, features=[{"x": 0.0}, {"x": 10.0}])
    assert answers == smoke_run.Answers(asked=2, version=1, error=0.0, error_of_mean=10.0)


def test_numbers_are_compared_with_the_mean_of_what_was_learned(cloud, register, deploy):
    rows = [[str(n), str(n + 2)] for n in range(20)]
    table = records.Records(["x", "y"], "y", rows, "here")
    answers = smoke_run.ask(cloud, deploy(register(NUMBERS)), table)
    assert answers == smoke_run.Answers(asked=2, version=1, error=2.0, error_of_mean=5.0)


@pytest.mark.parametrize("handler", [SHORT, PLAIN], ids=["too few", "no predictions"])
def test_an_answer_of_another_form_is_told_as_it_is(cloud, data, group, register, deploy, handler):
    endpoint = deploy(register(handler))
    with pytest.raises(WorkError, match=f"endpoint {endpoint} did not answer") as caught:
        smoke_run.ask(cloud, endpoint, data)
    assert "one for each of 57 records" in str(caught.value)


def test_a_model_that_cannot_answer_is_refused_by_sagemaker(cloud, data, register, deploy):
    endpoint = deploy(register(BROKEN))
    with pytest.raises(ClientError, match="ModelError"):
        smoke_run.ask(cloud, endpoint, data)
