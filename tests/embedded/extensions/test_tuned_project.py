"""The template project, tuned on real records: the best of its trainings is registered."""

import csv
import io
import json
from pathlib import Path

import pytest
from sklearn.datasets import load_breast_cancer

from components.platform.model_project import read_project
from components.platform.training_definition import Placement, placed
from components.platform.tuned_definition import tuned
from embedded.cloud import Cloud
from infra.settings.tuning import Tune
from infra.settings.tuning_args import first_metric, tuning_of
from tests.some_pipeline import ROLE, ended, steps_of

PROJECT = Path(__file__).parents[3] / "templates/tabular"
PARAMETERS = {
    "DataUri": "s3://lake/tumours",
    "OutputUri": "s3://artifacts/models/tumour",
    "CodeUri": "s3://artifacts/code/tumour",
    "ImageUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1",
    "RoleArn": ROLE,
    "KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "ModelPackageGroupName": "tumour",
}


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        s3 = running.client("s3")
        for bucket in ("lake", "artifacts"):
            place = {"LocationConstraint": "eu-west-1"}
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        s3.put_object(Bucket="lake", Key="tumours/part-0.csv", Body=tumours())
        for path in (PROJECT / "code").glob("*"):
            if path.is_file():
                key = f"code/tumour/{path.name}"
                s3.put_object(Bucket="artifacts", Key=key, Body=path.read_bytes())
        running.client("sagemaker").create_model_package_group(ModelPackageGroupName="tumour")
        yield running


def tumours():
    """scikit-learn's breast-cancer records as CSV."""
    data = load_breast_cancer()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([*(name.replace(" ", "_") for name in data.feature_names), "target"])
    writer.writerows([*data.data[i], 1 - label] for i, label in enumerate(data.target))
    return text.getvalue()


def run(cloud, name, settings):
    """Train by a search of these settings, to the end; returns its tuning job, and what came."""
    project = read_project(PROJECT)
    tune = Tune.model_validate_json(json.dumps(settings))
    search = tuning_of(tune, project.definition, project.tuning, {}, first_metric([], "binary"))
    where = Placement(ROLE, ["subnet-1"], ["sg-1"], PARAMETERS["KmsKeyId"], {"model": "tumour"})
    definition = tuned(placed(project.definition, PARAMETERS, where), search)
    sagemaker = cloud.client("sagemaker")
    sagemaker.create_pipeline(
        PipelineName=name, PipelineDefinition=json.dumps(definition), RoleArn=ROLE
    )
    arn = sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    steps = (ended(cloud, arn, 300), steps_of(cloud, arn))[1]
    assert {step.get("FailureReason") for step in steps.values()} == {None}
    assert steps["Register"]["StepStatus"] == "Succeeded"
    package = sagemaker.describe_model_package(
        ModelPackageName=steps["Register"]["Metadata"]["RegisterModel"]["Arn"]
    )
    job = steps["Train"]["Metadata"]["TuningJob"]["Arn"].rpartition("/")[2]
    described = sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=job)
    return described, package


RANGES = {
    "algorithm": ["linear", "boosting"],
    "c": {"from": 0.001, "to": 10, "scale": "log"},
    "iterations": [2, 5],
    "depth": [2, 3],
}
"""Fewer and smaller than the project's own, for a test's sake."""


@pytest.fixture(scope="module")
def first(cloud):
    return run(cloud, "tumour", {"trials": 4, "parallel": 2, "seed": 1, "ranges": RANGES})


def test_the_best_of_four_trainings_is_registered(cloud, first):
    job, package = first
    assert job["TrainingJobStatusCounters"]["Completed"] == 4
    listed = cloud.client("sagemaker").list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=job["HyperParameterTuningJobName"]
    )["TrainingJobSummaries"]
    metric = "FinalHyperParameterTuningJobObjectiveMetric"
    best = max(listed, key=lambda one: one[metric]["Value"])
    assert best[metric]["MetricName"] == "validation:auc"
    (container,) = package["InferenceSpecification"]["Containers"]
    bucket, _, key = container["ModelDataUrl"].removeprefix("s3://").partition("/")
    assert key.endswith(f"/model/{job['BestTrainingJob']['TrainingJobName']}/output/model.tar.gz")
    assert job["BestTrainingJob"][metric]["Value"] == best[metric]["Value"]
    assert cloud.client("s3").head_object(Bucket=bucket, Key=key)


def test_the_version_tells_the_search_and_the_best_hyperparameters(first):
    job, package = first
    told = package["CustomerMetadataProperties"]
    assert told["tuning"] == job["HyperParameterTuningJobName"]
    found = {key.removeprefix("tuned:"): value for key, value in told.items() if ":" in key}
    tried = job["BestTrainingJob"]["TunedHyperParameters"]
    assert tried.items() <= found.items()
    assert tried.keys() == RANGES.keys()


def test_trainings_bear_the_tags_of_the_search(cloud, first):
    sagemaker = cloud.client("sagemaker")
    arn = first[0]["BestTrainingJob"]["TrainingJobArn"]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "model", "Value": "tumour"}]


def test_a_search_goes_on_from_the_one_before(cloud, first):
    before = first[0]["HyperParameterTuningJobName"]
    settings = {"trials": 2, "parallel": 1, "ranges": RANGES, "warm_start": [before]}
    job, package = run(cloud, "again", settings)
    (parent,) = job["WarmStartConfig"]["ParentHyperParameterTuningJobs"]
    assert parent["HyperParameterTuningJobName"] == before
    assert job["TrainingJobStatusCounters"]["Completed"] == 2
    assert package["CustomerMetadataProperties"]["tuning"] != before
