"""The median rule, by readings of logs."""

import operator

from embedded.sagemaker.tuning.early_stopping import is_unlikely, readings


def test_each_value_in_a_log_is_a_reading():
    metrics = [{"Name": "loss", "Regex": "loss=([0-9.]+)"}, {"Name": "auc", "Regex": "auc=(.+)"}]
    log = "begins\nloss=0.5 auc=0.7\nloss=0.25 auc=0.8\n"
    assert readings(log, "loss", metrics) == [0.5, 0.25]


def test_a_job_is_held_against_running_averages_up_to_its_epoch():
    others = [[1, 3, 100], [2, 4, 100], [9, 9, 100]]
    assert is_unlikely([5, 2.9], others, operator.gt)
    assert not is_unlikely([1, 3.1], others, operator.gt)
    assert is_unlikely([1, 3.1], others, operator.lt)


def test_a_job_without_readings_or_others_goes_on():
    assert not is_unlikely([], [[1]], operator.gt)
    assert not is_unlikely([0], [], operator.gt)
    assert not is_unlikely([0, 0], [[1]], operator.gt)
