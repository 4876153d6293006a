import pytest

from policies.metrics import seconds_between


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("cron(0 * ? * * *)", 3600),
        ("cron(0 0 ? * * *)", 86400),
        ("cron(0 17/12 ? * * *)", 43200),
    ],
)
def test_a_schedule_tells_how_often_a_monitor_runs(expression: str, seconds: int) -> None:
    assert seconds_between(expression) == seconds


@pytest.mark.parametrize("expression", ["NOW", "rate(1 hour)", "cron(5 0 ? * * *)"])
def test_what_is_no_schedule_of_a_monitor_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="is no schedule of a monitor"):
        seconds_between(expression)
