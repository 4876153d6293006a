"""What a pipeline tells people: that it failed, and elsewhere that it started and succeeded."""

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.common.message import chat_message

FAILED = ("FAILED",)
PROGRESS = ("STARTED", "SUCCEEDED")
"""States of an execution that are worth knowing and ask for nothing."""
OUTCOME = ("SUCCEEDED", "FAILED")
"""How an execution ends, where its failure is news for one person alone."""

TIMELINE = (
    "https://<region>.console.aws.amazon.com/codesuite/codepipeline/pipelines/<pipeline>"
    "/executions/<execution>/timeline"
)


def execution_pattern(pipeline: str, states: Sequence[str]) -> dict[str, object]:
    """The events that tell of the pipeline's executions in these states.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
    """
    return {
        "source": ["aws.codepipeline"],
        "detail-type": ["CodePipeline Pipeline Execution State Change"],
        "detail": {"pipeline": [pipeline], "state": list(states)},
    }


def alert_on_failure(
    name: str, *, parent: pulumi.Resource, pipeline: str, topic_arn: pulumi.Input[str]
) -> None:
    """A rule, child of `parent`, that publishes the pipeline's failures to a topic.

    The topic's policy must let EventBridge publish.
    """
    _tell(name, parent, pipeline, FAILED, topic_arn)


def notify_progress(
    name: str, *, parent: pulumi.Resource, pipeline: str, topic_arn: pulumi.Input[str]
) -> None:
    """A rule, child of `parent`, that publishes when the pipeline starts and when it succeeds."""
    _tell(name, parent, pipeline, PROGRESS, topic_arn)


def notify_outcome(
    name: str, *, parent: pulumi.Resource, pipeline: str, topic_arn: pulumi.Input[str]
) -> None:
    """A rule, child of `parent`, that publishes how the pipeline's executions end."""
    _tell(name, parent, pipeline, OUTCOME, topic_arn)


def _tell(
    name: str,
    parent: pulumi.Resource,
    pipeline: str,
    states: Sequence[str],
    topic_arn: pulumi.Input[str],
) -> None:
    rule = aws.cloudwatch.EventRule(
        name,
        description=f"Executions of {pipeline}: {', '.join(states).lower()}",
        event_pattern=json.dumps(execution_pattern(pipeline, states)),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.cloudwatch.EventTarget(
        name,
        rule=rule.name,
        arn=topic_arn,
        input_transformer={
            "input_paths": {
                "pipeline": "$.detail.pipeline",
                "execution": "$.detail.execution-id",
                "state": "$.detail.state",
                "region": "$.region",
            },
            "input_template": json.dumps(chat_message("<pipeline>: <state>", TIMELINE)),
        },
        opts=pulumi.ResourceOptions(parent=parent),
    )
