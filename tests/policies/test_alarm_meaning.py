from collections.abc import Callable

import pytest

from infra.graph import Graph
from policies.alarm_meaning import alarm_meaning


def test_alarms_mean_what_their_metrics_do(either_pass: Graph) -> None:
    assert alarm_meaning(either_pass) == []


def test_an_alarm_at_the_bad_end_is_let_pass(drift_alarm: Callable[..., Graph]) -> None:
    assert alarm_meaning(drift_alarm()) == []
    assert alarm_meaning(drift_alarm(comparison_operator="GreaterThanOrEqualToThreshold")) == []


@pytest.mark.parametrize(
    ("differing", "message"),
    [
        ({"comparison_operator": "LessThanThreshold"}, "bad when high, and it compares by Less"),
        ({"treat_missing_data": "notBreaching"}, "as notBreaching, where missing is due"),
        ({"treat_missing_data": "breaching"}, "as breaching, where missing is due"),
        ({"metric_name": "weather"}, "does not say what weather means"),
        (
            {
                "namespace": "AWS/SageMaker",
                "metric_name": "Invocations",
                "treat_missing_data": "notBreaching",
            },
            "not all are bad at the same end",
        ),
    ],
)
def test_an_alarm_that_means_otherwise_is_found(
    drift_alarm: Callable[..., Graph], differing: dict[str, str], message: str
) -> None:
    (finding,) = alarm_meaning(drift_alarm(**differing))
    assert finding.resource == "drift"
    assert message in finding.message
