import pytest

from embedded.schedules import Invalid, parse
from infra.settings.frequency import (
    WORDS,
    NotFiveFields,
    expression,
    five_fields,
    frequency,
    pauses,
    seconds,
)


@pytest.mark.parametrize("every", WORDS)
def test_a_word_is_a_schedule_of_as_many_seconds(every):
    made = expression(every, "maslow-dev-readmission-data")
    assert pauses(made) == (WORDS[every], WORDS[every])
    assert seconds(every) == WORDS[every]


def test_monitors_do_not_all_begin_at_once():
    minutes = {expression("hourly", f"maslow-dev-{number}-data") for number in range(100)}
    assert len(minutes) > 40
    night = {min(parse(expression("daily", f"model-{number}")).hours) for number in range(100)}
    assert night == {0, 1, 2, 3, 4, 5}


def test_a_name_alone_decides_when_its_monitor_begins():
    assert expression("daily", "a") == expression("daily", "a") != expression("daily", "b")


@pytest.mark.parametrize(
    ("cron", "shortest", "longest"),
    [
        ("cron(0 9-17 ? * MON-FRI *)", 3600, 64 * 3600),
        ("cron(0 6 1 * ? *)", 28 * 86400, 31 * 86400),
        ("cron(0 6,18 * * ? *)", 12 * 3600, 12 * 3600),
    ],
)
def test_the_pauses_of_a_cron_expression_are_found(cron, shortest, longest):
    assert pauses(cron) == (shortest, longest)
    assert seconds(cron) == longest
    assert expression(cron, "anything") == cron


@pytest.mark.parametrize("cron", ["cron(0 6 30 2 ? *)", "rate(1 hour)", "cron(0 6 * * * *)"])
def test_what_aws_would_not_run_again_and_again_is_refused(cron):
    with pytest.raises(Invalid):
        pauses(cron)


@pytest.mark.parametrize(
    ("cron", "five"),
    [
        ("cron(30 6 ? * MON-FRI *)", "30 6 * * MON-FRI"),
        ("cron(0 3 ? * 2 *)", "0 3 * * MON"),
        ("cron(0 3 ? * 2-6 *)", "0 3 * * MON-FRI"),
        ("cron(20 1/6 1 JAN-JUN ? *)", "20 1-23/6 1 JAN-JUN *"),
        ("cron(0 */4 10-20/5 * ? *)", "0 */4 10-20/5 * *"),
        ("cron(0 3 ? * 1/2 *)", "0 3 * * SUN-SAT/2"),
    ],
)
def test_a_cron_of_awss_is_told_in_five_fields(cron, five):
    frequency(cron)
    assert five_fields(cron) == five


@pytest.mark.parametrize(
    ("cron", "why"),
    [
        ("cron(0 3 1 1 ? 2027)", "it names the year 2027"),
        ("cron(0 3 L * ? *)", "L is a day that depends on the month"),
        ("cron(0 3 15W * ? *)", "15W is a day that depends on the month"),
        ("cron(0 3 ? * 6L *)", "6L is a day of the week that depends on the month"),
        ("cron(0 3 ? * 2#1 *)", "2#1 is a day of the week that depends on the month"),
    ],
)
def test_what_five_fields_cannot_say_is_refused(cron, why):
    with pytest.raises(NotFiveFields, match=why):
        five_fields(cron)
