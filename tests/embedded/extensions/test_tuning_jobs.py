"""Tuning jobs run training jobs, whose hyperparameters Optuna suggests."""

import time

import pytest
from botocore.exceptions import ClientError

from tests.some_training import make_work_bucket

ROLE = "arn:aws:iam::123456789012:role/jobs"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1"
TRAIN = """
import json, pathlib, time
told = json.loads(pathlib.Path("/opt/ml/input/config/hyperparameters.json").read_text())
rate, depth, kind = float(told["rate"]), int(told["depth"]), told["kind"]
for epoch in range(1, int(told["epochs"]) + 1):
    print(f"score={rate * epoch + depth + (kind == 'tree'):.4f}", flush=True)
    time.sleep(float(told.get("pause", "0")))
pathlib.Path("/opt/ml/model/model.json").write_text("{}")
"""
RANGES = {
    "ContinuousParameterRanges": [
        {"Name": "rate", "MinValue": "0.001", "MaxValue": "0.5", "ScalingType": "Logarithmic"}
    ],
    "IntegerParameterRanges": [{"Name": "depth", "MinValue": "2", "MaxValue": "6"}],
    "CategoricalParameterRanges": [{"Name": "kind", "Values": ["tree", "line"]}],
}


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud):
    """The script and its bucket."""
    make_work_bucket(cloud, {"code/train.py": TRAIN})


@pytest.fixture
def sagemaker(cloud):
    """SageMaker's client."""
    return cloud.client("sagemaker")


def tuning(name, *, ranges=RANGES, static=None, config=None, jobs=4, parallel=2, **more):
    """A request for a tuning job."""
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "RandomSeed": 7,
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "score"},
            "ResourceLimits": {
                "MaxNumberOfTrainingJobs": jobs,
                "MaxParallelTrainingJobs": parallel,
            },
            "ParameterRanges": ranges,
            **(config or {}),
        },
        "TrainingJobDefinition": {
            "RoleArn": ROLE,
            "StaticHyperParameters": {
                "epochs": "1",
                "sagemaker_program": "train.py",
                "sagemaker_submit_directory": "/opt/ml/input/data/code",
                **(static or {}),
            },
            "AlgorithmSpecification": {
                "TrainingImage": IMAGE,
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "score", "Regex": "score=([0-9.]+)"}],
            },
            "InputDataConfig": [
                {
                    "ChannelName": "code",
                    "DataSource": {
                        "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://work/code"}
                    },
                }
            ],
            "OutputDataConfig": {"S3OutputPath": "s3://work/models"},
            "ResourceConfig": {
                "InstanceType": "ml.m6i.large",
                "InstanceCount": 1,
                "VolumeSizeInGB": 10,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        },
    } | more


def ended(sagemaker, name, seconds=120):
    """What is described of a tuning job once it has ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        told = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
        if told["HyperParameterTuningJobStatus"] not in {"InProgress", "Stopping"}:
            return told
        time.sleep(0.1)
    raise TimeoutError(told)


def listed(sagemaker, name, **more):
    """What is listed of its training jobs."""
    return sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=name, **more
    )["TrainingJobSummaries"]


def tuned(sagemaker, name, **changes):
    """Run a tuning job to its end."""
    sagemaker.create_hyper_parameter_tuning_job(**tuning(name, **changes))
    return ended(sagemaker, name)


def value(job):
    """What a training job came to."""
    return job["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]


@pytest.fixture(scope="module")
def first(cloud):
    """A tuning job of four training jobs, two at a time, that has completed."""
    return tuned(cloud.client("sagemaker"), "first")


def test_the_best_training_job_is_the_one_of_the_best_metric(cloud, sagemaker, first):
    assert first["HyperParameterTuningJobStatus"] == "Completed"
    assert first["TrainingJobStatusCounters"]["Completed"] == 4
    assert first["ObjectiveStatusCounters"] == {"Succeeded": 4, "Pending": 0, "Failed": 0}
    by_value = listed(
        sagemaker, "first", SortBy="FinalObjectiveMetricValue", SortOrder="Descending"
    )
    assert [value(one) for one in by_value] == sorted(map(value, by_value), reverse=True)
    best = first["BestTrainingJob"]
    assert best["TrainingJobName"] == by_value[0]["TrainingJobName"]
    tried = best["TunedHyperParameters"]
    known = float(tried["rate"]) + int(tried["depth"]) + (tried["kind"] == "tree")
    assert value(best) == pytest.approx(known, abs=1e-4)
    key = f"models/{best['TrainingJobName']}/output/model.tar.gz"
    assert cloud.client("s3").head_object(Bucket="work", Key=key)


def test_values_lie_within_their_ranges(sagemaker, first):
    for one in listed(sagemaker, "first"):
        tried = one["TunedHyperParameters"]
        assert 0.001 <= float(tried["rate"]) <= 0.5
        assert int(tried["depth"]) in range(2, 7)
        assert tried["kind"] in {"tree", "line"}


def test_training_jobs_are_named_after_the_tuning_job_and_know_it(sagemaker, first):
    names = [one["TrainingJobName"] for one in listed(sagemaker, "first")]
    assert [name[:9] for name in names] == ["first-001", "first-002", "first-003", "first-004"]
    job = sagemaker.describe_training_job(TrainingJobName=names[0])
    assert job["TuningJobArn"] == first["HyperParameterTuningJobArn"]
    assert job["HyperParameters"]["_tuning_objective_metric"] == "score"


def test_one_seed_draws_the_same_values(sagemaker, first):
    tuned(sagemaker, "again", jobs=2, parallel=1)
    again = [one["TunedHyperParameters"] for one in listed(sagemaker, "again")]
    assert again == [one["TunedHyperParameters"] for one in listed(sagemaker, "first")][:2]


def test_a_grid_is_all_combinations(sagemaker):
    ranges = {
        "CategoricalParameterRanges": [
            {"Name": "kind", "Values": ["tree", "line"]},
            {"Name": "depth", "Values": ["2", "3"]},
        ]
    }
    config = {"Strategy": "Grid", "ResourceLimits": {"MaxParallelTrainingJobs": 4}}
    told = tuned(sagemaker, "grid", ranges=ranges, static={"rate": "0"}, config=config)
    assert told["TrainingJobStatusCounters"]["Completed"] == 4
    tried = {tuple(one["TunedHyperParameters"].values()) for one in listed(sagemaker, "grid")}
    assert tried == {("tree", "2"), ("tree", "3"), ("line", "2"), ("line", "3")}
    assert value(told["BestTrainingJob"]) == 4


def test_a_target_that_is_reached_ends_the_search(sagemaker):
    criteria = {"TargetObjectiveMetricValue": 1.0}
    config = {"TuningJobCompletionCriteria": criteria}
    told = tuned(sagemaker, "reached", jobs=9, parallel=1, config=config)
    assert told["HyperParameterTuningJobStatus"] == "Completed"
    assert len(listed(sagemaker, "reached")) == 1


def test_a_search_that_no_longer_improves_ends(sagemaker):
    ranges = {"CategoricalParameterRanges": [{"Name": "kind", "Values": ["line"]}]}
    criteria = {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}}
    told = tuned(
        sagemaker,
        "flat",
        jobs=9,
        parallel=1,
        ranges=ranges,
        static={"rate": "0", "depth": "1"},
        config={"TuningJobCompletionCriteria": criteria},
    )
    assert told["HyperParameterTuningJobStatus"] == "Completed"
    assert len(listed(sagemaker, "flat")) == 4
    details = told["TuningJobCompletionDetails"]
    assert details["NumberOfTrainingJobsObjectiveNotImproving"] == 3


def test_the_median_rule_stops_a_job_that_is_worse(sagemaker):
    ranges = {"CategoricalParameterRanges": [{"Name": "depth", "Values": ["9", "1"]}]}
    told = tuned(
        sagemaker,
        "median",
        ranges=ranges,
        static={"rate": "0", "kind": "line", "epochs": "20", "pause": "0.1"},
        config={
            "Strategy": "Grid",
            "ResourceLimits": {"MaxParallelTrainingJobs": 1},
            "TrainingJobEarlyStoppingType": "Auto",
        },
    )
    assert told["HyperParameterTuningJobStatus"] == "Completed", told.get("FailureReason")
    good, bad = listed(sagemaker, "median")
    assert (good["TrainingJobStatus"], value(good)) == ("Completed", 9)
    assert bad["TrainingJobStatus"] == "Stopped", bad
    assert value(bad) == 1, bad
    assert told["TrainingJobStatusCounters"]["Stopped"] == 1
    assert told["BestTrainingJob"]["TrainingJobName"] == good["TrainingJobName"]


def test_hyperband_stops_what_is_behind(sagemaker):
    ranges = {"IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "60"}]}
    told = tuned(
        sagemaker,
        "band",
        jobs=8,
        parallel=1,
        ranges=ranges,
        static={"rate": "0", "kind": "line", "epochs": "9", "pause": "0.15"},
        config={"Strategy": "Hyperband", "RandomSeed": 1},
    )
    assert told["HyperParameterTuningJobStatus"] == "Completed"
    assert told["TrainingJobStatusCounters"]["Stopped"] >= 1
    assert told["TrainingJobStatusCounters"]["Completed"] >= 1


def test_a_tuning_job_that_is_stopped_stops_its_training_jobs(sagemaker):
    sagemaker.create_hyper_parameter_tuning_job(
        **tuning("halts", static={"epochs": "600", "pause": "1"})
    )
    until = time.monotonic() + 30
    while len(listed(sagemaker, "halts")) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    with pytest.raises(ClientError, match="has not ended"):
        sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="halts")
    sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="halts")
    assert ended(sagemaker, "halts")["HyperParameterTuningJobStatus"] == "Stopped"
    assert {one["TrainingJobStatus"] for one in listed(sagemaker, "halts")} == {"Stopped"}
    with pytest.raises(ClientError, match="can't be stopped"):
        sagemaker.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="halts")
    sagemaker.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="halts")
    with pytest.raises(ClientError, match="Could not find"):
        listed(sagemaker, "halts")


def test_a_tuning_job_whose_first_five_fail_fails(sagemaker):
    told = tuned(sagemaker, "fails", jobs=9, parallel=5, static={"epochs": "none"})
    assert told["HyperParameterTuningJobStatus"] == "Failed"
    assert "No training job succeeded after" in told["FailureReason"]
    assert "BestTrainingJob" not in told
    failed = listed(sagemaker, "fails", StatusEquals="Failed")
    assert "invalid literal" in failed[0]["FailureReason"]


def test_a_metric_that_is_never_told_fails_the_tuning_job(sagemaker):
    told = tuned(sagemaker, "silent", jobs=2, static={"epochs": "0"})
    assert told["HyperParameterTuningJobStatus"] == "Failed"
    assert "No objective metrics found after running 2 training jobs" in told["FailureReason"]


def test_a_warm_start_knows_the_best_of_its_parents(sagemaker, first):
    ranges = {
        **RANGES,
        "IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "1"}],
    }
    warm = {
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "first"}],
        "WarmStartType": "IdenticalDataAndAlgorithm",
    }
    told = tuned(sagemaker, "warm", jobs=2, ranges=ranges, WarmStartConfig=warm)
    assert told["BestTrainingJob"]["TrainingJobName"].startswith("warm-")
    overall = told["OverallBestTrainingJob"]["TrainingJobName"]
    assert overall == first["BestTrainingJob"]["TrainingJobName"]


@pytest.mark.usefixtures("first")
def test_a_parent_of_another_objective_is_refused(sagemaker):
    warm = {
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "first"}],
        "WarmStartType": "TransferLearning",
    }
    objective = {"Type": "Minimize", "MetricName": "score"}
    asked = tuning(
        "cold", config={"HyperParameterTuningJobObjective": objective}, WarmStartConfig=warm
    )
    with pytest.raises(ClientError, match="Minimize score is not that of first"):
        sagemaker.create_hyper_parameter_tuning_job(**asked)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"jobs": 2, "parallel": 3}, "3 training jobs at once are more than the 2"),
        ({"ranges": {}}, "There is no range"),
        ({"static": {"rate": "1"}}, "rate is given twice"),
        ({"Autotune": {"Mode": "Enabled"}}, "leaves ranges to Autotune"),
    ],
)
def test_what_is_wrong_is_refused(sagemaker, changes, message):
    with pytest.raises(ClientError, match=message):
        sagemaker.create_hyper_parameter_tuning_job(**tuning("wrong", **changes))


def test_without_optuna_it_says_what_to_install(sagemaker, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ClientError, match=r"pip install 'maslow\[local\]'"):
        sagemaker.create_hyper_parameter_tuning_job(**tuning("bare"))
