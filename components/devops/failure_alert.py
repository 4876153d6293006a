"""The alert that a delivery failed."""

import json

import pulumi
import pulumi_aws as aws


def failure_pattern(pipeline: str) -> dict[str, object]:
    """The events that tell of a failed execution of the pipeline.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
    """
    return {
        "source": ["aws.codepipeline"],
        "detail-type": ["CodePipeline Pipeline Execution State Change"],
        "detail": {"pipeline": [pipeline], "state": ["FAILED"]},
    }


def alert_on_failure(
    name: str, *, parent: pulumi.Resource, pipeline: str, topic_arn: pulumi.Input[str]
) -> None:
    """A rule, child of `parent`, that publishes the pipeline's failures to a topic.

    The topic's policy must let EventBridge publish.
    """
    rule = aws.cloudwatch.EventRule(
        name,
        description=f"Executions of {pipeline} that failed",
        event_pattern=json.dumps(failure_pattern(pipeline)),
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
            },
            "input_template": '"<pipeline> failed (execution <execution>)"',
        },
        opts=pulumi.ResourceOptions(parent=parent),
    )
