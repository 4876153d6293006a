"""pydantic's validation errors as messages about a stack file."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from infra.settings import schema
from infra.settings.mistakes import REFUSED, Mistake, Path, did_you_mean, shown

Context = Mapping[str, Any]


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
            yield Mistake(path, "is missing.", str(schema.at(path).get("description", "")))
        elif kind == "extra_forbidden":
            yield _unknown(path)
        elif kind == "literal_error":
            yield _other_than(path, value)
        elif value is None:
            yield Mistake(path, "has no value.", str(schema.at(path).get("description", "")))
        else:
            say = MESSAGES.get(kind)
            message = say(context) if say else "is not a value that this setting takes"
            group = schema.at(path).get("properties")
            hint = f"Settings of this group: {', '.join(group)}." if group else ""
            yield Mistake(path, f"{shown(value)} {message}.", hint)


def _within(inner: Path, outer: Path) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _unknown(path: Path) -> Mistake:
    known = sorted(schema.at(path[:-1]).get("properties", {}))
    meant = did_you_mean(path[-1], known)
    listed = f"Allowed here: {', '.join(known)}."
    return Mistake(path, "is not a setting here.", f"{meant}\n{listed}" if meant else listed)


def _other_than(path: Path, value: object) -> Mistake:
    names = schema.at(path[:-1]).get("propertyNames", {})
    node = names or schema.at(path)
    choices = [str(choice) for choice in node.get("enum", (node.get("const"),))]
    if len(choices) == 1:
        return Mistake(path, f"{shown(value)} is not {choices[0]}, the one value allowed here.")
    listed = f"{', '.join(choices[:-1])} or {choices[-1]}"
    return Mistake(path, f"{shown(value)} is not {listed}.", did_you_mean(value, choices))


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
    "less_than_equal": lambda context: f"is too large: at most {context['le']:g}",
    "too_short": lambda context: f"is too short: at least {context['min_length']} needed",
    "too_long": lambda context: f"is too long: at most {context['max_length']} allowed",
    "string_too_short": _fixed("is empty"),
}
"""pydantic's error type to what the message says after the value."""
