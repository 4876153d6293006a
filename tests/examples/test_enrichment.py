"""The worked example's queue in the graph of the stack that names it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from infra.graph import Graph
from infra.project import Project

Recording = Callable[[str, str], Graph]


@pytest.fixture
def own(recording: Recording) -> Callable[[str], dict[str, Any]]:
    """The inputs of a resource of the example, by the end of its name."""
    graph = recording("custom", "first")

    def inputs(end: str) -> dict[str, Any]:
        (resource,) = [
            r for r in graph.resources if r.custom and r.name == f"maslow-custom-enrichment-{end}"
        ]
        return resource.inputs

    return inputs


def test_the_function_is_given_as_much_at_once_as_the_stack_file_says(
    own: Callable[[str], dict[str, Any]], project: Project
) -> None:
    custom = project.stack("custom").platform.custom
    assert custom is not None
    mapping = own("mapping")
    assert mapping["batchSize"] == custom.own["batch_size"]
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_message_is_hidden_for_six_times_as_long_as_a_batch_may_take(
    own: Callable[[str], dict[str, Any]],
) -> None:
    assert own("records-queue")["visibilityTimeoutSeconds"] == 6 * own("function")["timeout"]


def test_what_is_given_up_waits_in_a_queue_with_an_alarm(
    own: Callable[[str], dict[str, Any]],
) -> None:
    queue = "maslow-custom-enrichment-given-up-queue"
    redrive = json.loads(own("records-queue")["redrivePolicy"])
    assert redrive["deadLetterTargetArn"].endswith(f":{queue}")
    assert redrive["maxReceiveCount"] == 5
    alarm = own("given-up-alarm")
    assert alarm["dimensions"] == {"QueueName": queue}
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("GreaterThanThreshold", 0)
    assert alarm["alarmActions"] == alarm["okActions"]
    assert "alerts-warning" in alarm["alarmActions"][0]


def test_a_late_record_alarms(own: Callable[[str], dict[str, Any]]) -> None:
    alarm = own("late-alarm")
    assert alarm["metricName"] == "ApproximateAgeOfOldestMessage"
    assert alarm["dimensions"] == {"QueueName": "maslow-custom-enrichment-records-queue"}
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("GreaterThanThreshold", 3600)
