"""Writes `cloudformation.json` anew: `python -m catalog.generate`.

It is made of CloudFormation's resource schemas, as cfn-lint carries them, and of the resource types
that pulumi-aws has. What CloudFormation asks of IAM is kept for the types of the catalog alone.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog import own_entries
from catalog.cloudformation import FILE

REGION = "us-east-1"
"""Whose schemas are read: it has the most types."""

SERVICES = {
    "amp": ("APS",),
    "apigatewayv2": ("ApiGatewayV2",),
    "appautoscaling": ("ApplicationAutoScaling",),
    "cfg": ("Config",),
    "cloudwatch": ("CloudWatch", "Events", "Logs"),
    "costexplorer": ("CE",),
    "dynamodb": ("DynamoDB",),
    "kinesis": ("Kinesis", "KinesisFirehose"),
    "lb": ("ElasticLoadBalancingV2",),
    "mwaa": ("MWAA",),
    "sfn": ("StepFunctions",),
    "vpc": ("EC2",),
    "vpclattice": ("VpcLattice",),
    "codeconnections": ("CodeStarConnections",),
    "emrcontainers": ("EMRContainers",),
    "opensearch": ("OpenSearchService",),
}
"""Modules of pulumi-aws whose services CloudFormation calls otherwise."""


def generated() -> dict[str, dict[str, Any]]:
    """Types by CloudFormation's name, and those names by Pulumi's token, each sorted."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER as SCHEMAS

    held = {entry.cloudformation for entry in own_entries().values()} - {""}
    types = sorted(SCHEMAS.get_resource_types(REGION))
    known = {
        name: _facts(SCHEMAS.get_resource_schema(REGION, name).schema, actions=name in held)
        for name in types
    }
    return {"tokens": dict(sorted(_tokens(types))), "types": known}


def _facts(schema: dict[str, Any], *, actions: bool) -> dict[str, Any]:
    """What of a schema is of use; what is empty is left out."""
    facts: dict[str, Any] = {
        "identifier": _properties(schema, "primaryIdentifier"),
        "computed": _properties(schema, "readOnlyProperties"),
        "replaces": _properties(schema, "createOnlyProperties"),
        "required": sorted(schema.get("required", ())),
    }
    if actions:
        facts["actions"] = {
            verb: sorted(handler.get("permissions", ()))
            for verb, handler in sorted(schema.get("handlers", {}).items())
            if verb != "list"
        }
    return {what: found for what, found in facts.items() if found}


def _properties(schema: dict[str, Any], key: str) -> list[str]:
    """Paths of properties, `Code/S3Bucket`, in the schema's order."""
    return [path.removeprefix("/properties/") for path in schema.get(key, ())]


def _tokens(types: list[str]) -> Iterator[tuple[str, str]]:
    """Pulumi's tokens that have a CloudFormation type: by the catalog's word, or by like names."""
    by_name = {name.lower(): name for name in types}
    written = {token: entry.cloudformation for token, entry in own_entries().items()}
    for token in sorted(pulumi_tokens()):
        module, noun = token.split(":")[1].partition("/")[0], token.split(":")[2]
        for service in SERVICES.get(module, (module,)):
            found = by_name.get(f"aws::{service}::{noun}".lower())
            if name := written.get(token) or (found if token not in written else None):
                yield token, name
                break


def pulumi_tokens() -> set[str]:
    """The resource types of pulumi-aws, from what its package registers, without importing it.

    Raises LookupError where the package registers nothing that can be read.
    """
    from importlib.util import find_spec

    spec = find_spec("pulumi_aws")
    source = Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""
    listed = re.search(r'resource_modules="""(.*?)"""', source, re.DOTALL)
    if listed is None:
        raise LookupError("pulumi_aws does not register its resource types as it used to")
    return {token for module in json.loads(listed[1]) for token in module["classes"]}


def rendered(tables: dict[str, dict[str, Any]]) -> str:
    """JSON with a line for each entry, so that a change of one is one line's."""
    parts = []
    for table, rows in tables.items():
        lines = (f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
        parts.append(f"{json.dumps(table)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(rendered(generated()), encoding="utf-8")
