from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from embedded.sagemaker.jobs import JobFailed
from embedded.sagemaker.retries import (
    CAPACITY_ERROR,
    INTERNAL_ERROR,
    RESOURCE_LIMIT,
    SERVICE_FAULT,
    THROTTLING,
    mistakes,
    pause,
    type_of,
)

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def _refused(code, status):
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "CreateTrainingJob")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (_refused("InternalFailure", 500), SERVICE_FAULT),
        (_refused("ThrottlingException", 400), THROTTLING),
        (_refused("ResourceLimitExceeded", 400), RESOURCE_LIMIT),
        (_refused("ValidationException", 400), None),
        (JobFailed("InternalServerError: We encountered an internal error."), INTERNAL_ERROR),
        (JobFailed("CapacityError: no instance is free"), CAPACITY_ERROR),
        (JobFailed("AlgorithmError: exit code 1"), None),
    ],
)
def test_a_failure_has_the_type_that_policies_name(error, kind):
    assert type_of(error) == kind


def test_the_pause_before_each_attempt_is_longer_by_the_rate_until_attempts_are_used_up():
    policy = {"ExceptionType": [THROTTLING], "IntervalSeconds": 3, "BackoffRate": 2}
    policies = [{**policy, "MaxAttempts": 3}]
    pauses = [pause(policies, THROTTLING, count, NOW, NOW) for count in (1, 2, 3, 4)]
    assert pauses == [3, 6, 12, None]
    assert pause(policies, SERVICE_FAULT, 1, NOW, NOW) is None
    assert pause([policy], THROTTLING, 5, NOW, NOW) == 48
    assert pause([policy], THROTTLING, 6, NOW, NOW) is None


def test_a_policy_with_a_time_ends_with_it():
    policies = [{"ExceptionType": [THROTTLING], "ExpireAfterMin": 5, "BackoffRate": 1.0}]
    assert pause(policies, THROTTLING, 90, NOW, NOW + timedelta(minutes=4)) == 1
    assert pause(policies, THROTTLING, 1, NOW, NOW + timedelta(minutes=5)) is None


@pytest.mark.parametrize(
    ("policy", "mistake"),
    [
        ({"ExceptionType": ["Step.SLEEPY"]}, "the exception type Step.SLEEPY is none of"),
        ({"ExceptionType": []}, "names no ExceptionType"),
        (
            {"ExceptionType": [THROTTLING], "MaxAttempts": 1, "ExpireAfterMin": 1},
            "has both MaxAttempts and ExpireAfterMin",
        ),
        ({"ExceptionType": [THROTTLING], "MaxAttempts": 21}, "MaxAttempts of a retry policy is 21"),
        ({"ExceptionType": [THROTTLING], "IntervalSeconds": 0}, "IntervalSeconds of a retry polic"),
    ],
)
def test_what_a_policy_has_wrong_is_told(policy, mistake):
    (told,) = mistakes({"Name": "A", "RetryPolicies": [policy]})
    assert mistake in told


def test_a_policy_within_its_limits_has_nothing_wrong():
    policy = {"ExceptionType": [THROTTLING], "MaxAttempts": 20, "IntervalSeconds": 43_200}
    assert list(mistakes({"Name": "A", "RetryPolicies": [policy]})) == []
