"""What SageMaker refuses of tuning jobs."""

import pytest

from embedded.sagemaker.tuning.checks import not_emulated, refused, refused_parents


def request(*, ranges=None, static=None, objective="auc", kind="Random", name="tunes", **config):
    return {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": {
            "Strategy": kind,
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": objective},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2},
            "ParameterRanges": ranges or integers(),
            **config,
        },
        "TrainingJobDefinition": {
            "StaticHyperParameters": static or {},
            "InputDataConfig": [],
            "AlgorithmSpecification": {
                "TrainingImage": "image",
                "MetricDefinitions": [{"Name": "auc", "Regex": "auc=(.+)"}],
            },
        },
    }


def integers(least="1", most="5", scale="Auto", name="depth"):
    one = {"Name": name, "MinValue": least, "MaxValue": most, "ScalingType": scale}
    return {"IntegerParameterRanges": [one]}


def numbers(least, most, scale="Auto"):
    one = {"Name": "rate", "MinValue": least, "MaxValue": most, "ScalingType": scale}
    return {"ContinuousParameterRanges": [one]}


def values(*given):
    return {"CategoricalParameterRanges": [{"Name": "kind", "Values": list(given)}]}


MANY = {
    "IntegerParameterRanges": [
        one for i in range(31) for one in integers(name=f"h{i}")["IntegerParameterRanges"]
    ]
}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (request(ranges=integers("5", "1")), "depth goes from 5 to 1: MinValue is more"),
        (request(ranges=integers("a", "1")), "which are no whole numbers"),
        (request(ranges=integers("1.5", "2")), "which are no whole numbers"),
        (request(ranges=numbers("0", "inf")), "which are no numbers"),
        (request(ranges=numbers("0", "1", "Logarithmic")), "values greater than 0"),
        (request(ranges=numbers("0", "1", "ReverseLogarithmic")), "within 0 and 1"),
        (request(ranges=integers(scale="ReverseLogarithmic")), "no reverse logarithmic scale"),
        (request(ranges=MANY), "31 hyperparameters are to be searched, and 30 is the most"),
        (request(ranges=values(*map(str, range(31)))), "31 values, and 1 to 30"),
        (request(ranges=values("a", "a")), "has a value twice"),
        (request(static={"depth": "1"}), "depth is given twice"),
        (request(objective="f1"), "f1 is none of the training's metrics, which are auc"),
        (request(name="x" * 33), "at most 32 letters"),
        (request(name="a_b"), "at most 32 letters"),
        (request(kind="Grid"), "categorical hyperparameters, and depth is none"),
        (request(kind="Grid", ranges=values("a", "b")), "is 4, and the grid has 2 combinations"),
        (request(kind="Hyperband"), "Hyperband needs MaxResource"),
        (
            request(kind="Hyperband", static={"epochs": "9"}, TrainingJobEarlyStoppingType="Auto"),
            "must be Off",
        ),
        (
            request(StrategyConfig={"HyperbandStrategyConfig": {"MaxResource": 9}}),
            "StrategyConfig is Hyperband's",
        ),
        (
            request(
                kind="Hyperband",
                StrategyConfig={"HyperbandStrategyConfig": {"MaxResource": 30_000}},
            ),
            "MaxResource is 30000",
        ),
        (
            request(ResourceLimits={"MaxParallelTrainingJobs": 1}),
            "neither MaxNumberOfTrainingJobs nor MaxRuntimeInSeconds",
        ),
    ],
)
def test_a_request_is_refused_with_what_is_wrong(asked, message):
    assert message in "\n".join(refused(asked))


@pytest.mark.parametrize(
    "asked",
    [
        request(),
        request(ranges=numbers("0", "0.9", "ReverseLogarithmic")),
        request(ranges=numbers("0.001", "0.1", "Logarithmic")),
        request(ranges=integers("3", "3")),
        request(kind="Hyperband", static={"epochs": "9"}),
        request(kind="Grid", ranges=values("a", "b", "c", "d")),
        request(
            ResourceLimits={"MaxParallelTrainingJobs": 1, "MaxRuntimeInSeconds": 600},
            kind="Bayesian",
        ),
    ],
)
def test_a_sound_request_is_taken(asked):
    assert not list(refused(asked))
    assert not list(not_emulated(asked))


def warm(parent, kind="TransferLearning", **changes):
    asked = request(**changes) | {"WarmStartConfig": {"WarmStartType": kind}}
    return "\n".join(refused_parents(asked, {"before": parent}))


def described(status="Completed", **changes):
    return request(**changes) | {"HyperParameterTuningJobStatus": status}


def test_a_warm_start_takes_parents_that_fit():
    assert not warm(described())
    assert not warm(described(ranges=integers("1", "99")), kind="IdenticalDataAndAlgorithm")
    assert not warm(described(ranges=values("a"), static={"x": "1"}), static={"x": "2"})


def test_a_warm_start_refuses_parents_that_do_not_fit():
    assert "no tuning job before" in warm(None)
    assert "has not ended" in warm(described("InProgress"))
    assert "not that of before, Maximize f1" in warm(described(objective="f1"))
    assert "1 static and tunable hyperparameters, and 2 in" in warm(described(static={"x": "1"}))


def test_a_grid_has_no_warm_start():
    asked = request(kind="Grid", ranges=values("a")) | {
        "WarmStartConfig": {"WarmStartType": "TransferLearning"}
    }
    found = refused_parents(asked, {"before": described()})
    assert "for Bayesian and Random search, and this is Grid" in "\n".join(found)


def test_another_image_takes_transfer_learning():
    parent = described()
    parent["TrainingJobDefinition"]["AlgorithmSpecification"]["TrainingImage"] = "older"
    assert "TrainingImage is not that of before" in warm(parent, kind="IdenticalDataAndAlgorithm")
    assert not warm(parent)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Autotune": {"Mode": "Enabled"}}, "Autotune"),
        ({"TrainingJobDefinitions": [{}]}, "several definitions"),
    ],
)
def test_what_is_not_emulated_is_named(changes, message):
    assert message in "\n".join(not_emulated(request() | changes))


def test_a_search_that_sagemaker_ends_by_itself_is_not_emulated():
    criteria = {"ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}}
    found = not_emulated(request(TuningJobCompletionCriteria=criteria))
    assert "detects that it converges" in "\n".join(found)


def test_only_a_choice_of_instances_is_not_emulated():
    asked = request()
    one = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5}
    asked["TrainingJobDefinition"]["HyperParameterTuningResourceConfig"] = one
    assert not [*not_emulated(asked)]
    several = {"InstanceConfigs": [one]}
    asked["TrainingJobDefinition"]["HyperParameterTuningResourceConfig"] = several
    assert "chooses among instances" in "\n".join(not_emulated(asked))
