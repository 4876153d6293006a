import pytest

from embedded.schedules import Invalid, parse
from infra.settings.frequency import WORDS, expression, pauses, seconds


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
