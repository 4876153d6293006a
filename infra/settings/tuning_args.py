"""What a model's search for hyperparameters comes to, of its settings and its project."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from components.platform.training_definition import steps
from components.platform.tuned_definition import TuningArgs, TuningRange
from infra.settings.mistakes import Mistake
from infra.settings.platform import ERRORS, METRICS
from infra.settings.tuning import Range, Tune, ranges_in

STRATEGIES = {
    "bayesian": "Bayesian",
    "random": "Random",
    "hyperband": "Hyperband",
    "grid": "Grid",
}
SCALES = {
    "auto": "Auto",
    "linear": "Linear",
    "log": "Logarithmic",
    "reverse-log": "ReverseLogarithmic",
}
OF_VALIDATION = "validation:"
"""What the metrics begin with that a project's training tells of its validation records."""


class Untunable(ValueError):
    """Why a model's hyperparameters can't be searched for; `path` is the setting, within tune."""

    def __init__(self, message: str, hint: str = "", path: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.hint = hint
        self.path = tuple(path)


def first_metric(accept: Iterable[str], kind: str | None) -> str | None:
    """What a model is measured by first: of what it must reach, or of its kind; None if unknown."""
    asked = set(accept)
    every = dict.fromkeys(metric for metrics in METRICS.values() for metric in metrics)
    first = next((metric for metric in every if metric in asked), None)
    return first or next((names[0] for each, names in METRICS.items() if each == kind), None)


def tuning_of(
    tune: Tune,
    definition: Mapping[str, Any],
    declared: Mapping[str, Any] | None,
    fixed: Mapping[str, Any],
    metric: str | None,
) -> TuningArgs:
    """The search that `tune` asks for of a project with this pipeline. Raises Untunable.

    `declared` is the project's tuning.json, `fixed` the hyperparameters that the settings give, and
    `metric` what the model is measured by first, as far as that is known.
    """
    name = tune.objective or metric
    if name is None:
        raise Untunable(
            "which training is best depends on what the model tells, which is not said.",
            "Say kind: binary, multiclass or regression; or objective: auc.",
        )
    ranges = _ranges(tune, declared, fixed)
    best = tune.best or ("lowest" if name.removeprefix(OF_VALIDATION) in ERRORS else None)
    search: TuningArgs = {
        "strategy": STRATEGIES[tune.strategy],
        "metric": _metric(definition, name),
        "is_maximized": best != "lowest",
        "ranges": {
            key: TuningRange(kind=one.kind, values=one.values, scale=SCALES[one.scale])
            for key, one in ranges.items()
        },
        "parallel": tune.parallel,
        "max_seconds": tune.max_hours * 3600,
        "stops_early": tune.early_stop,
        "parents": list(tune.warm_start),
    }
    if tune.most_trials is not None:
        search["trials"] = tune.most_trials
    if tune.epochs is not None:
        search["epochs"] = tune.epochs
    if tune.stop_at is not None:
        search["stop_at"] = tune.stop_at
    if tune.patience is not None:
        search["patience"] = tune.patience
    if tune.seed is not None:
        search["seed"] = tune.seed
    return search


def _metric(definition: Mapping[str, Any], name: str) -> str:
    """The metric of the training as its definition names it."""
    known = [
        each["Name"]
        for step in steps(dict(definition))
        if step["Type"] == "Training"
        for each in step["Arguments"]["AlgorithmSpecification"].get("MetricDefinitions", [])
    ]
    for wanted in (name, f"{OF_VALIDATION}{name}"):
        if wanted in known:
            return wanted
    told = ", ".join(each.removeprefix(OF_VALIDATION) for each in known)
    raise Untunable(
        f"the project's training tells no {name}.",
        f"Choose of {told}." if told else "Its pipeline.py declares no metrics.",
        ["objective"],
    )


def _ranges(
    tune: Tune, declared: Mapping[str, Any] | None, fixed: Mapping[str, Any]
) -> dict[str, Range]:
    """Those of the settings, or those of the project without what the settings give."""
    if tune.ranges:
        if twice := sorted(tune.ranges.keys() & fixed.keys()):
            raise Untunable(
                f"{', '.join(twice)} is given in hyperparameters, too.",
                "Leave it out of one of the two.",
                ["ranges"],
            )
        return tune.ranges
    if not declared:
        raise Untunable(
            "it says no ranges, and the project has no tuning.json that does.",
            "Give ranges: {learning_rate: [0.001, 0.3], algorithm: [linear, boosting]}.",
        )
    try:
        known = ranges_in(declared)
    except ValidationError as error:
        (first, *_) = error.errors()
        mistakes: Sequence[Mistake] = first.get("ctx", {}).get("mistakes", ())
        told = mistakes[0].message if mistakes else f"{first['msg']}."
        where = ".".join(map(str, first["loc"][1:2]))
        raise Untunable(f"the project's tuning.json: {where}: {told}") from error
    found = {name: one for name, one in known.items() if name not in fixed}
    if not found:
        raise Untunable(
            "hyperparameters gives all that the project's tuning.json looks for.",
            "Leave one of them out, or give ranges.",
        )
    if tune.strategy == "grid" and (
        numbers := [key for key, one in found.items() if not one.choose]
    ):
        raise Untunable(
            f"a grid is of lists of values, and the project looks for {', '.join(numbers)} between "
            "two numbers.",
            "Give ranges, each a list of values; or choose strategy: random.",
        )
    return found
