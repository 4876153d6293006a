import re
import shlex
import signal
import socket
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from infra.errors import InputError, WorkError
from infra.hosts.session import Pass
from infra.hosts.smoke_run import Answers, Version
from infra.settings.platform import Accept
from scripts import local
from scripts.console import Follower

ASKS = """
import importlib
import io
import json
import math
import sys
import tarfile

import boto3

sagemaker, s3 = boto3.client("sagemaker"), boto3.client("s3")
(endpoint,) = (one["EndpointName"] for one in sagemaker.list_endpoints()["Endpoints"])
versions = sagemaker.list_model_packages(ModelPackageGroupName=endpoint)
(package,) = (one["ModelPackageArn"] for one in versions["ModelPackageSummaryList"])
registered = sagemaker.describe_model_package(ModelPackageName=package)
assert registered["ModelApprovalStatus"] == "Approved"
uri = registered["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
bucket, _, key = uri.removeprefix("s3://").partition("/")
body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
with tarfile.open(fileobj=io.BytesIO(body)) as archive:
    archive.extractall("model", filter="data")

sys.path.insert(0, "model/code")
inference = importlib.import_module("inference")
with open("questions.csv") as file:
    questions = file.read()
rows = inference.input_fn(questions, "text/csv")
predicted = inference.predict_fn(rows, inference.model_fn("model"))
mine, _ = inference.output_fn(predicted, "application/json")
theirs = boto3.client("sagemaker-runtime").invoke_endpoint(
    EndpointName=endpoint, ContentType="text/csv", Accept="application/json", Body=questions
)["Body"].read()
pairs = list(
    zip(json.loads(theirs)["predictions"], json.loads(mine)["predictions"], strict=True)
)
assert all(their["label"] == my["label"] for their, my in pairs)
assert all(math.isclose(their["score"], my["score"], rel_tol=1e-9) for their, my in pairs)
print("asked about", len(rows), "records")
raise SystemExit(7)
"""


def test_a_round_ends_in_answers_of_the_very_model_that_was_registered(project, start, tmp_path):
    (tmp_path / "asks.py").write_text(ASKS)
    (tmp_path / "questions.csv").write_text(local.sample.load().questions())
    command = f"cd {shlex.quote(str(tmp_path))} && {shlex.quote(sys.executable)} asks.py"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = start(project.root, "up", "-s", "local", "--port", str(port), "--exec", command)

    assert running.ended() == 7, running.said
    assert running.left() == []
    assert running.url == f"http://127.0.0.1:{port}"
    story = running.said
    assert story.endswith("\nasked about 57 records\n")
    assert "\r" not in story
    assert "\x1b" not in story
    names = ["Start", "Create", "Features", "Train", "Deploy", "Ask"]
    stages = re.findall(rf"^  ({'|'.join(names)}) +(.*)  \d+ s$", story, re.MULTILINE)
    assert [name for name, _ in stages] == names
    told = dict(stages)
    assert told["Features"] == ("tumours: 569 records, 512 learned from; both stores agree")
    assert re.fullmatch(r"\d+ created", told["Create"])
    assert re.fullmatch(r"\d+ created, \d+ unchanged", told["Deploy"])
    assert re.fullmatch(
        r"tumour-screening: version 1, binary, auc [01]\.\d{3} \(at least 0\.95\)", told["Train"]
    )
    right = re.search(r"version 1 is right on (\d+) of 57 unseen records", told["Ask"])
    assert right is not None
    assert int(right[1]) > 50
    rows = [line.strip() for line in story.partition("Deployed, by need")[2].splitlines()]
    assert "maslow-local-tumour-screening-delivery" in " ".join(rows)
    assert re.search(
        r"^Validated by AWS's models, not emulated: \d+ resources$", story, re.MULTILINE
    )
    order = ["raw zone", "curated zone", "features zone", "feature group", "training pipeline"]
    found = [next(n for n, row in enumerate(rows) if what in row) for what in order]
    assert found == sorted(found)
    assert any(re.search(r"model registry .*, version 1 approved", row) for row in rows)
    assert any(re.search(r"endpoint .*: InService", row) for row in rows)
    assert all(len(line) <= 80 for line in story.splitlines() if command not in line)


AGAIN = """
import time

import boto3

sagemaker = boto3.client("sagemaker")
name = "maslow-local-tumour-screening"
started = sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
state = "Executing"
while state == "Executing":
    time.sleep(0.1)
    described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=started)
    state = described["PipelineExecutionStatus"]
assert state == "Succeeded", described
"""


def test_what_is_served_is_brought_to_the_version_that_was_approved_meanwhile(
    quick, copy, start, tmp_path
):
    def beside(*arguments):
        return start(copy, "up", "-s", "local", *arguments, beside=served)

    served = start(copy, "up", "-s", "local", "--serve", stack="platform")
    served.until(lambda: served.said.endswith("\n\n") and "\nexport " in served.said)
    (tmp_path / "again.py").write_text(AGAIN)
    trained = beside("--exec", f"{shlex.quote(sys.executable)} {tmp_path / 'again.py'}")
    assert trained.ended() == 0, trained.said
    assert "tumour-screening: version 1" in trained.said

    file = copy / "stacks/Pulumi.local.yaml"
    file.write_text(file.read_text().replace("max: 2", "max: 3"))
    second = beside()
    assert second.ended() == 0, second.said
    lines = re.sub(r"  \d+ s$", "", second.said, flags=re.MULTILINE).splitlines()
    assert lines[0] == f"maslow local on the embedded AWS at {served.url}"
    assert re.fullmatch(r"  Deploy    \d+ updated, \d+ replaced, \d+ unchanged", lines[2])
    assert lines[3] == "  Serve     tumour-screening: version 2"

    refused = beside("--serve")
    assert refused.ended() == 2
    assert f"local is served already, at {served.url} by process" in refused.said
    file.write_text(file.read_text().replace("max: 3", "max: 0"))
    mistaken = beside()
    assert mistaken.ended() == 2
    assert "serving.scale.max: 0 is too small" in mistaken.said

    served.process.send_signal(signal.SIGINT)
    assert served.ended() == 0, served.said
    assert served.left() == []


def test_a_model_without_data_is_told_and_not_trained(project, capsys):
    passes = []

    def bring_up(_):
        passes.append(Pass({}, {**OUTPUTS, "models": {"readmission": {}}}, {}))
        return passes[-1]

    with Follower() as follower:
        local._turn(project.stack("dev"), None, bring_up, follower, {})
    assert len(passes) == 1
    said = capsys.readouterr().out.splitlines()
    assert (
        "  No data   for readmission, length-of-stay: `--data FILE.csv`, or a folder with a file "
        "of each model, trains and asks; the sample belongs to local alone" in said
    )
    assert said[-1] == "  mlops        nothing yet: no model has data"


def test_data_for_models_that_are_trained_elsewhere_is_refused(project, tmp_path):
    with pytest.raises(InputError, match="--data: prod trains nothing; dev does"):
        local._records(project.stack("prod"), tmp_path)


def test_a_number_is_told_beside_what_the_mean_would_be_worth():
    answers = Answers(45, 1, error=46.61, error_of_mean=72.5)
    assert local._answered(answers) == (
        "is off by 46.6 on average over 45 unseen records (always saying the mean: 72.5)"
    )


def test_a_version_is_told_by_what_is_accepted_of_it(project):
    (model,) = project.stack("local").platform.models
    plain = model.model_copy(update={"accept": Accept()})
    asked = model.model_copy(update={"accept": Accept(rmse=60, r2=0.2)})
    version = Version("arn", 3, "regression", {"rmse": 53.1, "r2": 0.45, "mae": 40})
    assert local._measured(version, plain) == "version 3, regression, r2 0.450 (at least 0.1)"
    assert local._measured(version, asked) == (
        "version 3, regression, r2 0.450 (at least 0.2), rmse 53.100 (at most 60)"
    )


def test_a_training_that_fails_ends_it_with_sagemakers_reason_and_leaves_nothing(
    quick, copy, start
):
    (quick / "train.py").write_text("raise SystemExit('there is nothing to learn from')")
    running = start(copy, "up", "-s", "local", stack="pipelines")
    assert running.ended() == 1, running.said
    assert running.said.splitlines()[-1] == (
        "The pipeline tumour-screening did not succeed: AlgorithmError: exit code 1: "
        "there is nothing to learn from"
    )
    assert "Traceback" not in running.said
    assert running.left() == []


def test_what_aws_refuses_on_the_way_is_told_without_a_traceback(project, monkeypatch):
    """Whatever the round asks of AWS, not only what stands up, may be refused."""

    class Running:
        url, client = "http://127.0.0.1:1", None

    @contextmanager
    def given(*_):
        yield Running()

    def refuse(*_):
        told = {"Error": {"Code": "ModelError", "Message": "the model cannot"}}
        raise ClientError(told, "InvokeEndpoint")

    monkeypatch.setattr(local, "running", given)
    monkeypatch.setattr(local, "session", given)
    monkeypatch.setattr(local, "_turn", refuse)
    with pytest.raises(WorkError, match="InvokeEndpoint operation: the model cannot"):
        local.up(project, project.stack("local"), serve=False, command=None, port=0)


OUTPUTS = {
    "alert_topics": {"critical": "arn:aws:sns:eu-west-1:123456789012:maslow-local-alerts"},
    "trails_bucket": "t",
    "personas": {"reviewer": "arn:aws:iam::123456789012:role/maslow-local-reviewer"},
    "delivery_pipeline": "maslow-local-delivery",
    "image_repository": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/maslow-local-images",
    "zones": {"features": "f", "raw": "r", "curated": "c"},
    "feature_groups": {"b": "b-v1", "a": "a-v1"},
    "models": {},
}


def test_a_platform_without_models_says_that_there_is_nothing_yet(capsys):
    lacking = {"aws:costexplorer/anomalyMonitor:AnomalyMonitor": 1, "aws:ecr/rule:Rule": 2}
    local._summary(None, Pass({}, OUTPUTS, lacking), {}, "the stack file has no models")
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Deployed, by need",
        "  foundation   alert topic maslow-local-alerts",
        "               audit trails in t",
        "               role of a reviewer",
        "  devops       delivery pipeline maslow-local-delivery",
        "               images maslow-local-images",
        "  data         raw zone r",
        "               curated zone c",
        "               features zone f",
        "               feature group a-v1",
        "               feature group b-v1",
        "  platform     nothing yet: the stack file has no models",
        "  mlops        nothing yet: the stack file has no models",
        "",
        "Validated by AWS's models, not emulated: 3 resources",
        "  AnomalyMonitor, Rule",
    ]


def test_releases_are_told_apart_and_where_objects_are_written(capsys):
    lacking = {"kubernetes:helm.sh/v3:Release": 2}
    local._summary(None, Pass({}, OUTPUTS, lacking, Path("/place")), {}, "no models")
    assert capsys.readouterr().out.splitlines()[-4:] == [
        "",
        "Validated, not rendered: 2 Helm releases",
        "",
        "Kubernetes' objects are written to /place",
    ]


def test_models_that_another_environment_trains_are_not_trained_here(project, capsys):
    groups = {"readmission": {"group": "arn:aws:sagemaker:eu-west-1:111111111111:a/b"}}
    passes = []

    def bring_up(_):
        passes.append(Pass({}, {**OUTPUTS, "models": groups}, {}))
        return passes[-1]

    with Follower() as follower:
        local._turn(project.stack("prod"), None, bring_up, follower, {})
    assert len(passes) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[-2:] == [
        "  platform     nothing yet: dev trains the models",
        "  mlops        nothing yet: dev trains the models",
    ]


def test_a_platform_that_ci_delivers_has_no_pipeline_to_tell_of(capsys):
    outputs = {name: value for name, value in OUTPUTS.items() if name != "delivery_pipeline"}
    local._summary(None, Pass({}, outputs, {}), {})
    (devops,) = (line for line in capsys.readouterr().out.splitlines() if "devops" in line)
    assert devops == "  devops       images maslow-local-images"
