import json

import numpy as np
import pytest
from scipy import stats

from components.mlops.monitoring.runtime import drift
from components.mlops.monitoring.runtime.drift import Settings, holm, judged, pooled, psi, status
from components.mlops.monitoring.runtime.profiles import (
    ABSENT,
    CATEGORY,
    NUMBER,
    PREDICTION,
    Column,
    TableProfile,
    profile,
    quantile_edges,
)
from components.mlops.monitoring.runtime.sources import BadInput
from tests.components.mlops.monitoring.tables import COLUMNS, baseline, drawn

BEFORE = [(i * 37 % 1000) / 10 for i in range(1000)]
AFTER = [(i * 53 % 400) / 5 + 12 for i in range(400)]
WARDS_BEFORE = ["A"] * 500 + ["B"] * 300 + ["C"] * 200
WARDS_AFTER = ["A"] * 160 + ["B"] * 120 + ["C"] * 120


def found(before, after, columns=COLUMNS, settings=None):
    known = profile(columns, before) if isinstance(before, list) else before
    table = TableProfile(columns, like={one["name"]: one for one in known["columns"]})
    table.add(after)
    now = table.document()["columns"]
    return {one["name"]: one for one in judged(known, now, settings or Settings())}


def one(before, after, kind=NUMBER, role="feature", settings=None):
    columns = [Column("x", kind, role)]
    return found([[v] for v in before], [[v] for v in after], columns, settings)["x"]


def checks(column):
    return [violation["check"] for violation in column["violations"]]


def test_the_tests_are_scipys():
    number, category = one(BEFORE, AFTER), one(WARDS_BEFORE, WARDS_AFTER, CATEGORY)

    ks = stats.ks_2samp(BEFORE, AFTER, method="asymp")
    assert (number["statistic"], number["p"]) == (ks.statistic, ks.pvalue)
    chi2 = stats.chi2_contingency([[500, 300, 200], [160, 120, 120]], correction=False)
    assert category["statistic"] == pytest.approx(chi2.statistic)
    assert category["p"] == pytest.approx(chi2.pvalue)


def test_the_values_are_those_of_evidently():
    """Reference values of Evidently 0.7.23 (pandas 2.3.3, scipy 1.17.1), made by

        from evidently.legacy.calculations.stattests import *
        psi_stat_test.func(pd.Series(before), pd.Series(after), ColumnType.Categorical, 0.1)

    on WARDS_*, and on the tenths of BEFORE that the numbers are in; likewise ks_stat_test on the
    numbers and chi_stat_test on WARDS_*. Its KS is exact where this one is asymptotic, and its
    chi-square takes the baseline's shares for certain, as a long baseline makes them.
    """
    near = [(i * 53 % 400) / 4 * 0.9 + 5 for i in range(400)]
    assert one(BEFORE, near)["psi"] == pytest.approx(0.05960391048418697)
    assert one(WARDS_BEFORE, WARDS_AFTER, CATEGORY)["psi"] == pytest.approx(0.06286086594223739)
    assert one(BEFORE, AFTER)["p"] == pytest.approx(0.0004931955463841068, rel=0.05)
    long = one(WARDS_BEFORE * 1000, WARDS_AFTER, CATEGORY)
    assert long["p"] == pytest.approx(8.31528719103568e-07, rel=0.02)


def test_holms_correction_is_stepwise():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1, 1]
    assert holm([]) == []


def test_the_index_takes_none_for_half_a_row():
    assert psi(np.array([50.0, 50.0]), np.array([100.0, 0.0])) == pytest.approx(
        0.5 * np.log(2) + (0.005 - 0.5) * np.log(0.005 / 0.5)
    )
    assert psi(np.array([7.0]), np.array([9.0])) == 0


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([50, 50], [50, 50], ([50, 50], [50, 50])),
        ([90, 5, 5], [90, 4, 6], ([90, 10], [90, 10])),
        ([50, 49, 1], [50, 49, 1], ([50, 50], [50, 50])),
        ([10, 10, 10, 10], [3, 3, 3, 3], ([20, 20], [6, 6])),
        ([2, 2], [1, 1], ([4], [2])),
    ],
)
def test_cells_with_too_few_rows_are_taken_together(before, now, expected):
    cells = pooled(np.array(before, dtype=float), np.array(now, dtype=float))

    assert tuple(cell.tolist() for cell in cells) == expected


@pytest.mark.parametrize("seed", range(5))
def test_known_shifts_are_found_and_nothing_else(seed):
    moved = found(baseline(), drawn(1000, seed, age=0.5, ward=0.4))

    assert {name for name, one in moved.items() if one["drift"] >= 1} == {"age", "ward"}
    assert moved["age"]["status"] == moved["ward"]["status"] == "drift"
    assert moved["smoker"]["status"] == "ok"


@pytest.mark.parametrize(("mean", "deviation"), [(0.5, 1), (-0.5, 1), (0, 2), (0, 0.5)], ids=str)
def test_a_bell_curve_that_moves_or_changes_its_width_drifts(mean, deviation):
    draw = np.random.default_rng(3)
    after = mean + deviation * draw.normal(size=1000)

    assert one(draw.normal(size=3000), after)["drift"] >= 1


def test_the_threshold_is_what_the_documentation_says_of_it():
    """A third of a standard deviation, and a category from 12 to 24 of 100."""
    points = stats.norm.ppf((np.arange(9999) + 0.5) / 9999)
    assert one(points, points + 0.30)["drift"] < 1 <= one(points, points + 0.36)["drift"]

    def wards(share):
        return ["A"] * share + ["B"] * (10_000 - share)

    assert one(wards(1200), wards(2300), CATEGORY)["drift"] < 1
    assert one(wards(1200), wards(2500), CATEGORY)["drift"] >= 1


def test_a_large_difference_that_may_be_an_accident_is_held_below_the_limit():
    draw = np.random.default_rng(1)
    columns = [Column(f"f{place}", NUMBER) for place in range(50)]
    before, after = draw.normal(size=(2000, 50)), draw.normal(size=(30, 50))

    moved = found(before.tolist(), after.tolist(), columns, Settings(0.05, 30)).values()

    assert max(one["effect"] for one in moved) > 0.05
    assert max(one["drift"] for one in moved) == 0.99
    assert {one["status"] for one in moved} == {"ok"}


def test_what_a_short_sample_differs_by_anyway_is_no_effect():
    draw = np.random.default_rng(3)
    columns = [
        one(draw.normal(size=3000), draw.normal(size=100), settings=Settings()) for _ in range(40)
    ]

    cells = len(columns[0]["bins"])
    assert np.mean([one["psi"] for one in columns]) == pytest.approx((cells - 1) / 97, rel=0.2)
    assert np.mean([one["effect"] for one in columns]) < 0.03


def test_a_significant_difference_that_is_small_is_no_drift():
    draw = np.random.default_rng(2)
    column = one(draw.normal(size=10_000), draw.normal(size=100_000) + 0.1)

    assert column["p_adjusted"] < 1e-3
    assert column["drift"] < 0.5
    assert column["status"] == "ok"


def test_fewer_rows_than_asked_for_are_neither_health_nor_drift():
    few = found(baseline(), drawn(99, 1, age=5))
    enough = found(baseline(), drawn(100, 1, age=5))

    assert {one["status"] for one in few.values()} == {"not-enough-data"}
    assert {one["drift"] for one in few.values()} == {None}
    assert enough["age"]["status"] in {"drift", "violations"}
    assert status(few.values(), 99, Settings()) == "not-enough-data"
    assert status([], 0, Settings()) == "no-data"


def test_a_column_with_few_values_says_nothing_of_itself_alone():
    after = drawn(1000, 1)
    for row in after[50:]:
        row[0] = ""

    age = found(baseline(), after)["age"]

    assert (age["drift"], age["values"]) == (None, 50)
    assert checks(age) == ["missing"]
    assert found(baseline(), after)["ward"]["status"] == "ok"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda row, place: [ABSENT, *row[1:]], ("age", "missing-column")),
        (
            lambda row, place: ["old" if place % 20 == 0 else row[0], *row[1:]],
            ("age", "unexpected-type"),
        ),
        (
            lambda row, place: [str(500 + place) if place % 10 == 0 else row[0], *row[1:]],
            ("age", "out-of-range"),
        ),
        (
            lambda row, place: [*row[:3], "Z" if place % 20 == 0 else row[3], row[4]],
            ("ward", "new-category"),
        ),
        (
            lambda row, place: [*row[:3], "" if place % 10 == 0 else row[3], row[4]],
            ("ward", "missing"),
        ),
    ],
    ids=["missing-column", "unexpected-type", "out-of-range", "new-category", "missing"],
)
def test_a_broken_rule_is_a_violation_of_its_column_alone(change, expected):
    rows = [change(row, place) for place, row in enumerate(drawn(1000, 7))]

    columns = found(baseline(), rows)

    broken = [(name, check) for name, one in columns.items() for check in checks(one)]
    assert broken == [expected]
    violation = columns[expected[0]]["violations"][0]
    assert violation["share"] > violation["limit"]
    assert expected[0] in violation["message"]
    assert status(columns.values(), 1000, Settings()) == "violations"


def test_shares_below_their_limits_are_no_violations():
    rows = drawn(1000, 7)
    for place in range(9):
        rows[place][0] = "old"
        rows[place + 20][0] = "500"
        rows[place + 40][3] = "Z"

    assert all(checks(one) == [] for one in found(baseline(), rows).values())


def test_new_categories_are_none_where_the_baseline_has_as_many_that_it_saw_once():
    draw = np.random.default_rng(4)
    names = [f"n{number}" for number in draw.zipf(1.6, 3000)]

    column = one(names[:1000], names[1000:], CATEGORY)

    assert column["violations"] == []
    assert column["status"] == "ok"


def test_a_part_of_the_answer_that_is_not_there_is_no_violation():
    column = one(BEFORE, [ABSENT] * 500, role=PREDICTION)

    assert (column["status"], column["violations"]) == ("not-enough-data", [])


def test_violations_come_before_drift_and_the_worst_column_first():
    rows = [[*row[:3], "Z", row[4]] for row in drawn(1000, 7, age=2)]
    known = baseline()
    table = TableProfile(COLUMNS, like={one["name"]: one for one in known["columns"]})
    table.add(rows)

    columns = judged(known, table.document()["columns"], Settings())

    assert [one["name"] for one in columns[:2]] == ["ward", "age"]
    assert status(columns, 1000, Settings()) == "violations"


def test_a_constant_or_empty_column_is_compared_without_an_error():
    assert one([5] * 200, [5] * 200)["status"] == "ok"
    assert checks(one([5] * 200, [6] * 200)) == ["out-of-range"]
    assert one(["A"] * 200, ["A"] * 200, CATEGORY)["status"] == "ok"
    assert one([None] * 200, [1] * 200)["status"] == "not-enough-data"


def test_edges_of_a_baseline_are_told_in_words():
    labels = [bin_["label"] for bin_ in one([0] * 60 + list(range(1, 41)), range(100))["bins"]]

    assert labels[:2] == ["below 0", "0"]
    assert labels[-1].startswith("from ")
    assert len(labels) == len(quantile_edges(np.array([0] * 60 + list(range(1, 41))))) + 1


@pytest.mark.parametrize("rows", [100, 1000])
def test_without_drift_one_run_of_a_hundred_at_most_finds_any(rows):
    """Each run draws a baseline and rows anew from the same distribution."""
    runs = 200
    alarms = sum(
        any(
            one["status"] != "ok"
            for one in found(drawn(1000, seed), drawn(rows, seed + runs)).values()
        )
        for seed in range(runs)
    )

    assert alarms <= runs * drift.FALSE_ALARMS


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Settings(0, 100), "--threshold is 0; it is above 0 and at most 1"),
        (Settings(1.5, 100), "--threshold is 1.5"),
        (Settings(float("nan"), 100), "--threshold is nan"),
        (Settings(0.1, 29), "--min-rows is 29; it is at least 30"),
    ],
)
def test_settings_out_of_their_ranges_are_refused(settings, message):
    drift.check_settings(Settings())
    with pytest.raises(BadInput, match=message):
        drift.check_settings(settings)


def test_what_is_no_baseline_of_this_version_is_refused():
    known = json.loads(json.dumps(baseline(50)))
    assert drift.check_baseline(known, "b.json") == known
    with pytest.raises(BadInput, match=r"b.json is no baseline: its schema is not maslow/profile"):
        drift.check_baseline({"version": 0.0, "features": []}, "b.json")
    with pytest.raises(BadInput, match="version 2; this monitor reads version 1"):
        drift.check_baseline({**known, "version": 2}, "b.json")
    with pytest.raises(BadInput, match="without a feature and without a prediction"):
        drift.check_baseline({**known, "columns": []}, "b.json")
