"""Bucket policies by their conditions, which moto takes for met in a deny.

A request to the embedded AWS counts as TLS: it never leaves this machine.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import json
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from flask import has_request_context, request
from moto.iam.access_control import IAMPolicyStatement, PermissionResult
from moto.s3.models import FakeBucket

from embedded.extensions.operations import add

DELIVERY_CHECK = "_log_permissions_enabled_policy"
"""What moto calls to learn whether a bucket takes access logs."""
LOG_DELIVERY = "logging.s3.amazonaws.com"
SSE = "x-amz-server-side-encryption"


def _like(found: str | None, allowed: list[str]) -> bool:
    return any(fnmatchcase(found or "", one) for one in allowed)


OPERATORS: dict[str, Callable[[str | None, list[str]], bool]] = {
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda found, allowed: found in allowed,
    "Null": lambda found, allowed: str(found is None).lower() in allowed,
    "StringEquals": lambda found, allowed: found in allowed,
    "StringNotEquals": lambda found, allowed: found not in allowed,
    "StringLike": _like,
    "StringNotLike": lambda found, allowed: not _like(found, allowed),
}
"""Operator to its test: the request's value, or None, against those of the policy."""


def install() -> None:
    """Have moto's buckets weigh their policies with the conditions of each request."""
    add(FakeBucket, get_permission)
    setattr(FakeBucket, DELIVERY_CHECK, staticmethod(takes_access_logs))


def get_permission(self: FakeBucket, action: str, resource: str) -> PermissionResult:
    """What the bucket's policy says of an action; a deny wins."""
    if self.policy is None:
        return PermissionResult.NEUTRAL
    statements = json.loads(self.policy)["Statement"]
    context = _context()
    results = {
        IAMPolicyStatement({**statement, "Condition": None}).is_action_permitted(action, resource)
        for statement in (statements if isinstance(statements, list) else [statements])
        if met(statement.get("Condition", {}), context)
    }
    for result in (PermissionResult.DENIED, PermissionResult.PERMITTED):
        if result in results:
            return result
    return PermissionResult.NEUTRAL


def takes_access_logs(target_bucket: FakeBucket, target_prefix: str | None) -> bool:
    """Whether a bucket's policy lets S3 deliver access logs under a prefix.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    if not target_bucket.policy:
        return False
    delivered = f"arn:{target_bucket.partition}:s3:::{target_bucket.name}/{target_prefix or ''}log"
    return any(
        statement["Effect"] == "Allow"
        and isinstance(statement.get("Principal"), dict)
        and LOG_DELIVERY in _listed(statement["Principal"].get("Service"))
        and "s3:PutObject" in _listed(statement.get("Action"))
        and any(fnmatchcase(delivered, one) for one in _listed(statement.get("Resource")))
        for statement in json.loads(target_bucket.policy)["Statement"]
    )


def met(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    """Whether every condition holds. Raises NotImplementedError for an unknown operator."""
    for operator, keys in conditions.items():
        if operator not in OPERATORS:
            raise NotImplementedError(f"embedded bucket policies know no operator {operator}")
        for key, allowed in keys.items():
            if not OPERATORS[operator](context.get(key.lower()), _listed(allowed)):
                return False
    return True


def _listed(value: Any) -> list[str]:
    """A policy element, which may be one string, as a list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _context() -> dict[str, str]:
    """The condition keys of the request that is being answered, in lower case.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
    """
    context = {"aws:securetransport": "true", "aws:principalisawsservice": "false"}
    if has_request_context():
        for header in (SSE, f"{SSE}-aws-kms-key-id"):
            if value := request.headers.get(header):
                context[f"s3:{header}"] = value
    return context
