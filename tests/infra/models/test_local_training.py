"""Training on this machine by the jobs of a project's pipeline."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from infra.errors import InputError, WorkError
from infra.models import local_jobs
from infra.models.local_training import train_locally
from infra.models.new_project import lay_out

TEMPLATES = Path(__file__).parents[3] / "templates"
NOTHING = {"data": None, "asked": {}, "hyperparameters": {}}


def project_of(folder, kind="tabular"):
    lay_out(TEMPLATES, kind, folder / kind)
    return folder / kind


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return project_of(tmp_path_factory.mktemp("projects"))


@pytest.fixture(scope="module")
def trained(project, tmp_path_factory):
    """A run on the project's sample, the jobs that were told of, and its folder."""
    heard = []
    output = tmp_path_factory.mktemp("runs") / "output"
    return train_locally(project, output, **NOTHING, on_job=heard.append), heard, output


def by_hand(project, folder):
    """What the same scripts make of the sample, as the project's README has them run."""

    def run(script, *arguments, **environment):
        subprocess.run(
            [sys.executable, project / script, *arguments],
            env={**os.environ, **environment},
            check=True,
            capture_output=True,
        )

    run("sample.py", folder / "data")
    told = ("--target", "target", "--input", folder / "data", "--output", folder)
    run("code/preprocess.py", *told)
    run(
        "code/train.py",
        SM_INPUT_CONFIG_DIR=str(folder),
        SM_MODEL_DIR=str(folder / "model"),
        SM_CHANNEL_TRAIN=str(folder / "train"),
        SM_CHANNEL_VALIDATION=str(folder / "validation"),
    )
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        archive.add(folder / "model", arcname=".")
    accept = "--accept=binary: auc >= 0.8"
    parts = ("--train", folder / "train", "--test", folder / "test")
    run("code/evaluate.py", accept, "--model", folder, *parts, "--output", folder)


def test_it_makes_what_the_scripts_make_by_themselves_byte_by_byte(project, trained, tmp_path):
    by_hand(project, tmp_path)

    _, _, output = trained
    files = (
        *("train/train.csv", "train/problem.json", "validation/validation.csv", "test/test.csv"),
        *("snapshot/snapshot.json", "evaluation/evaluation.json", "baseline/baseline.json"),
    )
    for name in files:
        assert (output / name).read_bytes() == (tmp_path / name).read_bytes(), name
    with tarfile.open(output / "model/Train/output/model.tar.gz") as archive:
        model = archive.extractfile("model.joblib").read()
    assert model == (tmp_path / "model/model.joblib").read_bytes()


def test_it_tells_the_metrics_and_where_the_model_is(trained):
    told, heard, output = trained

    assert heard == ["Preprocess", "Train", "Evaluate"] == list(told["seconds"])
    assert told["metrics"]["auc"] > 0.97
    assert (told["accepted"], told["unmet"], told["data"]) == (True, [], "sample")
    assert (output / told["model"]).is_file()
    assert "validation:auc=" in (output / "logs/Train.log").read_text()
    assert [path.name for path in output.parent.iterdir()] == ["output"]


def test_settings_reach_the_jobs_and_what_is_not_reached_is_told(project, tmp_path):
    rows = [f"{i},{i % 7},{'yes' if i % 3 else 'no'}" for i in range(90)]
    data = tmp_path / "few.csv"
    data.write_text("\n".join(["id,x,sick", *rows]))
    asked = {"TargetColumn": "sick", "DropColumns": "id", "Accept": "auc >= 0.99"}

    told = train_locally(
        project, tmp_path / "run", data=data, asked=asked, hyperparameters={"c": 2.0}
    )

    assert told["accepted"] is False
    assert told["unmet"][0].endswith("auc >= 0.99 is accepted")
    assert (tmp_path / "run/train/train.csv").read_text().splitlines()[0] == "sick,x"


def test_a_second_run_takes_the_place_of_the_first(project, trained, tmp_path, monkeypatch):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").write_text("{}")
    (folder / "old").touch()
    _quick(monkeypatch)

    train_locally(project, folder, **NOTHING)
    assert not (folder / "old").exists()
    assert json.loads((folder / "run.json").read_text())["data"] == "sample"


def test_a_run_that_is_interrupted_leaves_the_first_as_it_was(project, tmp_path, monkeypatch):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").write_text("first")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(local_jobs, "run_processing_job", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train_locally(project, folder, **NOTHING)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (folder / "run.json").read_text() == "first"


def test_a_folder_of_something_else_is_not_touched(project, tmp_path):
    (tmp_path / "mine").touch()

    with pytest.raises(InputError, match="is there and no earlier run's folder"):
        train_locally(project, tmp_path, **NOTHING)
    assert (tmp_path / "mine").exists()


def test_a_job_that_fails_says_why_and_leaves_nothing(project, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.csv").write_text("x,target\n1,2\n")

    with pytest.raises(WorkError, match=r"Preprocess failed: .*1 records have a value in target"):
        train_locally(project, tmp_path / "run", data=data, asked={}, hyperparameters={})
    assert [path.name for path in tmp_path.rglob("*")] == ["data", "a.csv"]


def test_data_that_is_not_there_is_refused(project, tmp_path):
    with pytest.raises(InputError, match="there is no such file or folder"):
        train_locally(
            project, tmp_path / "run", data=tmp_path / "none", asked={}, hyperparameters={}
        )


def test_a_project_without_a_sample_asks_for_data(tmp_path):
    project = project_of(tmp_path)
    (project / "sample.py").unlink()

    with pytest.raises(InputError, match=r"has no sample\.py: say by --data what to learn from"):
        train_locally(project, tmp_path / "run", **NOTHING)


def test_a_step_that_is_no_job_of_this_machine_is_named(tmp_path):
    project = project_of(tmp_path)
    (project / "pipeline.py").unlink()
    definition = json.loads((project / "pipeline.json").read_text())
    definition["Steps"].append({"Name": "Sparkle", "Type": "EMR", "Arguments": {}})
    (project / "pipeline.json").write_text(json.dumps(definition))

    with pytest.raises(InputError, match="The step Sparkle of tabular is of type EMR; only"):
        train_locally(project, tmp_path / "run", **NOTHING)


def _quick(monkeypatch):
    """Have jobs write a file each, in no time."""

    def processed(name, arguments, _, services):
        for one in arguments["ProcessingOutputConfig"]["Outputs"]:
            bucket, _, key = one["S3Output"]["S3Uri"].removeprefix("s3://").partition("/")
            path = services.s3.path(bucket, f"{key}/{one['OutputName']}.json")
            path.parent.mkdir(parents=True)
            path.write_text('{"acceptance": {"accepted": true, "unmet": []}}')

    monkeypatch.setattr(local_jobs, "run_processing_job", processed)
    monkeypatch.setattr(local_jobs, "run_training_job", lambda *_: {})
