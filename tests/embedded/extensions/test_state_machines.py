import json
import time

import pytest

PASS = {"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": True}}}


def validated(cloud, definition):
    return cloud.client("stepfunctions").validate_state_machine_definition(definition=definition)


def test_a_definition_is_validated_without_a_machine(cloud):
    assert validated(cloud, json.dumps(PASS))["result"] == "OK"
    assert cloud.client("stepfunctions").list_state_machines()["stateMachines"] == []


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ("{", "INVALID_JSON_DESCRIPTION"),
        (json.dumps({"StartAt": "Only"}), "SCHEMA_VALIDATION_FAILED"),
    ],
)
def test_what_is_wrong_with_a_definition_is_told(cloud, definition, code):
    told = validated(cloud, definition)
    assert told["result"] == "FAIL"
    (diagnostic,) = told["diagnostics"]
    assert (diagnostic["severity"], diagnostic["code"]) == ("ERROR", code)
    assert diagnostic["message"]


def test_a_definition_that_is_refused_changes_nothing_about_the_next(cloud):
    task = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": True}
    task["Parameters"] = {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:told", "Message": "on"}
    plain = {"StartAt": "Say", "States": {"Say": task}}

    told = validated(cloud, json.dumps({"QueryLanguage": "JSONata", **plain}))

    assert told["result"] == "FAIL"
    assert "Unsupported declaration" in told["diagnostics"][0]["message"]
    assert validated(cloud, json.dumps(plain))["result"] == "OK"


@pytest.fixture
def run(cloud):
    """Run a task of AWS's SDK to its end; what the execution then is."""
    machines = cloud.client("stepfunctions")

    def execute(action, parameters):
        task = {"Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:{action}", "End": True}
        definition = {"StartAt": "Ask", "States": {"Ask": {**task, "Parameters": parameters}}}
        machine = machines.create_state_machine(
            name=f"asks-{time.time_ns()}",
            definition=json.dumps(definition),
            roleArn=f"arn:aws:iam::{cloud.account_id}:role/machine",
        )["stateMachineArn"]
        execution = machines.start_execution(stateMachineArn=machine)["executionArn"]
        while (told := machines.describe_execution(executionArn=execution))["status"] == "RUNNING":
            time.sleep(0.05)
        return told

    return execute


def test_a_task_tells_times_as_text(cloud, run):
    cloud.client("sagemaker").create_model_package_group(ModelPackageGroupName="timed")
    told = run("sagemaker:listModelPackageGroups", {"NameContains": "timed"})
    (group,) = json.loads(told["output"])["ModelPackageGroupSummaryList"]
    assert group["CreationTime"].startswith("20")
    assert group["CreationTime"].endswith("Z")


def test_a_task_fails_by_the_name_that_aws_gives_the_error(run):
    told = run("sagemaker:describePipeline", {"PipelineName": "nowhere"})
    assert told["status"] == "FAILED"
    assert told["error"].startswith("SageMaker.")


def test_a_machine_without_versions_tells_none(cloud):
    machines = cloud.client("stepfunctions")
    machine = machines.create_state_machine(
        name="unversioned",
        definition=json.dumps(PASS),
        roleArn=f"arn:aws:iam::{cloud.account_id}:role/machine",
    )["stateMachineArn"]
    assert (
        machines.list_state_machine_versions(stateMachineArn=machine)["stateMachineVersions"] == []
    )
    with pytest.raises(machines.exceptions.StateMachineDoesNotExist):
        machines.list_state_machine_versions(stateMachineArn=f"{machine}-absent")


def test_a_task_names_things_as_state_machines_do(run):
    """The model of CodePipeline begins names with a small letter."""
    told = run("codepipeline:listPipelines", {"MaxResults": 1})
    assert list(json.loads(told["output"])) == ["Pipelines"]
