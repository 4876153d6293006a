"""The training of a pipeline as a message to whoever trains in SageMaker's place."""

import copy

import pytest

from catalog.training_message import artefact_of, job_name, request_of
from components.platform.model_project import read_project
from components.platform.pod_training.definition import in_pods
from components.platform.training_definition import (
    DefinitionError,
    Placement,
    placed,
    steps,
)
from infra.settings.projects import PARAMETERS
from tests.conftest import ROOT

QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/trainings"
PLACEMENT = Placement("role", ["subnet"], ["group"], "key")
TABULAR = placed(
    read_project(ROOT / "templates" / "tabular").definition,
    PARAMETERS,
    PLACEMENT,
    {"algorithm": "boosting", "depth": 3},
    environment={"MASLOW_EXECUTION_ID": {"Get": "Execution.PipelineExecutionId"}},
)


def training(definition=TABULAR, **changes):
    """A definition whose training has other members in its request."""
    changed = copy.deepcopy(definition)
    for step in steps(changed):
        if step["Type"] == "Training":
            step["Arguments"] |= changes
    return changed


def named(definition):
    return {step["Name"]: step for step in steps(definition)}


def test_the_training_is_a_message_and_all_else_stays():
    made = in_pods(TABULAR, QUEUE)
    step = named(made)["Train"]
    assert (step["Type"], step["SqsQueueUrl"]) == ("Callback", QUEUE)
    assert all(
        not isinstance(value, dict) or value.keys() <= {"Get", "Std:Join"}
        for value in step["Arguments"].values()
    )
    before = named(TABULAR)
    assert {name for name, each in named(made).items() if each != before[name]} == {
        *("CheckQuality", "Evaluate", "Register", "Train")
    }
    assert before["Train"]["Type"] == "Training"
    model = {"Get": "Steps.Train.OutputParameters['S3ModelArtifacts']"}
    inputs = named(made)["Evaluate"]["Arguments"]["ProcessingInputs"]
    assert model in [each["S3Input"]["S3Uri"] for each in inputs]
    container = named(made)["Register"]["Arguments"]["InferenceSpecification"]["Containers"][0]
    assert container["ModelDataUrl"] == model


def test_the_message_stands_for_the_request_that_sagemaker_would_have_had():
    arguments = named(in_pods(TABULAR, QUEUE))["Train"]["Arguments"]
    told = {key: "told" if isinstance(value, dict) else value for key, value in arguments.items()}
    told["MaxRuntimeInSeconds"] = "3600"
    execution = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/p/execution/abc123def456"
    request = request_of(told, job_name(execution, "Ab12345678"))
    was = named(TABULAR)["Train"]["Arguments"]
    assert request["TrainingJobName"] == "train-abc123def456-ab12345678"
    assert request["HyperParameters"] == {"algorithm": "boosting", "depth": "3"}
    assert request["Environment"] == {"MASLOW_EXECUTION_ID": "told"}
    for key in ("ContainerEntrypoint", "MetricDefinitions"):
        assert request["AlgorithmSpecification"][key] == was["AlgorithmSpecification"][key]
    assert [each["ChannelName"] for each in request["InputDataConfig"]] == [
        each["ChannelName"] for each in was["InputDataConfig"]
    ]
    assert artefact_of(request) == "told/train-abc123def456-ab12345678/output/model.tar.gz"


def test_what_is_no_message_of_a_training_is_told_from_one():
    with pytest.raises(ValueError, match="no TrainingSettings"):
        request_of({"model": "tumours"}, "name")


CHANNEL = TABULAR["Steps"][1]["Arguments"]["InputDataConfig"][0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"RetryStrategy": {"MaximumRetryAttempts": 2}}, "pods have no RetryStrategy"),
        ({"InputDataConfig": [{**CHANNEL, "InputMode": "FastFile"}]}, "the channel train is"),
        ({"InputDataConfig": [{**CHANNEL, "CompressionType": "Gzip"}]}, "no CompressionType of"),
        (
            {"InputDataConfig": [{"ChannelName": "x", "DataSource": {"FileSystemDataSource": {}}}]},
            "pods have all of a prefix in S3, and the channel x is another",
        ),
        (
            {
                "AlgorithmSpecification": {
                    **TABULAR["Steps"][1]["Arguments"]["AlgorithmSpecification"],
                    "ContainerArguments": ["--in", {"Get": "Parameters.DataUri"}],
                }
            },
            "are literals for pods, and one refers to",
        ),
    ],
    ids=str,
)
def test_what_pods_do_not_do_is_refused(changes, said):
    with pytest.raises(DefinitionError, match=f"step Train: .*{said}"):
        in_pods(training(**changes), QUEUE)


def test_a_pipeline_without_a_training_is_refused_and_one_whose_steps_read_more_of_it():
    without = {**TABULAR, "Steps": [TABULAR["Steps"][0]]}
    with pytest.raises(DefinitionError, match="no training that pods could do"):
        in_pods(without, QUEUE)
    more = copy.deepcopy(TABULAR)
    named(more)["Register"]["Arguments"]["CustomerMetadataProperties"]["seconds"] = {
        "Get": "Steps.Train.BillableTimeInSeconds"
    }
    with pytest.raises(DefinitionError, match=r"refers to Steps\.Train\.BillableTimeInSeconds"):
        in_pods(more, QUEUE)


def test_every_training_of_a_pipeline_is_one_of_pods():
    second = {**TABULAR["Steps"][1], "Name": "Again"}
    model = {"Get": "Steps.Again.ModelArtifacts.S3ModelArtifacts"}
    last = {"Name": "Last", "Type": "Fail", "Arguments": {"ErrorMessage": model}}
    made = named(in_pods({**TABULAR, "Steps": [*TABULAR["Steps"], second, last]}, QUEUE))
    assert [made[each]["Type"] for each in ("Train", "Again")] == ["Callback", "Callback"]
    told = "Steps.Again.OutputParameters['S3ModelArtifacts']"
    assert made["Last"]["Arguments"]["ErrorMessage"] == {"Get": told}
