"""The stages of a delivery after its source: builds and approvals, and what follows a failure."""

import enum
import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.common.states import DELIVERED
from components.devops.delivery.buildspec import PREVIEW_URL
from components.devops.delivery.source import REVISION, SOURCE

Stage = aws.codepipeline.PipelineStageArgsDict


class OnFailure(enum.Enum):
    """What follows a stage that failed."""

    STOP = "stop"
    """Nothing: the execution has failed."""
    RETRY = "retry"
    """The stage's failed actions are run once more."""
    ROLLBACK = "rollback"
    """The stage is run again with the newest revision that it succeeded with.

    There is none before its first success, nor since the pipeline itself was last changed; then the
    execution has failed. A pipeline whose executions run in parallel cannot roll back.
    """


def build(
    name: str,
    *,
    project: pulumi.Input[str],
    inputs: list[str] | None = None,
    outputs: list[str] | None = None,
    variables: Mapping[str, str] | None = None,
    on_failure: OnFailure = OnFailure.STOP,
) -> Stage:
    """A stage that runs one CodeBuild project on the revision, or on the artifacts `inputs`.

    `variables` go into the build's environment; their values may name variables of the pipeline.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
    """
    configuration: dict[str, pulumi.Input[str]] = {"ProjectName": project}
    if inputs and len(inputs) > 1:
        configuration["PrimarySource"] = inputs[0]
    if variables:
        configuration["EnvironmentVariables"] = json.dumps(
            [
                {"name": variable, "value": value, "type": "PLAINTEXT"}
                for variable, value in variables.items()
            ]
        )
    action: aws.codepipeline.PipelineStageActionArgsDict = {
        "name": name,
        "namespace": name,
        "category": "Build",
        "owner": "AWS",
        "provider": "CodeBuild",
        "version": "1",
        "input_artifacts": inputs or [REVISION],
        "configuration": configuration,
    }
    if outputs:
        action["output_artifacts"] = outputs
    return with_failure({"name": name, "actions": [action]}, on_failure)


def machine(name: str, *, arn: pulumi.Input[str], told: Mapping[str, str]) -> Stage:
    """A stage that starts a state machine and waits for its end, for seven days at most.

    `told` is the machine's input; its values may name variables of the pipeline.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-StepFunctions.html
    """
    return {
        "name": name,
        "actions": [
            {
                "name": name,
                "namespace": name,
                "category": "Invoke",
                "owner": "AWS",
                "provider": "StepFunctions",
                "version": "1",
                "configuration": {
                    "StateMachineArn": arn,
                    # By this the alert on failed executions leaves them out: the pipeline tells.
                    "ExecutionNamePrefix": DELIVERED,
                    "InputType": "Literal",
                    "Input": json.dumps(dict(told)),
                },
            }
        ],
    }


def with_failure(stage: Stage, on_failure: OnFailure) -> Stage:
    """The stage, and what follows its failure.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-retry.html
    https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback-auto.html
    """
    match on_failure:
        case OnFailure.RETRY:
            stage["on_failure"] = {
                "result": "RETRY",
                "retry_configuration": {"retry_mode": "FAILED_ACTIONS"},
            }
        case OnFailure.ROLLBACK:
            stage["on_failure"] = {"result": "ROLLBACK"}
    return stage


def approval(
    *,
    topic_arn: pulumi.Input[str],
    text: str = "",
    revision: str = "CommitId",
) -> Stage:
    """A stage that waits until a person has read the preview and agrees.

    `revision` is the source's variable that names what was fetched. `text` stands for the sentence
    that leads to the preview, in a pipeline that has none; it may name variables of the pipeline.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ManualApproval.html
    """
    what = text or f"What it would change: #{{Preview.{PREVIEW_URL}}}"
    return {
        "name": "Approve",
        "actions": [
            {
                "name": "Approve",
                "category": "Approval",
                "owner": "AWS",
                "provider": "Manual",
                "version": "1",
                "configuration": {
                    "NotificationArn": topic_arn,
                    "CustomData": f"Revision #{{{SOURCE}.{revision}}}. {what}",
                },
            }
        ],
    }
