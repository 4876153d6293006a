"""An endpoint of the embedded AWS serves the sample project's model, and is monitored."""

import io
import json
import os
import subprocess
import sys
import tarfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from components.mlops.kubernetes_serving.runtime.events import (
    ANSWER,
    INFERENCE_ID,
    REQUEST,
    event_of,
)
from components.mlops.kubernetes_serving.runtime.receiver import Keeper
from components.mlops.monitoring.runtime import monitor
from components.mlops.monitoring.runtime.capture import Reader
from components.mlops.monitoring.runtime.profiles import (
    CATEGORY,
    NUMBER,
    PREDICTION,
    Column,
    profile,
)
from components.mlops.monitoring.runtime.sources import BadInput, Window, captured, files, truths
from tests.components.mlops.monitoring.evaluated import evaluated
from tests.components.mlops.monitoring.tables import COLUMNS, NAMES, drawn, written
from tests.served_model import serving_role

ROOT = Path(__file__).parents[4]
CODE = ROOT / "templates/tabular/code"
RUNTIME = Path(monitor.__file__).parent
BUCKET, ENDPOINT = "monitored", "maslow-dev-readmission"
CSV, JSON = "text/csv", "application/json"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1"


@pytest.fixture(scope="module")
def s3(cloud):
    client = cloud.client("s3")
    client.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.region}
    )
    return client


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The sample project's model.tar.gz, trained on patients."""
    folder = tmp_path_factory.mktemp("project")
    rows = [
        [*row, "yes" if float(row[0]) + i % 40 > 80 else "no"] for i, row in enumerate(drawn(600))
    ]
    (folder / "data").mkdir()
    written(folder / "data/patients.csv", rows, [*NAMES, "readmitted"])
    environment = {
        **os.environ,
        "SM_INPUT_CONFIG_DIR": str(folder),
        "SM_MODEL_DIR": str(folder / "model"),
        "SM_CHANNEL_TRAIN": str(folder / "out/train"),
        "SM_CHANNEL_VALIDATION": str(folder / "out/validation"),
    }
    told = ("--target", "readmitted", "--input", folder / "data", "--output", folder / "out")
    for command in (("preprocess.py", *told), ("train.py",)):
        subprocess.run(
            [sys.executable, CODE / command[0], *command[1:]],
            env=environment,
            check=True,
            capture_output=True,
        )
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(folder / "model", ".")
    return packed.getvalue()


@pytest.fixture(scope="module")
def endpoint(cloud, s3, model):
    """Serves it, and captures what it is sent: a function of what headers are named."""
    sagemaker = cloud.client("sagemaker")
    s3.put_object(Bucket=BUCKET, Key="model.tar.gz", Body=model)
    sagemaker.create_model(
        ModelName="readmission",
        ExecutionRoleArn=serving_role(cloud),
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"},
    )

    def serve(name, **types):
        sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": "AllTraffic",
                    "ModelName": "readmission",
                    "InstanceType": "ml.c6i.large",
                    "InitialInstanceCount": 1,
                }
            ],
            DataCaptureConfig={
                "EnableCapture": True,
                "InitialSamplingPercentage": 100,
                "DestinationS3Uri": f"s3://{BUCKET}/captures",
                "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
                **({"CaptureContentTypeHeader": types} if types else {}),
            },
        )
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        return f"s3://{BUCKET}/captures/{name}"

    return serve


@pytest.fixture(scope="module")
def plain(endpoint):
    return endpoint(ENDPOINT, CsvContentTypes=[CSV], JsonContentTypes=[JSON])


@pytest.fixture(scope="module")
def in_base64(endpoint):
    return endpoint("base64")


def ask(cloud, endpoint, rows, content_type, accept, *, by_name=False, **more):
    body = "".join(",".join(row) + "\n" for row in rows)
    if content_type == JSON:
        some = [dict(zip(NAMES, row, strict=True)) for row in rows] if by_name else rows
        body = json.dumps({"instances": some})
    answer = cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, Body=body, ContentType=content_type, Accept=accept, **more
    )
    return body.encode(), answer["Body"].read()


def window():
    now = datetime.now(UTC)
    return Window(now - timedelta(hours=2), now + timedelta(hours=1))


def forget(s3, prefix):
    for each in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=each["Key"])


@pytest.mark.parametrize("encoding", ["plain", "in_base64"])
@pytest.mark.parametrize(
    ("content_type", "by_name"), [(CSV, False), (JSON, False), (JSON, True)], ids=str
)
@pytest.mark.parametrize("accept", [CSV, JSON])
def test_what_the_endpoint_captured_is_read(
    cloud, s3, request, encoding, content_type, by_name, accept
):
    where = request.getfixturevalue(encoding)
    name = where.rpartition("/")[2]
    rows = drawn(3, 5)
    ask(cloud, name, rows, content_type, accept, by_name=by_name)
    reader = Reader(NAMES, ["label", "score"])

    found = list(reader.rows(captured(where, window(), s3), window()))

    forget(s3, f"captures/{name}/")
    assert reader.aside.examples == []
    assert [row.features for row in found] == rows
    assert {row.variant for row in found} == {"AllTraffic"}
    for row in found:
        assert 0 < row.prediction["score"] < 1
        assert row.prediction.get("label") in ({None} if accept == CSV else {"no", "yes"})
        assert window().start < row.at < window().end


@pytest.mark.parametrize("content_type", [CSV, JSON])
@pytest.mark.parametrize("accept", [CSV, JSON])
def test_kubernetes_captures_of_the_same_what_an_endpoint_does(
    cloud, s3, plain, content_type, accept
):
    """KServe's logger tells no content type of an answer but that of its request."""
    told = {
        "ENDPOINT": "on-kubernetes",
        "VARIANT": "AllTraffic",
        "PERCENT": "100",
        "BUCKET": BUCKET,
        "PREFIX": "captures",
        "NAMESPACE": "maslow/Serving",
        "KEY_ARN": cloud.client("kms").create_key()["KeyMetadata"]["Arn"],
    }
    keeper = Keeper(told, s3, cloud.client("cloudwatch"))
    asked = ask(cloud, ENDPOINT, drawn(3, 5), content_type, accept, InferenceId="visit-7")
    names = {"Ce-Metadata": json.dumps({INFERENCE_ID: ["visit-7"]})}
    for kind, body in zip((REQUEST, ANSWER), asked, strict=True):
        headers = {"Ce-Id": "one", "Ce-Type": kind, "Ce-Time": datetime.now(UTC).isoformat()}
        keeper.take(event_of({**headers, **names, "Content-Type": content_type}, body), 0)
    keeper.flush(0, available=True)

    found = {}
    for name in (ENDPOINT, "on-kubernetes"):
        reader = Reader(NAMES, ["label", "score"])
        where = f"s3://{BUCKET}/captures/{name}"
        found[name] = [
            (row.features, row.prediction, row.variant, row.inference_id, row.place, row.of)
            for row in reader.rows(captured(where, window(), s3), window())
        ]
        assert reader.aside.examples == []
        forget(s3, f"captures/{name}/")
    assert len(found[ENDPOINT]) == 3
    assert found["on-kubernetes"] == found[ENDPOINT]


@pytest.mark.parametrize("content_type", [CSV, JSON])
@pytest.mark.parametrize("accept", [CSV, JSON])
def test_what_was_captured_is_joined_with_its_truth(
    cloud, s3, plain, tmp_path, content_type, accept
):
    """By the inference id that the caller gave, and the place in the request."""
    rows = drawn(120, 5)
    for start in range(0, 120, 40):
        some = rows[start : start + 40]
        ask(cloud, ENDPOINT, some, content_type, accept, InferenceId=f"visit-{start}")
        told = ["yes" if float(row[0]) > 60 else "no" for row in some]
        event = {
            "groundTruthData": {"data": json.dumps(told), "encoding": "JSON"},
            "eventMetadata": {"eventId": f"visit-{start}"},
            "eventVersion": "0",
        }
        hour = f"{datetime.now(UTC) + timedelta(days=1):%Y/%m/%d/%H}"
        key = f"truth/{hour}/{start}.jsonl"
        s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(event).encode())
    known = {**evaluated(), "attributions": None}
    (tmp_path / "baseline.json").write_text(json.dumps(known))
    told = ["--model", "m", "--baseline", str(tmp_path / "baseline.json"), "--no-metrics"]
    told += ["--capture", plain, "--end", f"{window().end:%Y-%m-%dT%H:%M:%SZ}"]
    told += ["--truth", f"s3://{BUCKET}/truth", "--output", str(tmp_path / "out")]
    found = {}
    for kind in ("quality", "bias"):
        assert monitor.main([*told, "--monitor", kind], client=cloud.client) == 0
        found[kind] = json.loads((tmp_path / "out/report.json").read_text())
    forget(s3, "captures/")
    forget(s3, "truth/")

    assert found["quality"]["joined"] == found["bias"]["joined"] == {"rows": 120, "of": 120}
    metrics = {one["name"]: one["value"] for one in found["quality"]["measures"]}
    assert metrics["auc"] > 0.9
    measured = {one["name"]: one["value"] for one in found["bias"]["measures"]}
    assert None not in (measured["CI"], measured["DPL"], measured["DPPL"])


def test_hours_outside_of_the_window_are_not_read(cloud, s3, plain):
    ask(cloud, ENDPOINT, drawn(3, 5), CSV, JSON)
    past = Window(*(at - timedelta(days=1) for at in window()))

    assert list(captured(plain, past, s3)) == []
    assert len(list(captured(f"s3://{BUCKET}/captures/{ENDPOINT}/AllTraffic", window(), s3))) == 1
    forget(s3, "captures/")


def test_a_prefix_is_a_folder_and_not_what_the_names_of_others_begin_with(s3):
    for model in ("readmission", "readmission-2"):
        s3.put_object(Bucket=BUCKET, Key=f"truth/{model}/truth.csv", Body=model.encode())
    for prefix in ("truth/readmission", "truth/readmission/", "truth/readmission/truth.csv"):
        where = f"s3://{BUCKET}/{prefix}"
        assert [list(lines) for _, lines in truths(where, None, s3)] == [["readmission"]]
        assert [list(lines) for _, lines, _ in files(where, s3)] == [["readmission"]]
    forget(s3, "truth/")


def test_a_prefix_of_several_endpoints_is_refused(cloud, s3, plain, in_base64):
    for name in (ENDPOINT, "base64"):
        ask(cloud, name, drawn(1), CSV, JSON)
    whole = f"s3://{BUCKET}/captures"

    with pytest.raises(BadInput, match="captures of 2 endpoints"):
        list(captured(whole, window(), s3))

    forget(s3, "captures/base64/")
    assert len(list(captured(whole, window(), s3))) == 1
    forget(s3, "captures/")
    assert list(captured(whole, window(), s3)) == []


def test_files_of_a_bucket_are_read_with_their_answers(s3, cloud, tmp_path, capsys):
    document = profile(COLUMNS, drawn(2000, 1))
    (tmp_path / "baseline.json").write_text(json.dumps(document))
    body = "".join(",".join(row) + "\n" for row in drawn(150, 3))
    s3.put_object(Bucket=BUCKET, Key="batch/in.csv", Body=body.encode())
    s3.put_object(Bucket=BUCKET, Key="batch/in.csv.out", Body=b"0.5\n" * 150)
    told = ["--model", "m", "--baseline", str(tmp_path / "baseline.json")]
    told += ["--data", f"s3://{BUCKET}/batch/", "--output", str(tmp_path / "out")]

    assert monitor.main(told, client=cloud.client) == 0

    assert "ok. 150 rows are like the baseline." in capsys.readouterr().out


def test_a_processing_job_monitors_the_endpoint(cloud, s3, plain):
    """As the platform runs it: code and baseline from S3, report to S3, drift to CloudWatch."""
    forget(s3, "captures/")
    for row in range(0, 300, 20):
        ask(cloud, ENDPOINT, drawn(300, 5, age=1)[row : row + 20], JSON, JSON)
    columns = [*COLUMNS, Column("label", CATEGORY, PREDICTION), Column("score", NUMBER, PREDICTION)]
    rows = [[*row, ("no", "yes")[i % 2], i % 101 / 100] for i, row in enumerate(drawn(2000, 1))]
    s3.put_object(
        Bucket=BUCKET, Key="baseline.json", Body=json.dumps(profile(columns, rows)).encode()
    )
    for module in RUNTIME.glob("*.py"):
        s3.put_object(Bucket=BUCKET, Key=f"code/runtime/{module.name}", Body=module.read_bytes())
    end = f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    arguments = {
        "--model": "readmission",
        "--monitor": "data",
        "--baseline": f"s3://{BUCKET}/baseline.json",
        "--capture": plain,
        "--window-hours": "3",
        "--end": end,
        "--output": "/opt/ml/processing/output",
    }
    sagemaker = cloud.client("sagemaker")

    sagemaker.create_processing_job(
        ProcessingJobName="monitor",
        RoleArn="arn:aws:iam::123456789012:role/jobs",
        AppSpecification={
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "-m", "runtime"],
            "ContainerArguments": [word for pair in arguments.items() for word in pair],
        },
        Environment={"PYTHONPATH": "/opt/ml/processing/input/code"},
        ProcessingInputs=[
            {
                "InputName": "code",
                "S3Input": {
                    "S3Uri": f"s3://{BUCKET}/code/runtime",
                    "LocalPath": "/opt/ml/processing/input/code/runtime",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
        ProcessingOutputConfig={
            "Outputs": [
                {
                    "OutputName": "report",
                    "S3Output": {
                        "S3Uri": f"s3://{BUCKET}/reports",
                        "LocalPath": "/opt/ml/processing/output",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        ProcessingResources={
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m6i.large",
                "VolumeSizeInGB": 20,
            }
        },
    )

    until = time.monotonic() + 120
    while True:
        job = sagemaker.describe_processing_job(ProcessingJobName="monitor")
        if job["ProcessingJobStatus"] != "InProgress" or time.monotonic() > until:
            break
        time.sleep(0.2)
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")
    body = s3.get_object(Bucket=BUCKET, Key="reports/report.json")["Body"].read()
    report = json.loads(body)
    assert (report["status"], report["rows"]) == ("drift", 300), report["summary"]
    assert report["variants"] == {"AllTraffic": 300}
    assert {one["name"]: one["status"] for one in report["columns"]}["age"] == "drift"
    assert s3.get_object(Bucket=BUCKET, Key="reports/report.html")["Body"].read()
    metrics = cloud.client("cloudwatch").list_metrics(Namespace="maslow/Monitors")["Metrics"]
    assert {one["MetricName"] for one in metrics} == {
        "Ran",
        "Rows",
        "SetAside",
        "Violations",
        "Worst",
        "Drift",
    }
