"""A placed definition's training becomes a search for its hyperparameters."""

import copy
import json

import botocore.session
import pytest
from botocore.validate import validate_parameters

from components.platform.model_project import read_project
from components.platform.training_definition import DefinitionError, Placement, placed
from components.platform.tuned_definition import tuned
from infra.settings.projects import PARAMETERS
from tests.conftest import ROOT

PLACEMENT = Placement(
    role_arn="arn:aws:iam::123456789012:role/training",
    subnet_ids=["subnet-1"],
    security_group_ids=["sg-1"],
    kms_key_arn="key",
    tags={"maslow:model": "readmission"},
)
SEARCH = {
    "strategy": "Bayesian",
    "metric": "validation:auc",
    "is_maximized": True,
    "ranges": {
        "depth": {"kind": "IntegerParameterRanges", "values": ["2", "9"], "scale": "Auto"},
        "c": {"kind": "ContinuousParameterRanges", "values": ["0.1", "9"], "scale": "Logarithmic"},
        "algorithm": {
            "kind": "CategoricalParameterRanges",
            "values": ["linear", "boosting"],
            "scale": "Auto",
        },
    },
    "trials": 8,
    "parallel": 2,
    "max_seconds": 7200,
    "stops_early": True,
}


@pytest.fixture(scope="module")
def project():
    project = read_project(ROOT / "templates" / "tabular")
    return placed(project.definition, PARAMETERS, PLACEMENT, {"iterations": 50, "depth": 3})


def step_of(definition, name):
    """A step on the first level."""
    return next(step for step in definition["Steps"] if step["Name"] == name)


def register_of(definition):
    """The arguments of the step that registers."""
    (register,) = step_of(definition, "CheckQuality")["Arguments"]["IfSteps"]
    return register["Arguments"]


def literal(value):
    """`value` with a text of the right type in the place of each reference."""
    if isinstance(value, list):
        return [literal(each) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Get"}:
        return PARAMETERS.get(value["Get"].removeprefix("Parameters."), "s3://work/here")
    if set(value) == {"Std:Join"}:
        return "s3://work/here"
    return {key: literal(each) for key, each in value.items()}


def test_the_request_is_one_that_sagemaker_knows(project):
    more = {"stop_at": 0.99, "patience": 5, "seed": 3, "parents": ["before"]}
    arguments = literal(step_of(tuned(project, SEARCH | more), "Train")["Arguments"])
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model("CreateHyperParameterTuningJob").input_shape
    validate_parameters({"HyperParameterTuningJobName": "tunes", **arguments}, shape)
    config = arguments["HyperParameterTuningJobConfig"]
    assert config["ResourceLimits"] == {
        "MaxNumberOfTrainingJobs": 8,
        "MaxParallelTrainingJobs": 2,
        "MaxRuntimeInSeconds": 7200,
    }
    assert config["TuningJobCompletionCriteria"] == {
        "TargetObjectiveMetricValue": 0.99,
        "BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 5},
    }
    assert arguments["WarmStartConfig"]["WarmStartType"] == "TransferLearning"


def test_what_is_looked_for_is_not_given_as_well(project):
    arguments = step_of(tuned(project, SEARCH), "Train")["Arguments"]
    assert arguments["TrainingJobDefinition"]["StaticHyperParameters"] == {
        "iterations": "50",
        "sagemaker_program": "/opt/ml/input/data/code/train.py",
    }
    assert arguments["Tags"] == [{"Key": "maslow:model", "Value": "readmission"}]


def test_trainings_stay_where_they_were_placed(project):
    before = step_of(project, "Train")["Arguments"]
    after = step_of(tuned(project, SEARCH), "Train")["Arguments"]["TrainingJobDefinition"]
    for key in ("RoleArn", "VpcConfig", "OutputDataConfig", "ResourceConfig", "InputDataConfig"):
        assert after[key] == before[key]
    assert "ContainerEntrypoint" not in after["AlgorithmSpecification"]


def test_what_is_evaluated_and_registered_is_the_best_model(project):
    result = tuned(project, SEARCH)
    container = register_of(result)["InferenceSpecification"]["Containers"][0]
    values = container["ModelDataUrl"]["Std:Join"]["Values"]
    assert values[-2:] == [
        {"Get": "Steps.Train.TrainingJobSummaries[0].TrainingJobName"},
        "output/model.tar.gz",
    ]
    assert "model" in values
    inputs = step_of(result, "Evaluate")["Arguments"]["ProcessingInputs"]
    (model,) = (each for each in inputs if each["InputName"] == "model")
    assert model["S3Input"]["S3Uri"] == container["ModelDataUrl"]
    assert "Steps.Train.ModelArtifacts" not in json.dumps(result)


def test_what_is_registered_tells_the_search_and_what_it_found(project):
    told = register_of(tuned(project, SEARCH))["CustomerMetadataProperties"]
    assert told["tuning"] == {"Get": "Steps.Train.HyperParameterTuningJobName"}
    assert told["tuned:depth"] == {
        "Get": "Steps.Train.BestTrainingJob.TunedHyperParameters['depth']"
    }
    assert {"snapshot", "code", "execution"} < told.keys()


def test_the_definition_that_it_is_given_stays_as_it_is(project):
    before = copy.deepcopy(project)
    tuned(project, SEARCH)
    assert project == before


def test_hyperband_and_grid_have_limits_of_their_own(project):
    band = tuned(project, SEARCH | {"strategy": "Hyperband", "epochs": 81, "stops_early": False})
    config = step_of(band, "Train")["Arguments"]["HyperParameterTuningJobConfig"]
    assert config["StrategyConfig"] == {"HyperbandStrategyConfig": {"MaxResource": 81}}
    grid = {key: value for key, value in SEARCH.items() if key != "trials"} | {"strategy": "Grid"}
    config = step_of(tuned(project, grid), "Train")["Arguments"]["HyperParameterTuningJobConfig"]
    assert "MaxNumberOfTrainingJobs" not in config["ResourceLimits"]


def changed(project, **arguments):
    """The definition with other members of its training's request."""
    result = copy.deepcopy(project)
    step_of(result, "Train")["Arguments"] |= arguments
    return result


@pytest.mark.parametrize(
    "entry",
    [
        ["bash", "/opt/ml/input/data/code/train.sh"],
        ["python3", "/opt/program/train.py"],
        ["python3", "/opt/ml/input/data/code/train.py", "--fast"],
        ["python3", {"Get": "Parameters.CodeUri"}],
    ],
)
def test_an_entry_point_that_no_tuning_job_can_have_is_refused(project, entry):
    algorithm = step_of(project, "Train")["Arguments"]["AlgorithmSpecification"]
    other = changed(project, AlgorithmSpecification={**algorithm, "ContainerEntrypoint": entry})
    with pytest.raises(DefinitionError, match="a tuning job has no entry point"):
        tuned(other, SEARCH)


def test_what_no_tuning_job_has_is_refused(project):
    with pytest.raises(DefinitionError, match="trainings have no DebugHookConfig"):
        tuned(changed(project, DebugHookConfig={}), SEARCH)
    with pytest.raises(DefinitionError, match="tells no metric loss; it tells validation:auc"):
        tuned(project, SEARCH | {"metric": "loss"})


def test_a_reference_to_more_than_the_model_is_refused(project):
    other = copy.deepcopy(project)
    step_of(other, "Evaluate")["Arguments"]["Environment"] = {
        "LOSS": {"Get": "Steps.Train.FinalMetricDataList['loss'].Value"}
    }
    with pytest.raises(DefinitionError, match=r"refers to Steps\.Train\.FinalMetric"):
        tuned(other, SEARCH)


def test_a_pipeline_of_no_one_training_is_refused(project):
    other = copy.deepcopy(project)
    other["Steps"] = [step for step in other["Steps"] if step["Name"] != "Train"]
    with pytest.raises(DefinitionError, match="has 0 trainings"):
        tuned(other, SEARCH)
