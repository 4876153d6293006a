"""`maslow model …` about a stack that another process serves on the embedded AWS."""

import getpass
import io
import json
import shutil
import tarfile
import tempfile
import textwrap
import time

import pytest
from click.testing import CliRunner

from infra.hosts import serving
from infra.models import shapes
from scripts.maslow import main
from tests.json_shapes import misfits
from tests.scripts.conftest import QUICK, Running

NAME = "tumour-screening"
ENDPOINT = f"maslow-local-{NAME}"
SAYS = "print('there is nothing to learn')\n"


@pytest.fixture(scope="module")
def served(project, tmp_path_factory):
    """The root of a project whose stack local is served, and who serves it; version 1 is live."""
    folder = tmp_path_factory.mktemp("served")
    root = folder / "project"
    for name in ("stacks", "templates"):
        shutil.copytree(
            project.root / name, root / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(project.root / "Pulumi.yaml", root)
    code = root / "templates/tabular/code"
    for name, text in QUICK.items():
        (code / name).write_text(textwrap.dedent(text))
    (code / "train.py").write_text(SAYS + textwrap.dedent(QUICK["train.py"]))
    file = root / "stacks/Pulumi.local.yaml"
    file.write_text(file.read_text().replace("approval: automatic", "approval: manual"))
    running = Running(
        root, folder / "temporary", folder / "log", "platform", ["up", "-s", "local", "--serve"]
    )
    try:
        running.until(lambda: running.said.endswith("\n\n") and "\nexport " in running.said)
        yield root, running
    finally:
        running.end()


@pytest.fixture
def found(served, monkeypatch):
    """Whoever serves, as it is found from the project."""
    root, running = served
    monkeypatch.chdir(root)
    monkeypatch.setattr(tempfile, "tempdir", str(running.temporary))
    there = serving.find(root, "local")
    assert there is not None
    return there


@pytest.fixture
def told(found):
    """What `maslow model …` prints of local; it ends with a status."""

    def run(*arguments, status=0):
        done = CliRunner().invoke(
            main, ["model", *arguments, "-s", "local"], catch_exceptions=False
        )
        assert done.exit_code == status, done.output
        assert "Traceback" not in done.output
        return done.output

    return run


@pytest.fixture
def shape(told):
    def read(type_, *arguments):
        value = json.loads(told(*arguments, "--json"))
        assert misfits(value, type_) == []
        return value

    return read


def trained(found):
    """Train another version, and wait for it."""
    sagemaker = found.client("sagemaker")
    run = sagemaker.start_pipeline_execution(PipelineName=ENDPOINT)["PipelineExecutionArn"]
    state = "Executing"
    while state == "Executing":
        time.sleep(0.1)
        described = sagemaker.describe_pipeline_execution(PipelineExecutionArn=run)
        state = described["PipelineExecutionStatus"]
    assert state == "Succeeded", described


def registered_broken(found):
    """Register a version that cannot be served."""
    s3, sagemaker = found.client("s3"), found.client("sagemaker")
    s3.create_bucket(Bucket="broken", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz"):
        pass
    s3.put_object(Bucket="broken", Key="model.tar.gz", Body=written.getvalue())
    sagemaker.create_model_package(
        ModelPackageGroupName=ENDPOINT,
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={
            "Containers": [{"Image": "image", "ModelDataUrl": "s3://broken/model.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    )


def test_what_serves_is_listed_and_told(told, shape):
    (listed,) = shape(list[shapes.ListedShape], "list")
    assert (listed["approved"], listed["serving"], listed["waiting"]) == (1, 1, [])
    status = shape(shapes.StatusShape, "status", NAME)
    (fleet,) = status["endpoint"]["fleets"]
    assert (fleet["version"], fleet["share"], fleet["instances"]) == (1, 1.0, 1)
    assert status["endpoint"]["scaling"] == {"min": 1, "max": 2}
    assert {one["name"].removeprefix(f"{ENDPOINT}-endpoint-")[:6] for one in status["alarms"]} >= {
        "latenc",
        "errors",
    }
    said = told("list")
    assert f"{NAME}  version 1 serves, endpoint InService" in said
    assert "version 1: traffic 100%, 1 of 1 instances" in told("status", NAME)


def test_a_version_is_trained_decided_of_and_taken_back(told, shape, found):
    """One story, in which each step needs the one before."""
    assert "No version of tumour-screening waits" in told("approve", NAME, status=2)
    trained(found)
    (listed,) = shape(list[shapes.ListedShape], "list")
    assert listed["waiting"] == [2]
    assert "waiting for a decision: 2" in told("list")

    assert "--reason TEXT gives it" in told("approve", NAME, status=2)
    assert "--yes does it without asking" in told("approve", NAME, "--reason", "ok", status=2)
    said = told("approve", NAME, "--reason", "ok", "--yes")
    assert "Version 2, approved is version 1" in said
    assert "candidate auc 1.000" in said
    assert said.endswith("Deployed: version 2 serves.\n")
    why = shape(shapes.WhyShape, "why", NAME)
    assert (why["version"], why["decision"]) == (2, f"{getpass.getuser()}: ok")
    assert why["rollout"] == "it serves: the endpoint is InService"
    said = told("why", NAME)
    assert "2 of tumour-screening, Approved" in said
    assert f"{getpass.getuser()}: ok, {why['changed']}" in said
    assert "digest unknown" in said

    done = shape(shapes.DecisionShape, "rollback", NAME, "--reason", "wrong", "--yes")
    assert (done["version"], done["status"]) == (2, "Rejected")
    assert (done["approved"], done["deployed"]) == (1, 1)
    assert "the only approved one" in told("rollback", NAME, "--reason", "more", status=2)
    assert "was rejected; --again" in told("approve", NAME, "2", "--reason", "no", status=2)
    assert "only approved one" in told("reject", NAME, "1", "--reason", "no", status=2)

    registered_broken(found)
    failed = told("approve", NAME, "3", "--reason", "try", "--yes", status=1)
    assert "did not pass the ping health check" in failed
    assert "`maslow model rollback tumour-screening` goes back to version 1." in failed
    (listed,) = shape(list[shapes.ListedShape], "list")
    assert (listed["approved"], listed["serving"]) == (3, 1)
    assert "version 1 serves, version 3 is approved" in told("list")
    back = told("rollback", NAME, "--reason", "it breaks", "--yes")
    assert "Version 3 is the approved one: version 1 comes back" in back
    assert back.endswith("Deployed: version 1 serves.\n")
    again = told("approve", NAME, "2", "--again", "--reason", "after all", "--yes")
    assert again.endswith("Deployed: version 2 serves.\n")


def test_the_last_trainings_are_listed_with_what_came_of_them(told, shape):
    newest, first = shape(list[shapes.RunShape], "runs", NAME)
    assert (newest["version"], first["version"]) == (2, 1)
    assert (newest["status"], newest["kind"]) == ("Succeeded", "binary")
    assert newest["metrics"]["auc"] == 1
    (only,) = shape(list[shapes.RunShape], "runs", NAME, "--last", "1")
    assert only["execution"] == newest["execution"]
    said = told("runs", NAME)
    assert "Succeeded, version 2" in said
    assert "binary: auc 1.000" in said


def test_a_version_has_its_card_without_being_asked(found):
    sagemaker = found.client("sagemaker")
    deadline = time.monotonic() + 60
    card = None
    while card is None and time.monotonic() < deadline:
        time.sleep(0.1)
        (first, *_) = sagemaker.list_model_packages(
            ModelPackageGroupName=ENDPOINT, SortOrder="Ascending"
        )["ModelPackageSummaryList"]
        described = sagemaker.describe_model_package(ModelPackageName=first["ModelPackageArn"])
        card = described.get("ModelCard")
    content = json.loads(card["ModelCardContent"])
    (quality,) = content["evaluation_details"][0]["metric_groups"]
    assert quality["name"] == "binary"
    assert content["additional_information"]["custom_details"]["code revision"]


def test_the_logs_are_those_of_the_newest_run(told, shape):
    assert "there is nothing to learn" in told("logs", NAME)
    (train,) = shape(list[shapes.LogShape], "logs", NAME, "--job", "Train")
    assert train["lines"] == ["there is nothing to learn"]
    assert "There are Preprocess, Train" in told("logs", NAME, "--job", "Trian", status=2)


def test_a_run_is_started_and_not_waited_for(shape):
    started = shape(shapes.StartedShape, "run", NAME, "--no-wait", "--reason", "because")
    assert started["turn"]["ended"] is None


def test_a_model_that_is_not_there_is_told(told):
    assert "local has no model tumour-screning. Did you mean tumour-screening?" in told(
        "status", "tumour-screning", status=2
    )
