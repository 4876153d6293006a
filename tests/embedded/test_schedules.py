"""The examples are those of AWS's pages.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
"""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from embedded.schedules import Invalid, parse

START = datetime(2026, 1, 1, tzinfo=UTC)


def times(expression, count=3, after=START, zone=UTC):
    def each():
        at = after
        while (at := parse(expression).next(at, zone)) is not None:
            yield at

    return [f"{at:%Y-%m-%d %H:%M}" for at in islice(each(), count)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("cron(0 10 * * ? *)", ["2026-01-01 10:00", "2026-01-02 10:00", "2026-01-03 10:00"]),
        ("cron(15 12 * * ? *)", ["2026-01-01 12:15", "2026-01-02 12:15", "2026-01-03 12:15"]),
        ("cron(0 18 ? * MON-FRI *)", ["2026-01-01 18:00", "2026-01-02 18:00", "2026-01-05 18:00"]),
        ("cron(0 8 1 * ? *)", ["2026-01-01 08:00", "2026-02-01 08:00", "2026-03-01 08:00"]),
        ("cron(0/15 * * * ? *)", ["2026-01-01 00:15", "2026-01-01 00:30", "2026-01-01 00:45"]),
        (
            "cron(0/10 * ? * MON-FRI *)",
            ["2026-01-01 00:10", "2026-01-01 00:20", "2026-01-01 00:30"],
        ),
        (
            "cron(0/5 8-17 ? * MON-FRI *)",
            ["2026-01-01 08:00", "2026-01-01 08:05", "2026-01-01 08:10"],
        ),
        ("cron(0 9 ? * 2#1 *)", ["2026-01-05 09:00", "2026-02-02 09:00", "2026-03-02 09:00"]),
        ("cron(0 0 ? * 6L *)", ["2026-01-30 00:00", "2026-02-27 00:00", "2026-03-27 00:00"]),
        ("cron(0 0 L * ? *)", ["2026-01-31 00:00", "2026-02-28 00:00", "2026-03-31 00:00"]),
        ("cron(0 0 3W * ? *)", ["2026-01-02 00:00", "2026-02-03 00:00", "2026-03-03 00:00"]),
        ("cron(0 0 1W 8 ? 2026)", ["2026-08-03 00:00"]),
        ("cron(0 0 1 JAN,JUL ? 2027)", ["2027-01-01 00:00", "2027-07-01 00:00"]),
        ("cron(30 20 ? * FRI-SUN *)", ["2026-01-02 20:30", "2026-01-03 20:30", "2026-01-04 20:30"]),
        ("cron(0 0 1 1 ? 2020)", []),
        ("at(2026-03-01T09:30:00)", ["2026-03-01 09:30"]),
    ],
)
def test_a_schedule_is_due_when_the_page_says(expression, expected):
    assert times(expression) == expected


def test_a_rate_counts_from_the_start_of_the_schedule():
    began = START + timedelta(seconds=7)
    rate = parse("rate(5 minutes)")
    assert rate.next(began, began) == began + timedelta(minutes=5)
    assert rate.next(began + timedelta(minutes=5), began) == began + timedelta(minutes=10)
    assert rate.next(START, began) == began + timedelta(minutes=5)


def test_a_schedule_may_keep_the_time_of_a_zone():
    zone = ZoneInfo("Europe/Paris")
    assert times("cron(0 9 * * ? *)", 1, zone=zone) == ["2026-01-01 08:00"]
    summer = datetime(2026, 7, 1, tzinfo=UTC)
    assert times("cron(0 9 * * ? *)", 1, after=summer, zone=zone) == ["2026-07-01 07:00"]


@pytest.mark.parametrize(
    "expression",
    [
        "cron(* * * * *)",
        "cron(0 0 * * * *)",
        "cron(0 0 ? * ? *)",
        "cron(60 0 * * ? *)",
        "cron(0 0 0 * ? *)",
        "cron(0/0 0 * * ? *)",
        "cron(0 0 ? * 2#6 *)",
        "rate(1 hours)",
        "rate(5 minute)",
        "rate(0 minutes)",
        "rate(5 weeks)",
        "at(2026-03-01)",
        "every day",
    ],
)
def test_an_expression_that_aws_refuses_is_refused(expression):
    with pytest.raises(Invalid):
        parse(expression)
