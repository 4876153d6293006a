"""Batch transform, by models that really answer."""

import csv
import gzip
import io
import json
import tarfile
import time

import joblib
import pytest
from botocore.exceptions import ClientError
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from embedded.cloud import Cloud
from tests.served_model import serving_role, uploaded
from tests.some_pipeline import check, create, ended, fail, run, start, steps_of, until

SKLEARN = """
import joblib, os
import numpy as np

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))

def predict_fn(data, model):
    return model.predict_proba(np.atleast_2d(data))[:, 1]
"""
COUNTS = """
import json, os, time

def model_fn(directory):
    print("it is loaded")
    return os.environ

def transform_fn(model, content, content_type, accept):
    if "bad" in content:
        raise ValueError("a bad record")
    if "slow" in content:
        time.sleep(60)
    lines = content.splitlines()
    if accept == "application/json":
        return json.dumps({"n": len(json.loads(content))}), accept
    mark = model.get("MARK", "") + model.get("SAGEMAKER_BATCH", "")
    return "".join(f"{len(lines)}{mark}\\n" for _ in lines), accept
"""
END = ("Completed", "Failed", "Stopped")


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        s3 = running.client("s3")
        for bucket in ("raw", "out"):
            place = {"LocationConstraint": "eu-west-1"}
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        data = load_breast_cancer()
        fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(data.data, data.target)
        model, archive = io.BytesIO(), io.BytesIO()
        joblib.dump(fitted, model)
        with tarfile.open(fileobj=archive, mode="w:gz") as packed:
            for name, body in (
                ("model.joblib", model.getvalue()),
                ("code/inference.py", SKLEARN.encode()),
            ):
                member = tarfile.TarInfo(name)
                member.size = len(body)
                packed.addfile(member, io.BytesIO(body))
        s3.put_object(Bucket="raw", Key="models/tumours.tar.gz", Body=archive.getvalue())
        uploaded(running, "s3://raw/models/counts.tar.gz", COUNTS)
        for name in ("tumours", "counts"):
            running.client("sagemaker").create_model(
                ModelName=name,
                PrimaryContainer={
                    "Image": "image",
                    "ModelDataUrl": f"s3://raw/models/{name}.tar.gz",
                },
                ExecutionRoleArn=serving_role(running),
            )
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            [f"k{i}", *data.data[i]] for i in range(100)
        )
        s3.put_object(Bucket="raw", Key="rows/a/one.csv", Body=text.getvalue())
        yield running


def _asked(model, uri, to, *, source=None, target=None, **more):
    return {
        "ModelName": model,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
            "ContentType": "text/csv",
            "SplitType": "Line",
            **(source or {}),
        },
        "TransformOutput": {"S3OutputPath": to, "Accept": "text/csv", **(target or {})},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        **more,
    }


def _done(cloud, name, model, uri, *, expect="Completed", **more):
    sagemaker = cloud.client("sagemaker")
    asked = _asked(model, uri, f"s3://out/{name}", **more)
    sagemaker.create_transform_job(TransformJobName=name, **asked)

    def over():
        found = sagemaker.describe_transform_job(TransformJobName=name)
        return found if found["TransformJobStatus"] in END else None

    found = until(over)
    assert found["TransformJobStatus"] == expect, found
    return found


def _put(cloud, key, body):
    cloud.client("s3").put_object(Bucket="raw", Key=key, Body=body)
    return f"s3://raw/{key}"


def _out(cloud, key):
    return cloud.client("s3").get_object(Bucket="out", Key=key)["Body"].read().decode()


def test_a_data_set_is_answered_with_its_keys_kept_aside_and_joined(cloud):
    how = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    found = _done(
        cloud,
        "joined",
        "tumours",
        "s3://raw/rows",
        target={"AssembleWith": "Line"},
        DataProcessing=how,
    )
    assert found["TransformEndTime"] >= found["TransformStartTime"]
    rows = list(csv.reader(_out(cloud, "joined/a/one.csv.out").splitlines()))
    target = load_breast_cancer().target
    assert [row[0] for row in rows] == [f"k{i}" for i in range(100)]
    right = [(float(row[1]) > 0.5) == bool(target[i]) for i, row in enumerate(rows)]
    assert sum(right) >= 97


def test_records_go_together_or_one_by_one(cloud):
    uri = _put(cloud, "few/rows.csv", "a\nb\nc\n")
    _done(cloud, "together", "counts", uri)
    assert _out(cloud, "together/rows.csv.out") == "3true\n3true\n3true\n"
    _done(cloud, "single", "counts", uri, BatchStrategy="SingleRecord")
    assert _out(cloud, "single/rows.csv.out") == "1true\n1true\n1true\n"
    _done(cloud, "marked", "counts", uri, Environment={"MARK": "x"})
    assert _out(cloud, "marked/rows.csv.out").startswith("3xtrue")


def test_as_many_records_go_together_as_the_payload_lets(cloud):
    half = "x" * (600 * 1024)
    uri = _put(cloud, "large/rows.csv", f"{half}\n{half}\nz\n")
    _done(cloud, "large", "counts", uri, MaxPayloadInMB=1)
    assert _out(cloud, "large/rows.csv.out") == "1true\n2true\n2true\n"
    uri = _put(cloud, "larger/rows.csv", "x" * (1024 * 1024 + 1))
    found = _done(cloud, "larger", "counts", uri, MaxPayloadInMB=1, expect="Failed")
    assert "is more than MaxPayloadInMB lets, 1048576 bytes" in found["FailureReason"]


def test_a_document_of_json_gets_the_answer_as_an_attribute(cloud):
    uri = _put(cloud, "json/one.json", json.dumps({"id": 7, "features": [1, 2, 3]}))
    _done(
        cloud,
        "documents",
        "counts",
        uri,
        source={"ContentType": "application/json", "SplitType": "None"},
        target={"Accept": "application/json"},
        DataProcessing={
            "InputFilter": "$.features",
            "JoinSource": "Input",
            "OutputFilter": "$['id','SageMakerOutput']",
        },
    )
    assert json.loads(_out(cloud, "documents/one.json.out")) == {
        "id": 7,
        "SageMakerOutput": {"n": 3},
    }


def test_input_is_unpacked_and_named_by_a_manifest(cloud):
    _put(cloud, "packed/x/rows.csv.gz", gzip.compress(b"a\nb\n"))
    manifest = json.dumps([{"prefix": "s3://raw/packed/"}, "x/rows.csv.gz"])
    uri = _put(cloud, "manifests/all", manifest)
    source = {
        "CompressionType": "Gzip",
        "DataSource": {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": uri}},
    }
    _done(cloud, "unpacked", "counts", uri, source=source)
    assert _out(cloud, "unpacked/x/rows.csv.gz.out") == "2true\n2true\n"


def test_objects_that_fail_are_left_out_and_the_job_fails(cloud):
    _put(cloud, "mixed/1.csv", "bad\n")
    _put(cloud, "mixed/2.csv", "good\n")
    found = _done(cloud, "mixed", "counts", "s3://raw/mixed/", expect="Failed")
    assert "s3://raw/mixed/1.csv: the model answered 500" in found["FailureReason"]
    assert "a bad record" in found["FailureReason"]
    listed = cloud.client("s3").list_objects_v2(Bucket="out", Prefix="mixed/")["Contents"]
    assert [one["Key"] for one in listed] == ["mixed/2.csv.out"]
    logged = cloud.client("logs").filter_log_events(
        logGroupName="/aws/sagemaker/TransformJobs", logStreamNamePrefix="mixed/"
    )
    assert "it is loaded" in [event["message"] for event in logged["events"]]


def test_input_that_is_not_there_fails_the_job(cloud):
    found = _done(cloud, "none", "counts", "s3://raw/nothing/", expect="Failed")
    assert "no S3 objects found under s3://raw/nothing/" in found["FailureReason"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"source": {"SplitType": "RecordIO"}}, "by Line or None, and not by RecordIO"),
        ({"source": {"SplitType": "None"}, "BatchStrategy": "SingleRecord"}, "BatchStrategy needs"),
        ({"DataProcessing": {"JoinSource": "Input"}}, "needs SplitType and AssembleWith to be"),
        (
            {"target": {"Accept": "text/x"}, "DataProcessing": {"InputFilter": "$[1:]"}},
            "DataProcessing needs Accept to be one of text/csv",
        ),
        ({"DataProcessing": {"OutputFilter": "id"}}, "id does not begin with"),
        ({"DataCaptureConfig": {"DestinationS3Uri": "s3://out/c"}}, "does not capture"),
        ({"MaxPayloadInMB": 60, "MaxConcurrentTransforms": 2}, "is more than 100"),
    ],
)
def test_what_can_not_be_transformed_is_refused(cloud, asked, message):
    whole = _asked("counts", "s3://raw/few", "s3://out/no", **asked)
    with pytest.raises(ClientError, match=message):
        cloud.client("sagemaker").create_transform_job(TransformJobName="no", **whole)


def test_a_model_that_is_not_there_and_a_name_in_use_are_refused(cloud):
    sagemaker = cloud.client("sagemaker")
    with pytest.raises(ClientError, match="Could not find model"):
        sagemaker.create_transform_job(
            TransformJobName="no", **_asked("nobody", "s3://raw/few", "s3://out/no")
        )
    uri = _put(cloud, "few/rows.csv", "a\n")
    _done(cloud, "twice", "counts", uri)
    with pytest.raises(ClientError, match="already existing"):
        sagemaker.create_transform_job(
            TransformJobName="twice", **_asked("counts", uri, "s3://out/no")
        )


def test_a_stopped_job_ends_while_its_model_still_answers(cloud):
    sagemaker = cloud.client("sagemaker")
    uri = _put(cloud, "slow/rows.csv", "slow\n")
    sagemaker.create_transform_job(
        TransformJobName="slow", **_asked("counts", uri, "s3://out/slow")
    )
    time.sleep(1)
    began = time.monotonic()
    sagemaker.stop_transform_job(TransformJobName="slow")
    status = "TransformJobStatus"
    until(lambda: sagemaker.describe_transform_job(TransformJobName="slow")[status] == "Stopped")
    assert time.monotonic() - began < 20
    with pytest.raises(ClientError, match="is not running"):
        sagemaker.stop_transform_job(TransformJobName="slow")


def _step(uri, **more):
    asked = _asked("counts", uri, "s3://out/step", **more)
    return {"Name": "Answer", "Type": "Transform", "Arguments": asked}


def test_a_step_transforms_and_tells_where_its_output_is(cloud):
    uri = _put(cloud, "step/rows.csv", "a\nb\n")
    says = fail("Say", {"Get": "Steps.Answer.TransformOutput.S3OutputPath"})
    _, steps = run(cloud, "transforms", [_step(uri), says])
    job = steps["Answer"]["Metadata"]["TransformJob"]["Arn"]
    assert ":transform-job/pipelines-" in job
    assert steps["Say"]["FailureReason"] == "s3://out/step"
    assert _out(cloud, "step/rows.csv.out") == "2true\n2true\n"


def test_a_stopped_execution_stops_its_transform_job(cloud):
    uri = _put(cloud, "slower/rows.csv", "slow\n")
    create(cloud, "transforms-slow", [_step(uri), check("Later", DependsOn=["Answer"])])
    arn = start(cloud, "transforms-slow")
    until(lambda: steps_of(cloud, arn).get("Answer", {}).get("Metadata"))
    time.sleep(0.5)
    cloud.client("sagemaker").stop_pipeline_execution(PipelineExecutionArn=arn)
    assert ended(cloud, arn)["PipelineExecutionStatus"] == "Stopped"
    assert steps_of(cloud, arn)["Answer"]["StepStatus"] == "Stopped"


def test_a_transform_job_tells_of_its_status(cloud):
    events, sns = cloud.client("events"), cloud.client("sns")
    topic = sns.create_topic(Name="seen")["TopicArn"]
    kind = "SageMaker Transform Job State Change"
    events.put_rule(Name="seen", EventPattern=json.dumps({"detail-type": [kind]}))
    events.put_targets(Rule="seen", Targets=[{"Id": "1", "Arn": topic}])
    uri = _put(cloud, "few/rows.csv", "a\n")
    arn = _done(cloud, "told", "counts", uri)["TransformJobArn"]

    def seen():
        told = [json.loads(each["message"]) for each in cloud.outbox()["sent"]]
        found = [event["detail"] for event in told if arn in event["resources"]]
        return found if len(found) == 2 else None

    first, last = until(seen)
    assert first["TransformJobStatus"] == "InProgress"
    assert last["TransformJobStatus"] == "Completed"
    assert last["TransformInput"]["ContentType"] == "text/csv"
