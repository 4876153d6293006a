"""The way of a version, from the tables of its data to the endpoint that serves it."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from infra.errors import InputError
from infra.models import lineage, reports
from tests.json_shapes import misfits

SNAPSHOT = {
    "rows": 569,
    "sha256": "a1",
    "made_of": {
        "as_of": "2026-01-31T12:00:00.000Z",
        "query": "3f0c",
        "tables": [{"table": "dev_curated.outcomes"}, {"table": "dev_features.v1", "snapshot": 7}],
    },
}
SERVED = {
    "name": "maslow-dev-readmission",
    "status": "InService",
    "failure": None,
    "fleets": [{"version": 1, "coming": False}],
    "scaling": None,
}


@pytest.fixture
def known(place, register, put):
    uri = put("runs/1/snapshot/snapshot.json", SNAPSHOT)
    arn = register("Approved", snapshot=uri, code="s3://artifacts/code/0a1b2c/", execution="arn:e")
    return reports.why(place, "readmission", 1), uri, arn


def test_the_way_goes_from_tables_by_training_to_the_version(place, known):
    _, uri, arn = known
    found = lineage.lineage(place, "readmission", None)
    assert misfits(found, lineage.LineageShape) == []
    assert [(node["kind"], node["name"]) for node in found["nodes"]] == [
        ("table", "dev_curated.outcomes"),
        ("table", "dev_features.v1, snapshot 7"),
        ("snapshot", uri),
        ("code", "0a1b2c"),
        ("image", "image"),
        ("execution", "arn:e"),
        ("version", arn),
    ]
    ways = {node["kind"]: node["led_to"] for node in found["nodes"]}
    assert (ways["table"], ways["snapshot"]) == (["snapshot"], ["execution"])
    assert (ways["execution"], ways["version"]) == (["version"], [])


def test_it_ends_at_the_endpoint_that_serves_the_version(known):
    found, _, _ = known
    *_, version, endpoint = lineage.nodes(found, SERVED)
    assert version["led_to"] == ["endpoint"]
    assert endpoint == {"kind": "endpoint", "name": "maslow-dev-readmission", "led_to": []}


def test_an_endpoint_that_serves_another_version_is_no_part_of_it(known):
    found, _, _ = known
    other = {**SERVED, "fleets": [{"version": 2, "coming": False}]}
    assert [node["kind"] for node in lineage.nodes(found, other)][-1] == "version"


def test_of_a_version_that_nobody_tells_of_only_itself_is_known(place, register):
    register("Approved", image="i")
    found = lineage.lineage(place, "readmission", 1)
    ways = [(node["kind"], node["led_to"]) for node in found["nodes"]]
    assert ways == [("image", ["version"]), ("version", [])]


def test_a_version_that_is_not_there_has_no_way(place):
    with pytest.raises(InputError, match="has no version yet"):
        lineage.lineage(place, "readmission", None)


def test_what_sagemaker_has_recorded_goes_from_the_model_to_the_version_and_its_group(place, known):
    _, _, arn = known
    found = lineage.lineage(place, "readmission", None)["recorded"]
    assert {(node["kind"], node["name"]): node["led_to"] for node in found} == {
        ("image", "image"): ["version"],
        ("model", "s3://artifacts/model.tar.gz"): ["version"],
        ("version", arn): ["group"],
        ("group", "maslow-dev-readmission"): [],
    }
    assert [node["kind"] for node in found][-2:] == ["version", "group"]


def test_what_sagemaker_does_not_tell_is_unknown(place, known):
    class Silent:
        def list_artifacts(self, **_):
            error = {"Code": "AccessDeniedException", "Message": "no"}
            raise ClientError({"Error": error}, "ListArtifacts")

    silent = replace(place, client=lambda _: Silent())
    assert lineage.recorded(silent, "arn:p") is None
    assert lineage.recorded(place, "arn:aws:sagemaker:eu-west-1:1:model-package/other/1") is None
