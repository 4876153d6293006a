"""Step caching: a step that has succeeded with the same arguments is not run again.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html
"""

import json
import re
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from embedded.clock import utcnow
from embedded.sagemaker.definition import Invalid, Step, every_step

DURATION = re.compile(
    r"P?(?=\d|T)((?P<years>\d+)Y)?((?P<months>\d+)M)?((?P<weeks>\d+)W)?((?P<days>\d+)D)?"
    r"(T(?=.)((?P<hours>\d+)H)?((?P<minutes>\d+)M)?((?P<seconds>\d+)S)?)?",
    re.IGNORECASE,
)
"""A duration of ISO 8601, such as P30D or PT1H.

SageMaker takes small letters, and no P: its own examples have 30d and T12H.
https://github.com/aws/amazon-sagemaker-examples
"""
UNCACHED = ("CacheConfig", "DependsOn", "Description", "DisplayName", "RetryPolicies")
DAYS = {"years": 365, "months": 30}


@dataclass(frozen=True)
class Success:
    """What a step left behind."""

    execution: str
    """ARN of the execution that ran it."""
    at: datetime
    properties: Any
    """What references to the step resolve to."""
    metadata: Mapping[str, Any]
    """What the execution's list of steps tells of it."""


Memory = MutableMapping[str, Success]
"""The last success by a key for pipeline, step and arguments."""


def check_caching(steps: Iterable[Step]) -> None:
    """Raise Invalid for a cache that says when it expires in no way that is known."""
    for step in every_step([*steps]):
        if step.get("CacheConfig", {}).get("Enabled"):
            _lifetime(step)


def is_cached(step: Step) -> bool:
    """Whether the step asks to be taken from the cache, if it is there."""
    return bool(step.get("CacheConfig", {}).get("Enabled"))


def key_of(pipeline: str, step: Step, asked: Mapping[str, Any]) -> str:
    """What two runs of a step have in common where one can stand for the other.

    `asked` is the step's definition, its references replaced. How a step is shown, awaited or
    retried makes no difference.
    """
    told = {key: value for key, value in asked.items() if key not in UNCACHED}
    return json.dumps([pipeline, step["Name"], told], sort_keys=True, default=str)


def recalled(memory: Memory, key: str, step: Step) -> Success | None:
    """The last success that is not older than the step lets it be."""
    success = memory.get(key)
    return success if success and success.at + _lifetime(step) > utcnow() else None


def _lifetime(step: Step) -> timedelta:
    text = str(step["CacheConfig"].get("ExpireAfter", ""))
    found = DURATION.fullmatch(text)
    if not found:
        raise Invalid(f"step {step['Name']}: ExpireAfter [{text}] is no duration of ISO 8601")
    given = {unit: int(count) for unit, count in found.groupdict().items() if count}
    days = sum(DAYS[unit] * given.pop(unit, 0) for unit in DAYS)
    return timedelta(days=days) + timedelta(**given)
