"""The word `on` as a key, which the Pulumi engine takes for the truth value of YAML 1.1.

It hands the key over as `true`, and writes it so when it rewrites a stack file.
https://yaml.org/type/bool.html
"""

from collections.abc import Mapping
from typing import Any

WORD, TAKEN_FOR = "on", ("true", True)
LISTS = (
    *(
        ("models", place)
        for place in (("retrain",), ("monitor", "bias"), ("serving",), ("training",))
    ),
    ("jobs", ()),
)
"""Where settings are called so: a list, and the way from each of its items."""


def with_words(platform: Any) -> Any:
    """Settings below `maslow:platform` in which the word is a word again."""
    if not isinstance(platform, Mapping):
        return platform
    given = dict(platform)
    for name, way in LISTS:
        if isinstance(given.get(name), list):
            given[name] = [_renamed(item, way) for item in given[name]]
    return given


def _renamed(group: Any, way: tuple[str, ...]) -> Any:
    if not isinstance(group, Mapping):
        return group
    if way:
        first, *rest = way
        if first not in group:
            return group
        return {**group, first: _renamed(group[first], tuple(rest))}
    if WORD in group:
        return group
    return {WORD if key in TAKEN_FOR else key: value for key, value in group.items()}
