from collections.abc import Callable
from typing import Any

import pytest

from infra.graph import Graph
from policies.alarm_meaning import alarm_meaning
from tests.policies.conftest import of


def test_alarms_mean_what_their_metrics_do(either_pass: Graph) -> None:
    assert alarm_meaning(either_pass) == []


def test_an_alarm_at_the_bad_end_is_let_pass(silence_alarm: Callable[..., Graph]) -> None:
    assert alarm_meaning(silence_alarm()) == []
    assert alarm_meaning(silence_alarm(comparison_operator="LessThanOrEqualToThreshold")) == []


@pytest.mark.parametrize(
    ("differing", "message"),
    [
        ({"comparison_operator": "GreaterThanThreshold"}, "bad when low, and it compares by Gre"),
        ({"treat_missing_data": "notBreaching"}, "as notBreaching, where ignore is due"),
        ({"treat_missing_data": "breaching"}, "as breaching, where ignore is due"),
        (of(metric_name="weather"), "does not say what weather means"),
        (
            {
                **of(namespace="AWS/SageMaker", metric_name="Invocations"),
                "treat_missing_data": "notBreaching",
            },
            "not all are bad at the same end",
        ),
    ],
)
def test_an_alarm_that_means_otherwise_is_found(
    silence_alarm: Callable[..., Graph], differing: dict[str, Any], message: str
) -> None:
    (finding,) = alarm_meaning(silence_alarm(**differing))
    assert finding.resource == "silence"
    assert message in finding.message
