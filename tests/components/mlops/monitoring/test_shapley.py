import itertools
import math

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from components.mlops.monitoring.runtime import shapley

WEIGHTS = np.array([2.0, -1.0, 0.5, 0.0])


def linear(rows):
    return np.array(rows, dtype=float) @ WEIGHTS


def tangled(rows):
    x = np.array(rows, dtype=float)
    return np.maximum(x[:, 0] * x[:, 1], x[:, 2]) + x[:, 3] ** 2


def exact(predict, row, background):
    """Shapley values by every subset of the features."""
    features = range(len(row))

    def worth(some):
        mixed = [[row[f] if f in some else other[f] for f in features] for other in background]
        return predict(mixed).mean()

    found = []
    for feature in features:
        rest = [other for other in features if other != feature]
        total = 0.0
        for size in range(len(row)):
            weight = math.factorial(size) * math.factorial(len(rest) - size)
            for some in itertools.combinations(rest, size):
                total += weight * (worth({*some, feature}) - worth(set(some)))
        found.append(total / math.factorial(len(row)))
    return np.array(found)


@pytest.fixture
def rows():
    return np.random.default_rng(1).normal(size=(30, 4)).tolist()


def test_a_linear_models_values_are_its_weights_times_the_distance_from_the_mean(rows):
    background = rows[10:]
    found = shapley.values(linear, rows[:5], background, orders=4000)
    known = (np.array(rows[:5]) - np.mean(background, axis=0)) * WEIGHTS
    assert found.shape == (5, 4, 1)
    assert found[:, :, 0] == pytest.approx(known, abs=0.1)
    assert (found[:, 3] == 0).all()


def test_with_one_background_row_a_linear_models_values_are_exact(rows):
    found = shapley.values(linear, rows[:3], rows[9:10], orders=1)[:, :, 0]
    assert found == pytest.approx((np.array(rows[:3]) - np.array(rows[9])) * WEIGHTS)


def test_sampling_comes_to_what_every_subset_says(rows):
    background = rows[10:16]
    found = shapley.values(tangled, rows[:4], background, orders=6000)[:, :, 0]
    for row, told in zip(rows[:4], found, strict=True):
        assert told == pytest.approx(exact(tangled, row, background), abs=0.08)


def test_several_outputs_are_explained_each(rows):
    def both(asked):
        return np.column_stack([linear(asked), -3 * linear(asked)])

    found = shapley.values(both, rows[:2], rows[5:9])
    assert found.shape == (2, 4, 2)
    assert found[:, :, 1] == pytest.approx(-3 * found[:, :, 0])
    assert shapley.importance(found) == pytest.approx(
        np.abs(found[:, :, 0]).mean(axis=0) * 2, abs=1e-12
    )


def test_the_same_rows_have_the_same_values(rows):
    one, other = (shapley.values(tangled, rows[:3], rows[5:]) for _ in range(2))
    assert (one == other).all()


def test_the_gain_is_that_of_scikit_learn():
    draw = np.random.default_rng(3)
    for _ in range(20):
        before, now = draw.random(7), draw.random(7)
        assert shapley.ndcg(before, now) == pytest.approx(ndcg_score([before], [now]))
    assert shapley.ndcg([3, 2, 1], [30, 20, 10]) == 1
    assert shapley.ndcg([0, 0], [1, 2]) == 1
    by_hand = (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))
    assert shapley.ndcg([3, 1], [1, 2]) == pytest.approx(by_hand)


def test_few_rows_are_all_taken_and_of_many_the_same_some():
    assert shapley.chosen([3, 1, 2], 3) == [3, 1, 2]
    some = shapley.chosen(range(1000), 100)
    assert some == shapley.chosen(range(1000), 100)
    assert len(set(some)) == 100
    assert some == sorted(some)
