"""When a search ends before its last job."""

import operator

import pytest

from embedded.sagemaker.tuning.completion import is_complete, not_improving, reason


@pytest.mark.parametrize(
    ("values", "count"),
    [([], 0), ([1], 0), ([1, 1.005, 1.009], 2), ([1, 1.02], 0), ([2, 1, 1, 2.1, 0], 1)],
)
def test_an_improvement_is_of_one_in_a_hundred(values, count):
    assert not_improving(values, operator.gt) == count


def test_less_can_be_an_improvement():
    assert not_improving([1, 0.5, 0.7], operator.lt) == 1


def test_a_target_is_reached_from_its_side():
    criteria = {"TargetObjectiveMetricValue": 0.9}
    assert is_complete(criteria, [0.5, 0.9], operator.gt)
    assert not is_complete(criteria, [0.5, 0.89], operator.gt)
    assert is_complete(criteria, [0.89], operator.lt)
    assert not is_complete({}, [0.89], operator.lt)


def test_a_failure_tells_jobs_that_failed_from_those_that_told_nothing():
    assert "No training job succeeded after 5 attempts" in reason(5, 5)
    assert "No objective metrics found after running 5" in reason(5, 4)
