"""pydantic's validation errors as messages about a stack file."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from infra.settings import schema
from infra.settings.filekeys import PLATFORM, REGION
from infra.settings.mistakes import MISSING, REFUSED, Mistake, Path, did_you_mean, one_of, shown
from infra.settings.yamlscalars import as_written, in_brackets
from infra.settings.yamlslips import colon_hint

Context = Mapping[str, Any]
WORDS = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false"}
"""What people write for true and false, in small letters."""


def mistakes(error: ValidationError) -> Iterator[Mistake]:
    """Each finding as a mistake; its path begins below `maslow:platform`."""
    findings = error.errors(include_url=False)
    for found in findings:
        path: Path = tuple(step for step in found["loc"] if step != "[key]")
        kind, value, context = found["type"], found["input"], found.get("ctx", {})
        if kind == "too_short" and any(_within(other["loc"], path) for other in findings):
            continue  # pydantic does not count the items that it refused
        if kind == REFUSED:
            for mistake in context["mistakes"]:
                yield Mistake((*path, *mistake.path), mistake.message, mistake.hint)
        elif kind == "missing":
            yield Mistake(path, MISSING, str(schema.at(path).get("description", "")))
        elif kind == "extra_forbidden":
            yield _unknown(path)
        elif value is None:
            yield Mistake(path, "has no value.", _empty(path))
        elif kind == "literal_error":
            yield _other_than(path, value)
        else:
            say = MESSAGES.get(kind)
            message = say(context) if say else "is not a value that this setting takes"
            yield Mistake(path, f"{shown(value)} {message}.", _instead(kind, path, value))


def _within(inner: Path, outer: Path) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _unknown(path: Path) -> Mistake:
    key = str(path[-1])
    known = sorted(schema.at(path[:-1]).get("properties", {}))
    meant = colon_hint(key, known.__contains__) or _home(path) or did_you_mean(key, known)
    listed = f"Allowed here: {', '.join(known)}."
    return Mistake(path, "is not a setting here.", f"{meant}\n{listed}" if meant else listed)


def _home(path: Path) -> str:
    """Where a key belongs that is a level too high or too low; "" for one of no such place."""
    if path[-1] == REGION:
        return f"It belongs beside {PLATFORM}, below config."
    around = path[:-1]
    below = [
        name
        for name in schema.at(around).get("properties", {})
        if path[-1] in schema.at((*around, name)).get("properties", {})
    ]
    if below:
        return f"It belongs below {one_of(below)}."
    while around:
        name, around = around[-1], around[:-1]
        if isinstance(name, str) and path[-1] in schema.at(around).get("properties", {}):
            return f"It belongs beside {name}."
    return ""


def _empty(path: Path) -> str:
    """What to do with a setting of which only the name is there."""
    node, around = schema.at(path), schema.at(path[:-1])
    if path[-1] in around.get("required", ()):
        return str(node.get("description", ""))
    nothing = ""
    if node.get("type") == "array" and not node.get("minItems"):
        nothing = "[]"
    elif node.get("type") == "object" and not node.get("required") and "minProperties" not in node:
        nothing = "{}"
    if nothing:
        return f"Write {path[-1]}: {nothing}, or leave the line out."
    return f"{node.get('description', '')}\nLeave the line out if it is not needed.".lstrip()


def _other_than(path: Path, value: object) -> Mistake:
    names = schema.at(path[:-1]).get("propertyNames", {})
    node = names or schema.at(path)
    choices = [str(choice) for choice in node.get("enum", (node.get("const"),))]
    hint = did_you_mean(value, choices)
    if isinstance(value, list) and len(value) == 1 and value[0] in choices:
        hint = f"Write {value[0]}."
    if len(choices) == 1:
        return Mistake(path, f"{shown(value)} is not {choices[0]}, the one value allowed here.")
    return Mistake(path, f"{shown(value)} is not {one_of(choices)}.", hint)


def _instead(kind: str, path: Path, value: object) -> str:
    """What to write instead of a value of another kind; "" where nobody can tell."""
    group = schema.at(path).get("properties", {})
    if kind == "tuple_type":
        return _as_list(path, value)
    if isinstance(value, list) and kind in {"model_type", "dict_type"}:
        return "It is one group, not a list: leave out its hyphens or square brackets."
    if isinstance(value, list):
        alone = as_written(value[0]) if len(value) == 1 else ""
        return f"Write {alone}." if alone else "It takes one value, not a list."
    if isinstance(value, str) and kind in {"int_type", "float_type", "bool_type"}:
        found = WORDS.get(value.lower(), "") if kind == "bool_type" else _number(kind, value)
        return f"Write {found}." if found else ""
    slip = colon_hint(value, group.__contains__) if isinstance(value, str) else ""
    return slip or (f"Settings of this group: {', '.join(group)}." if group else "")


def _as_list(path: Path, value: object) -> str:
    items = schema.at((*path, 0))
    if isinstance(value, Mapping) or "properties" in items:
        keys = [*value] if isinstance(value, Mapping) else items.get("required", [])
        first = str(next(iter(keys), "…"))
        return f"Write - {first.removeprefix('-')}: a hyphen and a space begin each item of a list."
    return f"Write {in_brackets(value)}."


def _number(kind: str, text: str) -> str:
    """The number in a text, such as `2` or `$1,000`."""
    bare = re.sub(r"[\s,_$€]", "", text)
    try:
        number = float(bare)
    except ValueError:
        return ""
    whole = re.fullmatch(r"[-+]?[0-9]+", bare)
    return bare if math.isfinite(number) and (whole or kind == "float_type") else ""


def _fixed(message: str) -> Callable[[Context], str]:
    return lambda _: message


MESSAGES: Mapping[str, Callable[[Context], str]] = {
    "string_type": _fixed("is not text (put it in quotes if it is meant to be)"),
    "int_type": _fixed("is not a whole number"),
    "int_from_float": _fixed("is not a whole number"),
    "float_type": _fixed("is not a number"),
    "finite_number": _fixed("is not a finite number"),
    "bool_type": _fixed("is neither true nor false"),
    "tuple_type": _fixed("is not a list"),
    "dict_type": _fixed("is not a group of names and values"),
    "model_type": _fixed("is not a group of settings"),
    "greater_than": lambda context: f"is too small: it must be more than {context['gt']:g}",
    "greater_than_equal": lambda context: f"is too small: at least {context['ge']:g}",
    "multiple_of": lambda context: f"is not a multiple of {context['multiple_of']:g}",
    "less_than_equal": lambda context: f"is too large: at most {context['le']:g}",
    "too_short": lambda context: f"is too short: at least {context['min_length']} needed",
    "too_long": lambda context: f"is too long: at most {context['max_length']} allowed",
    "string_too_short": _fixed("is empty"),
}
"""pydantic's error type to what the message says after the value."""
