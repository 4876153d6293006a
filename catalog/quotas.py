"""SageMaker's service quotas: how many instances an account may have at once, by type and use.

`quotas.json` holds the code of each, and what a new account has by default on the day that the file
tells. An account's own quotas may be greater, and are asked of AWS.
https://docs.aws.amazon.com/general/latest/gr/sagemaker.html
https://docs.aws.amazon.com/servicequotas/latest/userguide/intro.html
"""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("quotas.json")
SERVICE = "sagemaker"


class Quota(NamedTuple):
    """One quota, by whose name it is known."""

    code: str
    """By which an increase is asked for, such as `L-B6D80D9C`."""
    default: int | None
    """What a new account has; None where no source tells."""


@cache
def quotas() -> dict[str, Quota]:
    """The quotas that are known, by their names."""
    return {name: Quota(*told) for name, told in json.loads(FILE.read_text())["quotas"].items()}


@cache
def told_on() -> date:
    """The day of the defaults."""
    return date.fromisoformat(json.loads(FILE.read_text())["as_of"])
