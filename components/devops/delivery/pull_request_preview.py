"""What a pull request would change in an environment, before anyone merges it."""

import pulumi
import pulumi_aws as aws

from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.devops.delivery import stage_permissions, stages
from components.devops.delivery.delivery_pipeline import check
from components.devops.delivery.failure_alert import notify_outcome
from components.devops.delivery.platform_builds import PlatformPipelineArgs, platform_build
from components.devops.delivery.source import Host, has_pull_requests, source_stage
from components.devops.delivery.source_events import pull_request_triggers, start_on_pull_request
from components.devops.delivery.stages import OnFailure

STAGES = ("Validate", "Preview")


class PullRequestPreviewArgs(PlatformPipelineArgs):
    """What a preview of pull requests needs to know."""

    branch: str
    """Branch that the pull requests are to be merged into."""
    topic_arn: pulumi.Input[str]
    """SNS topic notified of how each preview ended, and where it is read."""


class PullRequestPreview(pulumi.ComponentResource):
    """A pipeline that validates and previews each pull request into a branch, and changes nothing.

    Its builds are not those of the delivery, and have no cache: the code of a pull request, which
    nobody has read yet, leaves nothing behind that a delivery would run.

    Pull requests are previewed beside each other. Only CodeCommit's go one after the other, because
    there a parallel execution fetches the newest commit instead of its own.
    https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html

    CodePipeline reports nothing to the source's host. The topic is told where the execution is,
    which names the pull request and has the log of its preview.

    Raises ValueError for names and sources that AWS would refuse, and for a source without pull
    requests.
    """

    pipeline_name: pulumi.Output[str]
    pipeline_arn: pulumi.Output[str]
    preview_role_arn: pulumi.Output[str]
    """ARN of the role that previews."""

    def __init__(
        self, name: str, args: PullRequestPreviewArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:PullRequestPreview", name, None, opts)
        check(args)
        source = args["source"]
        if not has_pull_requests(source):
            raise ValueError(f"source: {source['host'].value} has no pull requests")
        builds = {
            stage: platform_build(
                stage,
                name=name,
                parent=self,
                args=args,
                policy_arns=policy_arns,
                cache=False,
                concurrent=True,
            )
            for stage, policy_arns in (("Validate", []), ("Preview", args["preview_policy_arns"]))
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
                        source=source,
                        project_arns=[build.project_arn for build in builds.values()],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        pipeline = aws.codepipeline.Pipeline(
            f"{name}-pipeline",
            name=args["pipeline_name"],
            pipeline_type="V2",
            execution_mode="QUEUED" if source["host"] is Host.CODECOMMIT else "PARALLEL",
            role_arn=role.arn,
            artifact_stores=[
                {
                    "type": "S3",
                    "location": args["artifact_bucket"],
                    "encryption_key": {"type": "KMS", "id": args["artifact_key_arn"]},
                }
            ],
            triggers=pull_request_triggers(source, branch=args["branch"]),
            stages=[
                source_stage(source, branch=args["branch"]),
                *(
                    stages.build(
                        stage, project=builds[stage].project_name, on_failure=OnFailure.RETRY
                    )
                    for stage in STAGES
                ),
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )
        start_on_pull_request(
            f"{name}-opened",
            parent=self,
            source=source,
            branch=args["branch"],
            pipeline=pipeline,
            account_id=args["account_id"],
        )
        notify_outcome(
            f"{name}-outcome",
            parent=self,
            pipeline=args["pipeline_name"],
            topic_arn=args["topic_arn"],
        )
        self.pipeline_name = pipeline.name
        self.pipeline_arn = pipeline.arn
        self.preview_role_arn = builds["Preview"].role_arn
        self.register_outputs(
            {
                "pipeline_name": self.pipeline_name,
                "pipeline_arn": self.pipeline_arn,
                "preview_role_arn": self.preview_role_arn,
            }
        )
