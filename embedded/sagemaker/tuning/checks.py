"""What SageMaker refuses of a tuning job, and what is not done here.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperParameterTuningJobConfig.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ParameterRanges.html
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from embedded.sagemaker.jobs import not_emulated as training_not_emulated

Arguments = Mapping[str, Any]

NUMERIC = {"IntegerParameterRanges": int, "ContinuousParameterRanges": float}
CATEGORICAL = "CategoricalParameterRanges"
LOG, REVERSE = "Logarithmic", "ReverseLogarithmic"
MOST_RANGES, MOST_VALUES, MOST_PARENTS = 30, 30, 5
MOST_EPOCHS = 20_000
EPOCHS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")
"""Static hyperparameters that tell Hyperband its MaxResource.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperbandStrategyConfig.html
"""
WARM_STRATEGIES = ("Bayesian", "Random")
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}")


def ranges_of(arguments: Arguments) -> Iterator[tuple[str, Arguments]]:
    """Each range of a request with its kind, such as IntegerParameterRanges."""
    ranges = arguments["HyperParameterTuningJobConfig"].get("ParameterRanges", {})
    for kind in (*NUMERIC, CATEGORICAL):
        for one in ranges.get(kind) or []:
            yield kind, one


def refused(arguments: Arguments) -> Iterator[str]:
    """What is wrong with a CreateHyperParameterTuningJob request, its warm start aside."""
    config = arguments["HyperParameterTuningJobConfig"]
    name = arguments["HyperParameterTuningJobName"]
    if len(name) > 32 or not _NAME.fullmatch(name):  # noqa: PLR2004  AWS's
        yield f"the name {name} is none of at most 32 letters, digits and hyphens"
    definition = arguments.get("TrainingJobDefinition")
    if not definition:
        yield "there is no TrainingJobDefinition"
        return
    yield from _refused_ranges(arguments, definition)
    yield from _refused_objective(config, definition)
    yield from _refused_limits(config)
    yield from _refused_strategy(arguments, config, definition)


def _refused_ranges(arguments: Arguments, definition: Arguments) -> Iterator[str]:
    ranges = list(ranges_of(arguments))
    if not ranges:
        yield "there is no range of a hyperparameter to search"
    if len(ranges) > MOST_RANGES:
        yield f"{len(ranges)} hyperparameters are to be searched, and {MOST_RANGES} is the most"
    seen = set(definition.get("StaticHyperParameters", {}))
    for kind, one in ranges:
        if one["Name"] in seen:
            yield f"the hyperparameter {one['Name']} is given twice"
        seen.add(one["Name"])
        yield from _refused_values(one) if kind == CATEGORICAL else _refused_numbers(kind, one)


def _refused_values(one: Arguments) -> Iterator[str]:
    if not one["Values"] or len(one["Values"]) > MOST_VALUES:
        yield f"{one['Name']} has {len(one['Values'])} values, and 1 to {MOST_VALUES} are allowed"
    if len(set(one["Values"])) < len(one["Values"]):
        yield f"{one['Name']} has a value twice"


def _refused_numbers(kind: str, one: Arguments) -> Iterator[str]:
    name, scale = one["Name"], one.get("ScalingType", "Auto")
    try:
        least, most = (NUMERIC[kind](one[end]) for end in ("MinValue", "MaxValue"))
    except ValueError:
        what = "whole numbers" if NUMERIC[kind] is int else "numbers"
        yield f"{name} goes from {one['MinValue']} to {one['MaxValue']}, which are no {what}"
        return
    if not (math.isfinite(least) and math.isfinite(most)):
        yield f"{name} goes from {least} to {most}, which are no numbers"
    elif least > most:
        yield f"{name} goes from {least} to {most}: MinValue is more than MaxValue"
    elif scale == LOG and least <= 0:
        yield f"{name} begins at {least}, and a logarithmic scale needs values greater than 0"
    elif scale == REVERSE and NUMERIC[kind] is int:
        yield f"{name} is a whole number, which has no reverse logarithmic scale"
    elif scale == REVERSE and not 0 <= least <= most < 1:
        yield f"{name} goes from {least} to {most}: a reverse logarithmic scale is within 0 and 1"


def _refused_objective(config: Arguments, definition: Arguments) -> Iterator[str]:
    objective = config.get("HyperParameterTuningJobObjective")
    if not objective:
        yield "there is no objective metric"
        return
    known = [one["Name"] for one in _metrics(definition)]
    if known and objective["MetricName"] not in known:
        yield (
            f"the objective metric {objective['MetricName']} is none of the training's metrics, "
            f"which are {', '.join(known)}"
        )


def _metrics(definition: Arguments) -> Sequence[Arguments]:
    found: Sequence[Arguments] = definition["AlgorithmSpecification"].get("MetricDefinitions") or []
    return found


def _refused_limits(config: Arguments) -> Iterator[str]:
    limits = config["ResourceLimits"]
    most, parallel = limits.get("MaxNumberOfTrainingJobs"), limits["MaxParallelTrainingJobs"]
    if most is not None and parallel > most:
        yield f"{parallel} training jobs at once are more than the {most} in all"
    elif most is None and "MaxRuntimeInSeconds" not in limits and config["Strategy"] != "Grid":
        yield "there is neither MaxNumberOfTrainingJobs nor MaxRuntimeInSeconds"


def _refused_strategy(
    arguments: Arguments, config: Arguments, definition: Arguments
) -> Iterator[str]:
    strategy, most = config["Strategy"], config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    if strategy != "Hyperband" and config.get("StrategyConfig"):
        yield f"StrategyConfig is Hyperband's, and the strategy is {strategy}"
    if strategy == "Grid":
        numbers = [one["Name"] for kind, one in ranges_of(arguments) if kind != CATEGORICAL]
        if numbers:
            yield f"a grid is of categorical hyperparameters, and {', '.join(numbers)} is none"
        count = math.prod(len(one["Values"]) for kind, one in ranges_of(arguments) if not numbers)
        if not numbers and most is not None and most != count:
            yield f"MaxNumberOfTrainingJobs is {most}, and the grid has {count} combinations"
    if strategy == "Hyperband":
        if config.get("TrainingJobEarlyStoppingType", "Off") != "Off":
            yield "Hyperband stops jobs by itself: TrainingJobEarlyStoppingType must be Off"
        least, epochs = resources(config, definition)
        if not epochs:
            yield f"Hyperband needs MaxResource, or a static hyperparameter {', '.join(EPOCHS)}"
        elif not least <= epochs <= MOST_EPOCHS:
            yield f"MaxResource is {epochs}, and {least} to {MOST_EPOCHS} are allowed"


def resources(config: Arguments, definition: Arguments) -> tuple[int, int]:
    """Hyperband's MinResource and MaxResource; the latter 0 where nothing tells it."""
    own = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {})
    static = definition.get("StaticHyperParameters", {})
    told = next((static[name] for name in EPOCHS if str(static.get(name, "")).isdigit()), 0)
    return own.get("MinResource", 1), own.get("MaxResource", int(told))


def refused_parents(arguments: Arguments, parents: Mapping[str, Arguments | None]) -> Iterator[str]:
    """What is wrong with a warm start; `parents` has what is described of each, by name.

    https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-warm-start.html
    """
    strategy = arguments["HyperParameterTuningJobConfig"]["Strategy"]
    if strategy not in WARM_STRATEGIES:
        yield f"a warm start is for {' and '.join(WARM_STRATEGIES)} search, and this is {strategy}"
    if len(parents) > MOST_PARENTS:
        yield f"there are {len(parents)} parents, and {MOST_PARENTS} is the most"
    own = _hyperparameters(arguments)
    objective = arguments["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    for name, parent in parents.items():
        if parent is None:
            yield f"there is no tuning job {name} to start from"
            continue
        if parent["HyperParameterTuningJobStatus"] in {"InProgress", "Stopping"}:
            yield f"the tuning job {name} has not ended, and cannot be started from"
        theirs = parent["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
        if theirs != objective:
            yield (
                f"the objective {objective['Type']} {objective['MetricName']} is not that of "
                f"{name}, {theirs['Type']} {theirs['MetricName']}"
            )
        if len(own) != len(_hyperparameters(parent)):
            yield (
                f"there are {len(own)} static and tunable hyperparameters, and "
                f"{len(_hyperparameters(parent))} in {name}: their number must stay the same"
            )
        yield from _refused_difference(arguments, name, parent)


def _hyperparameters(arguments: Arguments) -> set[str]:
    static = arguments["TrainingJobDefinition"].get("StaticHyperParameters") or {}
    return {*static, *(one["Name"] for _, one in ranges_of(arguments))}


def _refused_difference(arguments: Arguments, name: str, parent: Arguments) -> Iterator[str]:
    if arguments["WarmStartConfig"]["WarmStartType"] != "IdenticalDataAndAlgorithm":
        return
    own, theirs = arguments["TrainingJobDefinition"], parent["TrainingJobDefinition"]
    for what in ("AlgorithmSpecification", "InputDataConfig"):
        key = "TrainingImage" if what == "AlgorithmSpecification" else None
        mine, other = (one.get(what) for one in (own, theirs))
        if key:
            mine, other = mine.get(key), other.get(key)
        if mine != other:
            yield f"{key or what} is not that of {name}: that takes TransferLearning"


def lacking(arguments: Arguments) -> Iterator[str]:
    """What a request asks for that would not be done here, by itself or by its trainings."""
    yield from not_emulated(arguments)
    if definition := arguments.get("TrainingJobDefinition"):
        static = definition.get("StaticHyperParameters", {})
        yield from training_not_emulated({**definition, "HyperParameters": static})


def not_emulated(arguments: Arguments) -> Iterator[str]:
    """What a search asks for that would not be done here."""
    config = arguments["HyperParameterTuningJobConfig"]
    definition = arguments.get("TrainingJobDefinition", {})
    if arguments.get("TrainingJobDefinitions"):
        yield "it has several definitions of training jobs"
    if arguments.get("Autotune") or config.get("ParameterRanges", {}).get("AutoParameters"):
        yield "it leaves ranges to Autotune"
    criteria = config.get("TuningJobCompletionCriteria", {})
    if criteria.get("ConvergenceDetected", {}).get("CompleteOnConvergence") == "Enabled":
        yield "it is to end where SageMaker detects that it converges"
    if definition.get("HyperParameterTuningResourceConfig", {}).get("InstanceConfigs"):
        yield "it chooses among instances by InstanceConfigs"
