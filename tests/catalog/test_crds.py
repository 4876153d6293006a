import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from catalog.add_ons import add_ons
from catalog.check_crds import BUILT_IN, FOLDER, INT_OR_STRING, OPEN

FILES = {file.stem: json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))}
AUTO_MODE = "auto-mode"
BRINGS = {
    release.chart: (each, release) for each in add_ons().values() for release in each.releases
}
FACETS = {"format", "enum", "pattern", "minimum", "maximum"}
FACETS |= {"minItems", "maxItems", "maxLength", "maxProperties"}
EXAMPLES = {
    yaml.safe_load(written)["kind"]: written
    for written in Path(__file__).with_name("custom_resources.yaml").read_text().split("---\n")
}
WORDS = {"type", "properties", "required", "items", "additionalProperties", *FACETS}


def schemas() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each kind's `apiVersion` and name, with its schema."""
    for group, found in FILES.items():
        for kind in found["kinds"]:
            for version, schema in kind["versions"].items():
                yield f"{group}/{version}", kind["kind"], schema


def nodes(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each schema within a schema, and where it is."""
    yield path, schema
    for name, field in schema.get("properties", {}).items():
        yield from nodes(field, f"{path}.{name}")
    for word in ("items", "additionalProperties"):
        if word in schema:
            yield from nodes(schema[word], f"{path}.{word}")


NODES = [
    found for version, kind, schema in schemas() for found in nodes(schema, f"{kind}.{version}")
]


def strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON schema that refuses unknown fields where a structural schema is not open."""
    found = {word: value for word, value in schema.items() if not word.startswith("x-")}
    if schema.get(INT_OR_STRING):
        return {"type": ["integer", "string"]}
    if "properties" in schema:
        found["properties"] = {name: strict(each) for name, each in schema["properties"].items()}
        found["additionalProperties"] = OPEN in schema
    if "items" in schema:
        found["items"] = strict(schema["items"])
    if "additionalProperties" in schema:
        found["additionalProperties"] = strict(schema["additionalProperties"])
    return found


def faults(written: str) -> list[str]:
    """What the schema of an object's kind finds wrong with it."""
    found = yaml.safe_load(written)
    named = (found["apiVersion"], found["kind"])
    schema = next(schema for version, kind, schema in schemas() if (version, kind) == named)
    schema = strict(schema)
    schema["properties"]["metadata"] = {"type": "object"}
    return [each.message for each in jsonschema.Draft202012Validator(schema).iter_errors(found)]


def test_a_file_is_of_its_group_and_says_what_it_was_checked_against() -> None:
    for group, found in FILES.items():
        assert found["group"] == group
        assert all(source.startswith("https://") for source in found["source"]), group
        assert date.fromisoformat(found["checked"]["on"]) > date(2026, 1, 1), group
        assert found["checked"]["against"], group


def test_what_brings_a_group_is_auto_mode_or_a_chart_at_that_version() -> None:
    for group, found in FILES.items():
        if found["brought_by"] == AUTO_MODE:
            continue
        each, release = BRINGS[found["brought_by"]]
        assert group in each.crds, group
        assert release.version == found["version"], group


def test_auto_mode_brings_its_two_groups() -> None:
    assert {group for group, found in FILES.items() if found["brought_by"] == AUTO_MODE} == {
        "eks.amazonaws.com",
        "karpenter.sh",
    }


def test_kinds_and_plurals_are_of_kubernetes_manner() -> None:
    for found in FILES.values():
        for kind in found["kinds"]:
            assert re.fullmatch(r"[A-Z][A-Za-z]+", kind["kind"])
            assert re.fullmatch(r"[a-z]+", kind["plural"])
            assert kind["scope"] in {"Cluster", "Namespaced"}, kind["kind"]
            assert all(re.fullmatch(r"v\d+((alpha|beta)\d+)?", each) for each in kind["versions"])


def test_schemas_are_structural_and_tell_facts_alone() -> None:
    for path, schema in NODES:
        words = {word for word in schema if not word.startswith("x-")}
        assert words <= WORDS, path
        assert "type" in schema or schema.get(INT_OR_STRING) or schema.get(OPEN), path
        assert {word for word in schema if word.startswith("x-")} <= {BUILT_IN, INT_OR_STRING, OPEN}
        assert not {"properties", "additionalProperties"} <= schema.keys(), path
        assert schema.get("type") != "array" or "items" in schema, path
        assert {*schema.get("required", ())} <= {*schema.get("properties", {})}, path


def test_an_object_tells_its_fields_or_that_it_is_open() -> None:
    for path, schema in NODES:
        told = {"properties", "additionalProperties", OPEN, BUILT_IN} & schema.keys()
        if schema.get("type") == "object" and not path.endswith(".metadata"):
            assert told, path


def test_patterns_can_be_read() -> None:
    for path, schema in NODES:
        assert re.compile(schema.get("pattern", "")), path


def test_what_is_built_in_is_named_as_kubernetes_names_it() -> None:
    for path, schema in NODES:
        if BUILT_IN in schema:
            assert re.fullmatch(r"io\.k8s\.[a-z.]+\.v1\.[A-Z]\w+", schema[BUILT_IN]), path
            assert schema == {"type": "object", BUILT_IN: schema[BUILT_IN]}, path


def test_the_files_stay_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.glob("*.json")) < 200_000


CASES = [
    ("NodePool", "weight: 10", "weight: 1000", "1000 is greater than the maximum of 100"),
    ("NodePool", "expireAfter: 336h", "expireAfter: 2w", "'2w' does not match"),
    ("NodePool", "operator: In", "operator: in", "'in' is not one of"),
    ("NodePool", "consolidateAfter", "consolidatesAfter", "'consolidatesAfter' was unexpected"),
    ("NodeClass", "networkPolicy", "networkPolicies", "'networkPolicies' was unexpected"),
    ("NodeClass", "iops: 3000", "iops: 100", "100 is less than the minimum of 3000"),
    ("IngressClassParams", "scheme: internal", "scheme: private", "'private' is not one of"),
    ("ClusterQueue", "cohortName", "cohort", "'cohort' was unexpected"),
    ("ClusterQueue", "reclaimWithinCohort: Any", "reclaimWithinCohort: All", "'All' is not one of"),
    ("WorkloadPriorityClass", "value: 1000", "values: 1000", "'value' is a required property"),
    ("TrainJob", "numNodes", "nodes", "'nodes' was unexpected"),
    ("RayJob", "minReplicas: 0", "minimum: 0", "'minReplicas' is a required property"),
    ("InferenceService", "minReplicas: 1", "minReplicas: one", "'one' is not of type 'integer'"),
    ("SparkApplication", "mode: cluster", "mode: local", "'local' is not one of"),
    (
        "ClusterSecretStore",
        "service: SecretsManager",
        "service: secrets",
        "'secrets' is not one of",
    ),
    ("ExternalSecret", "remoteRef", "remote", "'remote' was unexpected"),
    ("PodMonitor", "interval: 30s", "interval: 30 seconds", "'30 seconds' does not match"),
    ("ClusterIssuer", "selfSigned", "selfsigned", "'selfsigned' was unexpected"),
    (
        "Certificate",
        "secretName: web-tls",
        "secret: web-tls",
        "'secretName' is a required property",
    ),
    ("CronWorkflow", "Forbid", "Forbidden", "'Forbidden' is not one of"),
    (
        "OpenTelemetryCollector",
        "exporters: {awsxray: {}}",
        "",
        "'exporters' is a required property",
    ),
    ("KnativeServing", "service-type", "serviceType", "'serviceType' was unexpected"),
    ("Service", "timeoutSeconds: 60", "timeout: 60", "'timeout' was unexpected"),
]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_object_as_people_write_it_is_right(kind: str) -> None:
    assert faults(EXAMPLES[kind]) == []


@pytest.mark.parametrize(("kind", "right", "wrong", "fault"), CASES)
def test_a_slip_is_found(kind: str, right: str, wrong: str, fault: str) -> None:
    assert right in EXAMPLES[kind]

    assert any(fault in found for found in faults(EXAMPLES[kind].replace(right, wrong, 1)))


def test_every_example_is_turned_wrong() -> None:
    assert {case[0] for case in CASES} == EXAMPLES.keys()
