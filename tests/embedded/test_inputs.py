from typing import Any

import pytest

from catalog import UnknownType, entry_of
from embedded.inputs import (
    creating,
    parameters_of,
    prepared,
    require_supported,
    updatable,
    updating,
)
from embedded.translate import UnsupportedInput
from infra.offline import recorded
from infra.project import Project

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def parameters(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    entry = entry_of(token)
    return parameters_of(entry, entry.create, creating(entry, prepared(entry, inputs)), {})


@pytest.mark.parametrize("first_pass", [False, True], ids=["with versions", "first pass"])
def test_every_input_of_every_stack_is_carried_or_ignored_with_a_reason(
    project: Project, committed: str, first_pass: bool
) -> None:
    graph = recorded(project, project.stack(committed), first_pass=first_pass)
    resources = [it for it in graph.resources if it.custom and it.type.startswith("aws:")]
    assert resources
    for resource in resources:
        require_supported(resource.type, resource.inputs)


def test_an_input_of_a_step_is_examined_too() -> None:
    role = {"assumeRolePolicy": "{}", "inlinePolicies": [{"name": "n", "polcy": "{}"}]}
    with pytest.raises(UnsupportedInput, match=r"inlinePolicies\.polcy"):
        require_supported("aws:iam/role:Role", role)


def test_a_type_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownType):
        require_supported("aws:mwaa/environment:Environment", {})


def test_a_metric_of_an_alarm_is_not_returned_unless_it_says_so() -> None:
    queries = [
        {"id": "a", "expression": "b * 2"},
        {"id": "c", "expression": "a", "returnData": True},
    ]
    metrics = parameters(ALARM, {"metricQueries": queries})["Metrics"]
    assert [metric["ReturnData"] for metric in metrics] == [False, True]


def test_what_is_presumed_stays_out_of_an_object_that_is_not_there() -> None:
    project = "aws:codebuild/project:Project"
    assert parameters(project, {"name": "p"}) == {"name": "p"}
    logs = {"cloudwatchLogs": {"groupName": "g"}}
    assert parameters(project, {"logsConfig": logs})["logsConfig"] == {
        "cloudWatchLogs": {"groupName": "g", "status": "ENABLED"}
    }


def test_the_creation_leaves_to_steps_what_they_carry() -> None:
    inputs = {"cidrBlock": "10.0.0.0/16", "enableDnsSupport": True, "tags": {"a": "b"}}
    assert creating(entry_of("aws:ec2/vpc:Vpc"), inputs) == {"cidrBlock": "10.0.0.0/16"}


def test_an_update_carries_only_what_its_operation_can() -> None:
    key = entry_of("aws:kms/key:Key")
    inputs = {"description": "d", "policy": "{}", "multiRegion": True}
    assert [updating(key, call, inputs, set()) for call in key.update] == [
        {"description": "d"},
        {"policy": "{}"},
    ]


def test_what_was_left_out_is_emptied_where_aws_lets_it_be() -> None:
    key = entry_of("aws:kms/key:Key")
    left_out = {"description", "policy"}
    assert [updating(key, call, {}, left_out) for call in key.update] == [{"description": ""}, {}]


def test_an_operation_that_writes_all_anew_forgets_by_omission() -> None:
    alarm = entry_of(ALARM)
    assert updating(alarm, alarm.update[0], {"name": "a"}, {"alarmDescription"}) == {"name": "a"}


@pytest.mark.parametrize("key", ["region", "name"])
def test_what_a_resource_is_addressed_by_is_never_updated(key: str) -> None:
    assert not updatable(entry_of(ALARM), key)
