import math

import numpy as np
import pytest

from components.mlops.monitoring.runtime import fairness

# Of a: 50 true and 10 false positives, 30 true and 10 false negatives. Of d: 10, 10, 60, 20.
CELLS = {
    "a": {("1", "1"): 50, ("0", "1"): 10, ("0", "0"): 30, ("1", "0"): 10},
    "d": {("1", "1"): 10, ("0", "1"): 10, ("0", "0"): 60, ("1", "0"): 20},
}


def table():
    rows = [
        (facet, *pair)
        for facet, cells in CELLS.items()
        for pair, count in cells.items()
        for _ in range(count)
    ]
    group, truth, predicted = (np.array(each, dtype=object) for each in zip(*rows, strict=True))
    return group == "d", truth, predicted


KL = 0.6 * math.log(0.6 / 0.3) + 0.4 * math.log(0.4 / 0.7)
JS = (
    0.6 * math.log(0.6 / 0.45)
    + 0.4 * math.log(0.4 / 0.55)
    + 0.3 * math.log(0.3 / 0.45)
    + 0.7 * math.log(0.7 / 0.55)
) / 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CI", 0.0),
        ("DPL", 0.60 - 0.30),
        ("KL", KL),
        ("JS", JS),
        ("LP", math.sqrt(2 * 0.3**2)),
        ("TVD", 0.3),
        ("KS", 0.3),
        ("DPPL", 0.60 - 0.20),
        ("DI", 0.20 / 0.60),
        ("DCAcc", 60 / 60 - 30 / 20),
        ("DCR", 70 / 80 - 40 / 40),
        ("AD", 0.80 - 0.70),
        ("RD", 50 / 60 - 10 / 30),
        ("SD", 60 / 70 - 30 / 40),
        ("DRR", 60 / 80 - 30 / 40),
        ("TE", 20 / 10 - 10 / 10),
    ],
)
def test_a_measure_is_what_is_worked_out_by_hand(name, value):
    found = fairness.measures(*table(), "1")
    assert found[name]["value"] == pytest.approx(value)


def test_a_share_of_fewer_rows_than_thirty_is_not_known():
    """Of d only 20 rows are predicted positive."""
    assert "DAR" not in fairness.measures(*table(), "1")
    group, truth, predicted = (np.concatenate([one, one]) for one in table())
    found = fairness.measures(group, truth, predicted, "1")["DAR"]
    assert found["value"] == pytest.approx(50 / 60 - 10 / 20)
    assert found["rows"] == 40


def test_without_truth_there_is_what_answers_alone_tell():
    group, truth, predicted = table()
    assert set(fairness.measures(group, None, predicted, "1")) == {"CI", "DPPL", "DI"}
    before = {"CI", "DPL", "KL", "JS", "LP", "TVD", "KS"}
    assert set(fairness.measures(group, truth, None, "1")) == before


def test_small_groups_are_not_measured():
    group, truth, predicted = table()
    few = np.flatnonzero(group)[:29]
    some = np.concatenate([np.flatnonzero(~group), few])
    assert fairness.measures(group[some], truth[some], predicted[some], "1") == {}


def test_the_standard_error_is_what_samples_vary_by():
    draw = np.random.default_rng(0)
    values, errors = [], []
    for _ in range(400):
        group = draw.random(300) < 0.4
        truth = np.where(draw.random(300) < np.where(group, 0.3, 0.5), "1", "0").astype(object)
        found = fairness.measures(group, truth, None, "1")
        values.append([found[name]["value"] for name in ("CI", "DPL")])
        errors.append([found[name]["standard_error"] for name in ("CI", "DPL")])
    assert np.std(values, axis=0) == pytest.approx(np.mean(errors, axis=0), rel=0.12)


def test_groups_are_the_frequent_values_and_of_two_the_smaller():
    assert fairness.facet("sex", "category", ["M"] * 60 + ["F"] * 40 + [""])["groups"] == ["F"]
    several = fairness.facet("ward", "category", ["A", "B", "B", "C", "C", "C"])
    assert several["groups"] == ["C", "B", "A"]
    many = fairness.facet("code", "category", [str(i) for i in range(50)])
    assert len(many["groups"]) == fairness.MOST_GROUPS


def test_a_numbers_groups_lie_about_its_median():
    age = fairness.facet("age", "number", ["30", "40", "50", ""])
    assert (age["threshold"], age["groups"]) == (40.0, ["above 40"])
    told = fairness.members(age, ["41", "40", None, "x"]).tolist()
    assert told == ["above 40", "at most 40", "", ""]


def test_positive_is_the_second_of_two_labels_and_each_of_several():
    assert fairness.positives("binary", ["no", "yes"]) == ["yes"]
    assert fairness.positives("multiclass", ["a", "b", "c"]) == ["a", "b", "c"]
    assert fairness.positives("regression", []) == ["high"]
    assert fairness.outcomes("regression", ["3", 5], 4.0).tolist() == ["low", "high"]
