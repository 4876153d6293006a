"""Whether an event matches the pattern of a rule of EventBridge.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-content-based-filtering.html
"""

import ipaddress
import json
import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

Json = Any
ABSENT = object()
NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
}
OPERATORS = (
    "anything-but",
    "cidr",
    "equals-ignore-case",
    "exists",
    "numeric",
    "prefix",
    "suffix",
    "wildcard",
)


class Invalid(ValueError):
    """A pattern that AWS would refuse, and why."""


def check(pattern: Json) -> None:
    """Raise Invalid for what is no pattern."""
    if not isinstance(pattern, dict):
        raise Invalid("Event pattern must be a JSON object")
    for key, wanted in pattern.items():
        if key == "$or" and isinstance(wanted, list):
            for each in wanted:
                check(each)
        elif isinstance(wanted, dict):
            if not wanted:
                raise Invalid(f"Empty objects are not allowed: {key!r}")
            check(wanted)
        elif not isinstance(wanted, list):
            raise Invalid(f"{key!r} must be an object or an array")
        elif not wanted:
            raise Invalid("Empty arrays are not allowed")
        else:
            for test in wanted:
                _check_test(key, test)


def matches(pattern: Mapping[str, Json], event: Json) -> bool:
    """Whether every field of the pattern is met by the event; of an array, by one of its items."""
    if isinstance(event, list):
        return any(matches(pattern, each) for each in event)
    if not isinstance(event, dict):
        event = {}
    for key, wanted in pattern.items():
        if key == "$or" and isinstance(wanted, list):
            if not any(matches(each, event) for each in wanted):
                return False
            continue
        found = event.get(key, ABSENT)
        if isinstance(wanted, dict):
            if not matches(wanted, found):
                return False
        elif not any(_meets(found, test) for test in wanted):
            return False
    return True


def _check_test(key: str, test: Json) -> None:
    if not isinstance(test, dict):
        if isinstance(test, list):
            raise Invalid(f"{key!r}: an array in an array is no test")
        return
    if len(test) != 1:
        raise Invalid(f"{key!r}: only one key is allowed in a test")
    (name, value), *_ = test.items()
    if name not in OPERATORS:
        raise Invalid(f"{key!r}: unrecognized match type {name}")
    if name == "exists" and not isinstance(value, bool):
        raise Invalid(f"{key!r}: exists is true or false")
    if name == "numeric" and not _is_range(value):
        raise Invalid(f"{key!r}: numeric takes pairs of a sign and a number")
    if name == "anything-but" and isinstance(value, dict):
        _check_test(key, value)


def _is_range(value: Json) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and len(value) % 2 == 0
        and all(sign in NUMERIC for sign in value[::2])
        and all(_is_number(number) for number in value[1::2])
    )


def _meets(found: Json, test: Json) -> bool:
    """Whether a value of the event, or one of its items, meets a test."""
    if isinstance(test, dict) and "exists" in test:
        return (found is not ABSENT and not isinstance(found, dict)) is test["exists"]
    if found is ABSENT or isinstance(found, dict):
        return False
    if isinstance(found, list):
        return any(_meets(each, test) for each in found)
    if not isinstance(test, dict):
        return _same(found, test)
    ((name, value),) = test.items()
    return _operated(name, value, found)


def _same(found: Json, wanted: Json) -> bool:
    """Equality by JSON's types, in which true is no number."""
    return (type(found) is type(wanted) and found == wanted) or (
        _is_number(found) and _is_number(wanted) and found == wanted
    )


def _operated(name: str, value: Json, found: Json) -> bool:
    if name == "anything-but":
        if isinstance(value, dict):
            ((inner, excluded),) = value.items()
            return not _operated(inner, excluded, found)
        return not any(_same(found, each) for each in _listed(value))
    if name == "numeric":
        pairs = zip(value[::2], value[1::2], strict=True)
        return _is_number(found) and all(NUMERIC[sign](found, number) for sign, number in pairs)
    return isinstance(found, str) and any(TEXT[name](found, each) for each in _listed(value))


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _begins(found: str, wanted: Json) -> bool:
    if isinstance(wanted, dict):
        return found.lower().startswith(wanted["equals-ignore-case"].lower())
    return found.startswith(wanted)


def _ends(found: str, wanted: Json) -> bool:
    if isinstance(wanted, dict):
        return found.lower().endswith(wanted["equals-ignore-case"].lower())
    return found.endswith(wanted)


def _is_within(found: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(found) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    """A wildcard's expression, in which a backslash takes the meaning from `*` and itself."""
    parts = re.findall(r"\\[*\\]|\*|[^*\\]+|\\", pattern)
    return re.compile(
        "".join(
            ".*"
            if part == "*"
            else re.escape(part[1:] if len(part) == 2 and part[0] == "\\" else part)  # noqa: PLR2004
            for part in parts
        ),
        re.DOTALL,
    )


TEXT: dict[str, Callable[[str, Json], bool]] = {
    "cidr": _is_within,
    "equals-ignore-case": lambda found, wanted: found.lower() == wanted.lower(),
    "prefix": _begins,
    "suffix": _ends,
    "wildcard": lambda found, wanted: bool(_glob(wanted).fullmatch(found)),
}


def parse(text: str) -> dict[str, Json]:
    """The pattern of a text. Raises Invalid."""
    try:
        pattern: dict[str, Json] = json.loads(text)
    except json.JSONDecodeError as error:
        raise Invalid("Invalid JSON") from error
    check(pattern)
    return pattern
