"""The shape of the delivery: its stages in their order, and what starts it."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.devops.buildspec import PREVIEW_URL

SOURCE = "Source"
REVISION = "Revision"
"""The artifact that every stage works on: the revision's files, without its history."""


class TriggerArgs(TypedDict):
    """What starts the delivery."""

    branch: str
    """Branch whose pushes start it, unless there is a tag; and whose tip a start by hand takes."""
    tag: NotRequired[str]
    """Glob pattern of tags, such as `v*`, whose push starts it instead of a push to the branch."""


def triggers(trigger: TriggerArgs) -> list[aws.codepipeline.PipelineTriggerArgsDict]:
    """The pipeline's trigger: a push to the branch, or of a tag.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html
    """
    push: aws.codepipeline.PipelineTriggerGitConfigurationPushArgsDict = (
        {"tags": {"includes": [trigger["tag"]]}}
        if "tag" in trigger
        else {"branches": {"includes": [trigger["branch"]]}}
    )
    return [
        {
            "provider_type": "CodeStarSourceConnection",
            "git_configuration": {"source_action_name": SOURCE, "pushes": [push]},
        }
    ]


def source(
    *, connection_arn: pulumi.Input[str], repository: str, branch: str
) -> aws.codepipeline.PipelineStageArgsDict:
    """The stage that fetches the revision.

    AWS requires a branch even where a tag starts the pipeline, and takes changes from the trigger
    only when the action itself does not look for them.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
    """
    return {
        "name": SOURCE,
        "actions": [
            {
                "name": SOURCE,
                "namespace": SOURCE,
                "category": "Source",
                "owner": "AWS",
                "provider": "CodeStarSourceConnection",
                "version": "1",
                "output_artifacts": [REVISION],
                "configuration": {
                    "ConnectionArn": connection_arn,
                    "FullRepositoryId": repository,
                    "BranchName": branch,
                    "OutputArtifactFormat": "CODE_ZIP",
                    "DetectChanges": "false",
                },
            }
        ],
    }


def build(name: str, *, project: pulumi.Input[str]) -> aws.codepipeline.PipelineStageArgsDict:
    """A stage that runs one CodeBuild project on the revision.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
    """
    return {
        "name": name,
        "actions": [
            {
                "name": name,
                "namespace": name,
                "category": "Build",
                "owner": "AWS",
                "provider": "CodeBuild",
                "version": "1",
                "input_artifacts": [REVISION],
                "configuration": {"ProjectName": project},
            }
        ],
    }


def approval(*, topic_arn: pulumi.Input[str]) -> aws.codepipeline.PipelineStageArgsDict:
    """A stage that waits until a person has read the preview and agrees.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ManualApproval.html
    """
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
                    "CustomData": (
                        f"Commit #{{{SOURCE}.CommitId}}. What it would change: "
                        f"#{{Preview.{PREVIEW_URL}}}"
                    ),
                },
            }
        ],
    }
