from collections.abc import Callable
from typing import Any

import pytest

from infra.graph import Graph
from policies.alarm_actions import alarm_actions
from tests.policies.conftest import TOPIC


def test_alarms_act_on_each_state_that_matters(either_pass: Graph) -> None:
    assert alarm_actions(either_pass) == []


@pytest.mark.parametrize(
    "differing",
    [{}, {"treat_missing_data": "missing", "insufficient_data_actions": [TOPIC]}],
)
def test_an_alarm_that_tells_of_its_states_is_let_pass(
    silence_alarm: Callable[..., Graph], differing: dict[str, Any]
) -> None:
    assert alarm_actions(silence_alarm(**differing)) == []


@pytest.mark.parametrize(
    ("differing", "message"),
    [
        ({"alarm_actions": []}, "it has no action for ALARM"),
        ({"ok_actions": []}, "it has no action for OK"),
        ({"treat_missing_data": "missing"}, "it has no action for INSUFFICIENT_DATA"),
        (
            {"treat_missing_data": None, "ok_actions": None},
            "it has no action for OK and INSUFFICIENT_DATA",
        ),
        ({"actions_enabled": False}, "its actions are switched off"),
    ],
)
def test_an_alarm_that_is_silent_in_a_state_is_found(
    silence_alarm: Callable[..., Graph], differing: dict[str, Any], message: str
) -> None:
    (finding,) = alarm_actions(silence_alarm(**differing))
    assert finding.message == message
