"""Retry policies: which failures of a step are tried again, and when.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError

from embedded.sagemaker.definition import Step

SERVICE_FAULT, THROTTLING = "Step.SERVICE_FAULT", "Step.THROTTLING"
INTERNAL_ERROR = "SageMaker.JOB_INTERNAL_ERROR"
CAPACITY_ERROR = "SageMaker.CAPACITY_ERROR"
RESOURCE_LIMIT = "SageMaker.RESOURCE_LIMIT"
TYPES = (SERVICE_FAULT, THROTTLING, INTERNAL_ERROR, CAPACITY_ERROR, RESOURCE_LIMIT)

INTERVAL_SECONDS, BACKOFF_RATE, ATTEMPTS = 1, 2.0, 5
"""What AWS takes where a policy does not say it."""
LIMITS = {"IntervalSeconds": 43_200, "MaxAttempts": 20, "ExpireAfterMin": 14_400}
OF_JOBS = {"InternalServerError": INTERNAL_ERROR, "CapacityError": CAPACITY_ERROR}
"""What the reason of a job's failure begins with."""

Policy = Mapping[str, Any]


def mistakes(step: Step) -> Iterator[str]:
    """What is wrong with the retry policies of a step, each in a sentence."""
    for policy in step.get("RetryPolicies", []):
        found = policy.get("ExceptionType", [])
        for one in found:
            if one not in TYPES:
                yield f"the exception type {one} is none of {', '.join(TYPES)}"
        if not found:
            yield "a retry policy names no ExceptionType"
        if "MaxAttempts" in policy and "ExpireAfterMin" in policy:
            yield "a retry policy has both MaxAttempts and ExpireAfterMin, and one ends it"
        for name, most in LIMITS.items():
            if not 1 <= policy.get(name, 1) <= most:
                yield f"{name} of a retry policy is {policy[name]}, and not 1 to {most}"


def type_of(error: Exception) -> str | None:
    """The exception type of a failure, by which policies name it; None where there is none."""
    if isinstance(error, ClientError):
        told = error.response
        code = told.get("Error", {}).get("Code", "")
        if told.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= (
            HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            return SERVICE_FAULT
        if "Throttl" in code or code == "TooManyRequestsException":
            return THROTTLING
        return RESOURCE_LIMIT if code == "ResourceLimitExceeded" else None
    return next((kind for begins, kind in OF_JOBS.items() if str(error).startswith(begins)), None)


def pause(
    policies: Sequence[Policy], kind: str | None, attempts: int, began: datetime, now: datetime
) -> float | None:
    """Seconds until a step is tried again, after so many attempts; None where it is not.

    The first policy that names the kind of failure decides.
    """
    policy = next((one for one in policies if kind in one["ExceptionType"]), None)
    if policy is None:
        return None
    if "ExpireAfterMin" in policy:
        if now >= began + timedelta(minutes=policy["ExpireAfterMin"]):
            return None
    elif attempts > policy.get("MaxAttempts", ATTEMPTS):
        return None
    rate = float(policy.get("BackoffRate", BACKOFF_RATE))
    return float(policy.get("IntervalSeconds", INTERVAL_SECONDS) * rate ** (attempts - 1))
