"""The runs of a training pipeline: their metrics, their version, and the run that MLflow keeps."""

import json
from dataclasses import replace
from typing import Any

import pytest

from embedded.cloud import Cloud
from infra.errors import InputError
from infra.models import runs
from infra.models.place import Place
from infra.models.shapes import RunShape
from infra.project import Project
from tests.infra.models.conftest import GROUP
from tests.json_shapes import misfits
from tests.some_pipeline import create, ended, fail, python, start

OUTPUT = "/opt/ml/processing/output/evaluation"
WRITE = """
import json, pathlib
folder = pathlib.Path("{output}")
report = {{"binary_classification_metrics": {{"auc": {{"value": {auc}}}}}}}
(folder / "report.json").write_text(json.dumps(report))
(folder / "tracking.json").write_text(json.dumps({tracking}))
"""
REGISTER = {
    "Name": "Register",
    "Type": "RegisterModel",
    "Arguments": {
        "ModelPackageGroupName": GROUP,
        "ModelApprovalStatus": "PendingManualApproval",
    },
}
TRACKED = {"run": "0a1b", "experiment": GROUP}


def train(cloud: Cloud, auc: float, tracking: Any, then: dict[str, Any]) -> None:
    """Run the model's pipeline, which measures an AUC and goes on with another step."""
    code = WRITE.format(output=OUTPUT, auc=auc, tracking=json.dumps(tracking))
    files = [{"PropertyFileName": "Q", "OutputName": "evaluation", "FilePath": "report.json"}]
    evaluate = python("Evaluate", code, PropertyFiles=files)
    stored = {
        "S3Uri": f"s3://artifacts/{auc}/evaluation",
        "LocalPath": OUTPUT,
        "S3UploadMode": "EndOfJob",
    }
    evaluate["Arguments"]["ProcessingOutputConfig"] = {
        "Outputs": [{"OutputName": "evaluation", "S3Output": stored}]
    }
    create(cloud, GROUP, [evaluate, {**then, "DependsOn": ["Evaluate"]}])
    ended(cloud, start(cloud, GROUP))


def test_a_model_that_was_not_trained_has_no_runs(place: Place) -> None:
    assert runs.runs(place, "readmission", 5) == []


def test_the_newest_is_first_and_each_tells_what_came_of_it(cloud: Cloud, place: Place) -> None:
    train(cloud, 0.9, TRACKED, REGISTER)
    train(cloud, 0.5, {"failed": "no server"}, fail("Fail", "It is not what is accepted."))
    found = runs.runs(place, "readmission", 5)
    assert misfits(found, list[RunShape]) == []
    newest, first = found
    assert (newest["status"], newest["version"], newest["metrics"]) == (
        "Failed",
        None,
        {"auc": 0.5},
    )
    assert newest["reason"] == "It is not what is accepted."
    assert newest["mlflow"] is None
    assert (first["status"], first["version"], first["kind"]) == ("Succeeded", 1, "binary")
    assert (first["metrics"], first["training"]) == ({"auc": 0.9}, None)
    assert first["mlflow"] == {**TRACKED, "url": None}
    (only,) = runs.runs(place, "readmission", 1)
    assert only["execution"] == newest["execution"]
    opened = runs.run(place, first["execution"], lambda: "http://127.0.0.1:5001")
    assert opened["mlflow"] == {**TRACKED, "url": "http://127.0.0.1:5001/#/runs/0a1b"}


def test_runs_of_a_model_that_another_environment_trains_are_seen_there(
    place: Place, project: Project
) -> None:
    elsewhere = replace(place, stack=project.stack("prod"))
    with pytest.raises(InputError, match="maslow model runs readmission -s dev"):
        runs.runs(elsewhere, "readmission", 5)
