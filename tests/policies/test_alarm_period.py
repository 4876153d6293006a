from collections.abc import Callable

from infra.graph import Graph
from policies.alarm_period import alarm_period


def test_alarms_look_no_more_often_than_their_metrics_come(either_pass: Graph) -> None:
    assert alarm_period(either_pass) == []


def test_a_daily_metric_judged_by_the_day_is_let_pass(drift_alarm: Callable[..., Graph]) -> None:
    assert alarm_period(drift_alarm()) == []


def test_a_daily_metric_judged_by_the_hour_is_found(drift_alarm: Callable[..., Graph]) -> None:
    (finding,) = alarm_period(drift_alarm(period=3600))
    assert finding.message == (
        "feature_baseline_drift_age comes every 86400 seconds, and its period is 3600 seconds"
    )
