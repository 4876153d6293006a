"""Turns the training of a placed pipeline definition into a search for its hyperparameters.

The step keeps its name and becomes one of type Tuning; what referred to the trained model refers to
the best one. A project need not be compiled anew for it.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html
"""

import copy
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from components.platform.training_definition import Definition, DefinitionError, steps

PROGRAM = "sagemaker_program"
"""Hyperparameter that tells SageMaker's containers a script to run.

Named by its whole path it is run where it is. Of sources that are submitted they would install what
requirements.txt names before each training, which takes a network; here the image has it.
https://github.com/aws/sagemaker-training-toolkit/blob/master/src/sagemaker_training/entry_point.py
"""
CHANNELS = "/opt/ml/input/data"
SCRIPT = re.compile(rf"{CHANNELS}/[\w.-]+/[\w./-]+\.py")
PYTHONS = ("python", "python3")
HANDED_ON = frozenset(
    {
        *("CheckpointConfig", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining"),
        *("EnableNetworkIsolation", "Environment", "InputDataConfig", "OutputDataConfig"),
        *("ResourceConfig", "RetryStrategy", "RoleArn", "StoppingCondition", "VpcConfig"),
    }
)
"""What the training jobs of a tuning have as one of its own has."""
TRANSFER = "TransferLearning"
"""How a search goes on where others ended: each execution splits its records anew."""


class TuningRange(TypedDict):
    """The values that a hyperparameter may have."""

    kind: str
    """IntegerParameterRanges, ContinuousParameterRanges or CategoricalParameterRanges."""
    values: list[str]
    """The least and the most of numbers; all of a category."""
    scale: str
    """Auto, Linear, Logarithmic or ReverseLogarithmic; of a category it says nothing."""


class TuningArgs(TypedDict):
    """A search for hyperparameters."""

    strategy: str
    """Bayesian, Random, Hyperband or Grid."""
    metric: str
    """The objective, as the training's metric definitions name it."""
    is_maximized: bool
    """Whether more of it is better."""
    ranges: dict[str, TuningRange]
    """By the name of the hyperparameter."""
    trials: NotRequired[int]
    """Training jobs in all; a grid has none, for it is all its combinations."""
    parallel: int
    """Training jobs at a time."""
    max_seconds: int
    """Seconds after which the search ends, whatever it has found."""
    stops_early: bool
    """Whether a training job that is worse than the median of the others is stopped."""
    epochs: NotRequired[int]
    """Most epochs of a training job, of Hyperband alone."""
    stop_at: NotRequired[float]
    """What the objective has to reach for the search to end."""
    patience: NotRequired[int]
    """After so many training jobs that are no better the search ends."""
    seed: NotRequired[int]
    """Begins its random numbers."""
    parents: NotRequired[list[str]]
    """Names of tuning jobs that it learns from, at most five."""


def tuned(definition: Definition, tuning: TuningArgs) -> Definition:
    """A copy of `definition` whose training searches for hyperparameters.

    What is registered tells the tuning job and the best hyperparameters in its metadata.

    Raises DefinitionError for a pipeline with none or several trainings, one that a tuning job
    can't run, and one whose later steps refer to more of it than the model.
    """
    result = copy.deepcopy(definition)
    trainings = [step for step in steps(result) if step["Type"] == "Training"]
    if len(trainings) != 1:
        raise DefinitionError(f"the pipeline has {len(trainings)} trainings, and one can be tuned")
    (step,) = trainings
    request, name = step["Arguments"], step["Name"]
    step["Type"] = "Tuning"
    step["Arguments"] = _request(request, tuning)
    model = f"Steps.{name}.ModelArtifacts.S3ModelArtifacts"
    best = _best_model(name, request["OutputDataConfig"]["S3OutputPath"])
    result["Steps"] = rewired(result["Steps"], f"Steps.{name}.", model, best)
    for each in steps(result):
        if each["Type"] == "RegisterModel":
            told = each["Arguments"].setdefault("CustomerMetadataProperties", {})
            told["tuning"] = {"Get": f"Steps.{name}.HyperParameterTuningJobName"}
            told["training"] = {"Get": f"Steps.{name}.BestTrainingJob.TrainingJobName"}
            for one in tuning["ranges"]:
                values = f"Steps.{name}.BestTrainingJob.TunedHyperParameters"
                told[f"tuned:{one}"] = {"Get": f"{values}['{one}']"}
    return result


def _request(request: Mapping[str, Any], tuning: TuningArgs) -> dict[str, Any]:
    algorithm = dict(request["AlgorithmSpecification"])
    static = {
        key: value
        for key, value in request.get("HyperParameters", {}).items()
        if key not in tuning["ranges"]
    }
    entry = algorithm.pop("ContainerEntrypoint", None)
    arguments = algorithm.pop("ContainerArguments", None)
    if entry is not None:
        static |= _script(entry, arguments)
    others = request.keys() - HANDED_ON - {"AlgorithmSpecification", "HyperParameters", "Tags"}
    if others:
        raise DefinitionError(f"a tuning job's trainings have no {', '.join(sorted(others))}")
    _require_metric(algorithm, tuning["metric"])
    made: dict[str, Any] = {
        "HyperParameterTuningJobConfig": _config(tuning),
        "TrainingJobDefinition": {
            "StaticHyperParameters": static,
            "AlgorithmSpecification": algorithm,
            **{key: value for key, value in request.items() if key in HANDED_ON},
        },
    }
    if parents := tuning.get("parents"):
        made["WarmStartConfig"] = {
            "ParentHyperParameterTuningJobs": [
                {"HyperParameterTuningJobName": each} for each in parents
            ],
            "WarmStartType": TRANSFER,
        }
    return made | ({"Tags": request["Tags"]} if "Tags" in request else {})


def _script(entry: Sequence[Any], arguments: Sequence[Any] | None) -> dict[str, str]:
    """How a script that an entry point names is run by SageMaker's containers themselves.

    A tuning job has no entry point of its own:
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperParameterAlgorithmSpecification.html
    """
    texts = [each for each in entry if isinstance(each, str)]
    found = SCRIPT.fullmatch(texts[-1]) if texts else None
    if arguments or len(entry) != 2 or texts[0] not in PYTHONS or not found:  # noqa: PLR2004
        told = json.dumps([*entry, *(arguments or [])])
        raise DefinitionError(
            "a tuning job has no entry point, and SageMaker's containers run scripts of a channel "
            f'alone, as ["python3", "{CHANNELS}/code/train.py"]; the training has {told}'
        )
    return {PROGRAM: found[0]}


def _require_metric(algorithm: Mapping[str, Any], metric: str) -> None:
    known = [each["Name"] for each in algorithm.get("MetricDefinitions", [])]
    if metric not in known:
        raise DefinitionError(
            f"the training tells no metric {metric}; it tells {', '.join(known) or 'none'}"
        )


def _config(tuning: TuningArgs) -> dict[str, Any]:
    limits = {
        "MaxNumberOfTrainingJobs": tuning.get("trials"),
        "MaxParallelTrainingJobs": tuning["parallel"],
        "MaxRuntimeInSeconds": tuning["max_seconds"],
    }
    made: dict[str, Any] = {
        "Strategy": tuning["strategy"],
        "HyperParameterTuningJobObjective": {
            "Type": "Maximize" if tuning["is_maximized"] else "Minimize",
            "MetricName": tuning["metric"],
        },
        "ResourceLimits": {key: value for key, value in limits.items() if value is not None},
        "ParameterRanges": _ranges(tuning["ranges"]),
        "TrainingJobEarlyStoppingType": "Auto" if tuning["stops_early"] else "Off",
    }
    if epochs := tuning.get("epochs"):
        made["StrategyConfig"] = {"HyperbandStrategyConfig": {"MaxResource": epochs}}
    criteria: dict[str, Any] = {}
    if (stop_at := tuning.get("stop_at")) is not None:
        criteria["TargetObjectiveMetricValue"] = stop_at
    if patience := tuning.get("patience"):
        criteria["BestObjectiveNotImproving"] = {"MaxNumberOfTrainingJobsNotImproving": patience}
    if criteria:
        made["TuningJobCompletionCriteria"] = criteria
    if (seed := tuning.get("seed")) is not None:
        made["RandomSeed"] = seed
    return made


def _ranges(ranges: Mapping[str, TuningRange]) -> dict[str, list[dict[str, Any]]]:
    made: dict[str, list[dict[str, Any]]] = {}
    for name, one in ranges.items():
        told: dict[str, Any] = {"Name": name}
        if one["kind"] == "CategoricalParameterRanges":
            told["Values"] = one["values"]
        else:
            least, most = one["values"]
            told |= {"MinValue": least, "MaxValue": most, "ScalingType": one["scale"]}
        made.setdefault(one["kind"], []).append(told)
    return made


def _best_model(step: str, output: Any) -> dict[str, Any]:
    """Where the model of the best training job is, as the SDK's get_top_model_s3_uri has it."""
    job = {"Get": f"Steps.{step}.TrainingJobSummaries[0].TrainingJobName"}
    join = output.get("Std:Join", {}) if isinstance(output, dict) else {}
    before = join["Values"] if join.get("On") == "/" else [output]
    return {"Std:Join": {"On": "/", "Values": [*before, job, "output/model.tar.gz"]}}


def rewired(value: Any, step: str, model: str, best: Mapping[str, Any]) -> Any:
    """`value` with `best` in the place of every reference to the step's model.

    Raises DefinitionError for a reference to anything else of the step.
    """
    if isinstance(value, list):
        return [rewired(each, step, model, best) for each in value]
    if not isinstance(value, dict):
        return value
    if value == {"Get": model}:
        return copy.deepcopy(dict(best))
    if set(value) == {"Get"} and str(value["Get"]).startswith(step):
        raise DefinitionError(
            f"a later step refers to {value['Get']}, and of such a training to nothing but "
            f"{model.removeprefix(step)}"
        )
    return {key: rewired(each, step, model, best) for key, each in value.items()}
