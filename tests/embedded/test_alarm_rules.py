import pytest

from embedded.alarm_rules import Invalid, parse

STATES = {"cpu": "ALARM", "disk": "OK", "net work": "INSUFFICIENT_DATA"}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("ALARM(cpu)", True),
        ('ALARM("cpu") AND OK(disk)', True),
        ("ALARM(cpu) AND ALARM(disk)", False),
        ("ALARM(cpu) AND NOT OK(disk) OR INSUFFICIENT_DATA('net work')", True),
        ("NOT (ALARM(cpu) OR OK(disk))", False),
        ("ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:cpu)", True),
        ("TRUE", True),
        ("NOT FALSE AND ok(disk)", True),
        ("ALARM(disk) OR ALARM(cpu) AND FALSE", False),
    ],
)
def test_a_rule_holds_by_the_states_of_its_alarms(text, holds):
    assert parse(text).holds(STATES) is holds


def test_a_rule_names_its_alarms():
    assert parse("ALARM(cpu) AND NOT OK('net work')").children == {"cpu", "net work"}


@pytest.mark.parametrize("text", ["", "ALARM(cpu) AND", "cpu", "(ALARM(cpu)", "ALARM(a) OK(b)"])
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(Invalid, match="AlarmRule"):
        parse(text)
