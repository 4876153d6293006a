"""Maps each Pulumi input to the AWS call that sends it; raises for inputs that no call sends."""

from collections.abc import Mapping
from typing import Any

from catalog import entry_of
from catalog.record import Call, Each, Type, Values
from catalog.templates import filled, references
from embedded.reshaping import RESHAPED
from embedded.translate import Translation, at, input_shape

EVERYWHERE = frozenset({"region"})
"""Inputs that the provider itself answers, whatever the type."""

EMPTY: dict[str, Any] = {"string": "", "boolean": False, "list": [], "map": {}}


def require_supported(type_: str, inputs: Values) -> None:
    """Raise UnsupportedInput for the first input that no call sends and no reason leaves out.

    It needs no running cloud. Raises UnknownType.
    """
    entry = entry_of(type_)
    ready = prepared(entry, inputs)
    parameters_of(entry, entry.create, creating(entry, ready), {})
    if entry.tags and entry.tags.after_create and "tags" in ready:
        parameters_of(entry, entry.tags.add, {"tags": ready["tags"]}, {})
    for step in entry.steps:
        if isinstance(step, Each):
            for element in () if step.created else elements(ready, step.input):
                parameters_of(entry, step.add, fields(element), {}, f"{step.input}.")
        else:
            parameters_of(entry, step, {k: ready[k] for k in taken_by(step) if k in ready}, {})


def parameters_of(
    entry: Type, call: Call, inputs: Values, context: Mapping[str, Any], within: str = ""
) -> Values:
    """The parameters of a call; `within` is where the inputs lie in the resource's own.

    Raises UnsupportedInput.
    """
    shape = input_shape(entry.service, call.operation)
    ignored = {path.removeprefix(within) for path in entry.ignored if path.startswith(within)}
    translation = Translation(entry.token, call.names, ignored, _in_templates(entry), within)
    wanted = {key: value for key, value in inputs.items() if key != call.when}
    parameters = translation.parameters(shape, wanted, call.inside)
    for path, template in call.given.items():
        value = filled(template, context)
        if value is not None:
            translation.place(shape, parameters, path, value)
    return parameters


def prepared(entry: Type, inputs: Values) -> Values:
    """The inputs that calls are to carry, reshaped where the type says how."""
    wanted = {key: value for key, value in inputs.items() if key not in EVERYWHERE}
    for path, value in entry.presumed.items():
        wanted = _presuming(wanted, path.split("."), value)
    reshape = RESHAPED.get(entry.token)
    return reshape(wanted) if reshape else wanted


def creating(entry: Type, inputs: Values) -> Values:
    """The inputs that the creation itself carries."""
    afterwards = [s for s in entry.steps if not (isinstance(s, Each) and s.created)]
    taken = {key for step in afterwards for key in taken_by(step)}
    if entry.tags and entry.tags.after_create:
        taken.add("tags")
    return {key: value for key, value in inputs.items() if key not in taken}


def updating(entry: Type, call: Call, inputs: Values, removed: set[str]) -> Values:
    """The inputs that an update call carries, and those of `removed` as empty values.

    An operation that writes the whole anew forgets by omission. What AWS cannot be told to forget
    stays as it is, as with Terraform's computed attributes.
    """
    carried = {key: value for key, value in inputs.items() if _carries(entry, call, key)}
    if call.operation == entry.create.operation:
        return carried
    shape = input_shape(entry.service, call.operation)
    translation = Translation(entry.token, call.names)
    for key in removed:
        if _carries(entry, call, key):
            path = translation.target(shape, key, call.inside)
            member = at(shape, path) if path else None
            if member is not None and member.type_name in EMPTY and not member.metadata.get("min"):
                carried[key] = EMPTY[member.type_name]
    return carried


def updatable(entry: Type, key: str) -> bool:
    """Whether a changed input leaves the resource in its place."""
    if key in EVERYWHERE or key in entry.replaces or key in _identity(entry):
        return False
    if key in entry.ignored or entry.remade or (key == "tags" and entry.tags):
        return True
    if any(key in taken_by(step) for step in entry.steps):
        return True
    if any(_carries(entry, call, key) for call in entry.update):
        return True
    return any(key in references(list(call.given.values())) for call in entry.deletes)


def takes(entry: Type, key: str) -> bool:
    """Whether a creation carries it."""
    return key == entry.name or _carries(entry, entry.create, key)


def taken_by(step: Call | Each) -> frozenset[str]:
    """The inputs that a step carries."""
    if isinstance(step, Each):
        return frozenset({step.input})
    return frozenset({*(step.takes or ()), step.when}) - {""}


def elements(inputs: Values, name: str) -> list[Any]:
    """The elements of an input that each are an object in AWS."""
    value = inputs.get(name) or []
    return value if isinstance(value, list) else [value]


def fields(element: object, call: Call | None = None) -> Values:
    """An element as inputs, those that `call` takes; a scalar is the input `value`."""
    found = element if isinstance(element, dict) else {"value": element}
    takes = found if call is None or call.takes is None else call.takes
    return {key: item for key, item in found.items() if key in takes}


def _presuming(value: Any, path: list[str], presumed: object) -> Any:
    """`value` with `presumed` at `path`, in those objects that are there and lack it."""
    match value:
        case list():
            return [_presuming(item, path, presumed) for item in value]
        case dict() if len(path) == 1:
            return {path[0]: presumed, **value}
        case dict() if path[0] in value:
            return {**value, path[0]: _presuming(value[path[0]], path[1:], presumed)}
        case _:
            return value


def _carries(entry: Type, call: Call, key: str) -> bool:
    if call.takes is not None:
        return key in call.takes
    if key == "tags" or key in EVERYWHERE:
        return False
    shape = input_shape(entry.service, call.operation)
    return Translation(entry.token, call.names).target(shape, key, call.inside) is not None


def _identity(entry: Type) -> set[str]:
    again = [*entry.reads, *entry.update]
    for step in entry.steps:
        again += [step.remove] if isinstance(step, Each) else [step]
    needed = references([entry.id, *(call.at for call in entry.reads)])
    for call in again:
        needed |= references(list(call.given.values())) - set(call.takes or ())
    return needed | ({entry.name} if entry.name else set())


def _in_templates(entry: Type) -> set[str]:
    return {
        name for call in entry.calls() for name in references(list(call.given.values()))
    } | references(entry.id)
