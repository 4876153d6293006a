"""A failure is told once, on the smallest program of each kind."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pulumi_aws as aws
import pytest

from infra.graph import Graph, record
from policies.followed import followed
from tests.policies.conftest import TOPIC, monitor

ROLE = "arn:aws:iam::123456789012:role/a"
FAIL = {"Type": "Fail", "Error": "Broken", "Cause": "It had to."}
SAY = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Next": "Broken"}


def queue() -> Any:
    """A dead-letter queue that an alarm watches."""
    made = aws.sqs.Queue("dead-letters")
    aws.cloudwatch.MetricAlarm(
        "dead-letters",
        namespace="AWS/SQS",
        metric_name="ApproximateNumberOfMessagesVisible",
        dimensions={"QueueName": made.name},
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        period=60,
        statistic="Maximum",
    )
    return made.arn


def rule(
    name: str,
    source: str,
    kind: str,
    detail: Mapping[str, Any],
    said: str = "See https://eu-west-1.console.aws.amazon.com/",
    **more: Any,
) -> None:
    """A rule that tells the topic, and whose target gives up to a queue that is watched."""
    pattern = {"source": [source], "detail-type": [kind], "detail": detail}
    made = aws.cloudwatch.EventRule(name, event_pattern=json.dumps(pattern), **more)
    aws.cloudwatch.EventTarget(
        name,
        rule=made.name,
        arn=TOPIC,
        input_transformer={"input_template": json.dumps(said)},
        dead_letter_config={"arn": DEAD_LETTERS},
    )


DEAD_LETTERS = "arn:aws:sqs:eu-west-1:123456789012:dead-letters"


def machine(states: Mapping[str, Any] | None = None) -> Any:
    definition = {"StartAt": "Broken", "States": {"Broken": FAIL, **(states or {})}}
    return aws.sfn.StateMachine("machine", definition=json.dumps(definition), role_arn=ROLE).arn


def delivery(**configuration: Any) -> None:
    """A pipeline with one action."""
    action: Any = {
        "name": "Do",
        "category": "Invoke",
        "owner": "AWS",
        "provider": "Any",
        "version": "1",
        "configuration": configuration,
    }
    aws.codepipeline.Pipeline(
        "delivery",
        name="delivery",
        role_arn=ROLE,
        artifact_stores=[{"type": "S3", "location": "bucket"}],
        stages=[{"name": "Do", "actions": [action]}],
    )


def project() -> None:
    aws.codebuild.Project(
        "project",
        name="project",
        service_role=ROLE,
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "A", "image": "b", "compute_type": "C"},
        source={"type": "NO_SOURCE", "buildspec": "version: 0.2"},
    )


def training() -> None:
    aws.sagemaker.Pipeline(
        "training", pipeline_name="training", pipeline_display_name="training", role_arn=ROLE
    )


def endpoint() -> None:
    aws.sagemaker.Endpoint("endpoint", name="endpoint", endpoint_config_name="one")


def schedule() -> None:
    monitor(ProcessingJobName="watch-<aws.scheduler.execution-id>")


PIPELINES = ("aws.codepipeline", "CodePipeline Pipeline Execution State Change")
BUILDS = ("aws.codebuild", "CodeBuild Build State Change")
MACHINES = ("aws.states", "Step Functions Execution Status Change")
TRAININGS = ("aws.sagemaker", "SageMaker Model Building Pipeline Execution Status Change")
ENDPOINTS = ("aws.sagemaker", "SageMaker Endpoint State Change")
JOBS = ("aws.sagemaker", "SageMaker Processing Job State Change")
ENDS = ["FAILED", "TIMED_OUT", "ABORTED"]
WRONG = ["FAILED", "ROLLING_BACK", "UPDATE_ROLLBACK_FAILED"]

ROWS: dict[str, tuple[Callable[[], Any], tuple[str, str], str, list[str]]] = {
    "delivery": (delivery, PIPELINES, "state", ["FAILED"]),
    "project": (project, BUILDS, "build-status", ["FAILED"]),
    "machine": (machine, MACHINES, "status", ENDS),
    "training": (training, TRAININGS, "currentPipelineExecutionStatus", ["Failed", "Stopped"]),
    "endpoint": (endpoint, ENDPOINTS, "EndpointStatus", WRONG),
    "schedule": (schedule, JOBS, "ProcessingJobStatus", ["Failed", "Stopped"]),
}
"""What starts something, with the events of its failures: key and values."""


def wrong(program: Callable[[], Any]) -> list[str]:
    """What is found but for dead-letter queues, which have tests of their own."""
    return [f.message for f in followed(record(program)) if "dead-letter" not in f.message]


@pytest.mark.parametrize("row", ROWS)
def test_each_failure_that_one_rule_tells_of_is_let_pass(row: str) -> None:
    start, event, key, values = ROWS[row]

    def program() -> None:
        start()
        rule("one", *event, {key: values})

    assert wrong(program) == []


@pytest.mark.parametrize("row", ROWS)
def test_a_failure_that_no_rule_tells_of_is_found(row: str) -> None:
    start, event, key, values = ROWS[row]

    def program() -> None:
        start()
        if values[1:]:
            rule("one", *event, {key: values[1:]})

    (message,) = wrong(program)
    assert f"that is {values[0]}" in message
    assert f'"{event[1]}" of {event[0]}' in message


@pytest.mark.parametrize("row", ROWS)
def test_a_failure_that_two_rules_tell_of_is_found(row: str) -> None:
    start, event, key, values = ROWS[row]

    def program() -> None:
        start()
        rule("one", *event, {key: values})
        rule("other", *event, {key: values[:1]})

    (message,) = wrong(program)
    assert message.endswith(f"that is {values[0]} is told 2 times, by one, other")


RUNS = [f"MWAA Serverless Workflow Run {end}" for end in ("Failed", "Timeout", "Stopped")]


def workflow() -> None:
    aws.cloudcontrol.Resource(
        "workflow", type_name="AWS::MWAAServerless::Workflow", desired_state="{}"
    )


@pytest.mark.parametrize("missing", RUNS)
def test_a_run_of_a_workflow_that_fails_is_told_of(missing: str) -> None:
    """Its events tell by their kind alone how it ended."""

    def program(kinds: list[str]) -> None:
        workflow()
        for kind in kinds:
            rule(kind, "aws.airflow-serverless", kind, {})

    assert wrong(lambda: program(RUNS)) == []
    (message,) = wrong(lambda: program([kind for kind in RUNS if kind != missing]))
    assert f'"{missing}" of aws.airflow-serverless' in message


def test_another_type_of_cloud_control_starts_nothing() -> None:
    def program() -> None:
        aws.cloudcontrol.Resource("plan", type_name="AWS::ARC::Plan", desired_state="{}")

    assert wrong(program) == []


@pytest.mark.parametrize("changes", [{"event_bus_name": "other"}, {"state": "DISABLED"}])
def test_a_rule_that_sees_nothing_tells_of_nothing(changes: dict[str, str]) -> None:
    def program() -> None:
        delivery()
        rule("one", *PIPELINES, {"state": ["FAILED"]}, **changes)

    assert len(wrong(program)) == 1


def test_builds_that_a_delivery_starts_fail_with_it() -> None:
    def program() -> None:
        project()
        delivery(ProjectName="project")
        rule("one", *PIPELINES, {"state": ["FAILED"]})

    assert wrong(program) == []


INVOKED = {"status": ENDS, "name": [{"anything-but": {"prefix": "delivery-"}}]}


@pytest.mark.parametrize(
    ("prefix", "found"),
    [({"ExecutionNamePrefix": "delivery"}, 0), ({}, 3)],
)
def test_executions_that_a_delivery_starts_are_told_by_it_alone(
    prefix: dict[str, str], found: int
) -> None:
    def program() -> None:
        delivery(StateMachineArn=machine(), **prefix)
        rule("one", *PIPELINES, {"state": ["FAILED"]})
        rule("other", *MACHINES, INVOKED)

    messages = wrong(program)
    assert len(messages) == found
    assert all(text.endswith("beside what starts and follows it") for text in messages)


@pytest.mark.parametrize(("left_out", "found"), [("Broken", 0), ("Other", 1)])
def test_a_machine_that_tells_in_its_own_words_is_not_told_of_again(
    left_out: str, found: int
) -> None:
    def program() -> None:
        machine({"Say": SAY})
        error = [None, {"anything-but": [left_out]}]
        rule("one", *MACHINES, {"status": ENDS, "error": error})

    assert len(wrong(program)) == found


def test_a_machine_that_a_rule_starts_and_that_tells_a_topic_is_a_follower() -> None:
    def program() -> None:
        training()
        done = {"Type": "Succeed"}
        said = {"Message": "See https://eu-west-1.console.aws.amazon.com/"}
        arn = machine({"Say": {**SAY, "Arguments": said, "Next": "Done"}, "Done": done})
        pattern = {"source": [TRAININGS[0]], "detail-type": [TRAININGS[1]]}
        made = aws.cloudwatch.EventRule("one", event_pattern=json.dumps(pattern))
        aws.cloudwatch.EventTarget("one", rule=made.name, arn=arn)
        rule("other", *MACHINES, {"status": ENDS})

    assert wrong(program) == []


def test_a_message_that_leads_nowhere_is_found() -> None:
    def program() -> None:
        machine()
        rule("other", *MACHINES, {"status": ENDS}, said="An execution failed")

    assert wrong(program) == [
        f"an execution that is {status} is told by other without a link" for status in ENDS
    ]


def target(**dead_letters: Any) -> Callable[[], None]:
    def program() -> None:
        arn = queue() if dead_letters.pop("watched", False) else None
        given = {"dead_letter_config": {"arn": arn}} if arn else dead_letters
        aws.cloudwatch.EventTarget("target", rule="one", arn=TOPIC, **given)

    return program


def test_a_target_gives_up_to_a_queue_that_is_watched() -> None:
    assert followed(record(target(watched=True))) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "it has no dead-letter queue for what it could not start"),
        (
            {"dead_letter_config": {"arn": DEAD_LETTERS}},
            f"no alarm watches its dead-letter queue {DEAD_LETTERS}",
        ),
    ],
)
def test_a_target_that_gives_up_unseen_is_found(given: dict[str, Any], message: str) -> None:
    (finding,) = followed(record(target(**given)))
    assert (finding.rule, finding.resource, finding.message) == ("followed", "target", message)


def test_a_schedule_that_gives_up_unseen_is_found() -> None:
    messages = [finding.message for finding in followed(record(schedule))]
    assert "it has no dead-letter queue for what it could not start" in messages


def test_all_that_the_platform_starts_is_followed(either_pass: Graph) -> None:
    assert followed(either_pass) == []
