"""CloudFormation's resource schemas, as far as they are of use: read from `cloudformation.json`.

`python -m catalog.generate` writes the file anew; a test holds it to the installed packages.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("cloudformation.json")


@dataclass(frozen=True)
class Schema:
    """One resource type of CloudFormation. Properties are paths, such as `Code/S3Bucket`."""

    name: str
    """Such as `AWS::SNS::Topic`."""
    identifier: tuple[str, ...] = ()
    """The properties that make up its identifier."""
    computed: tuple[str, ...] = ()
    """The properties that AWS alone writes."""
    replaces: tuple[str, ...] = ()
    """The properties that cannot change in place."""
    required: tuple[str, ...] = ()
    """The properties that must be given."""
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What its handlers ask of IAM, by create, read, update and delete; only of types that the
    catalog has a record of."""


def schema_of(name: str) -> Schema | None:
    """The schema of a type by CloudFormation's name, None where there is none."""
    found = _tables()["types"].get(name)
    if found is None:
        return None
    actions = {verb: tuple(names) for verb, names in found.get("actions", {}).items()}
    lists = {what: tuple(found[what]) for what in found if what != "actions"}
    return Schema(name, **lists, actions=actions)


def named(token: str) -> str | None:
    """CloudFormation's name of a Pulumi type, None where it is not known to have one."""
    name: str | None = _tables()["tokens"].get(token)
    return name


@cache
def _tables() -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return tables
