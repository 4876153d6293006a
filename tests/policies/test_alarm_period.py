from collections.abc import Callable

from infra.graph import Graph
from policies.alarm_period import alarm_period
from tests.policies.conftest import RAN, of


def test_alarms_look_no_more_often_than_their_metrics_come(either_pass: Graph) -> None:
    assert alarm_period(either_pass) == []


def test_a_daily_metric_judged_by_the_day_is_let_pass(silence_alarm: Callable[..., Graph]) -> None:
    assert alarm_period(silence_alarm()) == []


def test_a_daily_metric_judged_by_the_hour_is_found(silence_alarm: Callable[..., Graph]) -> None:
    (finding,) = alarm_period(silence_alarm(**of(period=3600)))
    assert finding.message == ("Ran comes every 86400 seconds, and its period is 3600 seconds")


def test_what_keeps_its_state_between_data_points_may_look_at_them_at_once(
    silence_alarm: Callable[..., Graph],
) -> None:
    single = {**RAN["metric"], "metric_name": "Worst", "statistic": "Maximum", "period": 300}
    del single["stat"]
    assert alarm_period(silence_alarm(metric_queries=None, **single)) == []
    (finding,) = alarm_period(
        silence_alarm(metric_queries=None, treat_missing_data="breaching", **single)
    )
    assert "Worst comes every 86400 seconds" in finding.message
