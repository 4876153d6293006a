import re

import pytest

from embedded.sagemaker.algorithms.xgboost_parameters import (
    UserError,
    checked,
    metric_definitions,
    metric_names,
)


def test_hyperparameters_become_numbers_under_the_names_of_xgboost():
    told = {"num_round": "20", "learning_rate": "0.3", "max_depth": "4", "eval_metric": "auc,error"}
    assert checked({**told, "objective": "binary:logistic"}) == {
        "num_round": 20,
        "eta": 0.3,
        "max_depth": 4,
        "eval_metric": ["auc", "error"],
        "objective": "binary:logistic",
    }


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "Missing required hyperparameter: num_round"),
        ({"num_rounds": "5"}, "Extraneous hyperparameter found: num_rounds"),
        ({"num_round": "0"}, "num_round: value 0 not in range 1 to inf"),
        ({"num_round": "2.5"}, "num_round: '2.5' is not an integer"),
        ({"num_round": "5", "eta": "1.1"}, "eta: value 1.1 not in range 0 to 1"),
        ({"num_round": "5", "eta": "nan"}, "eta: value nan not in range 0 to 1"),
        ({"num_round": "5", "subsample": "0"}, r"not in range 0 to 1 \(without 0\)"),
        ({"num_round": "5", "objective": "reg:cubic"}, "objective: reg:cubic is not in"),
        (
            {"num_round": "5", "objective": "multi:softmax"},
            "Require input for parameter 'num_class'",
        ),
        ({"num_round": "5", "eval_metric": "auc"}, "'auc' can only be applied for classification"),
        ({"num_round": "5", "eval_metric": "rmse,beauty"}, "beauty is not a metric"),
        ({"num_round": "5", "eval_metric": "rmse@1"}, "Metric 'rmse@1' is not supported"),
        ({"num_round": "5", "_kfold": "3"}, "_kfold is not emulated"),
    ],
)
def test_what_the_image_refuses_is_refused(given, why):
    with pytest.raises(UserError, match=why):
        checked(given)


@pytest.mark.parametrize(
    "given",
    [
        {"silent": "0"},
        {"eta": "1", "subsample": "1", "gamma": "0"},
        {"objective": "multi:softprob", "num_class": "3"},
        {"objective": "rank:pairwise", "eval_metric": "auc"},
        {"objective": "binary:hinge", "eval_metric": "error@0.7"},
    ],
)
def test_values_at_the_bounds_and_what_goes_together_are_taken(given):
    assert checked({"num_round": "1", **given})["num_round"] == 1


def test_the_metric_of_a_tuning_job_is_told_as_well():
    tuned = checked({"num_round": "1", "_tuning_objective_metric": "validation:mae"})
    assert metric_names(tuned) == ["mae"]
    assert metric_names({**tuned, "eval_metric": ["mae", "rmse"]}) == ["mae", "rmse"]


def test_a_metric_is_found_in_a_line_that_tells_several():
    line = "[7]#011train-rmse:0.5#011validation-rmse:0.25#011validation-mae:1e-05"
    found = {
        one["Name"]: matched[-1]
        for one in metric_definitions()
        if (matched := re.findall(one["Regex"], line))
    }
    assert found == {"train:rmse": "0.5", "validation:rmse": "0.25", "validation:mae": "1e-05"}
