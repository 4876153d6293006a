import json
import math
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from components.mlops.monitoring.runtime import profiles
from components.mlops.monitoring.runtime.profiles import (
    ABSENT,
    CATEGORY,
    NUMBER,
    SAMPLE,
    Column,
    TableProfile,
    kind_of,
    profile,
)
from tests.components.mlops.monitoring.tables import COLUMNS, baseline, drawn
from tests.test_layout import imported

AGE, WARD = Column("age", NUMBER), Column("ward", CATEGORY)


def one(column, values, like=None):
    table = TableProfile([column], like=like and {column.name: like})
    table.add([[value] for value in values])
    return table.document()["columns"][0]


def test_a_number_is_described_as_numpy_describes_it():
    values = np.random.default_rng(1).normal(50, 10, 5000)
    found = one(AGE, values.tolist())

    assert found["rows"] == 5000
    assert (found["min"], found["max"]) == (values.min(), values.max())
    assert found["mean"] == pytest.approx(values.mean())
    assert found["std"] == pytest.approx(values.std())
    assert found["edges"] == pytest.approx(np.quantile(values, np.arange(1, 10) / 10))
    assert found["counts"] == [500] * 10
    assert found["sample"] == sorted(values)


def test_a_number_far_from_zero_keeps_its_spread():
    values = [1e9 + value for value in range(1000)]
    table = TableProfile([AGE])
    for start in range(0, 1000, 7):
        table.add([[value] for value in values[start : start + 7]])

    assert table.document()["columns"][0]["std"] == pytest.approx(np.std(np.arange(1000)))


def test_what_is_no_value_is_told_apart():
    found = one(AGE, ["1", "", " ", None, math.nan, "nan", "old", "inf", [2], {}, ABSENT, 3, True])

    assert found["rows"] == 13
    assert (found["absent"], found["missing"], found["invalid"]) == (1, 5, 4)
    assert found["sample"] == [1, 1, 3]
    found = one(WARD, ["A", "", None, math.nan, ["A"], ABSENT, 1, 1.0, True])
    assert (found["absent"], found["missing"], found["invalid"]) == (1, 3, 1)
    assert found["counts"] == {"1": 1, "1.0": 1, "A": 1, "True": 1}


def test_lists_of_one_length_are_no_numbers():
    assert one(AGE, [[1], [2]])["invalid"] == 2


def test_a_column_without_any_value_has_a_profile():
    found = one(AGE, [None, ""])

    assert (found["min"], found["mean"], found["std"]) == (None, None, None)
    assert (found["edges"], found["counts"], found["sample"]) == ([], [0], [])


def test_few_values_and_frequent_ones_have_a_bin_each():
    assert one(AGE, [0, 1, 2, 2])["edges"] == [0.5, 1.5]
    spent = [0.0] * 600 + [float(value) for value in range(1, 401)]
    found = one(AGE, spent)

    assert found["edges"][:2] == [0.0, math.nextafter(0, 1)]
    assert found["counts"][:2] == [0, 600]
    assert max(found["counts"][2:]) <= 50
    assert sum(found["counts"]) == 1000


def test_what_is_counted_in_a_comparison_has_the_bins_of_the_baseline():
    before = one(AGE, list(range(100)))
    after = one(AGE, [-5, 0, 99, 100, 1000], like=before)

    assert after["edges"] == before["edges"]
    assert after["counts"] == [2, 0, 0, 0, 0, 0, 0, 0, 0, 3]
    assert after["outside"] == 3


def test_new_categories_are_told_apart_from_those_of_the_baseline():
    before = one(WARD, ["A", "B"])

    after = one(WARD, ["A", "Z", "Z", "Y"], like=before)

    assert after["counts"] == {"A": 1}
    assert after["new"] == {"Z": 2, "Y": 1}
    assert after["other"] == 0


def test_categories_beyond_the_bound_are_other_and_then_none_is_new():
    ids = [f"id {number}" for number in range(1500)]
    before = one(WARD, ids)
    assert (len(before["counts"]), before["other"]) == (1000, 500)

    after = one(WARD, ["id 1", "id 1400", "never seen"], like=before)

    assert (after["counts"], after["other"], after["new"]) == ({"id 1": 1}, 2, None)


@pytest.mark.parametrize("compared", [False, True])
def test_profiles_of_parts_merge_into_that_of_the_whole(compared):
    rows = drawn(9000)
    like = {one["name"]: one for one in baseline()["columns"]} if compared else None
    whole, first, second = (TableProfile(COLUMNS, like=like, seed=seed) for seed in range(3))
    whole.add(rows)
    first.add(rows[:2000])
    second.add(rows[2000:])

    first.merge(second)

    documents = (each.document()["columns"] for each in (first, whole))
    for merged, all_at_once in zip(*documents, strict=True):
        for name, value in merged.items():
            expected = all_at_once[name]
            assert value == (pytest.approx(expected) if isinstance(value, float) else expected)


def test_profiles_of_other_columns_do_not_merge():
    with pytest.raises(ValueError, match="other columns"):
        TableProfile([AGE]).merge(TableProfile([WARD]))


def test_the_sample_of_a_long_column_is_uniform_and_the_same_each_time():
    rows = [[value] for value in range(100_000)]
    first, again = (profile([AGE], rows)["columns"][0]["sample"] for _ in range(2))

    assert first == again
    assert len(set(first)) == SAMPLE
    tenths = np.bincount(np.array(first, dtype=int) // 10_000, minlength=10)
    assert np.abs(tenths - SAMPLE / 10).max() < 150
    halves = [TableProfile([AGE], seed=seed) for seed in (1, 2)]
    halves[0].add(rows[:80_000])
    halves[1].add(rows[80_000:])
    halves[0].merge(halves[1])
    joined = np.array(halves[0].document()["columns"][0]["sample"])
    assert 0.18 < (joined >= 80_000).mean() < 0.22


def test_memory_does_not_grow_with_the_rows():
    def peak(chunks):
        table = TableProfile(COLUMNS)
        tracemalloc.start()
        for _ in range(chunks):
            table.add(rows)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    rows = drawn(5000)
    peak(4)
    assert peak(40) < 1.2 * peak(4)


def test_a_profile_is_json_and_read_back_the_same():
    document = baseline(50)

    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert (document["schema"], document["version"], document["rows"]) == ("maslow/profile", 1, 50)


def test_a_column_is_a_category_where_a_text_is_no_number():
    assert kind_of(["1", "", "2.5e3"]) == NUMBER
    assert kind_of(["1", "two"]) == CATEGORY


def test_the_module_can_be_copied_as_it_is():
    text = Path(profiles.__file__).read_text()
    modules = {name.partition(".")[0] for name in imported(text)}

    assert "from ." not in text
    assert modules - sys.stdlib_module_names == {"numpy"}
