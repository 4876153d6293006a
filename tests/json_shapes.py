"""What of a JSON value is not as a type of infra/models/shapes.py has it."""

from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict


def misfits(value: Any, type_: Any, path: str = "$") -> list[str]:
    """Where a value is not of a type: a TypedDict, a union, or what they are made of."""
    origin, args = get_origin(type_), get_args(type_)
    found: list[str]
    if is_typeddict(type_):
        hints = get_type_hints(type_)
        if not isinstance(value, dict) or value.keys() != hints.keys():
            return [f"{path}: {value} has not the keys {sorted(hints)}"]
        found = [bad for key in hints for bad in misfits(value[key], hints[key], f"{path}.{key}")]
    elif origin is Literal:
        found = [] if value in args else [f"{path}: {value} is none of {args}"]
    elif origin in (list, dict):
        if not isinstance(value, origin):
            return [f"{path}: {value} is no {origin.__name__}"]
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        found = [bad for key, one in parts for bad in misfits(one, args[-1], f"{path}.{key}")]
    elif args:  # a union
        tried = [misfits(value, one, path) for one in args]
        found = min(tried, key=len)
    else:
        fits = isinstance(value, type_) or (type_ is float and isinstance(value, int))
        found = [] if fits else [f"{path}: {value!r} is no {type_.__name__}"]
    return found
