"""Holds objects against the schemas of their kinds, strictly: what a schema has not is refused.

Kubernetes' own kinds are checked by the schemas of the cluster's version, which the package
`kubernetes-validate` holds; custom kinds by the OpenAPI schema of their definition. Rules in CEL
(`x-kubernetes-validations`) are not evaluated.
https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from catalog.kubernetes_kinds import BUILT_IN, CustomKind, group_of
from embedded.kubernetes.errors import NotTaken
from embedded.kubernetes.schema_mistakes import mistakes

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

DEFINITIONS = "https://kubernetes.io/api/_definitions.json"
EMBEDDED = ("apiVersion", "kind", "metadata")
GVK = "x-kubernetes-group-version-kind"
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
APART = frozenset({"allOf", "anyOf", "oneOf", "not"})
"""Keywords whose schemas only narrow what the properties beside them say."""


def built_in(version: str, api_version: str, kind: str) -> str:
    """The name of the definition of one of Kubernetes' own kinds, empty for any other kind.

    `version` is the cluster's, such as `1.36`. Raises NotTaken for one without schemas.
    """
    return _kinds(version).get((api_version, kind), "")


def check_built_in(version: str, manifest: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with an object of one of Kubernetes' own kinds, one sentence each."""
    name = built_in(version, manifest["apiVersion"], manifest["kind"])
    return mistakes(_validator(version, name), manifest)


def check_custom(version: str, kind: CustomKind, manifest: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with an object of a custom kind, one sentence each."""
    schema = kind.versions[manifest["apiVersion"].rpartition("/")[2]]
    return mistakes(_custom_validator(version, json.dumps(schema, sort_keys=True)), manifest)


def check_values(schema: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the values of a chart by its own schema, one sentence each.

    What the schema requires may be among the chart's defaults, which are not known here.
    """
    from jsonschema import Draft202012Validator

    return mistakes(Draft202012Validator(_without_required(schema)), values)


@cache
def _definitions(version: str) -> dict[str, Any]:
    folder = resources.files("kubernetes_validate") / "kubernetes-json-schema"
    file = folder / f"v{version}.0-local-strict" / "_definitions.json"
    if not file.is_file():
        raise NotTaken(f"no schemas of Kubernetes {version} are at hand to check objects by")
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


@cache
def _kinds(version: str) -> dict[tuple[str, str], str]:
    """The definitions of kinds that have objects, by `apiVersion` and kind."""
    found = {}
    for name, schema in _definitions(version)["$defs"].items():
        if "metadata" not in schema.get("properties", {}) or name.endswith("List"):
            continue
        for each in schema.get(GVK, ()):
            group = f"{each['group']}/" if each["group"] else ""
            found[f"{group}{each['version']}", each["kind"]] = name
    return found


@cache
def _validator(version: str, name: str) -> "Draft202012Validator":
    return _against(version, {"$ref": f"{DEFINITIONS}#/$defs/{name}"})


@cache
def _custom_validator(version: str, schema: str) -> "Draft202012Validator":
    whole = _strict(json.loads(schema))
    properties = {
        **whole.get("properties", {}),
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"$ref": f"{DEFINITIONS}#/$defs/{OBJECT_META}"},
    }
    return _against(version, {**whole, "properties": properties})


def _against(version: str, schema: Mapping[str, Any]) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    known = Resource.from_contents(_definitions(version))
    registry: Registry[Any] = Registry().with_resource(DEFINITIONS, known)
    return Draft202012Validator(schema, registry=registry)


def _strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """An OpenAPI schema of a definition as JSON schema, in which unknown fields are refused."""
    if name := schema.get(BUILT_IN):
        return {"$ref": f"{DEFINITIONS}#/$defs/{name}"}
    made = {key: value for key, value in schema.items() if not key.startswith("x-kubernetes-")}
    for key in ("exclusiveMinimum", "exclusiveMaximum"):  # a flag in OpenAPI 3.0
        if made.pop(key, False):
            made[key] = made.pop(key[len("exclusive") :].lower())
    for key in APART & made.keys():
        several = isinstance(made[key], list)
        made[key] = [_plain(each) for each in made[key]] if several else _plain(made[key])
    if "properties" in made:
        made["properties"] = {key: _strict(each) for key, each in made["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(made.get(key), Mapping):
            made[key] = _strict(made[key])
    return _closed(schema, made)


def _closed(schema: Mapping[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """What Kubernetes' own keywords mean, and what is null where it may be."""
    if schema.get("x-kubernetes-embedded-resource"):
        known: dict[str, Any] = {key: {} for key in EMBEDDED}
        made["properties"] = {**known, **made.get("properties", {})}
    if schema.get("x-kubernetes-int-or-string"):
        made["type"] = ["integer", "string"]
    open_ = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in made
    if made.get("type") == "object" and not open_:
        made["additionalProperties"] = False
    if made.pop("nullable", False) and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema that narrows another one: what it does not name is left to that one."""
    made = _strict({**schema, "x-kubernetes-preserve-unknown-fields": True})
    if "properties" in schema:
        made["properties"] = {key: _plain(each) for key, each in schema["properties"].items()}
    return made


def _without_required(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_required(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    if not str(schema.get("$ref", "#")).startswith("#"):
        return {}  # a document elsewhere
    left = {
        key: _without_required(value)
        for key, value in schema.items()
        if not (key == "required" and isinstance(value, list)) and key != "minProperties"
    }
    if isinstance(left.get("oneOf"), list):  # several may fit once nothing is required
        left["anyOf"] = left.pop("oneOf")
    return left


def served_by(manifest: Mapping[str, Any]) -> CustomKind:
    """The kind that an object of kind CustomResourceDefinition adds."""
    spec = manifest["spec"]
    return CustomKind(
        group=spec["group"],
        kind=spec["names"]["kind"],
        plural=spec["names"]["plural"],
        namespaced=spec["scope"] == "Namespaced",
        versions={
            each["name"]: each.get("schema", {}).get("openAPIV3Schema", {})
            for each in spec["versions"]
            if each["served"]
        },
        brought_by=manifest["metadata"]["name"],
    )


def is_definition(manifest: Mapping[str, Any]) -> bool:
    """Whether an object is a CustomResourceDefinition."""
    of = (group_of(manifest["apiVersion"]), manifest["kind"])
    return of == ("apiextensions.k8s.io", "CustomResourceDefinition")
