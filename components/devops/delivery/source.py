"""Where the revisions of a pipeline come from: five kinds of source, and the stage that fetches.

https://docs.aws.amazon.com/codepipeline/latest/userguide/integrations-action-type.html#integrations-source
"""

import enum
import re
from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.iam import Statement, allow

SOURCE = "Source"
"""Name of the stage, of its action, and of the namespace of its variables."""
REVISION = "Revision"
"""The artifact that every stage works on: the revision's files, without its history."""


class Host(enum.Enum):
    """What hosts the source; the first three by CodeConnections' name of the provider."""

    GITHUB = "GitHub"
    GITLAB = "GitLab"
    BITBUCKET = "Bitbucket"
    CODECOMMIT = "CodeCommit"
    S3 = "S3"


class SourceArgs(TypedDict):
    """Where revisions come from."""

    host: Host
    """What hosts them."""
    repository: str
    """The repository as `owner/name`; its name in CodeCommit; the bucket's name in S3."""
    arn: pulumi.Input[str]
    """ARN of what gives access: the connection, the CodeCommit repository, the S3 bucket."""
    key: NotRequired[str]
    """Of a source in S3: key of the ZIP file."""
    kms_key_arn: NotRequired[str]
    """Of a source in S3: the KMS key that encrypts it, if that is a customer's own."""


def connects(source: Mapping[str, object]) -> bool:
    """Whether the source is reached by a connection, whose triggers then start the pipeline."""
    return source["host"] not in {Host.CODECOMMIT, Host.S3}


def has_pull_requests(source: SourceArgs) -> bool:
    """Whether the source has pull requests, and tags: an object in S3 has neither."""
    return source["host"] is not Host.S3


def check_source(source: SourceArgs) -> None:
    """Raise ValueError, naming the field, for a source that AWS would refuse."""
    repository = source["repository"]
    if connects(source) and not re.fullmatch(r"[^/\s]+(/[^/\s]+)+", repository):
        raise ValueError(f"repository {repository!r}: must be owner/name")
    if (source["host"] is Host.S3) != ("key" in source):
        raise ValueError(f"key: a source in S3 has one, and no other; this is {source['host']}")


def revision_variable(source: SourceArgs) -> str:
    """The action's variable that names the revision.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
    """
    return "VersionId" if source["host"] is Host.S3 else "CommitId"


def revision_type(source: SourceArgs) -> str:
    """What a revision is called where an execution is started with a given one.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-overrides.html
    """
    return "S3_OBJECT_VERSION_ID" if source["host"] is Host.S3 else "COMMIT_ID"


def source_stage(source: SourceArgs, *, branch: str) -> aws.codepipeline.PipelineStageArgsDict:
    """The stage that fetches the revision.

    AWS requires a branch even where a tag starts the pipeline; a start by hand takes its tip. What
    starts the pipeline otherwise is a trigger or an event, so the action itself looks for nothing.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
    """
    provider, configuration = _action(source, branch)
    return {
        "name": SOURCE,
        "actions": [
            {
                "name": SOURCE,
                "namespace": SOURCE,
                "category": "Source",
                "owner": "AWS",
                "provider": provider,
                "version": "1",
                "output_artifacts": [REVISION],
                "configuration": configuration,
            }
        ],
    }


def source_permissions(source: dict[str, Any]) -> list[Statement]:
    """What the pipeline's role needs to fetch revisions, of a source whose ARN is known.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
    """
    arn = source["arn"]
    match source["host"]:
        case Host.CODECOMMIT:
            return [
                allow(
                    [
                        "codecommit:CancelUploadArchive",
                        "codecommit:GetBranch",
                        "codecommit:GetCommit",
                        "codecommit:GetUploadArchiveStatus",
                        "codecommit:UploadArchive",
                    ],
                    [arn],
                )
            ]
        case Host.S3:
            statements = [
                allow(["s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation"], [arn]),
                allow(
                    [
                        "s3:GetObject",
                        "s3:GetObjectVersion",
                        "s3:GetObjectTagging",
                        "s3:GetObjectVersionTagging",
                    ],
                    [f"{arn}/{source['key']}"],
                ),
            ]
            if "kms_key_arn" in source:
                statements.append(allow(["kms:Decrypt"], [source["kms_key_arn"]]))
            return statements
    # A connection is used by the name of the service in its ARN, of which it may have the older.
    service = arn.split(":")[2]
    return [allow([f"{service}:UseConnection"], [arn])]


def _action(source: SourceArgs, branch: str) -> tuple[str, dict[str, pulumi.Input[str]]]:
    """The action's provider and its configuration."""
    match source["host"]:
        case Host.CODECOMMIT:
            return "CodeCommit", {
                "RepositoryName": source["repository"],
                "BranchName": branch,
                "OutputArtifactFormat": "CODE_ZIP",
                "PollForSourceChanges": "false",
            }
        case Host.S3:
            return "S3", {
                "S3Bucket": source["repository"],
                "S3ObjectKey": source["key"],
                "PollForSourceChanges": "false",
            }
    return "CodeStarSourceConnection", {
        "ConnectionArn": source["arn"],
        "FullRepositoryId": source["repository"],
        "BranchName": branch,
        "OutputArtifactFormat": "CODE_ZIP",
        "DetectChanges": "false",
    }
