"""What the records of streams look like, in a registry that producers and readers can ask.

https://docs.aws.amazon.com/glue/latest/dg/schema-registry.html
"""

import json
from collections.abc import Mapping
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from catalog.hive_types import HiveType, parse
from components.common.iam import Json

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The form of JSON Schema that the registry takes, among others.

https://docs.aws.amazon.com/glue/latest/dg/schema-registry.html#schema-registry-features
"""
WHOLE = ("tinyint", "smallint", "int", "bigint")
BROKEN = ("float", "double", "decimal")


class SchemaRegistryArgs(TypedDict):
    """What the registry holds."""

    registry_name: str
    """Name within the account, at most 255 characters."""
    schemas: dict[str, dict[str, str]]
    """The columns of each stream and their types in the data catalog, by the stream's name."""


def schema_of(columns: Mapping[str, str]) -> Json:
    """The JSON Schema of a stream's records. Any field may be missing, and there may be others."""
    return {
        "$schema": DRAFT,
        "type": "object",
        "properties": {name: _property(parse(type_)) for name, type_ in columns.items()},
    }


class SchemaRegistry(pulumi.ComponentResource):
    """A registry with a schema of each stream, which gets a version with each change of columns.

    No version is refused for what was before it: files are read by the columns of today.
    """

    arn: pulumi.Output[str]
    """ARN of the registry."""

    def __init__(
        self, name: str, args: SchemaRegistryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:SchemaRegistry", name, None, opts)
        registry = aws.glue.Registry(
            f"{name}-registry",
            registry_name=args["registry_name"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        for stream, columns in args["schemas"].items():
            aws.glue.Schema(
                f"{name}-{stream}",
                registry_arn=registry.arn,
                schema_name=stream,
                data_format="JSON",
                compatibility="NONE",
                schema_definition=json.dumps(schema_of(columns)),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.arn = registry.arn
        self.register_outputs({"arn": self.arn})


def _property(type_: HiveType) -> Json:
    kind = type_.kind
    if kind == "array":
        return {"type": ["array", "null"], "items": _property(type_.parts[0][1])}
    if kind == "map":
        return {"type": ["object", "null"], "additionalProperties": _property(type_.parts[0][1])}
    if kind == "struct":
        fields = {name: _property(part) for name, part in type_.parts}
        return {"type": ["object", "null"], "properties": fields}
    if kind == "timestamp":
        return {"type": ["string", "number", "null"]}  # ISO 8601, or a time since 1970
    if kind == "date":
        return {"type": ["string", "null"], "format": "date"}
    word = "integer" if kind in WHOLE else "number" if kind in BROKEN else kind
    return {"type": [word, "null"]}
