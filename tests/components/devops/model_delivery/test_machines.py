import csv
import io
import json
import time
import uuid
from pathlib import Path

import pytest
from cfnlint.api import lint
from sklearn.datasets import load_breast_cancer

from components.devops.model_delivery.machines import (
    EVENTS,
    poll_seconds,
    release_machine,
    training_machine,
)
from embedded.cloud import Cloud
from tests.served_model import serving_role

PROJECT = Path(__file__).parents[4] / "templates/tabular"
ROLE = "arn:aws:iam::123456789012:role/delivery"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SET = "arn:aws:states:eu-west-1:123456789012:stateMachine:set"
NAME = "maslow-test-tumour"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/tumour:abc"
DEFAULTS = {
    "DataUri": "s3://delivered/data/",
    "OutputUri": "s3://delivered/models/tumour/runs",
    "CodeUri": "s3://delivered/no-such-code/",
    "ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1",
    "RoleArn": ROLE,
    "KmsKeyId": KEY,
    "ModelPackageGroupName": NAME,
    "ModelApprovalStatus": "Approved",
}


def training(**changed):
    return training_machine(
        **{
            "pipeline_name": NAME,
            "builds_image": True,
            "deploy_hours": 24,
            "training_hours": 24,
            **changed,
        }
    )


def release(**changed):
    return release_machine(**{"endpoint_name": NAME, "deploy_hours": 24, **changed})


@pytest.mark.parametrize(
    "definition",
    [training(), training(builds_image=False), training(training_set_arn=SET), release()],
)
def test_the_machines_are_such_as_step_functions_takes(definition):
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": ROLE, "Definition": definition},
    }

    assert lint(json.dumps({"Resources": {"Machine": machine}}), regions=["eu-west-1"]) == []


@pytest.mark.parametrize("hours", [1, 24, 672])
@pytest.mark.parametrize(("loop", "events"), [("training", 10), ("rollout", 25)])
def test_an_execution_keeps_within_its_history(hours, loop, events):
    assert hours * 3600 / poll_seconds(hours, loop) * events <= EVENTS


@pytest.fixture(scope="module")
def cloud():
    definition = json.loads((PROJECT / "pipeline.json").read_text())
    for parameter in definition["Parameters"]:
        if parameter["Name"] in DEFAULTS:
            parameter["DefaultValue"] = DEFAULTS[parameter["Name"]]
    with Cloud("eu-west-1") as running:
        s3, sagemaker = running.client("s3"), running.client("sagemaker")
        s3.create_bucket(
            Bucket="delivered", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        s3.put_object(Bucket="delivered", Key="data/records.csv", Body=records())
        for path in (PROJECT / "code").glob("*.py"):
            s3.put_object(Bucket="delivered", Key=f"code/abc/{path.name}", Body=path.read_bytes())
        sagemaker.create_model_package_group(ModelPackageGroupName=NAME)
        sagemaker.create_pipeline(
            PipelineName=NAME,
            PipelineDescription="Definition 0123456789abcdef",
            PipelineDefinition=json.dumps(definition),
            RoleArn=ROLE,
        )
        yield running


def records():
    data = load_breast_cancer()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*(name.replace(" ", "_") for name in data.feature_names), "target"])
    writer.writerows([*data.data[i], 1 - label] for i, label in enumerate(data.target))
    return text.getvalue()


def ended(cloud, definition, given, seconds=120):
    """Run a machine, and tell how its execution ended."""
    for state in definition["States"].values():
        state.pop("Retry", None)
    states = cloud.client("stepfunctions")
    machine = states.create_state_machine(
        name=uuid.uuid4().hex, definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    started = states.start_execution(
        stateMachineArn=machine, name=str(uuid.uuid4()), input=json.dumps(given)
    )
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        execution = states.describe_execution(executionArn=started["executionArn"])
        if execution["status"] != "RUNNING":
            return execution
        time.sleep(0.1)
    raise TimeoutError(started["executionArn"])


def revision(**changed):
    return {
        "delivery": str(uuid.uuid4()),
        "revision": "abc",
        "code_uri": "s3://delivered/code/abc/",
        "definition": "0123456789abcdef",
        "image_uri": IMAGE,
        **changed,
    }


@pytest.fixture(scope="module")
def trained(cloud):
    """A delivery whose training is done, and the version that it registered."""
    given = revision()
    assert ended(cloud, training(every_seconds=1), given)["status"] == "SUCCEEDED"
    sagemaker = cloud.client("sagemaker")
    (execution,) = [
        one["PipelineExecutionArn"]
        for one in sagemaker.list_pipeline_executions(PipelineName=NAME)[
            "PipelineExecutionSummaries"
        ]
        if one["PipelineExecutionDisplayName"] == given["delivery"]
    ]
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)
    (package,) = [
        step["Metadata"]["RegisterModel"]["Arn"]
        for step in steps["PipelineExecutionSteps"]
        if "RegisterModel" in step["Metadata"]
    ]
    return package


def test_training_runs_the_code_of_the_revision_in_the_image_of_the_revision(cloud, trained):
    package = cloud.client("sagemaker").describe_model_package(ModelPackageName=trained)

    assert package["InferenceSpecification"]["Containers"][0]["Image"] == IMAGE


def test_a_version_waits_for_its_judgement_whatever_the_environments_approval_says(cloud, trained):
    package = cloud.client("sagemaker").describe_model_package(ModelPackageName=trained)

    assert package["ModelApprovalStatus"] == "PendingManualApproval"


def test_a_training_that_fails_says_why(cloud):
    outcome = ended(
        cloud, training(every_seconds=1), revision(code_uri="s3://delivered/no-such-code/")
    )

    assert outcome["status"] == "FAILED"
    assert outcome["error"] == "NotTrained"
    assert outcome["cause"].startswith("The training failed; Preprocess: ")


def test_no_training_starts_before_the_platform_has_deployed_the_revisions_pipeline(cloud):
    given = revision(definition="another")
    outcome = ended(cloud, training(deploy_hours=0, every_seconds=1), given)

    assert outcome["error"] == "NotDeployed"
    listed = cloud.client("sagemaker").list_pipeline_executions(PipelineName=NAME)
    names = {
        one.get("PipelineExecutionDisplayName") for one in listed["PipelineExecutionSummaries"]
    }
    assert given["delivery"] not in names


def test_no_training_starts_on_an_old_training_set(cloud):
    failure = {"Type": "Fail", "Error": "NotMade", "Cause": "there is no table outcomes"}
    made = cloud.client("stepfunctions").create_state_machine(
        name=uuid.uuid4().hex,
        definition=json.dumps({"StartAt": "Make", "States": {"Make": failure}}),
        roleArn=ROLE,
    )["stateMachineArn"]
    given = revision()
    outcome = ended(cloud, training(training_set_arn=made, every_seconds=1), given)

    assert outcome["error"] == "NotTrained"
    assert outcome["cause"] == (
        "the training set was not made: NotMade: there is no table outcomes"
    )
    listed = cloud.client("sagemaker").list_pipeline_executions(PipelineName=NAME)
    names = {
        one.get("PipelineExecutionDisplayName") for one in listed["PipelineExecutionSummaries"]
    }
    assert given["delivery"] not in names


def serve(cloud, package):
    sagemaker = cloud.client("sagemaker")
    suffix = package.rpartition("/")[2]
    sagemaker.create_model(
        ModelName=f"tumour-{suffix}",
        ExecutionRoleArn=serving_role(cloud),
        PrimaryContainer={"ModelPackageName": package},
    )
    sagemaker.create_endpoint_config(
        EndpointConfigName=f"tumour-{suffix}",
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": f"tumour-{suffix}",
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
            }
        ],
    )
    sagemaker.create_endpoint(EndpointName=NAME, EndpointConfigName=f"tumour-{suffix}")


def test_a_release_approves_the_version_and_waits_until_it_is_served(cloud, trained):
    sagemaker = cloud.client("sagemaker")
    given = {"package": trained, "revision": "abc"}

    outcome = ended(cloud, release(deploy_hours=0, every_seconds=1), given)
    package = sagemaker.describe_model_package(ModelPackageName=trained)
    assert (outcome["status"], outcome["error"]) == ("FAILED", "NotLive")
    assert package["ModelApprovalStatus"] == "Approved"
    assert package["ApprovalDescription"] == "Delivered by revision abc"

    serve(cloud, trained)
    assert ended(cloud, release(every_seconds=1), given)["status"] == "SUCCEEDED"


def test_a_release_of_a_version_that_is_not_there_fails(cloud, trained):
    missing = f"{trained.rpartition('/')[0]}/99"
    outcome = ended(cloud, release(), {"package": missing, "revision": "abc"})

    assert outcome["status"] == "FAILED"
