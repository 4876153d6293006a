import pytest

from embedded.alarm_states import Rule
from embedded.metric_math import parse
from embedded.metric_store import Key, Metric, Sample
from embedded.watching import Refused, Stat, Watch, math_watch, metric_watch

KEY = Key("Test", "Load", frozenset())
RULE = Rule(1, 1, "missing")


def metric(**values):
    """A metric with a value at each second `s…`."""
    made = Metric()
    for name, value in values.items():
        made.put(Sample(float(name[1:]), value, 1.0, value, value, "None"))
    return made


def watch(statistic="Sum", **changes):
    return metric_watch(
        Stat(KEY, statistic),
        **{
            "rule": RULE,
            "period": 60,
            "comparison": "GreaterThanThreshold",
            "threshold": 5.0,
            "waits": False,
            **changes,
        },
    )


def points(of, what, at):
    return [(point.time, point.value) for point in of.points(lambda _: what, at)]


def test_the_newest_data_point_is_of_the_period_that_ends_just_then():
    load = metric(s30=1.0, s119=2.0, s120=4.0, s179=8.0, s180=16.0)
    assert points(watch(), load, 180) == [(0, 1.0), (60, 2.0), (120, 12.0)]


def test_the_periods_slide_along_with_time():
    load = metric(s30=1.0, s119=2.0, s120=4.0)
    assert points(watch(), load, 150) == [(-30, None), (30, 1.0), (90, 6.0)]


def test_a_percentile_of_few_samples_is_missing_where_the_alarm_waits_for_them():
    load = metric(**{f"s{second}": 9.0 for second in range(120, 140)})
    assert points(watch("p50"), load, 180)[-1] == (120, 9.0)
    assert points(watch("p99", waits=True), load, 180)[-1] == (120, None)
    assert points(watch("p50", waits=True), load, 180)[-1] == (120, 9.0)


def query(name, *, expression=None, returned=False, period=60):
    stat = None if expression else Stat(KEY, "Sum")
    return {
        "id": name,
        "stat": stat,
        "expression": expression,
        "period": period,
        "returned": returned,
    }


def maths(*queries, threshold=5.0):
    return math_watch(queries, rule=RULE, comparison="GreaterThanThreshold", threshold=threshold)


def test_an_expression_may_name_one_that_comes_later():
    made = maths(
        query("sum", expression="twice + 1", returned=True),
        query("twice", expression="m * 2"),
        query("m"),
    )
    assert points(made, metric(s130=3.0), 180)[-1] == (120, 7.0)


def test_what_is_filled_is_there_without_any_data():
    made = maths(query("filled", expression="FILL(m, 1)", returned=True), query("m"))
    assert points(made, metric(), 180) == [(0, 1.0), (60, 1.0), (120, 1.0)]


@pytest.mark.parametrize(
    ("queries", "told"),
    [
        ([query("a"), query("b")], "ReturnData"),
        ([query("a", returned=True), query("b", period=300)], "one period"),
        ([query("e", expression="m + x", returned=True, period=None), query("m")], "x"),
        ([query("e", expression="e + m", returned=True, period=None), query("m")], "e"),
        (
            [query("e", expression="MAX(METRICS())", returned=True, period=None)]
            + [query(f"m{number}") for number in range(11)],
            "10 metrics at most",
        ),
    ],
)
def test_queries_that_no_alarm_takes_are_refused(queries, told):
    with pytest.raises(Refused, match=told):
        maths(*queries)


def test_bands_and_their_comparisons_are_refused():
    with pytest.raises(Refused, match="anomaly detection"):
        maths(query("m", returned=True), threshold=None)
    with pytest.raises(Refused, match="GreaterThanUpperThreshold"):
        Watch(RULE, 60, "GreaterThanUpperThreshold", 1.0, {}, {"e": parse("1")}, "e")
