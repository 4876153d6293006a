"""AWS's managed policies, there from the first time that somebody asks for one.

moto has them, and takes a fifth of a second to load them for each account.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

ASKING = (
    "attach_group_policy",
    "attach_role_policy",
    "attach_user_policy",
    "get_policy",
    "get_policy_version",
    "list_policies",
    "list_policy_versions",
)
"""Methods of moto's IAM that look policies up."""

_asked: dict[str, Callable[..., Any]] = {name: getattr(IAMBackend, name) for name in ASKING}


def install() -> None:
    """Have those methods find AWS's policies."""
    for name, method in _asked.items():
        setattr(IAMBackend, name, _knowing(method))


def _knowing(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def asked(self: IAMBackend, *args: Any, **named: Any) -> Any:
        of_aws = any(":iam::aws:policy/" in str(each) for each in (*args, *named.values()))
        if (of_aws or method.__name__ == "list_policies") and not self.aws_managed_policies:
            _load(self)
        return method(self, *args, **named)

    return asked


def _load(backend: IAMBackend) -> None:
    backend.aws_managed_policies = [
        AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, data)
        for name, data in json.loads(aws_managed_policies_data).items()
    ]
    backend.managed_policies.update({each.arn: each for each in backend.aws_managed_policies})
