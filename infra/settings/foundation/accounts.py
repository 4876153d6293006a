"""Which AWS account each environment lives in."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from infra.settings.mistakes import Mistake, refusal, shown

DIGITS = r"[0-9]{12}"


def account_id(value: object) -> str:
    """Refuse what is not the id of an account, which is text: zeros at its head count.

    https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise refusal(
            f"{shown(value)} is a number, and an account's id is text.",
            'Put its 12 digits in quotes: "111111111111".',
        )
    if not isinstance(value, str) or not re.fullmatch(DIGITS, value):
        raise refusal(f"{shown(value)} is not the id of an account.", "It has 12 digits.")
    return value


AccountId = Annotated[
    str,
    BeforeValidator(account_id),
    WithJsonSchema({"type": "string", "pattern": f"^{DIGITS}$"}),
]


def check_own_account(values: Mapping[str, Any], environment: str) -> Iterator[Mistake]:
    """Yield a mistake if accounts are given, and none for this environment."""
    accounts = values.get("accounts")
    if isinstance(accounts, Mapping) and accounts and environment not in accounts:
        yield Mistake(
            ("accounts",),
            f"{environment}, the environment of this file, has no account.",
            f"Here are those of {', '.join(map(str, accounts))}.",
        )
