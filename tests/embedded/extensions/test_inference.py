import base64
import io
import json
import os
import tarfile
from collections import Counter
from datetime import UTC, datetime, timedelta

import joblib
import pytest
from botocore.exceptions import ClientError
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from embedded.cloud import Cloud

BUCKET = "artifacts"
SKLEARN = """
import joblib, os
import numpy as np

print("a print of the handler must not reach the answers")

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))

def predict_fn(data, model):
    return model.predict_proba(np.atleast_2d(data))[:, 1]
"""
ECHO = """
import json, os, sys, time

def model_fn(model_dir):
    return {"env": os.environ.get("FLAVOUR", "plain"), "calls": 0}

def input_fn(body, content_type):
    if content_type == "text/refused":
        raise ValueError("text/refused is not understood")
    return body

def predict_fn(data, model):
    model["calls"] += 1
    if data == "ask AWS":
        import boto3
        return {"account": boto3.client("sts").get_caller_identity()["Account"]}
    if data == "raise":
        raise RuntimeError("the model cannot")
    if data == "exit":
        print("last words", file=sys.stderr)
        os._exit(7)
    if isinstance(data, bytes):
        return {"bytes": len(data)}
    return {"said": data, "pid": os.getpid(), **model}

def output_fn(prediction, accept):
    if accept == "text/refused":
        from flask import Response
        return Response("text/refused is not spoken", status=400, mimetype="text/plain")
    return json.dumps(prediction), "application/json"
"""


def tarball(**files: bytes | str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def upload(cloud: Cloud, key: str, data: bytes) -> str:
    cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=data)
    return f"s3://{BUCKET}/{key}"


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud):
    cloud.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.region}
    )


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return cloud.client("sagemaker")


@pytest.fixture(scope="module")
def runtime(cloud):
    return cloud.client("sagemaker-runtime")


@pytest.fixture(scope="module")
def echo(cloud, a_model):
    data = upload(cloud, "echo/model.tar.gz", tarball(**{"code/inference.py": ECHO}))
    return a_model("echo", data)


@pytest.fixture
def served(request, sagemaker, echo, a_config):
    """An endpoint, named after the test, that echoes."""
    name = request.node.name.replace("_", "-")[:63].strip("-")
    a_config(name, only=(echo, 1))
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    yield name
    sagemaker.delete_endpoint(EndpointName=name)


def _ask(runtime, endpoint, body="hello", content_type="text/csv", **more):
    return runtime.invoke_endpoint(
        EndpointName=endpoint, Body=body, ContentType=content_type, **more
    )


def _said(runtime, endpoint, body="hello", **more):
    return json.loads(_ask(runtime, endpoint, body, **more)["Body"].read())


def _failed(runtime, endpoint, body="hello", **more):
    with pytest.raises(runtime.exceptions.ModelError) as raised:
        _ask(runtime, endpoint, body, **more)
    return raised.value.response


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_scikit_learn_model_answers_as_it_does_at_home(cloud, sagemaker, runtime, role, a_config):
    rows, labels = load_breast_cancer(return_X_y=True)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, labels)
    stream = io.BytesIO()
    joblib.dump(model, stream)
    data = upload(
        cloud,
        "cancer/model.tar.gz",
        tarball(**{"model.joblib": stream.getvalue(), "code/inference.py": SKLEARN}),
    )
    sagemaker.create_model_package_group(ModelPackageGroupName="cancer")
    package = sagemaker.create_model_package(
        ModelPackageGroupName="cancer",
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [{"Image": "sklearn", "ModelDataUrl": data}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]
    sagemaker.create_model(
        ModelName="cancer",
        ExecutionRoleArn=role,
        PrimaryContainer={"ModelPackageName": package},
    )
    a_config("cancer", only=("cancer", 1))
    sagemaker.create_endpoint(EndpointName="cancer", EndpointConfigName="cancer")

    expected = model.predict_proba(rows[:3])[:, 1]
    text = "\n".join(",".join(map(str, row)) for row in rows[:3])
    for content_type, body in (
        ("text/csv", text),
        ("application/json", json.dumps(rows[:3].tolist())),
    ):
        answer = _ask(runtime, "cancer", body, content_type)
        assert answer["ContentType"] == "application/json"
        assert answer["InvokedProductionVariant"] == "only"
        assert json.loads(answer["Body"].read()) == pytest.approx(expected, abs=1e-5)
    as_csv = _ask(runtime, "cancer", text, Accept="text/csv")
    assert as_csv["ContentType"] == "text/csv"
    lines = as_csv["Body"].read().decode().splitlines()
    assert [float(line) for line in lines] == pytest.approx(expected, abs=1e-5)
    for types, status in (({"content_type": "image/png"}, 415), ({"Accept": "image/png"}, 406)):
        refused = _failed(runtime, "cancer", text, **types)
        assert refused["OriginalStatusCode"] == status
        assert "image/png is not supported" in refused["OriginalMessage"]


def test_a_body_that_is_no_text_arrives_as_bytes(runtime, served):
    body = bytes(range(256))
    assert _said(runtime, served, body, content_type="application/x-image") == {"bytes": 256}


def test_a_model_may_ask_aws_while_its_caller_waits(runtime, served):
    assert _said(runtime, served, "ask AWS") == {"account": "123456789012"}


def test_one_process_serves_every_request_of_a_model(runtime, served):
    first, second = _said(runtime, served), _said(runtime, served)
    assert first["pid"] == second["pid"] != os.getpid()
    assert second["calls"] == first["calls"] + 1


def test_a_containers_environment_reaches_its_model(cloud, sagemaker, runtime, a_config):
    data = upload(cloud, "flavour/model.tar.gz", tarball(**{"code/serve.py": ECHO}))
    sagemaker.create_model(
        ModelName="flavour",
        PrimaryContainer={
            "Image": "image",
            "ModelDataUrl": data,
            "Environment": {"FLAVOUR": "sour", "SAGEMAKER_PROGRAM": "serve.py"},
        },
    )
    a_config("flavour", only=("flavour", 1))
    sagemaker.create_endpoint(EndpointName="flavour", EndpointConfigName="flavour")
    assert _said(runtime, "flavour")["env"] == "sour"


def test_an_unknown_endpoint_is_a_validation_error(runtime):
    with pytest.raises(runtime.exceptions.ValidationError) as raised:
        _ask(runtime, "absent")
    error = raised.value.response["Error"]
    assert error["Message"] == "Endpoint absent of account 123456789012 not found."
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_an_exception_of_the_model_is_a_model_error(runtime, served):
    failed = _failed(runtime, served, "raise")
    assert failed["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert failed["OriginalStatusCode"] == 500
    assert "the model cannot" in failed["OriginalMessage"]
    assert failed["Error"]["Message"].startswith(
        "Received server error (500) from primary with message"
    )
    assert _said(runtime, served)["said"] == "hello"


def test_a_response_of_the_handlers_own_bears_its_status(runtime, served):
    failed = _failed(runtime, served, Accept="text/refused")
    assert failed["OriginalStatusCode"] == 400
    assert failed["OriginalMessage"] == "text/refused is not spoken"
    assert "client error" in failed["Error"]["Message"]


def test_what_the_handler_raises_is_a_server_error_of_whichever_type(runtime, served):
    failed = _failed(runtime, served, content_type="text/refused")
    assert failed["OriginalStatusCode"] == 500
    assert "server error" in failed["Error"]["Message"]


def test_a_process_that_dies_is_reported_and_begun_anew(runtime, served):
    before = _said(runtime, served)["pid"]
    failed = _failed(runtime, served, "exit")
    assert failed["OriginalStatusCode"] == 500
    assert "exit status 7" in failed["OriginalMessage"]
    assert "last words" in failed["OriginalMessage"]
    after = _said(runtime, served)
    assert after["pid"] != before
    assert _gone(before)


def test_what_a_model_prints_is_in_the_log_group_of_its_endpoint(cloud, runtime, served):
    _failed(runtime, served, "raise")
    _failed(runtime, served, "exit")
    logs, group = cloud.client("logs"), f"/aws/sagemaker/Endpoints/{served}"
    (stream,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert stream["logStreamName"].startswith("only/")
    events = logs.get_log_events(
        logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
    )["events"]
    lines = [event["message"] for event in events]
    assert "RuntimeError: the model cannot" in lines
    assert lines[-1] == "last words"
    assert lines.count("last words") == 1
    assert _said(runtime, served)["said"] == "hello"
    (same,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert same["logStreamName"] == stream["logStreamName"]


def test_a_process_killed_between_requests_is_begun_anew(runtime, served):
    before = _said(runtime, served)["pid"]
    os.kill(before, 9)
    assert _failed(runtime, served)["OriginalStatusCode"] == 500
    assert _said(runtime, served)["pid"] != before


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"model.joblib": ""}, "no code/inference.py"),
        ({"code/inference.py": "import absent_module"}, "absent_module"),
        ({"code/inference.py": "x = 1"}, "Please provide a model_fn implementation"),
        ({"../outside": "x"}, "outside"),
    ],
)
def test_a_model_that_cannot_be_loaded_says_why(
    cloud, sagemaker, runtime, a_model, a_config, files, message
):
    name = f"broken-{abs(hash(message))}"
    upload(cloud, f"{name}/model.tar.gz", tarball(**files))
    a_config(name, only=(a_model(name, f"s3://{BUCKET}/{name}/model.tar.gz"), 1))
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    told = sagemaker.describe_endpoint(EndpointName=name)
    assert told["EndpointStatus"] == "Failed"
    assert message in told["FailureReason"]
    with pytest.raises(runtime.exceptions.ValidationError, match=f"Endpoint {name} .* not found"):
        _ask(runtime, name)


def test_variants_answer_by_weight(sagemaker, runtime, echo, a_config):
    a_config("split", old=(echo, 0), new=(echo, 1))
    sagemaker.create_endpoint(EndpointName="split", EndpointConfigName="split")

    def answered(times: int) -> Counter:
        return Counter(_ask(runtime, "split")["InvokedProductionVariant"] for _ in range(times))

    assert answered(20) == {"new": 20}
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="split",
        DesiredWeightsAndCapacities=[
            {"VariantName": "old", "DesiredWeight": 1},
            {"VariantName": "new", "DesiredWeight": 1},
        ],
    )
    assert answered(60).keys() == {"old", "new"}
    assert _ask(runtime, "split", TargetVariant="old")["InvokedProductionVariant"] == "old"
    with pytest.raises(runtime.exceptions.ValidationError, match="absent"):
        _ask(runtime, "split", TargetVariant="absent")


def test_an_endpoint_without_any_weight_is_refused(sagemaker, runtime, echo, a_config):
    a_config("weightless", one=(echo, 0))
    sagemaker.create_endpoint(EndpointName="weightless", EndpointConfigName="weightless")
    with pytest.raises(ClientError, match="weight"):
        _ask(runtime, "weightless")


def test_the_containers_of_a_pipeline_are_asked_in_turn(cloud, sagemaker, runtime, a_config):
    handler = """
def model_fn(model_dir): return None
def input_fn(body, content_type): return body
def predict_fn(data, model): return data + "{0}"
def output_fn(prediction, accept): return prediction, "text/csv"
"""
    containers = [
        {
            "Image": "image",
            "ModelDataUrl": upload(
                cloud,
                f"chain/{letter}.tar.gz",
                tarball(**{"code/inference.py": handler.replace("{0}", letter)}),
            ),
        }
        for letter in "ab"
    ]
    sagemaker.create_model(ModelName="chain", Containers=containers)
    a_config("chain", only=("chain", 1))
    sagemaker.create_endpoint(EndpointName="chain", EndpointConfigName="chain")
    assert _ask(runtime, "chain", "x")["Body"].read() == b"xab"


def test_moving_an_endpoint_ends_the_process_of_the_old_model(
    cloud, sagemaker, runtime, a_model, a_config
):
    for name in ("leaving", "coming"):
        data = upload(cloud, f"{name}/model.tar.gz", tarball(**{"code/inference.py": ECHO}))
        a_config(name, only=(a_model(name, data), 1))
    sagemaker.create_endpoint(EndpointName="moved", EndpointConfigName="leaving")
    before = _said(runtime, "moved")["pid"]
    sagemaker.update_endpoint(EndpointName="moved", EndpointConfigName="coming")
    assert _gone(before)
    after = _said(runtime, "moved")["pid"]
    sagemaker.delete_endpoint_config(EndpointConfigName="leaving")
    sagemaker.delete_endpoint_config(EndpointConfigName="coming")
    sagemaker.delete_model(ModelName="coming")
    assert _said(runtime, "moved")["pid"] == after
    sagemaker.delete_endpoint(EndpointName="moved")
    assert _gone(after)


def _captures(cloud, prefix):
    s3 = cloud.client("s3")
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return {
        item["Key"]: s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read().decode()
        for item in listed
    }


def _capture_config(prefix, percentage=100, modes=("Input", "Output"), **more):
    return {
        "DataCaptureConfig": {
            "EnableCapture": True,
            "InitialSamplingPercentage": percentage,
            "DestinationS3Uri": f"s3://{BUCKET}/{prefix}",
            "CaptureOptions": [{"CaptureMode": mode} for mode in modes],
            **more,
        }
    }


def test_requests_and_answers_are_captured_as_sagemaker_writes_them(
    cloud, sagemaker, runtime, echo, a_config
):
    types = {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]}
    extra = _capture_config("captured", CaptureContentTypeHeader=types)
    a_config("captured", only=(echo, 1), extra=extra)
    sagemaker.create_endpoint(EndpointName="captured", EndpointConfigName="captured")
    answer = _ask(runtime, "captured", "1,2", InferenceId="visit-1")["Body"].read().decode()
    ((key, text),) = _captures(cloud, "captured/").items()
    now = datetime.now(UTC)
    folders = {f"{at:%Y/%m/%d/%H}" for at in (now, now - timedelta(minutes=1))}
    assert key.rpartition("/")[0] in {f"captured/captured/only/{folder}" for folder in folders}
    assert key.endswith(".jsonl")
    assert text.endswith("\n")
    event = json.loads(text)
    assert event["captureData"] == {
        "endpointInput": {
            "observedContentType": "text/csv",
            "mode": "INPUT",
            "data": "1,2",
            "encoding": "CSV",
        },
        "endpointOutput": {
            "observedContentType": "application/json",
            "mode": "OUTPUT",
            "data": answer,
            "encoding": "JSON",
        },
    }
    assert event["eventVersion"] == "0"
    assert event["eventMetadata"]["inferenceId"] == "visit-1"
    assert event["eventMetadata"]["eventId"] in key
    datetime.strptime(event["eventMetadata"]["inferenceTime"], "%Y-%m-%dT%H:%M:%SZ")


def test_an_unnamed_content_type_is_captured_as_base64(cloud, sagemaker, runtime, echo, a_config):
    a_config("base64", only=(echo, 1), extra=_capture_config("base64", modes=["Input"]))
    sagemaker.create_endpoint(EndpointName="base64", EndpointConfigName="base64")
    _ask(runtime, "base64", "1,2")
    (text,) = _captures(cloud, "base64/").values()
    data = json.loads(text)["captureData"]
    assert data.keys() == {"endpointInput"}
    assert data["endpointInput"]["encoding"] == "BASE64"
    assert base64.b64decode(data["endpointInput"]["data"]) == b"1,2"


def test_the_sampling_percentage_is_honoured(cloud, sagemaker, runtime, echo, a_config):
    for name, percentage in (("none", 0), ("some", 50)):
        a_config(name, only=(echo, 1), extra=_capture_config(f"sampled-{name}", percentage))
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        for _ in range(40):
            _ask(runtime, name)
    assert not _captures(cloud, "sampled-none/")
    assert 0 < len(_captures(cloud, "sampled-some/")) < 40


def test_a_capture_that_cannot_be_written_does_not_fail_the_request(
    sagemaker, runtime, echo, a_config, caplog
):
    extra = _capture_config("x")
    extra["DataCaptureConfig"]["DestinationS3Uri"] = "s3://absent-bucket/x"
    a_config("uncaptured", only=(echo, 1), extra=extra)
    sagemaker.create_endpoint(EndpointName="uncaptured", EndpointConfigName="uncaptured")
    assert _said(runtime, "uncaptured")["said"] == "hello"
    assert "data capture failed" in caplog.text


def test_requests_are_counted_and_timed(cloud, runtime, served):
    _ask(runtime, served)
    _failed(runtime, served, "raise")
    now = datetime.now(UTC)

    def sums(metric: str) -> float:
        points = cloud.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=[
                {"Name": "EndpointName", "Value": served},
                {"Name": "VariantName", "Value": "only"},
            ],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=5),
            Period=600,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)

    assert sums("Invocations") == 2
    assert sums("Invocation5XXErrors") == 1
    assert sums("Invocation4XXErrors") == 0
    assert 0 < sums("ModelLatency") < 60e6


def test_a_retained_capture_goes_on_under_the_new_configuration(
    cloud, sagemaker, runtime, echo, a_config
):
    a_config("kept-a", only=(echo, 1), extra=_capture_config("kept"))
    a_config("kept-b", only=(echo, 1))
    sagemaker.create_endpoint(EndpointName="kept", EndpointConfigName="kept-a")
    sagemaker.update_endpoint(
        EndpointName="kept", EndpointConfigName="kept-b", RetainAllVariantProperties=True
    )
    _ask(runtime, "kept")
    assert sagemaker.describe_endpoint(EndpointName="kept")["DataCaptureConfig"]["EnableCapture"]
    assert len(_captures(cloud, "kept/")) == 1
    sagemaker.update_endpoint(EndpointName="kept", EndpointConfigName="kept-b")
    _ask(runtime, "kept")
    assert "DataCaptureConfig" not in sagemaker.describe_endpoint(EndpointName="kept")
    assert len(_captures(cloud, "kept/")) == 1


def test_a_part_of_an_endpoint_that_is_not_told_apart_is_refused(runtime, served):
    for part in ("TargetModel", "TargetContainerHostname", "InferenceComponentName"):
        with pytest.raises(ClientError, match="The embedded AWS serves no"):
            _ask(runtime, served, **{part: "a"})


def test_an_asynchronous_invocation_is_refused(runtime, served):
    with pytest.raises(ClientError, match="no InvokeEndpointAsync: no model would answer"):
        runtime.invoke_endpoint_async(EndpointName=served, InputLocation="s3://artifacts/in.csv")
