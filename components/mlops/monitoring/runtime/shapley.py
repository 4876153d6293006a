"""What each feature adds to a prediction: Shapley values by sampling.

It is whole in itself, as training runs a copy of it.

Of each row, features in a random order take the place of those of a background row drawn anew, one
after the other; what the prediction changes by is the feature's. The mean over many orders is the
Shapley value, and the sum over the features is the prediction less the mean of the background's.
Štrumbelj and Kononenko, Explaining prediction models and individual predictions with feature
contributions, 2014: https://doi.org/10.1007/s10115-013-0679-x
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

ORDERS = 20
MOST_ROWS = 100
BACKGROUND = 50
SEED = 0

Predict = Callable[[list[list[Any]]], np.ndarray]
"""Rows to an array with a line for each, of one number or of several outputs."""


def values(
    predict: Predict,
    rows: Sequence[Sequence[Any]],
    background: Sequence[Sequence[Any]],
    orders: int = ORDERS,
    seed: int = SEED,
) -> np.ndarray:
    """Shapley values, of the shape (rows, features, outputs), over so many orders for each row.

    `predict` is called once for each row, with `orders` times one row more than there are features.
    """
    draw = np.random.default_rng(seed)
    features = len(background[0])
    found = []
    for row in rows:
        asked: list[list[Any]] = []
        drawn = []
        for _ in range(orders):
            order = draw.permutation(features)
            mixed = list(background[int(draw.integers(len(background)))])
            asked.append(list(mixed))
            for place in order:
                mixed[place] = row[place]
                asked.append(list(mixed))
            drawn.append(order)
        told = np.asarray(predict(asked), dtype=float)
        told = told.reshape(orders, features + 1, -1)
        total = np.zeros((features, told.shape[2]))
        for order, answers in zip(drawn, np.diff(told, axis=1), strict=True):
            total[order] += answers
        found.append(total / orders)
    return np.array(found)


def importance(shapley: np.ndarray) -> np.ndarray:
    """Of each feature the mean absolute value over rows and outputs."""
    return np.asarray(np.abs(shapley).mean(axis=(0, 2)))


def chosen(rows: Sequence[Any], most: int, seed: int = SEED) -> list[Any]:
    """At most so many of the rows, drawn by a fixed seed, in their order."""
    if len(rows) <= most:
        return list(rows)
    places = np.random.default_rng(seed).choice(len(rows), most, replace=False)
    return [rows[place] for place in sorted(places)]


def ndcg(before: Sequence[float], now: Sequence[float]) -> float:
    """How alike two orders of features are, from 0 to 1, by the importance of each `before`.

    The discounted gain of the features in the order of now, by that in their own order; 1 where
    nothing was of importance.
    https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-feature-attribution-drift.html
    """
    gains = np.asarray(before, dtype=float)
    discounts = 1 / np.log2(np.arange(len(gains)) + 2)
    best = float((np.sort(gains)[::-1] * discounts).sum())
    order = np.argsort(-np.asarray(now, dtype=float), kind="stable")
    return float((gains[order] * discounts).sum() / best) if best and math.isfinite(best) else 1.0
