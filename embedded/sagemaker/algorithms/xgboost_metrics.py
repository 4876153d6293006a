"""Metrics that SageMaker's XGBoost adds to those of the package.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from sklearn import metrics

Metric = Callable[[Any, Any], float]
"""Takes labels and predictions."""


def _of_classes(score: Callable[..., float], labels: Any, margins: Any, **how: Any) -> float:
    """A score of the classes that margins mean: the greatest of several, or one above zero."""
    classes = np.argmax(margins, axis=-1) if margins.ndim > 1 else (margins > 0).astype(int)
    return float(score(labels, classes, **how))


def _classes(score: Callable[..., float], **how: Any) -> Metric:
    return partial(_of_classes, score, **how)


OWN: dict[str, Metric] = {
    "accuracy": _classes(metrics.accuracy_score),
    "balanced_accuracy": _classes(metrics.balanced_accuracy_score),
    "f1": _classes(metrics.f1_score, average="macro", zero_division=0),
    "f1_binary": _classes(metrics.f1_score, average="binary", zero_division=0),
    "f1_macro": _classes(metrics.f1_score, average="macro", zero_division=0),
    "mse": metrics.mean_squared_error,
    "precision": _classes(metrics.precision_score, zero_division=0),
    "precision_macro": _classes(metrics.precision_score, average="macro", zero_division=0),
    "precision_micro": _classes(metrics.precision_score, average="micro", zero_division=0),
    "r2": metrics.r2_score,
    "recall": _classes(metrics.recall_score, zero_division=0),
    "recall_macro": _classes(metrics.recall_score, average="macro", zero_division=0),
    "recall_micro": _classes(metrics.recall_score, average="micro", zero_division=0),
}


def evaluation(names: Sequence[str]) -> Callable[[Any, Any], list[tuple[str, float]]] | None:
    """A custom_metric for xgboost.train that tells those of the names that are SageMaker's own.

    XGBoost hands it margins, which are log-odds for the logistic objectives.
    """
    own = [name for name in names if name in OWN]
    if not own:
        return None

    def evaluate(margins: Any, matrix: Any) -> list[tuple[str, float]]:
        labels = matrix.get_label()
        return [(name, float(OWN[name](labels, margins))) for name in own]

    return evaluate
