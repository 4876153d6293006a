"""One stage of the delivery that runs commands: a CodeBuild project with a role of its own."""

import json
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.devops.buildspec import Buildspec
from components.devops.stage_permissions import build_permissions
from components.foundation.execution_role import ExecutionRole
from components.foundation.log_group import encrypted_log_group
from components.iam import rendered

IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"


class VariableArgs(TypedDict):
    """An environment variable of a build."""

    name: str
    """Name of the variable."""
    value: pulumi.Input[str]
    """Its value, or the ARN of the secret that holds it."""
    secret: bool
    """Whether the value is the ARN of a Secrets Manager secret."""


class StageBuildArgs(TypedDict):
    """What a build of the delivery needs to know."""

    buildspec: Buildspec
    """What it runs."""
    minutes: int
    """How long it may take."""
    description: str
    """What it is for."""
    pipeline_name: str
    """Name of the pipeline whose artifacts it works on."""
    policies: dict[str, pulumi.Input[str]]
    """What it may do beyond reading its revision and writing its log: JSON policies by name."""
    variables: list[VariableArgs]
    """Its environment."""
    account_id: pulumi.Input[str]
    """Account that it runs in."""
    artifact_bucket_arn: pulumi.Input[str]
    """ARN of the bucket that the revisions travel through."""
    artifact_key_arn: pulumi.Input[str]
    """KMS key of that bucket."""
    log_key_arn: pulumi.Input[str]
    """KMS key of the log group."""
    log_retention_days: int
    """Days that the log is kept."""


class StageBuild(pulumi.ComponentResource):
    """A CodeBuild project, its log group and its role, unprivileged and without a cache."""

    project_name: pulumi.Output[str]
    project_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: StageBuildArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:StageBuild", name, None, opts)
        log = encrypted_log_group(
            f"{name}-log",
            parent=self,
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
        )
        role = ExecutionRole(
            name,
            {
                "service": "codebuild.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "build": rendered(
                        build_permissions,
                        log_group_arn=log.arn,
                        artifact_bucket_arn=args["artifact_bucket_arn"],
                        artifact_key_arn=args["artifact_key_arn"],
                        pipeline=args["pipeline_name"],
                    ),
                    **args["policies"],
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        project = aws.codebuild.Project(
            f"{name}-build",
            description=args["description"],
            service_role=role.arn,
            source={"type": "CODEPIPELINE", "buildspec": json.dumps(args["buildspec"], indent=2)},
            artifacts={"type": "CODEPIPELINE"},
            environment={
                "type": "LINUX_CONTAINER",
                "compute_type": "BUILD_GENERAL1_MEDIUM",
                "image": IMAGE,
                "environment_variables": [
                    {
                        "name": variable["name"],
                        "value": variable["value"],
                        "type": "SECRETS_MANAGER" if variable["secret"] else "PLAINTEXT",
                    }
                    for variable in args["variables"]
                ],
            },
            encryption_key=args["artifact_key_arn"],
            build_timeout=args["minutes"],
            logs_config={"cloudwatch_logs": {"status": "ENABLED", "group_name": log.name}},
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )
        self.project_name = project.name
        self.project_arn = project.arn
        self.register_outputs({"project_name": self.project_name, "project_arn": self.project_arn})
