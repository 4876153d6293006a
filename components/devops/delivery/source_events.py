"""What starts a pipeline: a trigger where the source is connected, an event where it is not.

https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html
"""

import json
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.execution_role import ExecutionRole
from components.common.iam import Document, allow, document, rendered
from components.devops.delivery.source import SOURCE, Host, SourceArgs, connects, revision_type

Pattern = dict[str, Any]


class TriggerArgs(TypedDict):
    """Which changes start a pipeline."""

    branch: str
    """Branch whose pushes start it, unless there is a tag; and whose tip a start by hand takes."""
    tag: NotRequired[str]
    """Glob pattern of tags, such as `v*`, whose push starts it instead of a push to the branch."""
    excluding: NotRequired[str]
    """Glob pattern of tags, such as `*-rc*`, that start nothing although they match `tag`."""
    paths: NotRequired[list[str]]
    """At most 8 glob patterns of files, of which a push to the branch must change one.

    Only connections tell paths: CodeCommit starts the pipeline by every push to the branch.
    """


def push_triggers(
    source: SourceArgs, trigger: TriggerArgs
) -> list[aws.codepipeline.PipelineTriggerArgsDict]:
    """The trigger by pushes to the branch, or of tags; none where there is no connection.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html
    """
    push: aws.codepipeline.PipelineTriggerGitConfigurationPushArgsDict = {}
    if "tag" in trigger:
        push["tags"] = {"includes": [trigger["tag"]]}
        if "excluding" in trigger:
            push["tags"] = {"includes": [trigger["tag"]], "excludes": [trigger["excluding"]]}
    else:
        push["branches"] = {"includes": [trigger["branch"]]}
        if "paths" in trigger:
            push["file_paths"] = {"includes": trigger["paths"]}
    return _triggers(source, {"source_action_name": SOURCE, "pushes": [push]})


def pull_request_triggers(
    source: SourceArgs, *, branch: str
) -> list[aws.codepipeline.PipelineTriggerArgsDict]:
    """The trigger by pull requests into the branch that are opened or get new commits.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_GitPullRequestFilter.html
    """
    return _triggers(
        source,
        {
            "source_action_name": SOURCE,
            "pull_requests": [
                {"events": ["OPEN", "UPDATED"], "branches": {"includes": [branch]}},
            ],
        },
    )


def push_pattern(*, host: Host, arn: str, key: str | None, trigger: TriggerArgs) -> Pattern:
    """The events of a change in CodeCommit or S3 that starts a pipeline.

    Values of one field are alternatives in EventBridge, so what a tag must not match is said of
    another field that tells the tag too.

    https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    if host is Host.S3:
        return {
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                "bucket": {"name": [arn.removeprefix("arn:aws:s3:::")]},
                "object": {"key": [key]},
            },
        }
    pushed: Pattern = {"event": ["referenceCreated", "referenceUpdated"]}
    if "tag" in trigger:
        pushed |= {"referenceType": ["tag"], "referenceName": [{"wildcard": trigger["tag"]}]}
        if "excluding" in trigger:
            unwanted = f"refs/tags/{trigger['excluding']}"
            pushed["referenceFullName"] = [{"anything-but": {"wildcard": unwanted}}]
    else:
        pushed |= {"referenceType": ["branch"], "referenceName": [trigger["branch"]]}
    return {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        "resources": [arn],
        "detail": pushed,
    }


def pull_request_pattern(*, arn: str, branch: str) -> Pattern:
    """The events of pull requests in CodeCommit that are opened or get new commits."""
    return {
        "source": ["aws.codecommit"],
        "detail-type": ["CodeCommit Pull Request State Change"],
        "resources": [arn],
        "detail": {
            "event": ["pullRequestCreated", "pullRequestSourceBranchUpdated"],
            "destinationReference": [f"refs/heads/{branch}"],
        },
    }


def start_policy(*, pipeline_arn: str) -> Document:
    """What EventBridge may do: start one pipeline."""
    return document(allow(["codepipeline:StartPipelineExecution"], [pipeline_arn]))


def start_on_push(
    name: str,
    *,
    parent: pulumi.Resource,
    source: SourceArgs,
    trigger: TriggerArgs,
    pipeline: aws.codepipeline.Pipeline,
    account_id: pulumi.Input[str],
) -> None:
    """The rule, child of `parent`, that starts the pipeline where no trigger does."""
    if connects(source):
        return
    pattern = rendered(
        push_pattern,
        host=source["host"],
        arn=source["arn"],
        key=source.get("key"),
        trigger=trigger,
    )
    where = "object.version-id" if source["host"] is Host.S3 else "commitId"
    _start(name, parent, source, pattern, where, pipeline, account_id)


def start_on_pull_request(
    name: str,
    *,
    parent: pulumi.Resource,
    source: SourceArgs,
    branch: str,
    pipeline: aws.codepipeline.Pipeline,
    account_id: pulumi.Input[str],
) -> None:
    """The rule, child of `parent`, that starts the pipeline by CodeCommit's pull requests."""
    if source["host"] is Host.CODECOMMIT:
        pattern = rendered(pull_request_pattern, arn=source["arn"], branch=branch)
        _start(name, parent, source, pattern, "sourceCommit", pipeline, account_id)


def _triggers(
    source: SourceArgs, git: aws.codepipeline.PipelineTriggerGitConfigurationArgsDict
) -> list[aws.codepipeline.PipelineTriggerArgsDict]:
    if not connects(source):
        return []
    return [{"provider_type": "CodeStarSourceConnection", "git_configuration": git}]


def _start(
    name: str,
    parent: pulumi.Resource,
    source: SourceArgs,
    pattern: pulumi.Output[str],
    revision: str,
    pipeline: aws.codepipeline.Pipeline,
    account_id: pulumi.Input[str],
) -> None:
    """A rule that starts the pipeline with the very revision that the event tells of.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/triggering.html
    """
    rule = aws.cloudwatch.EventRule(
        name,
        description=f"Changes of {source['repository']} that start a pipeline",
        event_pattern=pattern,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    role = ExecutionRole(
        name,
        {
            "service": "events.amazonaws.com",
            "account_id": account_id,
            "policies": {"start": rendered(start_policy, pipeline_arn=pipeline.arn)},
        },
        pulumi.ResourceOptions(parent=parent),
    )
    started = {
        "sourceRevisions": [
            {
                "actionName": SOURCE,
                "revisionType": revision_type(source),
                "revisionValue": "<revision>",
            }
        ]
    }
    aws.cloudwatch.EventTarget(
        name,
        rule=rule.name,
        arn=pipeline.arn,
        role_arn=role.arn,
        input_transformer={
            "input_paths": {"revision": f"$.detail.{revision}"},
            "input_template": json.dumps(started),
        },
        opts=pulumi.ResourceOptions(parent=parent, depends_on=role.ready),
    )
