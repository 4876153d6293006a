"""Words what a value breaks of a JSON schema: where, and what is allowed, never what was given.

What was given may be a secret.
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

KINDS = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "null"}
SHOWN = 8
"""How many allowed values are told of a long list."""


def mistakes(validator: "Draft202012Validator", value: Mapping[str, Any]) -> Iterator[str]:
    """Each place where a value breaks a schema, in one sentence, in the order of their paths."""
    found = sorted(validator.iter_errors(value), key=lambda error: list(map(str, error.path)))
    for error in found:
        yield from _worded(error)


def _worded(error: "ValidationError") -> Iterator[str]:
    where = path_of(error.absolute_path)
    allowed: Any = error.validator_value
    match error.validator:
        case "additionalProperties" | "unevaluatedProperties":
            yield from _unknown(where, error)
        case "required":
            given = error.instance if isinstance(error.instance, Mapping) else {}
            yield from (f"{_below(where, it)} is missing" for it in allowed if it not in given)
        case "type":
            types = (
                [allowed] if isinstance(allowed, str) else [it for it in allowed if it != "null"]
            )
            yield f"{where or 'it'} is {_kind(error.instance)}, not of type {' or '.join(types)}"
        case "enum":
            shown = ", ".join(map(str, allowed[:SHOWN])) + (", …" if len(allowed) > SHOWN else "")
            yield f"{where} is none of {shown}"
        case "pattern":
            yield f"{where} does not match {allowed}"
        case "anyOf" | "oneOf":
            yield f"{where or 'it'} fits {_fitting(error)} of what it may be"
        case "not":
            yield f"{where or 'it'} is what it must not be"
        case other:
            yield f"{where or 'it'} breaks {other}: {allowed}"


def _unknown(where: str, error: "ValidationError") -> Iterator[str]:
    known = [*error.schema.get("properties", {})]
    given = error.instance if isinstance(error.instance, Mapping) else {}
    for key in sorted(given.keys() - {*known}):
        near = get_close_matches(key, known, n=1)
        hint = f": did you mean {near[0]}?" if near else ""
        yield f"{_below(where, key)} is no field{hint}"


def path_of(steps: Iterable[str | int]) -> str:
    """A path as people write it: `spec.containers[0].image`."""
    path = ""
    for step in steps:
        path = f"{path}[{step}]" if isinstance(step, int) else _below(path, step)
    return path


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _fitting(error: "ValidationError") -> str:
    return "none" if error.context else "more than one"


def _kind(value: object) -> str:
    return KINDS.get(type(value), "a number")
