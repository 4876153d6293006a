"""The two tables of AWS's page, row by row.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

import pytest

from embedded.alarm_states import Rule, evaluation_range, judged

KEPT = None
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
THREE_OF_THREE = {
    "0 - X - X": ("OK", "OK", "OK", "OK"),
    "0 - - - -": ("OK", "OK", "OK", "OK"),
    "- - - - -": ("INSUFFICIENT_DATA", KEPT, "ALARM", "OK"),
    "0 X X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "- - X - -": ("ALARM", KEPT, "ALARM", "OK"),
}
TWO_OF_THREE = {
    "0 - X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "0 0 X 0 X": ("ALARM", "ALARM", "ALARM", "ALARM"),
    "0 - X - -": ("OK", "OK", "ALARM", "OK"),
    "- - - - 0": ("OK", "OK", "ALARM", "OK"),
    "- - - X -": ("ALARM", KEPT, "ALARM", "OK"),
}


@pytest.mark.parametrize(
    ("needed", "row", "treatment", "state"),
    [
        (needed, row, treatment, state)
        for needed, table in ((3, THREE_OF_THREE), (2, TWO_OF_THREE))
        for row, states in table.items()
        for treatment, state in zip(TREATMENTS, states, strict=True)
    ],
)
def test_an_alarm_has_the_state_of_the_tables(needed, row, treatment, state):
    rule = Rule(3, needed, treatment)
    points = [{"0": False, "X": True, "-": None}[each] for each in row.split()]
    assert len(points) == evaluation_range(rule)
    assert judged(points, rule) == state


@pytest.mark.parametrize("row", ["- - - - X", "- - - X -"])
def test_a_breach_that_is_young_does_not_set_an_alarm_off(row):
    points = [{"X": True, "-": None}[each] for each in row.split()]
    assert judged(points, Rule(3, 3, "missing")) != "ALARM"
