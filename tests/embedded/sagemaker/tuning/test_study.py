"""Where values are looked for."""

import pytest

from embedded.sagemaker.tuning.study import Search
from tests.embedded.sagemaker.tuning.test_checks import integers, numbers, request, values


def drawn(count=40, name="rate", **changes):
    search = Search(request(RandomSeed=3, **changes))
    return [float(search.ask()[1][name]) for _ in range(count)]


def test_a_logarithmic_scale_tries_small_values_as_often():
    small = [one for one in drawn(ranges=numbers("0.0001", "1", "Logarithmic")) if one < 0.01]
    assert 12 <= len(small) <= 28
    assert len([one for one in drawn(ranges=numbers("0.0001", "1", "Linear")) if one < 0.01]) <= 3


def test_a_reverse_logarithmic_scale_tries_values_near_one():
    found = drawn(ranges=numbers("0", "0.9999", "ReverseLogarithmic"))
    assert all(0 <= one <= 0.9999 for one in found)
    assert len([one for one in found if one > 0.99]) >= 12


def test_a_wide_range_is_taken_for_logarithmic_by_itself():
    assert drawn(ranges=numbers("0.0001", "1")) == drawn(
        ranges=numbers("0.0001", "1", "Logarithmic")
    )
    assert drawn(ranges=numbers("0.1", "1")) == drawn(ranges=numbers("0.1", "1", "Linear"))


def test_bayesian_search_looks_where_it_was_good():
    search = Search(request(kind="Bayesian", RandomSeed=1, ranges=numbers("0", "10")))
    tried = []
    for _ in range(40):
        trial, texts = search.ask()
        value = float(texts["rate"])
        search.tell(trial, -abs(value - 7))
        tried.append(value)
    late, early = tried[-15:], tried[:10]
    assert sum(abs(one - 7) for one in late) / 15 < sum(abs(one - 7) for one in early) / 10 / 2


def test_what_parents_tried_guides_the_search():
    search = Search(request(kind="Bayesian", RandomSeed=1, ranges=numbers("0", "10")))
    search.learn(({"rate": str(i / 4), "gone": "1"}, -abs(i / 4 - 7)) for i in range(40))
    near = [float(search.ask()[1]["rate"]) for _ in range(5)]
    assert all(abs(one - 7) < 2.5 for one in near)


@pytest.mark.parametrize("texts", [{}, {"depth": "9"}, {"depth": "x"}])
def test_what_a_parent_tried_outside_of_the_ranges_is_left_out(texts):
    search = Search(request(RandomSeed=1, ranges=integers("1", "5")))
    search.learn([(texts, 1.0)])
    assert int(search.ask()[1]["depth"]) in range(1, 6)


def test_a_grid_ends():
    ranges = values("a", "b", "c", "d")
    search = Search(request(kind="Grid", ranges=ranges))
    assert [search.ask()[1]["kind"] for _ in range(search.size)] == ["a", "b", "c", "d"]
