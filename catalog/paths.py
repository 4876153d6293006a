"""Outputs that lie within an input: `vpcConfig.vpcId` is a field that AWS adds to `vpcConfig`."""

from collections.abc import Iterable, Mapping
from typing import Any


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, with each of a dotted name within the object that its name begins with."""
    whole = {name: value for name, value in values.items() if "." not in name}
    for path, value in values.items():
        name, dot, field = path.partition(".")
        if dot:
            whole[name] = {**(whole.get(name) or {}), field: value}
    return whole


def within(paths: Iterable[str], state: Mapping[str, Any]) -> dict[str, Any]:
    """What `state` holds at those of the paths that are dotted, by path."""
    found: dict[str, Any] = {}
    for path in paths:
        name, dot, field = path.partition(".")
        outer = state.get(name)
        if dot and isinstance(outer, Mapping) and field in outer:
            found[path] = outer[field]
    return found
