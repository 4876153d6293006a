"""A search for hyperparameters on this machine, by trainings that take a moment each."""

import json
import os
import signal
import threading
import time
from itertools import count

import pytest

from components.platform.tuned_definition import TuningArgs
from embedded import workplace
from embedded.sagemaker.tuning import study
from embedded.sagemaker.tuning.study import Search
from infra.errors import InputError, WorkError
from infra.models.local_training import train_locally

TRAIN = """
import json, pathlib, time
told = json.loads(pathlib.Path("/opt/ml/input/config/hyperparameters.json").read_text())
rate, depth = float(told["rate"]), int(told["depth"])
if told.get("breaks") == told["kind"]:
    raise SystemExit("it broke")
for epoch in range(1, int(told.get("epochs", "1")) + 1):
    print(f"validation:score={rate * epoch + depth + (told['kind'] == 'tree'):.4f}", flush=True)
    time.sleep(float(told.get("pause", "0")))
pathlib.Path("/opt/ml/model/model.json").write_text(json.dumps(told))
"""
EVALUATE = """
import json, pathlib, tarfile
with tarfile.open("/opt/ml/processing/model/model.tar.gz") as archive:
    told = json.loads(archive.extractfile("model.json").read())
metrics = {name: {"value": float(told[name])} for name in ("rate", "depth")}
pathlib.Path("/opt/ml/processing/out/evaluation.json").write_text(
    json.dumps({"of_the_model_metrics": metrics})
)
"""
CODE = {
    "ChannelName": "code",
    "DataSource": {
        "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": {"Get": "Parameters.CodeUri"}}
    },
}
CLUSTER = {"InstanceCount": 1, "InstanceType": "ml.m6i.large", "VolumeSizeInGB": 5}
ALGORITHM = {
    "TrainingImage": "none",
    "TrainingInputMode": "File",
    "MetricDefinitions": [{"Name": "validation:score", "Regex": "validation:score=([0-9.]+)"}],
}
HERE = {"On": "/", "Values": ["s3://output", {"Get": "Execution.PipelineExecutionId"}]}
ENTRY = ["python3", "/opt/ml/input/data/code/train.py"]
TRAINING = {
    "AlgorithmSpecification": {**ALGORITHM, "ContainerEntrypoint": ENTRY},
    "InputDataConfig": [CODE],
    "OutputDataConfig": {
        "S3OutputPath": {"Std:Join": {"On": "/", "Values": [*HERE["Values"], "model"]}}
    },
    "ResourceConfig": CLUSTER,
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
}


def _input(name, uri):
    source = {"S3Uri": uri, "LocalPath": f"/opt/ml/processing/{name}", "S3DataType": "S3Prefix"}
    return {"InputName": name, "S3Input": source}


EVALUATION = {
    "Name": "Evaluate",
    "Type": "Processing",
    "Arguments": {
        "AppSpecification": {
            "ImageUri": "none",
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/code/evaluate.py"],
        },
        "ProcessingResources": {"ClusterConfig": CLUSTER},
        "ProcessingInputs": [
            _input("model", {"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}),
            _input("code", {"Get": "Parameters.CodeUri"}),
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "evaluation",
                    "S3Output": {
                        "S3Uri": {"Std:Join": HERE},
                        "LocalPath": "/opt/ml/processing/out",
                    },
                }
            ]
        },
    },
    "PropertyFiles": [
        {
            "PropertyFileName": "Evaluation",
            "OutputName": "evaluation",
            "FilePath": "evaluation.json",
        }
    ],
}
RANGES = {
    "rate": {"kind": "ContinuousParameterRanges", "values": ["0.001", "0.5"], "scale": "Auto"},
    "depth": {"kind": "IntegerParameterRanges", "values": ["2", "6"], "scale": "Linear"},
    "kind": {"kind": "CategoricalParameterRanges", "values": ["tree", "line"], "scale": "Auto"},
}


def tuning(**changes) -> TuningArgs:
    args: TuningArgs = {
        "strategy": "Random",
        "metric": "validation:score",
        "is_maximized": True,
        "ranges": RANGES,
        "trials": 4,
        "parallel": 2,
        "max_seconds": 600,
        "stops_early": False,
        "seed": 7,
        "parents": [],
    }
    return args | changes


@pytest.fixture
def search(tmp_path):
    """Train a project by a search; returns what was told."""
    project = tmp_path / "quick"
    (project / "code").mkdir(parents=True)
    (project / "code/train.py").write_text(TRAIN)
    (project / "code/evaluate.py").write_text(EVALUATE)
    (project / "data.csv").write_text("x\n1\n")

    def run(tuning, hyperparameters=None, training=None, on_job=lambda _: None):
        train = training or {"Name": "Train", "Type": "Training", "Arguments": TRAINING}
        definition = {
            "Version": "2020-12-01",
            "Parameters": [{"Name": "CodeUri", "Type": "String"}],
            "Steps": [train, *([] if training else [EVALUATION])],
        }
        (project / "pipeline.json").write_text(json.dumps(definition))
        return train_locally(
            project,
            tmp_path / "run",
            data=project / "data.csv",
            asked={},
            hyperparameters=hyperparameters or {},
            tuning=tuning,
            on_job=on_job,
        )

    return run


def test_the_best_training_is_told_and_later_jobs_get_its_model(search, tmp_path):
    heard = []
    told = search(tuning(), on_job=heard.append)

    names = [f"Train-{number:03}" for number in range(1, 5)]
    assert heard == ["Train", *names, "Evaluate"]
    found = told["searches"]["Train"]
    assert [one["training"] for one in found["trials"]] == names
    best = max(found["trials"], key=lambda one: one["value"])
    assert (found["best"], found["value"]) == (best["training"], best["value"])
    assert found["found"] == best["tried"]
    assert told["model"] == f"model/{best['training']}/output/model.tar.gz"
    assert (tmp_path / "run" / told["model"]).is_file()
    assert told["metrics"] == {
        name: pytest.approx(float(best["tried"][name])) for name in ("rate", "depth")
    }
    assert json.loads((tmp_path / "run/run.json").read_text())["searches"] == told["searches"]


def test_the_least_is_best_where_the_settings_say_so(search):
    found = search(tuning(is_maximized=False))["searches"]["Train"]

    assert found["value"] == min(one["value"] for one in found["trials"])


def test_it_tries_what_the_embedded_sagemaker_tries(search, tmp_path):
    told = search(tuning(parallel=1, trials=3))["searches"]["Train"]

    ranges = {}
    for name, one in RANGES.items():
        ends = dict(zip(("MinValue", "MaxValue"), one["values"], strict=True))
        asked = {"Values": one["values"]} if "Categorical" in one["kind"] else ends
        ranges[one["kind"]] = [{"Name": name, "ScalingType": one["scale"], **asked}]
    config = {
        "Strategy": "Random",
        "RandomSeed": 7,
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
        "ParameterRanges": ranges,
    }
    there = Search({"HyperParameterTuningJobConfig": config, "TrainingJobDefinition": {}})
    assert [one["tried"] for one in told["trials"]] == [there.ask()[1] for _ in range(3)]


def test_a_grid_is_all_its_combinations(search):
    kinds = {"kind": "CategoricalParameterRanges", "scale": "Auto"}
    ranges = {"kind": kinds | {"values": ["tree", "line"]}, "depth": kinds | {"values": ["2", "4"]}}
    asked = tuning(strategy="Grid", ranges=ranges)
    del asked["trials"]

    trials = search(asked, {"rate": 0.1})["searches"]["Train"]["trials"]
    assert sorted((one["tried"]["kind"], one["tried"]["depth"]) for one in trials) == [
        *(("line", "2"), ("line", "4"), ("tree", "2"), ("tree", "4"))
    ]


def test_no_more_trainings_run_at_a_time_than_are_asked_for(search):
    running, most = set(), []

    def began(name):
        if name.startswith("Train-"):
            running.intersection_update(
                thread.name.removeprefix("training-job-") for thread in threading.enumerate()
            )
            running.add(name)
            most.append(len(running))

    search(tuning(trials=5, parallel=2), {"pause": 0.3}, on_job=began)
    assert max(most) == 2


def test_it_ends_at_what_the_objective_has_to_reach(search):
    told = search(tuning(trials=20, parallel=1, stop_at=2.0))["searches"]["Train"]

    assert len(told["trials"]) == 1


def test_a_training_worse_than_the_median_is_stopped_and_none_of_the_best(search):
    kinds = {"kind": "CategoricalParameterRanges", "scale": "Auto"}
    asked = tuning(strategy="Grid", parallel=1, stops_early=True)
    asked["ranges"] = {"depth": kinds | {"values": ["6", "5", "2"]}}
    del asked["trials"]
    fixed = {"rate": 0.1, "kind": "tree", "epochs": 4, "pause": 0.5}

    told = search(asked, fixed)["searches"]["Train"]
    assert [one["is_stopped"] for one in told["trials"]] == [False, True, True]
    assert told["best"] == "Train-001"


def test_hyperband_stops_what_is_behind(search):
    asked = tuning(strategy="Hyperband", trials=5, epochs=9)

    told = search(asked, {"epochs": 9, "pause": 0.2})["searches"]["Train"]
    assert any(one["is_stopped"] for one in told["trials"])
    kept = [one for one in told["trials"] if not one["is_stopped"]]
    assert told["best"] in {one["training"] for one in kept}


def test_a_training_that_fails_is_told_and_the_search_goes_on(search):
    told = search(tuning(), {"breaks": "line"})["searches"]["Train"]

    failures = {one["tried"]["kind"]: one["failure"] for one in told["trials"]}
    assert "exit code 1: it broke" in failures["line"]
    assert failures["tree"] is None


def test_a_search_of_which_nothing_comes_says_why_and_leaves_nothing(search, tmp_path):
    kinds = {"kind": "CategoricalParameterRanges", "values": ["tree"], "scale": "Auto"}
    asked = tuning(trials=20, parallel=1, ranges={**RANGES, "kind": kinds})

    with pytest.raises(WorkError, match="Train failed: No training job succeeded") as raised:
        search(asked, {"breaks": "tree"})
    assert "after 5 attempts" in str(raised.value)
    assert str(raised.value).endswith("Train-005: AlgorithmError: exit code 1: it broke")
    assert [path.name for path in tmp_path.iterdir()] == ["quick"]


def test_a_pipeline_with_a_search_of_its_own_is_searched(search):
    ranges = {
        "IntegerParameterRanges": [{"Name": "depth", "MinValue": "2", "MaxValue": "6"}],
    }
    static = {"rate": "0.1", "kind": "tree", "sagemaker_program": ENTRY[1]}
    arguments = {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {
                "Type": "Maximize",
                "MetricName": "validation:score",
            },
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": ranges,
        },
        "TrainingJobDefinition": {
            **TRAINING,
            "AlgorithmSpecification": ALGORITHM,
            "StaticHyperParameters": static,
        },
    }

    told = search(None, training={"Name": "Look", "Type": "Tuning", "Arguments": arguments})
    assert told["model"] == f"model/{told['searches']['Look']['best']}/output/model.tar.gz"


def test_a_search_that_sagemaker_would_refuse_is_refused(search):
    with pytest.raises(InputError, match="not run here: 3 training jobs at once are more"):
        search(tuning(trials=2, parallel=3))


def test_a_search_that_goes_on_from_another_is_refused_before_anything_runs(search):
    heard = []

    with pytest.raises(InputError, match="goes on from tumours-1, and this machine knows no"):
        search(tuning(parents=["tumours-1"]), on_job=heard.append)
    assert heard == []


def test_without_optuna_it_is_said_how_to_get_it(search, monkeypatch):
    monkeypatch.setattr(study.importlib.util, "find_spec", lambda _: None)

    with pytest.raises(InputError, match=r"Optuna: .*pip install 'maslow\[local\]'"):
        search(tuning())


def test_an_interrupt_ends_the_trainings_that_run(search, tmp_path):
    numbers = count()

    def began(name):
        if name.startswith("Train-") and next(numbers) == 1:
            threading.Timer(1.0, os.kill, [os.getpid(), signal.SIGINT]).start()

    before, handler = time.monotonic(), signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            search(tuning(parallel=2), {"pause": 50}, on_job=began)
    finally:
        signal.signal(signal.SIGINT, handler)
    assert time.monotonic() - before < 30
    assert not workplace._processes
    assert [path.name for path in tmp_path.iterdir()] == ["quick"]
