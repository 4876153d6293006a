"""How a change of the platform reaches its environment by itself."""

import enum
import re
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.devops import buildspec, permissions, stage_permissions, stages
from components.devops.failure_alert import alert_on_failure
from components.devops.stage_build import StageBuild, VariableArgs
from components.devops.stages import TriggerArgs
from components.devops.state import StateArgs, state_policy, state_variables
from components.foundation.alerts import AlertTopics
from components.foundation.execution_role import ExecutionRole
from components.iam import rendered

MINUTES = {"Validate": 60, "Preview": 30, "Deploy": 180}
"""How long each build may take; a deployment waits for endpoints to roll over."""


class Host(enum.Enum):
    """Where the repository is hosted, by CodeConnections' name of the provider."""

    GITHUB = "GitHub"
    GITLAB = "GitLab"
    BITBUCKET = "Bitbucket"


class DeliveryPipelineArgs(TypedDict):
    """What a delivery pipeline needs to know."""

    pipeline_name: str
    """Name of the pipeline, at most 100 characters; builds find their artifacts by it."""
    connection_name: str
    """Name of the source connection, at most 32 characters."""
    repository: str
    """The repository as `owner/name`, below as many groups as the host allows."""
    host: Host
    """Who hosts it."""
    trigger: TriggerArgs
    """What starts a delivery."""
    approval: bool
    """Whether a person must agree between preview and deployment."""
    project: str
    """Name of the Pulumi project: with the environment, what the platform's names begin with."""
    environment: str
    """Environment, which is the stack, to preview and deploy."""
    account_id: pulumi.Input[str]
    """Account of the environment."""
    region: str
    """Region of the environment."""
    state: StateArgs
    """Pulumi's state."""
    artifact_bucket: pulumi.Input[str]
    """Name of the bucket that the revisions travel through."""
    artifact_bucket_arn: pulumi.Input[str]
    """Its ARN."""
    artifact_key_arn: pulumi.Input[str]
    """KMS key of that bucket."""
    log_key_arn: pulumi.Input[str]
    """KMS key of the builds' log groups."""
    log_retention_days: int
    """Days that the builds' logs are kept."""
    alert_topics: AlertTopics
    """SNS topics: `info` hears of approvals to give, `warning` of failures."""
    alert_key_arn: pulumi.Input[str]
    """KMS key of those topics."""


def check(args: DeliveryPipelineArgs) -> None:
    """Raise ValueError, naming the argument, for what AWS would refuse."""
    for what, name, limit in (
        ("pipeline_name", args["pipeline_name"], 100),
        ("connection_name", args["connection_name"], 32),
    ):
        if not re.fullmatch(rf"[A-Za-z0-9.@_-]{{1,{limit}}}", name):
            raise ValueError(f"{what} {name!r}: 1 to {limit} of letters, digits and . @ _ -")
    if not re.fullmatch(r"[^/\s]+(/[^/\s]+)+", args["repository"]):
        raise ValueError(f"repository {args['repository']!r}: must be owner/name")
    if ("key_alias" in args["state"]) == ("passphrase_secret_arn" in args["state"]):
        raise ValueError("state: give one of key_alias and passphrase_secret_arn")


class DeliveryPipeline(pulumi.ComponentResource):
    """Source, validation, preview, approval and deployment of one environment's platform.

    A newer revision overtakes one that waits between two stages (SUPERSEDED): what is deployed is
    always the newest that was approved, and nobody is asked about a revision that has a successor.

    A connection is made pending: a person completes it once, in the console, by signing in at the
    host. https://docs.aws.amazon.com/dtconsole/latest/userguide/connections-update.html

    Raises ValueError for names that AWS would refuse.
    """

    pipeline_name: pulumi.Output[str]
    pipeline_arn: pulumi.Output[str]
    connection_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: DeliveryPipelineArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:DeliveryPipeline", name, None, opts)
        check(args)
        connection = aws.codeconnections.Connection(
            f"{name}-source",
            name=args["connection_name"],
            provider_type=args["host"].value,
            opts=pulumi.ResourceOptions(parent=self),
        )
        builds = self._builds(name, args)
        role = ExecutionRole(
            f"{name}-pipeline",
            {
                "service": "codepipeline.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "stages": rendered(
                        stage_permissions.pipeline_permissions,
                        artifact_bucket_arn=args["artifact_bucket_arn"],
                        artifact_key_arn=args["artifact_key_arn"],
                        pipeline=args["pipeline_name"],
                        connection_arn=connection.arn,
                        project_arns=[build.project_arn for build in builds.values()],
                        alert_topic_arn=args["alert_topics"]["info"],
                        alert_key_arn=args["alert_key_arn"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        topics = args["alert_topics"]
        approvals = [stages.approval(topic_arn=topics["info"])] if args["approval"] else []
        pipeline = aws.codepipeline.Pipeline(
            f"{name}-pipeline",
            name=args["pipeline_name"],
            pipeline_type="V2",
            execution_mode="SUPERSEDED",
            role_arn=role.arn,
            artifact_stores=[
                {
                    "type": "S3",
                    "location": args["artifact_bucket"],
                    "encryption_key": {"type": "KMS", "id": args["artifact_key_arn"]},
                }
            ],
            triggers=stages.triggers(args["trigger"]),
            stages=[
                stages.source(
                    connection_arn=connection.arn,
                    repository=args["repository"],
                    branch=args["trigger"]["branch"],
                ),
                stages.build("Validate", project=builds["Validate"].project_name),
                stages.build("Preview", project=builds["Preview"].project_name),
                *approvals,
                stages.build("Deploy", project=builds["Deploy"].project_name),
            ],
            # The first execution starts with the pipeline itself.
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )
        alert_on_failure(
            f"{name}-failed",
            parent=self,
            pipeline=args["pipeline_name"],
            topic_arn=topics["warning"],
        )
        self.pipeline_name = pipeline.name
        self.pipeline_arn = pipeline.arn
        self.connection_arn = connection.arn
        self.register_outputs(
            {
                "pipeline_name": self.pipeline_name,
                "pipeline_arn": self.pipeline_arn,
                "connection_arn": self.connection_arn,
            }
        )

    def _builds(self, name: str, args: DeliveryPipelineArgs) -> dict[str, StageBuild]:
        """The builds by stage; only preview and deployment reach the state and the platform."""
        cli = buildspec.cli_version()
        account_id, region = args["account_id"], args["region"]
        scope = {
            "project": args["project"],
            "environment": args["environment"],
            "account_id": account_id,
            "region": region,
        }
        specs = {
            "Validate": buildspec.validate(),
            "Preview": buildspec.preview(pulumi_version=cli),
            "Deploy": buildspec.deploy(pulumi_version=cli),
        }
        policies: dict[str, dict[str, pulumi.Input[str]]] = {
            "Validate": {},
            "Preview": {
                "state": state_policy(
                    args["state"], writes=False, account_id=account_id, region=region
                ),
                "platform": rendered(permissions.preview_permissions, **scope),
            },
            "Deploy": {
                "state": state_policy(
                    args["state"], writes=True, account_id=account_id, region=region
                ),
                "platform": rendered(
                    permissions.deploy_permissions,
                    artifact_bucket_arn=args["artifact_bucket_arn"],
                    **scope,
                ),
            },
        }
        variables: list[VariableArgs] = [
            {"name": buildspec.ENVIRONMENT, "value": args["environment"], "secret": False},
            *state_variables(args["state"]),
        ]
        return {
            stage: StageBuild(
                f"{name}-{stage.lower()}",
                {
                    "buildspec": specs[stage],
                    "minutes": MINUTES[stage],
                    "description": f"{stage} {args['repository']} for {args['environment']}",
                    "pipeline_name": args["pipeline_name"],
                    "policies": policies[stage],
                    "variables": variables if policies[stage] else [],
                    "account_id": account_id,
                    "artifact_bucket_arn": args["artifact_bucket_arn"],
                    "artifact_key_arn": args["artifact_key_arn"],
                    "log_key_arn": args["log_key_arn"],
                    "log_retention_days": args["log_retention_days"],
                },
                pulumi.ResourceOptions(parent=self),
            )
            for stage in specs
        }
