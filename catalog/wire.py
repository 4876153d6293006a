"""The property values of Pulumi's protocol: protobuf structs as plain values, and back.

What is not JSON (secrets, outputs, references to resources, assets) is an object with a signature.
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go

It is here, on the ground floor, because the answers of the catalog, the embedded AWS and the
recorded graph all read structs, and this is the one package that all three may import.
"""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

SIGNATURE = rpc._special_sig_key  # noqa: SLF001  # the wire format's own markers
SECRET = rpc._special_secret_sig  # noqa: SLF001
OUTPUT = rpc._special_output_value_sig  # noqa: SLF001
RESOURCE = rpc._special_resource_sig  # noqa: SLF001
ASSET = rpc._special_asset_sig  # noqa: SLF001

HIDDEN = "[secret]"
UNKNOWN = rpc.UNKNOWN
"""Stands in a preview for a string that only the update will know."""


def plain(value: struct_pb2.Struct) -> dict[str, Any]:
    """A struct as plain values, as a provider needs them.

    A secret is its value, a reference the resource's id, an unknown output `UNKNOWN`. An asset
    keeps its form, so that it can go back as it came. A property that is null is left out, as the
    SDKs do, at the top and in groups.
    """
    return _group(value, for_people=False)


def readable(value: struct_pb2.Struct) -> dict[str, Any]:
    """A struct as plain values, as people read them in a graph.

    A secret is `HIDDEN`, a reference the resource's URN. An asset is without its signature, and a
    property that is null stays.
    """
    return _group(value, for_people=True)


class Lazy(Mapping[str, Any]):
    """A struct of which each property is decoded as `plain` does, when it is asked for."""

    def __init__(self, struct: struct_pb2.Struct) -> None:
        self.fields = struct.fields

    def __getitem__(self, key: str) -> Any:
        if key not in self.fields:  # a protobuf map would add it
            raise KeyError(key)
        return _value(self.fields[key], for_people=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)


def struct(value: Mapping[str, Any]) -> struct_pb2.Struct:
    """Plain values as a struct."""
    result = struct_pb2.Struct()
    result.update(value)
    return result


def asset(value: object) -> bytes | None:
    """The bytes of an asset made from a file or from text, None for any other value."""
    if not isinstance(value, Mapping) or value.get(SIGNATURE) != ASSET:
        return None
    if "path" in value:
        return Path(value["path"]).read_bytes()
    return str(value.get("text", "")).encode()


def structured(value: str | dict[str, Any]) -> dict[str, Any]:
    """A structured setting of a provider, which the SDKs send as JSON text."""
    found: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return found


def is_unknown(value: object) -> bool:
    """Whether a plain value is one that only the update will know, or holds one."""
    match value:
        case str():
            return value == UNKNOWN
        case Mapping():
            return any(map(is_unknown, value.values()))
        case list():
            return any(map(is_unknown, value))
        case _:
            return False


def is_secret(value: struct_pb2.Value) -> bool:
    """Whether the program marked the value as a secret."""
    fields = value.struct_value.fields
    return SIGNATURE in fields and fields[SIGNATURE].string_value == SECRET


def _group(value: struct_pb2.Struct, *, for_people: bool) -> dict[str, Any]:
    found = {key: _value(item, for_people=for_people) for key, item in value.fields.items()}
    if for_people:
        return found
    return {key: item for key, item in found.items() if item is not None}


def _value(value: struct_pb2.Value, *, for_people: bool) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "number_value":
            number = value.number_value
            return int(number) if math.isfinite(number) and number.is_integer() else number
        case "list_value":
            return [_value(item, for_people=for_people) for item in value.list_value.values]
        case "struct_value":
            return _unwrapped(value.struct_value, for_people=for_people)
        case _:
            return None


def _unwrapped(value: struct_pb2.Struct, *, for_people: bool) -> Any:
    fields = value.fields
    if SIGNATURE not in fields:
        return _group(value, for_people=for_people)
    signature = fields[SIGNATURE].string_value
    if signature == SECRET:
        return HIDDEN if for_people else _value(fields["value"], for_people=False)
    if signature == OUTPUT:
        return _value(fields["value"], for_people=for_people) if "value" in fields else UNKNOWN
    if signature == RESOURCE:
        by_id = not for_people and "id" in fields
        return _value(fields["id" if by_id else "urn"], for_people=for_people)
    group = _group(value, for_people=for_people)
    if for_people:
        del group[SIGNATURE]
    return group
