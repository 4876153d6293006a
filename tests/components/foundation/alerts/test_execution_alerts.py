"""Which failures of state machines the environment's rule tells of."""

import pytest

from catalog.event_patterns import matches
from components.foundation.alerts.execution_alerts import failed_machines_pattern

MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:maslow-dev-stay-loop-machine-1a2b3c4"
FAILED = {"stateMachineArn": MACHINE, "name": "a1b2", "status": "FAILED"}


def told(**detail: object) -> bool:
    event = {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {**FAILED, **detail},
    }
    return matches(failed_machines_pattern("maslow-dev-"), event)


@pytest.mark.parametrize("detail", [{}, {"error": None}, {"error": "States.Runtime"}])
def test_a_failure_is_told_whatever_is_known_of_its_error(detail: dict[str, object]) -> None:
    assert told(**detail)


@pytest.mark.parametrize("status", ["TIMED_OUT", "ABORTED"])
def test_what_hangs_or_is_stopped_is_told(status: str) -> None:
    assert told(status=status, error=None)


@pytest.mark.parametrize(
    "detail",
    [
        {"error": "NotRetrained"},
        {"name": "delivery-a1b2"},
        {"status": "SUCCEEDED"},
        {"stateMachineArn": MACHINE.replace("maslow-dev-", "maslow-prod-")},
    ],
)
def test_what_others_tell_of_and_what_is_none_of_ours_is_left_out(
    detail: dict[str, object],
) -> None:
    assert not told(**detail)
