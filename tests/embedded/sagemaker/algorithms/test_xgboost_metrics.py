import numpy as np
import pytest

from embedded.sagemaker.algorithms.xgboost_metrics import evaluation


class Matrix:
    def __init__(self, *labels):
        self._labels = np.array(labels)

    def get_label(self):
        return self._labels


def test_margins_above_zero_are_the_positive_class():
    told = evaluation(["error", "accuracy", "recall"])(
        np.array([-1.0, 0.3, -0.2, 2.0]), Matrix(0, 1, 1, 1)
    )
    assert told == [("accuracy", 0.75), ("recall", pytest.approx(2 / 3))]


def test_of_several_classes_the_greatest_margin_counts():
    margins = np.array([[3.0, 1.0, 0.0], [0.0, 1.0, 2.0]])
    assert evaluation(["accuracy"])(margins, Matrix(0, 1)) == [("accuracy", 0.5)]


def test_errors_of_numbers_are_of_the_predictions_themselves():
    assert evaluation(["mse"])(np.array([1.0, 3.0]), Matrix(1, 1)) == [("mse", 2.0)]


def test_metrics_that_xgboost_has_of_its_own_need_none():
    assert evaluation(["rmse", "auc"]) is None
