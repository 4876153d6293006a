import json
from typing import Any

import pulumi_aws as aws
import pytest

from infra.graph import Graph, record
from policies.time_limits import time_limits
from tests.policies.conftest import monitor

ROLE = "arn:aws:iam::123456789012:role/runner"


def test_whatever_runs_for_a_while_is_stopped_at_some_time(either_pass: Graph) -> None:
    assert time_limits(either_pass) == []


def build(**limits: int) -> Graph:
    return record(
        lambda: (
            aws.codebuild.Project(
                "project",
                service_role=ROLE,
                artifacts={"type": "NO_ARTIFACTS"},
                source={"type": "NO_SOURCE"},
                environment={"compute_type": "small", "image": "image", "type": "LINUX_CONTAINER"},
                **limits,
            )
            and None
        )
    )


def test_a_build_says_how_long_it_may_run_and_queue() -> None:
    assert time_limits(build(build_timeout=30, queued_timeout=60)) == []
    messages = [finding.message for finding in time_limits(build())]
    assert messages == ["it has no buildTimeout", "it has no queuedTimeout"]


def machine(**differing: Any) -> Graph:
    waits = {"Type": "Wait", "Seconds": 60, "Next": "Wait"}
    definition = {"StartAt": "Wait", "States": {"Wait": waits}, **differing}
    return record(
        lambda: (
            aws.sfn.StateMachine("machine", role_arn=ROLE, definition=json.dumps(definition))
            and None
        )
    )


def test_a_machine_that_waits_is_stopped_at_some_time() -> None:
    assert time_limits(machine(TimeoutSeconds=3600)) == []
    (finding,) = time_limits(machine())
    assert finding.message == "it waits, and has no TimeoutSeconds"


def pipeline(stopping: dict[str, Any], *, searches: bool = False) -> Graph:
    arguments: dict[str, Any] = {"StoppingCondition": stopping}
    step = {"Name": "Train", "Type": "Training", "Arguments": arguments}
    if searches:
        step |= {"Type": "Tuning", "Arguments": {"TrainingJobDefinition": arguments}}
    definition = json.dumps({"Steps": [step, {"Name": "Check", "Type": "Condition"}]})
    return record(
        lambda: (
            aws.sagemaker.Pipeline(
                "pipeline",
                pipeline_name="pipeline",
                pipeline_display_name="pipeline",
                role_arn=ROLE,
                pipeline_definition=definition,
            )
            and None
        )
    )


def test_a_job_of_a_pipeline_is_stopped_at_some_time() -> None:
    assert time_limits(pipeline({"MaxRuntimeInSeconds": {"Get": "Parameters.Seconds"}})) == []
    (finding,) = time_limits(pipeline({}))
    assert finding.message == "its step Train has no StoppingCondition"


def test_each_trial_of_a_search_is_stopped_at_some_time() -> None:
    assert time_limits(pipeline({"MaxRuntimeInSeconds": 3600}, searches=True)) == []
    (finding,) = time_limits(pipeline({}, searches=True))
    assert finding.message == "its step Train has no StoppingCondition"


def rollout(waits: int, most: int) -> Graph:
    def program() -> None:
        aws.sagemaker.Endpoint(
            "endpoint",
            endpoint_config_name="configuration",
            deployment_config={
                "blue_green_update_policy": {
                    "maximum_execution_timeout_in_seconds": most,
                    "termination_wait_in_seconds": waits,
                    "traffic_routing_configuration": {
                        "type": "ALL_AT_ONCE",
                        "wait_interval_in_seconds": waits,
                    },
                }
            },
        )

    return record(program)


def test_a_rollout_may_last_longer_than_it_waits() -> None:
    assert time_limits(rollout(waits=600, most=1800)) == []
    (finding,) = time_limits(rollout(waits=600, most=1200))
    assert finding.message == "its rollout waits 1200 seconds and is given up after 1200"


@pytest.mark.parametrize(
    ("condition", "messages"),
    [
        ({"MaxRuntimeInSeconds": 3600}, []),
        (
            {"MaxRuntimeInSeconds": 7200},
            ["its job may run for 7200 seconds, and the next begins after 3600"],
        ),
        ({}, ["its job has no StoppingCondition"]),
    ],
)
def test_a_scheduled_job_ends_before_the_next(
    condition: dict[str, int], messages: list[str]
) -> None:
    graph = record(lambda: monitor("cron(0 * * * ? *)", StoppingCondition=condition))
    assert [finding.message for finding in time_limits(graph)] == messages
