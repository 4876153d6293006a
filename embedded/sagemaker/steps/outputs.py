"""The output parameters of Lambda and Callback steps, which later steps refer to.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from embedded.sagemaker.definition import Step
from embedded.sagemaker.jobs import JobFailed


def _boolean(value: Any) -> bool:
    known = {"true": True, "false": False}
    return known[str(value).lower()]


_TYPES: dict[str, Callable[[Any], Any]] = {
    "String": lambda value: value if isinstance(value, str) else json.dumps(value),
    "Integer": int,
    "Float": float,
    "Boolean": _boolean,
}


def outputs(step: Step, given: Mapping[str, Any]) -> dict[str, Any]:
    """The declared output parameters by name, each in its declared type.

    What is nested is one text of JSON. Raises JobFailed for one that is missing or not of its type.
    """
    found = {}
    for one in step.get("OutputParameters", []):
        name, kind = one["OutputName"], one.get("OutputType", "String")
        if name not in given:
            raise JobFailed(f"ClientError: The output parameter {name} is missing")
        try:
            found[name] = _TYPES[kind](given[name])
        except (KeyError, TypeError, ValueError):
            raise JobFailed(
                f"ClientError: The output parameter {name} is {given[name]!r}, and not of type "
                f"{kind}"
            ) from None
    return found


def shown(found: Mapping[str, Any]) -> list[dict[str, str]]:
    """The same as the step's metadata has it: names and texts."""
    return [
        {"Name": name, "Value": value if isinstance(value, str) else json.dumps(value)}
        for name, value in found.items()
    ]
