"""What AWS would answer, in its own formats: the catalog's templates with values in their braces.

A graph that is recorded offline is answered by these, and so is what the embedded AWS validates
without having it. Policies, definitions and documents built from the answers are whole and can be
read and checked.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import struct_pb2

from catalog.cloudformation import named, schema_of
from catalog.functions import FUNCTIONS
from catalog.record import Call, Per, Type, arn_of
from catalog.wire import Lazy

ACCOUNT = "123456789012"
"""Stands for the account where none is named."""


class Unanswerable(LookupError):
    """A function without a record, or an input that a template needs and nobody gave."""


def invoke(token: str, args: Mapping[str, Any], region: str, account: str) -> dict[str, Any]:
    """The result of a provider's function, by camelCase name.

    Raises Unanswerable for a function without a record, or an argument that is missing.
    """
    function = next((each for each in FUNCTIONS if each.token == token), None)
    if function is None:
        raise Unanswerable(
            f"{token}: a plan has no answer for this function: its record belongs into "
            "catalog/functions.py"
        )
    given = {**function.defaults, **{key: item for key, item in args.items() if item is not None}}
    urn = "".join(str(item) for _, item in sorted(args.items()))
    values = _Values(given, token, urn, region, account)
    try:
        return {key: _filled(item, values, given) for key, item in function.outputs.items()}
    except KeyError as error:
        raise Unanswerable(f"{token}: its answer needs the argument {error}") from error


def generic(token: str, inputs: Mapping[str, Any]) -> Type:
    """What is known of a type that the catalog has no record of: ids and ARNs in AWS's form.

    CloudFormation's schema, where the type has one, tells what AWS computes.
    """
    name = named(token) or str(inputs.get("typeName", ""))
    schema = schema_of(name)
    service = (
        name.split("::")[1] if name else token.split(":")[1].split("/", maxsplit=1)[0]
    ).lower()
    noun = token.rpartition(":")[2].lower()
    arn = arn_of(service, f"{noun}/{{logical}}")
    computed = {path for path in schema.computed if "/" not in path} if schema else set()
    return Type(
        token,
        service,
        create=Call(""),
        read=Call(""),
        id="{logical}",
        cloudformation=name,
        outputs={
            f"{what[0].lower()}{what[1:]}": arn if what.endswith("Arn") else f"{{logical}}-{what}"
            for what in sorted({"Arn"} | computed)
        },
    )


def outputs(
    entry: Type, logical: str, urn: str, inputs: Mapping[str, Any], region: str, account: str
) -> tuple[str, dict[str, Any]]:
    """The id of a resource, and its computed outputs by camelCase name.

    Templates may name `{name}` (the physical name), `{logical}` (the logical one), `{region}`,
    `{account}`, `{hex}` (17 hexadecimal digits, one value per URN), `{uuid}`, `{id}` (in outputs
    only), `{address}` (the input `url` without its scheme), every scalar input, as given or by
    default, and every output that stands before, by its camelCase name; `{one|other}` is the first
    of these inputs that is given.

    Raises Unanswerable where a template names an input that was not given.
    """
    values = _Values(inputs, logical, urn, region, account, entry.defaults)
    added: dict[str, Any] = {}
    if entry.name:
        physical = values.get(entry.name) or logical
        added[entry.name] = values.known[entry.name] = values.known["name"] = physical
    try:
        values.known["id"] = id_ = entry.id.format_map(values)
        for key, template in entry.outputs.items():
            added[key] = _filled(template, values, inputs)
            if isinstance(added[key], str):
                values.known[key] = added[key]
    except KeyError as error:
        raise Unanswerable(
            f"{entry.token} ({logical}): its outputs need the input {error}"
        ) from error
    return id_, added


def add_outputs(
    entry: Type, logical: str, urn: str, struct: struct_pb2.Struct, region: str, account: str
) -> str:
    """Add the computed outputs of a resource to `struct`, which holds its inputs.

    Returns the resource's id. Raises as `outputs` does.
    """
    id_, added = outputs(entry, logical, urn, Lazy(struct), region, account)
    for path, value in added.items():
        name, dot, field = path.partition(".")
        place, key = (struct.fields[name].struct_value, field) if dot else (struct, name)
        if isinstance(value, str):
            place.fields[key].string_value = value
        else:
            place.update({key: value})
    return id_


def _filled(template: Any, values: Mapping[str, str], inputs: Mapping[str, Any]) -> Any:
    match template:
        case str():
            return template.format_map(values)
        case list():
            return [_filled(item, values, inputs) for item in template]
        case Per():
            return [
                _filled(template.item, _of_element(element), inputs)
                for element in inputs.get(template.input) or []
            ]
        case Mapping():
            return {key: _filled(item, values, inputs) for key, item in template.items()}
        case _:
            return template


def _of_element(element: Mapping[str, Any]) -> dict[str, str]:
    """The texts among an element's fields, and hexadecimal digits that are told from them."""
    texts = {key: item for key, item in element.items() if isinstance(item, str)}
    return {**texts, "hex": hashlib.sha256("".join(texts.values()).encode()).hexdigest()[:17]}


class _Values(Mapping[str, str]):
    """What a template may name; inputs are read only when named."""

    def __init__(
        self,
        inputs: Mapping[str, Any],
        logical: str,
        urn: str,
        region: str,
        account: str,
        defaults: Mapping[str, Any] | None = None,
    ) -> None:
        self.inputs = inputs
        self.defaults = defaults or {}
        self.urn = urn
        self.known = {"logical": logical, "region": region, "account": account}
        self.known["partition"] = "aws"

    def __getitem__(self, key: str) -> str:
        if key in self.known:
            return self.known[key]
        if key in {"hex", "uuid"}:
            digest = hashlib.sha256(self.urn.encode()).hexdigest()
            self.known["hex"] = digest[:17]
            self.known["uuid"] = "-".join(
                (digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])
            )
            return self.known[key]
        if key == "address":
            return self["url"].removeprefix("https://")
        for name in key.split("|"):
            value = self.inputs.get(name)
            if value is None:
                value = self.defaults.get(name)
            if isinstance(value, str):
                return value
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)
