from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalog.check_crds import compared, definitions, kinds, main

NAMED = ("external-secrets.io", "ExternalSecret")


@pytest.fixture
def definition() -> dict[str, Any]:
    """A CustomResourceDefinition that says what `crds/` says of ExternalSecret."""
    kind = next(kind for group, kind in kinds() if (group, kind["kind"]) == NAMED)
    versions = [
        {"name": name, "served": True, "schema": {"openAPIV3Schema": deepcopy(schema)}}
        for name, schema in kind["versions"].items()
    ]
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "externalsecrets.external-secrets.io"},
        "spec": {
            "group": NAMED[0],
            "names": {"kind": NAMED[1], "plural": kind["plural"]},
            "scope": kind["scope"],
            "versions": versions,
        },
    }


def fields(definition: dict[str, Any]) -> dict[str, Any]:
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    found: dict[str, Any] = schema["properties"]["spec"]
    return found


def told(definition: dict[str, Any]) -> Iterator[str]:
    return (
        each.removeprefix("ExternalSecret.external-secrets.io ") for each in compared(definition)
    )


def test_nothing_is_said_of_what_is_the_same(definition: dict[str, Any]) -> None:
    fields(definition)["description"] = "of no interest"

    assert not [*compared(definition)]


def test_a_field_that_is_gone_and_one_that_is_new_are_told(definition: dict[str, Any]) -> None:
    properties = fields(definition)["properties"]
    properties["schedule"] = properties.pop("refreshInterval")

    assert [*told(definition)] == [
        "v1 .spec.refreshInterval: is no field",
        "v1 .spec.schedule: is a field, too",
    ]


def test_other_values_types_and_needs_are_told(definition: dict[str, Any]) -> None:
    fields(definition)["required"] = ["target"]
    target = fields(definition)["properties"]["target"]["properties"]
    target["deletionPolicy"]["enum"] = ["Retain"]
    target["immutable"]["type"] = "string"

    assert {*told(definition)} == {
        "v1 .spec: asks for ['target']",
        "v1 .spec.target.deletionPolicy: enum is ['Retain'], not ['Delete', 'Merge', 'Retain']",
        "v1 .spec.target.immutable: type is string, not boolean",
    }


def test_what_is_open_may_be_anything(definition: dict[str, Any]) -> None:
    template = fields(definition)["properties"]["target"]["properties"]["template"]
    template |= {"properties": {"engineVersion": {"type": "string"}}}

    assert not [*compared(definition)]


def test_another_scope_and_a_version_that_is_gone_are_told(definition: dict[str, Any]) -> None:
    definition["spec"]["scope"] = "Cluster"
    definition["spec"]["versions"][0]["served"] = False

    assert [*compared(definition)] == [
        "ExternalSecret.external-secrets.io: is Cluster, with the plural externalsecrets",
        "ExternalSecret.external-secrets.io: there is no version v1",
    ]


def test_a_kind_that_is_not_kept_is_of_no_interest(definition: dict[str, Any]) -> None:
    definition["spec"]["names"]["kind"] = "PushSecret"

    assert not [*compared(definition)]


def test_manifests_are_found_below_a_folder(
    tmp_path: Path, definition: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    file = tmp_path / "release" / "crds.yaml"
    file.parent.mkdir()
    config = {"apiVersion": "v1", "kind": "ConfigMap"}
    file.write_text(yaml.safe_dump_all([config, definition]) + "---\n# the end\n")

    assert main([str(tmp_path)]) == 0
    assert [each["kind"] for each in definitions(tmp_path)] == ["CustomResourceDefinition"]

    fields(definition)["required"] = ["target"]
    file.write_text(yaml.safe_dump(definition))

    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.endswith("1 definitions, 1 differences\n")
