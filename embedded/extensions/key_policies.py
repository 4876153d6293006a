"""Key policies that would leave their author outside, which moto takes and AWS refuses.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#prevent-unmanageable-key
"""

import json
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import wraps
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.responses import KmsResponse
from moto.sts.models import sts_backends

from embedded.extensions.bucket_policies import OPERATORS, met

ACTION = "kms:PutKeyPolicy"
ASSUMED = re.compile(r"arn:[\w-]+:sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/.*")


class MalformedPolicyDocumentException(JsonRESTError):
    """How KMS refuses a policy."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("MalformedPolicyDocumentException", message)


def install() -> None:
    """Have KMS weigh each key policy that it is given."""
    for operation in ("create_key", "put_key_policy"):
        handler = getattr(KmsResponse, operation)
        if not hasattr(handler, "__wrapped__"):
            setattr(KmsResponse, operation, _weighed(handler))


def locks_out(policy: str, caller: str, account_id: str) -> bool:
    """Whether a key policy does not let `caller`, an ARN, change it later.

    A statement for the account leaves it to IAM, whose policies the embedded AWS does not weigh. A
    condition of an operator that it does not know is taken for met.
    """
    root = f"arn:{caller.split(':')[1]}:iam::{account_id}:root"
    context = {"aws:principalarn": caller, "kms:calleraccount": account_id}
    statements = json.loads(policy)["Statement"]
    effects = {
        statement["Effect"]
        for statement in (statements if isinstance(statements, list) else [statements])
        if _names(statement.get("Principal"), {"*", account_id, root, caller})
        and any(fnmatchcase(ACTION, action) for action in _listed(statement.get("Action")))
        and met(
            {
                operator: keys
                for operator, keys in statement.get("Condition", {}).items()
                if operator in OPERATORS
            },
            context,
        )
    }
    return "Deny" in effects or "Allow" not in effects


def _weighed(handler: Callable[[KmsResponse], str]) -> Callable[[KmsResponse], str]:
    @wraps(handler)
    def weighed(self: KmsResponse) -> str:
        asked = json.loads(self.body)
        policy, account_id = asked.get("Policy"), self.current_account
        if (
            policy
            and not asked.get("BypassPolicyLockoutSafetyCheck")
            and locks_out(policy, _caller(self), account_id)
        ):
            raise MalformedPolicyDocumentException(
                "The new key policy will not allow you to update the key policy in the future."
            )
        return handler(self)

    return weighed


def _caller(response: KmsResponse) -> str:
    """The ARN of the user or role that asks; credentials of the machine's own are the root user's.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """
    account_id, partition = response.current_account, response.partition
    backend = sts_backends[account_id][partition]
    _, arn, _ = backend.get_caller_identity(response.get_access_key(), response.region)
    if arn == f"arn:{partition}:sts::{account_id}:user/moto":
        # What moto says of credentials that it never gave out.
        return f"arn:{partition}:iam::{account_id}:root"
    if session := ASSUMED.fullmatch(arn):
        return f"arn:{partition}:iam::{session['account']}:role/{session['role']}"
    return str(arn)


def _names(principal: Any, known: set[str]) -> bool:
    listed = principal.get("AWS") if isinstance(principal, Mapping) else principal
    return any(one in known for one in _listed(listed))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])
