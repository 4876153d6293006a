"""How a change of the platform reaches its environment by itself."""

import enum
import re

import pulumi
import pulumi_aws as aws

from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.devops.delivery import stage_permissions, stages
from components.devops.delivery.failure_alert import alert_on_failure, notify_progress
from components.devops.delivery.platform_builds import PlatformPipelineArgs, platform_build
from components.devops.delivery.source import check_source, revision_variable, source_stage
from components.devops.delivery.source_events import TriggerArgs, push_triggers, start_on_push
from components.devops.delivery.stages import OnFailure
from components.foundation.alerts.alerts import AlertTopics

DEPLOY = "Deploy"


class Concurrency(enum.Enum):
    """What becomes of a revision that waits between two stages when a newer one comes."""

    SUPERSEDED = "SUPERSEDED"
    """The newer one overtakes it: nobody is asked about a revision that has a successor."""
    QUEUED = "QUEUED"
    """Each is delivered, in its order."""


class DeliveryPipelineArgs(PlatformPipelineArgs):
    """What a delivery pipeline needs to know."""

    deploy_policy_arns: list[pulumi.Input[str]]
    """The managed policies by which the platform is deployed."""
    trigger: TriggerArgs
    """What starts a delivery."""
    starts_on_push: bool
    """Whether that push starts it; without, it waits for approved models and people."""
    needs_approval: bool
    """Whether a person must agree between preview and deployment."""
    concurrency: Concurrency
    """What becomes of a revision that waits when a newer one comes.

    There is no parallel delivery: two deployments of one environment would meet at Pulumi's lock.
    """
    on_failure: OnFailure
    """What follows a failed deployment."""
    alert_topics: AlertTopics
    """Failures are a warning; starts, successes and approvals to give are worth knowing."""
    alert_key_arn: pulumi.Input[str]
    """KMS key of the topics."""


def check(args: PlatformPipelineArgs) -> None:
    """Raise ValueError, naming the argument, for what AWS would refuse."""
    if not re.fullmatch(r"[A-Za-z0-9.@_-]{1,100}", args["pipeline_name"]):
        raise ValueError(
            f"pipeline_name {args['pipeline_name']!r}: 1 to 100 of letters, digits and . @ _ -"
        )
    check_source(args["source"])
    if ("key_alias" in args["state"]) == ("passphrase_secret_arn" in args["state"]):
        raise ValueError("state: give one of key_alias and passphrase_secret_arn")


class DeliveryPipeline(pulumi.ComponentResource):
    """Source, validation, preview, approval and deployment of one environment's platform.

    Validation and preview load a great deal from the internet, so that a failure of theirs is tried
    once more; what follows a failed deployment is said by `on_failure`.

    Raises ValueError for names and sources that AWS would refuse.
    """

    pipeline_name: pulumi.Output[str]
    pipeline_arn: pulumi.Output[str]
    preview_role_arn: pulumi.Output[str]
    """ARN of the role that previews."""
    deploy_role_arn: pulumi.Output[str]
    """ARN of the role that deploys."""

    def __init__(
        self, name: str, args: DeliveryPipelineArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:DeliveryPipeline", name, None, opts)
        check(args)
        builds = {
            stage: platform_build(stage, name=name, parent=self, args=args, policy_arns=policy_arns)
            for stage, policy_arns in (
                ("Validate", []),
                ("Preview", args["preview_policy_arns"]),
                (DEPLOY, args["deploy_policy_arns"]),
            )
        }
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
                        source=args["source"],
                        project_arns=[build.project_arn for build in builds.values()],
                        topic_arn=args["alert_topics"]["info"] if args["needs_approval"] else None,
                        topic_key_arn=args["alert_key_arn"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        approval = stages.approval(
            topic_arn=args["alert_topics"]["info"], revision=revision_variable(args["source"])
        )
        pipeline = aws.codepipeline.Pipeline(
            f"{name}-pipeline",
            name=args["pipeline_name"],
            pipeline_type="V2",
            execution_mode=args["concurrency"].value,
            role_arn=role.arn,
            artifact_stores=[
                {
                    "type": "S3",
                    "location": args["artifact_bucket"],
                    "encryption_key": {"type": "KMS", "id": args["artifact_key_arn"]},
                }
            ],
            triggers=push_triggers(args["source"], args["trigger"])
            if args["starts_on_push"]
            else [],
            stages=[
                source_stage(args["source"], branch=args["trigger"]["branch"]),
                *(
                    stages.build(
                        stage, project=builds[stage].project_name, on_failure=OnFailure.RETRY
                    )
                    for stage in ("Validate", "Preview")
                ),
                *([approval] if args["needs_approval"] else []),
                stages.build(
                    DEPLOY, project=builds[DEPLOY].project_name, on_failure=args["on_failure"]
                ),
            ],
            # The first execution starts with the pipeline itself.
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )
        if args["starts_on_push"]:
            start_on_push(
                f"{name}-push",
                parent=self,
                source=args["source"],
                trigger=args["trigger"],
                pipeline=pipeline,
                account_id=args["account_id"],
            )
        alert_on_failure(
            f"{name}-failed",
            parent=self,
            pipeline=args["pipeline_name"],
            topic_arn=args["alert_topics"]["warning"],
        )
        notify_progress(
            f"{name}-progress",
            parent=self,
            pipeline=args["pipeline_name"],
            topic_arn=args["alert_topics"]["info"],
        )
        self.pipeline_name = pipeline.name
        self.pipeline_arn = pipeline.arn
        self.preview_role_arn = builds["Preview"].role_arn
        self.deploy_role_arn = builds[DEPLOY].role_arn
        self.register_outputs(
            {
                "pipeline_name": self.pipeline_name,
                "pipeline_arn": self.pipeline_arn,
                "preview_role_arn": self.preview_role_arn,
                "deploy_role_arn": self.deploy_role_arn,
            }
        )
