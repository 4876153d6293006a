"""Texts and objects of the catalog that are filled in with what is known of a resource.

Texts in braces are templates: `{name}` stands for an input, an output, or one of `id`, `account`,
`region`, `partition`, `elsewhere` (the region, unless it is us-east-1). One that is a single
`{name}` gives the value itself, of whatever type. A parameter of which a part has no value is left
out.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import jmespath  # type: ignore[import-untyped]

NAMED = re.compile(r"\{([\w.]+(?:\|[\w.]+)*)\}")
"""A name in a template, or several of which the first that has a value counts; `{a.b}` is the `b`
of the object `a`."""


PART = "[^:/]+"
"""What one part of an id or an ARN looks like."""
ARN = "arn:[^;]+"
"""What an ARN looks like in an id whose parts have semicolons between them."""


def filled(template: Any, context: Mapping[str, Any]) -> Any:
    """`template` with values in place of its braces; None where one has no value."""
    match template:
        case str():
            if whole := NAMED.fullmatch(template):
                return _first(whole[1], context)
            if any(_first(names, context) is None for names in NAMED.findall(template)):
                return None
            return NAMED.sub(lambda found: str(_first(found[1], context)), template)
        case list():
            return [item for each in template if (item := filled(each, context)) is not None]
        case Mapping():
            items = {key: filled(item, context) for key, item in template.items()}
            return {key: item for key, item in items.items() if item is not None}
        case _:
            return template


def parsed(template: str, text: str) -> dict[str, str]:
    """The values with which `template` is `text`, in as many parts; nothing where it never is."""

    def part(name: str) -> str:
        return ARN if name.endswith("Arn") and ";" in template else PART

    found = re.fullmatch(expression(template, part), text)
    return found.groupdict() if found else {}


def expression(template: str, part: Callable[[str], str]) -> str:
    """What a filled `template` looks like, as a regular expression with a group for each name.

    `part` tells from a name what its value looks like.
    """
    return "".join(
        f"(?P<{piece}>{part(piece)})" if index % 2 else re.escape(piece)
        for index, piece in enumerate(NAMED.split(template))
    )


def _first(names: str, context: Mapping[str, Any]) -> Any:
    found = (_within(context, name) for name in names.split("|"))
    return next((value for value in found if value is not None), None)


def _within(context: Mapping[str, Any], name: str) -> Any:
    value: Any = context
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def found_at(path: str, value: Any) -> Any:
    """What `value` holds at a JMESPath, None where it holds nothing."""
    return jmespath.search(path, value)


def references(template: Any) -> set[str]:
    """The names that a template needs."""
    match template:
        case str():
            return {name for names in NAMED.findall(template) for name in names.split("|")}
        case list():
            return set().union(*map(references, template))
        case Mapping():
            return set().union(*map(references, template.values()))
        case _:
            return set()
