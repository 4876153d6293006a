"""The JSON Schema of a stack file, for editors; and what each setting allows.

`python -m infra.settings.schema` writes it to `schema.json`, which the first line of every stack
file names.
"""

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from infra.settings.aws import allowed_regions
from infra.settings.base import Settings
from infra.settings.filekeys import ENGINE_KEYS, PLATFORM, REGION, SECRETS
from infra.settings.mistakes import Path as SettingPath
from infra.settings.mistakes import nearest
from infra.settings.root import PlatformSettings

FILE = Path(__file__).with_name("schema.json")
Node = Mapping[str, Any]


class _Plain(GenerateJsonSchema):
    """Without titles, which only say a key again in capitals, and with defaults as people write."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, Settings):
            return dft.model_dump(mode="json", exclude_none=True)
        return super().encode_default(dft)


@functools.cache
def platform_schema() -> dict[str, Any]:
    """The schema of `maslow:platform` alone, with its `$defs`."""
    return PlatformSettings.model_json_schema(schema_generator=_Plain)


def schema() -> dict[str, Any]:
    """The JSON Schema of a whole stack file."""
    platform = dict(platform_schema())
    definitions = platform.pop("$defs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A maslow environment",
        "description": "Pulumi.<environment>.yaml: where the environment is, and what is in it.",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {
                    REGION: {
                        "type": "string",
                        "enum": list(allowed_regions()),
                        "description": "AWS region of the environment.",
                    },
                    PLATFORM: platform,
                    **{key: {"type": "object", "required": ["secure"]} for key in SECRETS},
                },
                "patternProperties": {"^(?!maslow:)[^:]+:": {}},
                "additionalProperties": False,
                "required": [REGION, PLATFORM],
            },
            **{key: {"description": "Kept by Pulumi."} for key in ENGINE_KEYS},
        },
        "additionalProperties": False,
        "required": ["config"],
        "$defs": definitions,
    }


def text() -> str:
    """What `schema.json` holds."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def values(path: str) -> list[str]:
    """What the setting at `path` allows; its end is enough (`serving.instance`).

    Raises LookupError, with a message for people, where the path is unknown, ambiguous, or of a
    setting that has no closed list of values.
    """
    leaves = dict(_leaves(platform_schema(), ""))
    leaves[REGION] = {"enum": list(allowed_regions())}
    found = [path] if path in leaves else [name for name in leaves if name.endswith(f".{path}")]
    if not found:
        known = listed()
        guess = nearest(path, {ending for name in known for ending in _endings(name)})
        meant = f" Did you mean {guess}?" if guess else f" Those with values: {', '.join(known)}."
        raise LookupError(f"There is no setting {path}.{meant}")
    choices = {tuple(_choices(leaves[name])) for name in found}
    if len(choices) > 1:
        raise LookupError(f"{path} can be {' or '.join(found)}: say more of its path.")
    (chosen,) = choices
    if not chosen:
        described = leaves[found[0]].get("description", "")
        raise LookupError(f"{found[0]} has no list of values. {described}".rstrip())
    return list(chosen)


def listed() -> list[str]:
    """The paths of the settings that have a list of values."""
    leaves = dict(_leaves(platform_schema(), ""))
    return [REGION, *(name for name, node in leaves.items() if _choices(node))]


def at(path: SettingPath) -> Node:
    """The schema of the setting at `path` below `maslow:platform`; {} where there is none."""
    node: Node = platform_schema()
    for step in path:
        node = resolved(node)
        if isinstance(step, int):
            node = node.get("items", {})
        else:
            others = node.get("additionalProperties")
            below = node.get("properties", {}).get(step)
            node = below or (others if isinstance(others, dict) else {})
    return resolved(node) | {key: node[key] for key in ("description",) if key in node}


def resolved(node: Node) -> dict[str, Any]:
    """A node with its reference followed, and without the alternative of being null."""
    if "$ref" in node:
        return resolved(platform_schema()["$defs"][node["$ref"].rsplit("/", 1)[-1]])
    for option in node.get("anyOf", ()):
        if option.get("type") != "null":
            return resolved(option)
    return dict(node)


def _leaves(node: Node, path: str) -> Iterator[tuple[str, Node]]:
    """Dotted path and schema of every setting that holds a value; lists leave no mark in it."""
    node = resolved(node) | {key: node[key] for key in ("description",) if key in node}
    properties = node.get("properties")
    if properties:
        for key, child in properties.items():
            yield from _leaves(child, f"{path}.{key}" if path else key)
    elif "items" in node:
        yield from _leaves(node["items"], path)
    else:
        yield path, node


def _choices(node: Node) -> list[str]:
    others = node.get("additionalProperties")
    if isinstance(others, dict):
        return _choices(resolved(others))
    if "const" in node:
        return [str(node["const"])]
    if node.get("type") == "boolean":
        return ["true", "false"]
    return [str(choice) for choice in node.get("enum", ())]


def _endings(path: str) -> Iterator[str]:
    parts = path.split(".")
    return (".".join(parts[start:]) for start in range(len(parts)))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
