"""Steps that ask other services: functions of Lambda, queues, models and endpoints."""

import io
import json
import tarfile
import zipfile

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests.served_model import serving_role, uploaded
from tests.some_pipeline import check, create, ended, fail, run, start, steps_of, until

HANDLER = """
import time

def handler(event, context):
    time.sleep(event.get("seconds", 0))
    if "wrong" in event:
        raise ValueError(event["wrong"])
    return {"rows": event["rows"] * 2, "place": event["place"], "more": {"a": 1}}
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture(scope="module")
def function(cloud):
    made = cloud.client("iam").create_role(
        RoleName="functions", AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as zipped:
        zipped.writestr("main.py", HANDLER)
    return cloud.client("lambda").create_function(
        FunctionName="doubles",
        Runtime="python3.13",
        Role=made["Role"]["Arn"],
        Handler="main.handler",
        Code={"ZipFile": written.getvalue()},
    )["FunctionArn"]


@pytest.fixture
def queue(cloud, request):
    return cloud.client("sqs").create_queue(QueueName=request.node.name[:80])["QueueUrl"]


def _lambda(function, arguments, outputs=(), **more):
    declared = [{"OutputName": name, "OutputType": kind} for name, kind in outputs]
    return {
        "Name": "Ask",
        "Type": "Lambda",
        "FunctionArn": function,
        "Arguments": arguments,
        "OutputParameters": declared,
        **more,
    }


def _says(step, name):
    return fail("Say", {"Get": f"Steps.{step}.OutputParameters['{name}']"})


def test_a_function_is_invoked_with_the_arguments_and_its_outputs_have_their_types(cloud, function):
    outputs = [("rows", "Integer"), ("place", "String"), ("more", "String")]
    ask = _lambda(function, {"rows": {"Get": "Parameters.Rows"}, "place": "s3://a"}, outputs)
    larger = {"Type": "GreaterThan", "RightValue": 41}
    larger["LeftValue"] = {"Get": "Steps.Ask.OutputParameters['rows']"}
    choose = check("Choose", arguments={"Conditions": [larger], "IfSteps": [_says("Ask", "more")]})
    rows = {"Name": "Rows", "Type": "Integer", "DefaultValue": 21}
    _, steps = run(cloud, "asks", [ask, choose], parameters=[rows])
    assert steps["Ask"]["Metadata"]["Lambda"] == {
        "Arn": function,
        "OutputParameters": [
            {"Name": "rows", "Value": "42"},
            {"Name": "place", "Value": "s3://a"},
            {"Name": "more", "Value": '{"a": 1}'},
        ],
    }
    assert steps["Say"]["FailureReason"] == '{"a": 1}'


@pytest.mark.parametrize(
    ("arguments", "outputs", "reason"),
    [
        ({"wrong": "no rows today"}, [], "no rows today"),
        ({"rows": 1, "place": "here"}, [("columns", "Integer")], "output parameter columns is mis"),
        (
            {"rows": 1, "place": "here"},
            [("place", "Integer")],
            "is 'here', and not of type Integer",
        ),
    ],
)
def test_a_function_step_fails_with_what_is_wrong(cloud, function, arguments, outputs, reason):
    status, steps = run(cloud, "asks-wrong", [_lambda(function, arguments, outputs)])
    assert status == "Failed"
    assert reason in steps["Ask"]["FailureReason"]


def test_a_function_that_is_not_there_fails_the_step(cloud, function):
    status, steps = run(cloud, "asks-none", [_lambda(f"{function}-not", {})])
    assert status == "Failed"
    assert steps["Ask"]["FailureReason"].startswith(
        "ClientError: Failed to invoke lambda:Invoke. Error Details: "
    )


def test_a_stopped_execution_waits_for_its_function(cloud, function):
    ask = _lambda(function, {"rows": 1, "place": "", "seconds": 1.5}, [("rows", "Integer")])
    create(cloud, "asks-long", [ask, check("Later", DependsOn=["Ask"])])
    arn = start(cloud, "asks-long")
    until(lambda: steps_of(cloud, arn).get("Ask", {}).get("Metadata"))
    cloud.client("sagemaker").stop_pipeline_execution(PipelineExecutionArn=arn)
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "Stopped"
    found = steps_of(cloud, arn)
    assert found["Ask"]["Metadata"]["Lambda"]["OutputParameters"] == [
        {"Name": "rows", "Value": "2"}
    ]
    assert "Later" not in found


def test_a_function_step_is_taken_from_the_cache_while_its_arguments_stay(cloud, function):
    caching = {"Enabled": True, "ExpireAfter": "P1D"}
    ask = _lambda(function, {"rows": 3, "place": ""}, [("rows", "Integer")], CacheConfig=caching)
    _, first = run(cloud, "asks-once", [ask])
    assert "CacheHitResult" not in first["Ask"]
    _, second = run(cloud, "asks-once", [{**ask, "DisplayName": "other"}])
    assert "CacheHitResult" in second["Ask"]
    assert second["Ask"]["Metadata"] == first["Ask"]["Metadata"]
    _, third = run(cloud, "asks-once", [{**ask, "OutputParameters": []}])
    assert "CacheHitResult" not in third["Ask"]


def _callback(queue, outputs=("decision",)):
    return {
        "Name": "Wait",
        "Type": "Callback",
        "SqsQueueUrl": queue,
        "Arguments": {"model": "tumours"},
        "OutputParameters": [{"OutputName": one, "OutputType": "String"} for one in outputs],
    }


def _message(cloud, queue):
    sqs = cloud.client("sqs")
    found = until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=found[0]["ReceiptHandle"])
    return json.loads(found[0]["Body"])


def test_a_callback_waits_for_the_answer_with_its_token(cloud, queue):
    sagemaker = cloud.client("sagemaker")
    create(cloud, "waits", [_callback(queue), _says("Wait", "decision")])
    arn = start(cloud, "waits")
    told = _message(cloud, queue)
    assert told == {
        "token": told["token"],
        "pipelineExecutionArn": arn,
        "arguments": {"model": "tumours"},
        "status": "Executing",
    }
    assert len(told["token"]) == 10
    shown = steps_of(cloud, arn)["Wait"]
    assert shown["StepStatus"] == "Executing"
    assert shown["Metadata"]["Callback"] == {"CallbackToken": told["token"], "SqsQueueUrl": queue}
    answer = {
        "CallbackToken": told["token"],
        "OutputParameters": [{"Name": "decision", "Value": "go on"}],
    }
    assert sagemaker.send_pipeline_execution_step_success(**answer)["PipelineExecutionArn"] == arn
    ended(cloud, arn)
    found = steps_of(cloud, arn)
    assert found["Say"]["FailureReason"] == "go on"
    assert found["Wait"]["Metadata"]["Callback"]["OutputParameters"] == answer["OutputParameters"]
    with pytest.raises(ClientError, match="has its answer already"):
        sagemaker.send_pipeline_execution_step_success(**answer)
    with pytest.raises(ClientError, match="No callback step waits for the token unknown000"):
        sagemaker.send_pipeline_execution_step_failure(CallbackToken="unknown000")


def test_a_callback_that_is_told_to_fail_fails_with_the_reason(cloud, queue):
    create(cloud, "waits-bad", [_callback(queue)])
    arn = start(cloud, "waits-bad")
    cloud.client("sagemaker").send_pipeline_execution_step_failure(
        CallbackToken=_message(cloud, queue)["token"], FailureReason="nobody is in"
    )
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "Failed"
    assert steps_of(cloud, arn)["Wait"]["FailureReason"] == "nobody is in"


def test_a_stopped_callback_tells_the_queue_and_waits_to_be_answered(cloud, queue):
    sagemaker = cloud.client("sagemaker")
    create(cloud, "waits-on", [_callback(queue, outputs=())])
    arn = start(cloud, "waits-on")
    token = _message(cloud, queue)["token"]
    sagemaker.stop_pipeline_execution(PipelineExecutionArn=arn)
    told = _message(cloud, queue)
    assert (told["token"], told["status"]) == (token, "Stopping")
    shown = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
    assert shown["PipelineExecutionStatus"] == "Stopping"
    sagemaker.send_pipeline_execution_step_success(CallbackToken=token)
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "Stopped"


def _in_pods(cloud, queue, code):
    """Steps of which the first asks pods for a training, and the last fails with its model."""
    cloud.client("s3").put_object(Bucket="models", Key="in/rows.csv", Body=b"a\nb\n")
    algorithm = {
        "ContainerEntrypoint": ["python3", "-c", code],
        "MetricDefinitions": [{"Name": "auc", "Regex": "auc=([0-9.]+)"}],
    }
    arguments = {
        "TrainingSettings": json.dumps({"AlgorithmSpecification": algorithm, "Channels": {}}),
        "TrainingImage": "image",
        "S3OutputPath": "s3://models/out",
        "KmsKeyId": cloud.client("kms").create_key()["KeyMetadata"]["Arn"],
        "MaxRuntimeInSeconds": 60,
        "Channel.rows": "s3://models/in",
        "HyperParameter.depth": "3",
    }
    step = _callback(queue, outputs=("S3ModelArtifacts", "FinalMetrics"))
    return [{**step, "Name": "Train", "Arguments": arguments}, _says("Train", "S3ModelArtifacts")]


def test_a_callback_that_asks_pods_for_a_training_has_it_done(cloud, queue, serves):
    code = (
        "import json, pathlib; ml = pathlib.Path('/opt/ml'); "
        "told = json.loads((ml / 'input/config/hyperparameters.json').read_text()); "
        "rows = (ml / 'input/data/rows/rows.csv').read_text(); "
        "(ml / 'model' / 'learned').write_text(told['depth'] + rows); print('auc=0.75')"
    )
    create(cloud, "in-pods", _in_pods(cloud, queue, code))
    arn = start(cloud, "in-pods")
    ended(cloud, arn)
    found = steps_of(cloud, arn)
    told = found["Train"]["Metadata"]["Callback"]
    outputs = {each["Name"]: each["Value"] for each in told["OutputParameters"]}
    job = f"train-{arn.rpartition('/')[2]}-{told['CallbackToken']}".lower()
    model = f"s3://models/out/{job}/output/model.tar.gz"
    assert outputs == {"S3ModelArtifacts": model, "FinalMetrics": '{"auc": 0.75}'}
    assert found["Say"]["FailureReason"] == model
    packed = cloud.client("s3").get_object(Bucket="models", Key=model.partition("models/")[2])
    with tarfile.open(fileobj=io.BytesIO(packed["Body"].read())) as archive:
        (learned,) = archive.getnames()
        assert archive.extractfile(learned).read() == b"3a\nb\n"
    assert "Messages" not in cloud.client("sqs").receive_message(QueueUrl=queue)


def test_a_training_of_pods_that_fails_fails_its_step(cloud, queue, serves):
    create(cloud, "in-pods-bad", _in_pods(cloud, queue, "raise SystemExit('no such column')"))
    arn = start(cloud, "in-pods-bad")
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "Failed"
    assert "no such column" in steps_of(cloud, arn)["Train"]["FailureReason"]


@pytest.fixture(scope="module")
def serves(cloud):
    """Steps that make a model of a tarball and serve it at an endpoint named `served`."""
    uri = uploaded(cloud, "s3://models/model.tar.gz")
    container = {"Image": "image", "ModelDataUrl": {"Get": "Parameters.Data"}}
    variant = {"VariantName": "all", "ModelName": {"Get": "Steps.Make.ModelName"}}
    variant |= {"InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    name = {"Get": "Steps.Configure.EndpointConfigName"}
    steps = [
        {
            "Name": "Make",
            "Type": "Model",
            "Arguments": {"PrimaryContainer": container, "ExecutionRoleArn": serving_role(cloud)},
        },
        {
            "Name": "Configure",
            "Type": "EndpointConfig",
            "Arguments": {"ProductionVariants": [variant]},
        },
        {
            "Name": "Serve",
            "Type": "Endpoint",
            "Arguments": {"EndpointName": "served", "EndpointConfigName": name},
        },
    ]
    return steps, [{"Name": "Data", "Type": "String", "DefaultValue": uri}]


def test_a_model_is_made_configured_and_served_and_moved_on_the_next_execution(cloud, serves):
    steps, parameters = serves
    sagemaker, runtime = cloud.client("sagemaker"), cloud.client("sagemaker-runtime")
    configurations = []
    for _ in range(2):
        status, found = run(cloud, "serves", steps, parameters=parameters)
        assert status == "Succeeded", found
        arn = found["Serve"]["Metadata"]["Endpoint"]["Arn"]
        assert arn.endswith("endpoint/served")
        assert ":model/pipelines-" in found["Make"]["Metadata"]["Model"]["Arn"]
        endpoint = sagemaker.describe_endpoint(EndpointName="served")
        name = endpoint["EndpointConfigName"]
        assert found["Configure"]["Metadata"]["EndpointConfig"]["Arn"].endswith(name)
        configurations.append(name)
        said = runtime.invoke_endpoint(EndpointName="served", Body=b"hello", ContentType="text/csv")
        assert said["Body"].read() == b"hello"
    assert len(set(configurations)) == 2


def test_an_endpoint_that_does_not_come_up_fails_the_step(cloud, serves):
    steps, parameters = serves
    uri = uploaded(cloud, "s3://models/broken.tar.gz", "raise OSError('no GPU here')")
    status, found = run(cloud, "serves", steps, parameters=parameters, values={"Data": uri})
    assert status == "Failed"
    assert "no GPU here" in found["Serve"]["FailureReason"]


def test_what_an_operation_refuses_is_the_reason_of_the_step(cloud, serves):
    steps, parameters = serves
    gone = {"Data": "s3://models/gone.tar.gz"}
    _, found = run(cloud, "serves", steps, parameters=parameters, values=gone)
    assert found["Make"]["FailureReason"] == (
        "ClientError: Failed to invoke sagemaker:CreateModel. Error Details: Could not find model "
        "data at s3://models/gone.tar.gz."
    )


def test_a_name_in_the_definition_begins_the_names_of_what_is_made(cloud, serves):
    steps, parameters = serves
    named = {**steps[0], "Arguments": {**steps[0]["Arguments"], "ModelName": "tumours"}}
    for _ in range(2):
        status, found = run(cloud, "prefixed", [named], parameters=parameters)
        assert status == "Succeeded", found
        assert ":model/tumours-" in found["Make"]["Metadata"]["Model"]["Arn"]
