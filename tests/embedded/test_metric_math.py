import pytest

from embedded.metric_functions import Scope
from embedded.metric_math import Invalid, parse

TIMES = [0.0, 60.0, 120.0, 180.0]
M1 = {0.0: 1.0, 60.0: 2.0, 180.0: 4.0}
M2 = {0.0: 10.0, 120.0: 30.0, 180.0: 0.0}


def value(text):
    return parse(text).evaluate(Scope({"m1": M1, "m2": M2}, TIMES, 60.0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m1", M1),
        ("m1 + m2", {0.0: 11.0, 180.0: 4.0}),
        ("m1 * 100 / m2", {0.0: 10.0}),
        ("-2 ^ 2", -4.0),
        ("(1 + 2) * 3 - 4 / 2", 7.0),
        ("MAX([m1, m2])", {0.0: 10.0, 60.0: 2.0, 120.0: 30.0, 180.0: 4.0}),
        ("MAX(m1)", 4.0),
        ("SUM(METRICS())", {0.0: 11.0, 60.0: 2.0, 120.0: 30.0, 180.0: 4.0}),
        ("AVG([m1, m2])", {0.0: 5.5, 60.0: 2.0, 120.0: 30.0, 180.0: 2.0}),
        ("IF(m2 > 0, 100 * m1 / m2, 0)", {0.0: 10.0, 180.0: 0.0}),
        ("IF(m1 > 1 && m1 < 3, 1, 0)", {0.0: 0.0, 60.0: 1.0, 180.0: 0.0}),
        ("IF(m1 == 1 OR m1 == 4, m1)", {0.0: 1.0, 180.0: 4.0}),
        ("FILL(m1, 0)", {0.0: 1.0, 60.0: 2.0, 120.0: 0.0, 180.0: 4.0}),
        ("FILL(m1, REPEAT)", {0.0: 1.0, 60.0: 2.0, 120.0: 2.0, 180.0: 4.0}),
        ("FILL(m1, LINEAR)", {0.0: 1.0, 60.0: 2.0, 120.0: 3.0, 180.0: 4.0}),
        ("m1 / PERIOD(m1)", {0.0: 1 / 60, 60.0: 2 / 60, 180.0: 4 / 60}),
        ("DIFF(m1)", {60.0: 1.0, 180.0: 2.0}),
        ("RATE(m1)", {60.0: 1 / 60, 180.0: 2 / 120}),
        ("RUNNING_SUM(m1)", {0.0: 1.0, 60.0: 3.0, 180.0: 7.0}),
        ("METRIC_COUNT([m1, m2])", 2.0),
        ("SUM([m1, m2]) - MIN([m1, m2])", {0.0: 10.0, 60.0: 0.0, 120.0: 0.0, 180.0: 4.0}),
        ("ABS(m1 - 3)", {0.0: 2.0, 60.0: 1.0, 180.0: 1.0}),
        ("MINUTE(m1)", {0.0: 0.0, 60.0: 1.0, 180.0: 3.0}),
    ],
)
def test_an_expression_has_the_value_that_the_page_says(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ANOMALY_DETECTION_BAND(m1, 2)", "ANOMALY_DETECTION_BAND"),
        ("SEARCH('{AWS/EC2}', 'Sum')", "SEARCH"),
        ("m1 +", "its end"),
        ("m1 m2", "m2"),
        ("(m1", "missing"),
        ("m1 ? 2", "?"),
    ],
)
def test_what_is_not_evaluated_is_refused_by_its_name(text, told):
    with pytest.raises(Invalid, match=None) as refused:
        parse(text)
    assert told in str(refused.value)


def test_an_id_of_no_query_is_refused():
    assert parse("m1 + m9").ids == {"m1", "m9"}
    with pytest.raises(Invalid, match="m9"):
        value("m1 + m9")
