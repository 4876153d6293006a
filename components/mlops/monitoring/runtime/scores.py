"""How good predictions are, by the kind of the problem, and what of it is accepted.

The names and forms are those of Model Monitor's model quality:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

import operator
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    mean_absolute_error,
    precision_recall_fscore_support,
    r2_score,
    roc_auc_score,
    root_mean_squared_error,
)

REPORTS = {
    "binary": "binary_classification_metrics",
    "multiclass": "multiclass_classification_metrics",
    "regression": "regression_metrics",
}
RESAMPLES = 100
SEED = 0
COMPARISONS: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<=": operator.le}


class Scored(NamedTuple):
    """What is known of each record, and what was predicted of it."""

    truth: np.ndarray
    """Labels, or numbers."""
    predicted: np.ndarray
    """The same."""
    probabilities: np.ndarray | None = None
    """Of each label, in sorted order; None for a regression."""

    def at(self, rows: np.ndarray) -> "Scored":
        """Some of the records, by their places."""
        some = None if self.probabilities is None else self.probabilities[rows]
        return Scored(self.truth[rows], self.predicted[rows], some)


class Condition(NamedTuple):
    """A bound that a metric is to keep."""

    metric: str
    comparison: str
    bound: float

    def __str__(self) -> str:
        return f"{self.metric} {self.comparison} {self.bound:g}"


def scores(kind: str, scored: Scored, labels: list[Any]) -> dict[str, float]:
    """Metric to value. Of several classes each counts alike, however many records it has.

    There is no `auc` without probabilities, or where a class has no record.
    """
    truth, predicted, probabilities = scored
    if kind == "regression":
        return {
            "mae": float(mean_absolute_error(truth, predicted)),
            "rmse": float(root_mean_squared_error(truth, predicted)),
            "r2": float(r2_score(truth, predicted)),
        }
    binary = kind == "binary"
    precision, recall, f1, _ = precision_recall_fscore_support(
        truth,
        predicted,
        labels=labels[1:] if binary else labels,
        average="macro",
        zero_division=0,
    )
    auc: dict[str, float] = {}
    if probabilities is not None and len(np.unique(truth)) == len(labels):
        auc["auc"] = float(
            roc_auc_score(truth == labels[1], probabilities[:, 1])
            if binary
            else roc_auc_score(truth, probabilities, labels=labels, multi_class="ovr")
        )
    return {
        **auc,
        "accuracy": float(accuracy_score(truth, predicted)),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
    }


def report(kind: str, scored: Scored, labels: list[str]) -> dict[str, Any]:
    """The metrics with their standard deviations over bootstrap resamples of the records.

    A resample has as many records of each class as there are, so that each metric has a value.
    """
    samples = [scores(kind, scored.at(rows), labels) for rows in resamples(kind, scored.truth)]
    metrics: dict[str, Any] = {
        name: {
            "value": value,
            "standard_deviation": float(np.std([sample[name] for sample in samples])),
        }
        for name, value in scores(kind, scored, labels).items()
    }
    if kind != "regression":
        table = confusion_matrix(scored.truth, scored.predicted, labels=labels)
        metrics["confusion_matrix"] = {
            actual: {told: int(table[i, j]) for j, told in enumerate(labels)}
            for i, actual in enumerate(labels)
        }
    return {REPORTS[kind]: metrics}


def conditions(accept: str, kind: str) -> list[Condition]:
    """The conditions on models of a kind, of a text such as `auc >= 0.86, f1 >= 0.7`.

    Parts between semicolons that begin with a kind and a colon hold for that kind alone:
    `binary: auc >= 0.8; regression: r2 >= 0.3`. Raises SystemExit for another form.
    """
    found: list[Condition] = []
    for part in filter(str.strip, accept.split(";")):
        of, colon, listed = part.rpartition(":")
        if colon and of.strip() != kind:
            continue
        found.extend(_condition(one) for one in listed.split(",") if one.strip())
    return found


def unmet(metrics: dict[str, Any], accepted: list[Condition]) -> list[str]:
    """The conditions that a report's metrics do not keep, each with what it has in their place.

    Raises SystemExit for a metric that the report lacks.
    """
    known = {name: one["value"] for name, one in metrics.items() if "value" in one}
    for condition in accepted:
        if condition.metric not in known:
            raise SystemExit(
                f"{condition.metric} is not among what was measured: {', '.join(known)}"
            )
    return [
        f"{condition.metric} is {known[condition.metric]:.4g}, and {condition} is accepted"
        for condition in accepted
        if not COMPARISONS[condition.comparison](known[condition.metric], condition.bound)
    ]


def _condition(text: str) -> Condition:
    try:
        metric, comparison, bound = text.split()
        COMPARISONS[comparison]
        return Condition(metric, comparison, float(bound))
    except (KeyError, ValueError):
        raise SystemExit(f"{text.strip()} is no condition such as auc >= 0.8") from None


def resamples(kind: str, truth: np.ndarray, count: int = RESAMPLES) -> Iterator[np.ndarray]:
    """Places of records, drawn with replacement; of each class as many as there are."""
    generator = np.random.default_rng(SEED)
    everything = np.arange(len(truth))
    strata = (
        [everything]
        if kind == "regression"
        else [everything[truth == label] for label in np.unique(truth)]
    )
    for _ in range(count):
        yield np.concatenate([generator.choice(rows, size=len(rows)) for rows in strata])
