"""The catalogue as it is told: all of it, with what a stack file has on."""

import json

from catalog.add_ons import add_ons, left_out
from infra.kubernetes.add_ons import catalogue
from tests.infra.kubernetes.stacks import stack, without


def test_without_a_stack_file_it_is_not_known_what_is_on():
    told = catalogue(None)
    assert told["environment"] is None
    assert [each["key"] for each in told["add_ons"]] == [*add_ons()]
    assert {each["on"] for each in told["add_ons"]} == {None}
    assert json.loads(json.dumps(told)) == told


def test_a_stack_file_says_what_is_on():
    told = catalogue(stack(add_ons=["kuberay", "cert-manager"]))
    assert told["environment"] == "dev"
    assert {each["key"] for each in told["add_ons"] if each["on"]} == {"kuberay", "cert-manager"}
    assert {each["on"] for each in catalogue(without())["add_ons"]} == {False}


def test_an_add_on_is_told_with_its_pinned_charts_and_what_it_needs():
    found = {each["key"]: each for each in catalogue(None)["add_ons"]}
    for key, known in add_ons().items():
        told = [(one["name"], one["version"], one["released"]) for one in found[key]["releases"]]
        assert told == [(one.name, one.version, one.released) for one in known.releases], key
    assert found["mlflow"]["status"] == "community"
    assert found["mlflow"]["needs"] == ["external-secrets"]
    assert found["mlflow"]["needs_beside"] == ["a postgresql database that is there"]
    assert found["lakefs"]["needs_beside"] == ["a DynamoDB table, which is made"]
    assert found["prometheus"]["page"] == "Grafana"
    assert found["kueue"]["page"] is None
    assert found["jenkins"]["needs_beside"] == ["disks, which are made"]


def test_what_is_no_add_on_is_told_with_its_reason():
    told = {each["key"]: each["reason"] for each in catalogue(None)["left_out"]}
    assert told == {key: each.reason for key, each in left_out().items()}
