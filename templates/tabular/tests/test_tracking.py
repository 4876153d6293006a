import contextlib
import importlib.util
import json
import sys
import types
from pathlib import Path

import pytest

CODE = Path(__file__).parents[1] / "code"
VARIABLES = {
    "MLFLOW_TRACKING_URI": "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-app/app-A",
    "MLFLOW_EXPERIMENT_NAME": "readmission",
    "MASLOW_CODE_URI": "s3://artifacts/code/1/",
    "MASLOW_RUNS_URI": "s3://artifacts/runs",
    "MASLOW_EXECUTION_ID": "abc",
}


class Kept(types.ModuleType):
    """MLflow's calls, as far as this project makes them."""

    def __init__(self):
        super().__init__("mlflow")
        self.experiment, self.tags, self.params, self.metrics, self.names = "", {}, {}, {}, []

    def set_experiment(self, name):
        self.experiment = name

    @contextlib.contextmanager
    def start_run(self, run_name):
        self.names.append(run_name)
        yield types.SimpleNamespace(info=types.SimpleNamespace(run_id="r1"))

    def set_tags(self, tags):
        self.tags.update(tags)

    def log_params(self, params):
        self.params.update(params)

    def log_metrics(self, metrics):
        self.metrics.update(metrics)


@pytest.fixture
def tracking():
    found = importlib.util.spec_from_file_location("tracking", CODE / "tracking.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture
def mlflow(monkeypatch):
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    kept = Kept()
    monkeypatch.setitem(sys.modules, "mlflow", kept)
    return kept


def test_a_run_bears_the_jobs_name_and_what_it_was_made_of(tracking, mlflow, tmp_path):
    tracking.keep_run("job-1", {"c": 1.0}, {"auc": 0.9}, tmp_path, model="s3://m")
    assert (mlflow.experiment, mlflow.names) == ("readmission", ["job-1"])
    assert (mlflow.params, mlflow.metrics) == ({"c": 1.0}, {"auc": 0.9})
    assert mlflow.tags == {
        "execution": "abc",
        "code": "s3://artifacts/code/1/",
        "data": "s3://artifacts/runs/abc/snapshot/snapshot.json",
        "model": "s3://m",
    }
    told = json.loads((tmp_path / "tracking.json").read_text())
    assert told == {"run": "r1", "experiment": "readmission"}


def test_what_keeps_a_run_from_being_kept_is_told_and_fails_nothing(
    tracking, mlflow, tmp_path, caplog, monkeypatch
):
    def refused(_):
        raise ConnectionError("nobody answers")

    monkeypatch.setattr(mlflow, "set_experiment", refused)
    tracking.keep_run("job-1", {}, {}, tmp_path)
    told = json.loads((tmp_path / "tracking.json").read_text())
    assert told == {"failed": "ConnectionError: nobody answers"}
    assert "no run is kept: ConnectionError: nobody answers" in caplog.text


@pytest.mark.usefixtures("mlflow")
def test_an_image_without_mlflow_is_told_of(tracking, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    tracking.keep_run("job-1", {}, {}, tmp_path)
    assert "ModuleNotFoundError" in json.loads((tmp_path / "tracking.json").read_text())["failed"]


def test_where_nothing_keeps_runs_nothing_is_said(tracking, mlflow, tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    tracking.keep_run("job-1", {}, {}, tmp_path)
    assert mlflow.names == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("mlflow")
def test_a_model_is_where_sagemaker_puts_it(tracking, monkeypatch):
    assert tracking.model_archive("job-1") == (
        "s3://artifacts/runs/abc/model/job-1/output/model.tar.gz"
    )
    monkeypatch.delenv("MASLOW_RUNS_URI")
    assert tracking.model_archive("job-1") == ""


def test_a_processing_job_knows_its_name(tracking, tmp_path):
    config = tmp_path / "processingjobconfig.json"
    assert tracking.processing_job(config) == "job"
    config.write_text(json.dumps({"ProcessingJobName": "pipelines-abc-Evaluate-1"}))
    assert tracking.processing_job(config) == "pipelines-abc-Evaluate-1"
