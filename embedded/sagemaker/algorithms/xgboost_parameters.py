"""The hyperparameters of SageMaker's XGBoost: their names, types and ranges.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost_hyperparameters.html
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

CHANNELS = ("train", "validation")
OBJECTIVES = frozenset(
    {
        "binary:hinge",
        "binary:logistic",
        "binary:logitraw",
        "count:poisson",
        "multi:softmax",
        "multi:softprob",
        "rank:map",
        "rank:ndcg",
        "rank:pairwise",
        "reg:absoluteerror",
        "reg:gamma",
        "reg:linear",
        "reg:logistic",
        "reg:pseudohubererror",
        "reg:squarederror",
        "reg:squaredlogerror",
        "reg:tweedie",
        "survival:aft",
        "survival:cox",
    }
)
MULTICLASS = frozenset({"multi:softmax", "multi:softprob"})
MAXIMIZED = frozenset(
    {
        "accuracy",
        "auc",
        "aucpr",
        "balanced_accuracy",
        "f1",
        "f1_binary",
        "f1_macro",
        "map",
        "ndcg",
        "precision",
        "precision_macro",
        "precision_micro",
        "r2",
        "recall",
        "recall_macro",
        "recall_micro",
    }
)
"""Metrics that are better the greater they are."""
MINIMIZED = frozenset(
    {
        "aft-nloglik",
        "cox-nloglik",
        "error",
        "gamma-deviance",
        "gamma-nloglik",
        "interval-regression-accuracy",
        "logloss",
        "mae",
        "mape",
        "merror",
        "mlogloss",
        "mphe",
        "mse",
        "poisson-nloglik",
        "rmse",
        "rmsle",
        "tweedie-nloglik",
    }
)
WITH_THRESHOLD = frozenset({"error", "map", "ndcg"})
"""Metrics that take a number, as error@0.7 does."""
ALIASES = {
    "learning_rate": "eta",
    "min_split_loss": "gamma",
    "reg_alpha": "alpha",
    "reg_lambda": "lambda",
}
NOT_DONE = frozenset({"_kfold", "_num_cv_round", "use_dask_gpu_training"})
"""Names that the image takes and that are not emulated."""


class UserError(Exception):
    """What is wrong with what a job was given, in words for its FailureReason."""


class Number(NamedTuple):
    """A number in a range; the bounds are allowed unless they are open."""

    least: float = -math.inf
    most: float = math.inf
    is_open: bool = False
    """Whether the least value is itself not allowed."""
    kind: type[int] | type[float] = float


def _count(least: float, most: float = math.inf) -> Number:
    return Number(least, most, kind=int)


SHARE = Number(0, 1)
PART = Number(0, 1, is_open=True)
POSITIVE = Number(0)
SWITCH = _count(0, 1)
NUMBERS = {
    "aft_loss_distribution_scale": POSITIVE,
    "alpha": POSITIVE,
    "base_score": POSITIVE,
    "colsample_bylevel": PART,
    "colsample_bynode": PART,
    "colsample_bytree": PART,
    "csv_weights": SWITCH,
    "early_stopping_rounds": _count(1),
    "eta": SHARE,
    "gamma": POSITIVE,
    "lambda": POSITIVE,
    "lambda_bias": SHARE,
    "max_bin": _count(0),
    "max_delta_step": POSITIVE,
    "max_depth": _count(0),
    "max_leaves": _count(0),
    "min_child_weight": POSITIVE,
    "nthread": _count(1),
    "num_class": _count(2),
    "num_parallel_tree": _count(1),
    "num_round": _count(1),
    "one_drop": SWITCH,
    "rate_drop": SHARE,
    "refresh_leaf": SWITCH,
    "scale_pos_weight": Number(0, is_open=True),
    "seed": _count(-(2**31), 2**31 - 1),
    "silent": SWITCH,  # of images before XGBoost had verbosity, and still in AWS's examples
    "sketch_eps": PART,
    "skip_drop": SHARE,
    "subsample": PART,
    "tweedie_variance_power": Number(1, 2, is_open=True),
    "verbosity": _count(0, 3),
}
CHOICES = {
    "aft_loss_distribution": frozenset({"extreme", "logistic", "normal"}),
    "booster": frozenset({"dart", "gblinear", "gbtree"}),
    "deterministic_histogram": frozenset({"false", "true"}),
    "dsplit": frozenset({"col", "row"}),
    "grow_policy": frozenset({"depthwise", "lossguide"}),
    "normalize_type": frozenset({"forest", "tree"}),
    "objective": OBJECTIVES,
    "predictor": frozenset({"auto", "cpu_predictor", "gpu_predictor"}),
    "process_type": frozenset({"default", "update"}),
    "sample_type": frozenset({"uniform", "weighted"}),
    "sampling_method": frozenset({"gradient_based", "uniform"}),
    "save_model_on_termination": frozenset({"false", "true"}),
    "tree_method": frozenset({"approx", "auto", "exact", "gpu_hist", "hist"}),
}
TEXTS = frozenset(
    {"_tuning_objective_metric", "interaction_constraints", "monotone_constraints", "updater"}
)


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Hyperparameters as numbers and texts, under the names that XGBoost prefers.

    `given` are those of the job, which are texts. eval_metric becomes a list. Raises UserError for
    a name that is not known, a value out of its range, and what does not go together.
    """
    known: dict[str, Any] = {}
    for name, value in given.items():
        preferred = ALIASES.get(name, name)
        known[preferred] = _parsed(preferred, str(value))
    if "num_round" not in known:
        raise UserError("Missing required hyperparameter: num_round")
    objective = known.get("objective", "reg:squarederror")
    if objective in MULTICLASS and "num_class" not in known:
        raise UserError(f"Require input for parameter 'num_class' for {objective}")
    if "auc" in known.get("eval_metric", ()) and not objective.startswith(("binary:", "rank:")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    return known


def metric_names(parameters: Mapping[str, Any]) -> list[str]:
    """The metrics that a job is to tell: those of eval_metric, and that of a tuning job.

    Empty for XGBoost's own choice, by the objective.
    """
    names = list(parameters.get("eval_metric", ()))
    tuned = parameters.get("_tuning_objective_metric", "").rpartition(":")[2]
    return names if not tuned or tuned in names else [*names, tuned]


def metric_definitions() -> list[dict[str, str]]:
    """The metrics that SageMaker takes from the log of a job of this algorithm.

    https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html
    """
    return [
        {
            "Name": f"{channel}:{metric}",
            "Regex": rf"\[[0-9]+\].*#011{channel}-{metric}:(\S+?)(?=#011|\s|$)",
        }
        for channel in CHANNELS
        for metric in sorted(MAXIMIZED | MINIMIZED)
    ]


def _parsed(name: str, text: str) -> Any:
    if name in NUMBERS:
        return _number(name, text, NUMBERS[name])
    if name in CHOICES:
        if text not in CHOICES[name]:
            allowed = ", ".join(sorted(CHOICES[name]))
            raise UserError(f"Hyperparameter {name}: {text} is not in {allowed}")
        return text
    if name == "eval_metric":
        return [_metric(one.strip()) for one in text.strip("[]").replace('"', "").split(",")]
    if name in TEXTS:
        return text
    if name in NOT_DONE:
        raise UserError(f"Hyperparameter {name} is not emulated")
    raise UserError(f"Extraneous hyperparameter found: {name}")


def _number(name: str, text: str, rule: Number) -> float:
    try:
        value = rule.kind(text)
    except ValueError:
        kind = "an integer" if rule.kind is int else "a number"
        raise UserError(f"Hyperparameter {name}: {text!r} is not {kind}") from None
    below = value <= rule.least if rule.is_open else value < rule.least
    if below or value > rule.most or math.isnan(value):
        bounds = f"{rule.least:g} to {rule.most:g}"
        without = f" (without {rule.least:g})" if rule.is_open else ""
        raise UserError(f"Hyperparameter {name}: value {text} not in range {bounds}{without}")
    return value


def _metric(name: str) -> str:
    base, at, threshold = name.partition("@")
    if at:
        if base not in WITH_THRESHOLD or not threshold.replace(".", "", 1).isdigit():
            raise UserError(f"Metric '{name}' is not supported")
    elif name not in MAXIMIZED | MINIMIZED:
        raise UserError(f"Hyperparameter eval_metric: {name} is not a metric of XGBoost's")
    return name
