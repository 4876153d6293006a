"""The step type Tuning, and what later steps refer to of it."""

import re

import pytest

from tests.embedded.extensions.test_tuning_jobs import TRAIN, tuning
from tests.some_pipeline import ended, python, run, start, steps_of
from tests.some_training import make_work_bucket


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud):
    """The script and its bucket."""
    make_work_bucket(cloud, {"code/train.py": TRAIN})


def tune(**more):
    """A Tuning step over three depths, of which 3 is the best."""
    ranges = {"CategoricalParameterRanges": [{"Name": "depth", "Values": ["1", "3", "2"]}]}
    arguments = tuning(
        "unused",
        ranges=ranges,
        static={"rate": "0", "kind": "line"},
        config={"Strategy": "Grid", "ResourceLimits": {"MaxParallelTrainingJobs": 3}},
    )
    del arguments["HyperParameterTuningJobName"]
    return {"Name": "Search_depths", "Type": "Tuning", "Arguments": arguments, **more}


def told(of):
    """A step that fails with a message of the tuning's, which tests can read."""
    return {"Name": "Tell", "Type": "Fail", "Arguments": {"ErrorMessage": of}}


BEST = {
    "Std:Join": {
        "On": "/",
        "Values": [
            "s3:/",
            "work",
            "models",
            {"Get": "Steps.Search_depths.TrainingJobSummaries[0].TrainingJobName"},
            "output/model.tar.gz",
        ],
    }
}
"""As get_top_model_s3_uri of the SDK's TuningStep compiles."""
DEPTHS = {
    "Std:Join": {
        "On": ",",
        "Values": [
            {"Get": f"Steps.Search_depths.{of}.TunedHyperParameters['depth']"}
            for of in ("BestTrainingJob", "TrainingJobSummaries[1]", "TrainingJobSummaries[2]")
        ],
    }
}


def test_later_steps_refer_to_the_best_model_as_the_sdk_does(cloud):
    _, steps = run(cloud, "top", [tune(), told(BEST)])
    model = steps["Tell"]["Metadata"]["Fail"]["ErrorMessage"].removeprefix("s3://work/")
    assert cloud.client("s3").head_object(Bucket="work", Key=model)


def test_training_jobs_are_at_hand_the_best_first(cloud):
    _, steps = run(cloud, "order", [tune(), told(DEPTHS)])
    assert steps["Tell"]["Metadata"]["Fail"]["ErrorMessage"] == "3,2,1"


def test_the_tuning_job_is_named_after_execution_and_step(cloud):
    _, steps = run(cloud, "named", [tune()])
    name = steps["Search_depths"]["Metadata"]["TuningJob"]["Arn"].rpartition("/")[2]
    assert re.fullmatch(r"[a-z0-9]{12}-Search-d-[0-9a-f]{10}", name)


def test_a_step_whose_tuning_fails_tells_why(cloud):
    step = tune()
    step["Arguments"]["TrainingJobDefinition"]["StaticHyperParameters"]["epochs"] = "0"
    status, steps = run(cloud, "silent", [step])
    assert status == "Failed"
    assert "No objective metrics found" in steps["Search_depths"]["FailureReason"]


def test_a_tuning_is_taken_from_the_cache(cloud):
    cached = tune(CacheConfig={"Enabled": True, "ExpireAfter": "PT1H"})
    steps = [cached, python("Look", "pass", DependsOn=["Search_depths"])]
    _, first = run(cloud, "cached", steps)
    again = steps_of(cloud, ended(cloud, start(cloud, "cached"))["PipelineExecutionArn"])
    assert "CacheHitResult" in again["Search_depths"]
    tuning_job = first["Search_depths"]["Metadata"]["TuningJob"]
    assert again["Search_depths"]["Metadata"]["TuningJob"] == tuning_job
