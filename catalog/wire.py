"""The property values of Pulumi's protocol as plain values, and back.

Secrets are unwrapped: who asks here is the provider, which needs the value. An asset keeps the
form that it has on the wire, so that it can go back as it came.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

SIGNATURE = rpc._special_sig_key  # noqa: SLF001  # the wire format's own markers
SECRET = rpc._special_secret_sig  # noqa: SLF001
OUTPUT = rpc._special_output_value_sig  # noqa: SLF001
RESOURCE = rpc._special_resource_sig  # noqa: SLF001
ASSET = rpc._special_asset_sig  # noqa: SLF001

UNKNOWN = rpc.UNKNOWN
"""Stands in a preview for a string that only the update will know.

https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
"""


def plain(value: struct_pb2.Struct) -> dict[str, Any]:
    """A struct as plain values; a property that is null is left out, as the SDKs do."""
    found = {key: _plain(item) for key, item in value.fields.items()}
    return {key: item for key, item in found.items() if item is not None}


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


def is_secret(value: struct_pb2.Value) -> bool:
    """Whether the program marked the value as a secret."""
    fields = value.struct_value.fields
    return SIGNATURE in fields and fields[SIGNATURE].string_value == SECRET


def _plain(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "number_value":
            number = value.number_value
            return int(number) if math.isfinite(number) and number.is_integer() else number
        case "list_value":
            return [_plain(item) for item in value.list_value.values]
        case "struct_value":
            return _unwrapped(value.struct_value)
        case _:
            return None


def _unwrapped(value: struct_pb2.Struct) -> Any:
    fields = value.fields
    match fields[SIGNATURE].string_value if SIGNATURE in fields else None:
        case None:
            return plain(value)
        case marker if marker == SECRET:
            return _plain(fields["value"])
        case marker if marker == OUTPUT:
            return _plain(fields["value"]) if "value" in fields else UNKNOWN
        case marker if marker == RESOURCE:
            return _plain(fields["id" if "id" in fields else "urn"])
        case _:
            return plain(value)
