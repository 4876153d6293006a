"""Holds `crds/` to the manifests of the projects: `python -m catalog.check_crds FOLDER…`.

The schemas of `crds/` are written by hand, kind by kind as far as people write them. A file's
`source` is where its kinds are documented, and `checked` tells against what it was held last. Where
a schema lists an object's fields it has to list them all, or else say
`x-kubernetes-preserve-unknown-fields`; what it says of a field has to be what the project says. The
folders hold plain manifests of a release, such as Helm prints them, and not a chart's templates.

Patterns are not compared, since two may say the same, nor is what `x-maslow-builtin` stands for.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from catalog.kubernetes_kinds import BUILT_IN

FOLDER = Path(__file__).with_name("crds")
DEFINITION = "CustomResourceDefinition"
OPEN = "x-kubernetes-preserve-unknown-fields"
INT_OR_STRING = "x-kubernetes-int-or-string"
ALIKE = ("type", "enum", "minimum", "maximum", INT_OR_STRING)
"""What has to be the same on both sides."""
OF_EVERY_KIND = frozenset({"apiVersion", "kind", "metadata", "status"})

Schema = Mapping[str, Any]


class _Loader(yaml.CSafeLoader):
    """Reads a lone `=`, which some enumerations have, as the text that it is."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: str(node.value))


def kinds() -> Iterator[tuple[str, Schema]]:
    """Each kind of `crds/` with its group."""
    for file in sorted(FOLDER.glob("*.json")):
        found = json.loads(file.read_text())
        for kind in found["kinds"]:
            yield found["group"], kind


def definitions(folder: Path) -> Iterator[Schema]:
    """The CustomResourceDefinitions in the YAML below a folder."""
    for file in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        text = file.read_text()
        if f"kind: {DEFINITION}" in text:
            found = yaml.load_all(text, Loader=_Loader)
            yield from (each for each in found if each and each.get("kind") == DEFINITION)


def compared(definition: Schema) -> Iterator[str]:
    """What `crds/` says otherwise than a definition; nothing for a kind that it does not have."""
    spec = definition["spec"]
    named = (spec["group"], spec["names"]["kind"])
    for group, kind in kinds():
        if (group, kind["kind"]) != named:
            continue
        title = f"{named[1]}.{group}"
        if (kind["plural"], kind["scope"]) != (spec["names"]["plural"], spec["scope"]):
            yield f"{title}: is {spec['scope']}, with the plural {spec['names']['plural']}"
        theirs = {each["name"]: each["schema"] for each in spec["versions"] if each["served"]}
        for version, schema in kind["versions"].items():
            if version not in theirs:
                yield f"{title}: there is no version {version}"
                continue
            for found in differences(schema, theirs[version]["openAPIV3Schema"]):
                yield f"{title} {version} {found}"


def differences(ours: Schema, theirs: Schema, path: str = "") -> Iterator[str]:
    """Sentences on what of a schema is not so in the project's own, each with the field's path."""
    if BUILT_IN in ours or (OPEN in ours and "properties" not in ours):
        return
    yield from _facets(ours, theirs, path or ".")
    fields, known = ours.get("properties", {}), theirs.get("properties", {})
    if OPEN not in theirs:
        yield from (f"{path}.{name}: is no field" for name in fields.keys() - known.keys())
    if OPEN not in ours:
        yield from (f"{path}.{name}: is a field, too" for name in known.keys() - fields.keys())
    for name in fields.keys() & known.keys():
        if path or name not in OF_EVERY_KIND:
            yield from differences(fields[name], known[name], f"{path}.{name}")
    for word, mark in (("items", "[]"), ("additionalProperties", "{}")):
        if word in ours:
            yield from differences(ours[word], theirs.get(word, {}), path + mark)


def _facets(ours: Schema, theirs: Schema, path: str) -> Iterator[str]:
    """What is said otherwise of one value, leaving its fields and items alone."""
    for word in ALIKE:
        mine, its = _plain(ours.get(word)), _plain(theirs.get(word))
        if mine != its and not (word == "type" and INT_OR_STRING in ours):
            yield f"{path}: {word} is {its}, not {mine}"
    needed = {*theirs.get("required", ())} - (OF_EVERY_KIND if path == "." else set())
    if {*ours.get("required", ())} != needed:
        yield f"{path}: asks for {sorted(needed)}"


def _plain(value: Any) -> Any:
    """A value to compare: the order in an enumeration says nothing."""
    return sorted(value) if isinstance(value, list) else value


def main(folders: list[str]) -> int:
    """Prints what differs; 1 if anything does, 2 if there is nothing to compare with."""
    found = [each for folder in folders for each in definitions(Path(folder))]
    said = [sentence for definition in found for sentence in compared(definition)]
    lines = [*said, f"{len(found)} definitions, {len(said)} differences"]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 1 if said else 0 if found else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
