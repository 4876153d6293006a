import json

import pytest

PASS = {"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": True}}}


def validated(cloud, definition):
    return cloud.client("stepfunctions").validate_state_machine_definition(definition=definition)


def test_a_definition_is_validated_without_a_machine(cloud):
    assert validated(cloud, json.dumps(PASS))["result"] == "OK"
    assert cloud.client("stepfunctions").list_state_machines()["stateMachines"] == []


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ("{", "INVALID_JSON_DESCRIPTION"),
        (json.dumps({"StartAt": "Only"}), "SCHEMA_VALIDATION_FAILED"),
    ],
)
def test_what_is_wrong_with_a_definition_is_told(cloud, definition, code):
    told = validated(cloud, definition)
    assert told["result"] == "FAIL"
    (diagnostic,) = told["diagnostics"]
    assert (diagnostic["severity"], diagnostic["code"]) == ("ERROR", code)
    assert diagnostic["message"]
