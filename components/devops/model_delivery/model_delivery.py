"""How a change of a model project reaches its endpoint by itself."""

import pulumi
import pulumi_aws as aws

from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.common.state_machine import StateMachine, machine_log_group
from components.devops.delivery import stages
from components.devops.delivery.source import SOURCE, check_source, revision_variable, source_stage
from components.devops.delivery.source_events import push_triggers, start_on_push
from components.devops.delivery.stage_build import StageBuild
from components.devops.delivery.stage_permissions import pipeline_permissions
from components.devops.delivery.stages import OnFailure
from components.devops.model_delivery import permissions
from components.devops.model_delivery.args import ModelDeliveryArgs
from components.devops.model_delivery.builds import model_builds
from components.devops.model_delivery.machines import release_machine, training_machine

TRAIN, RELEASE = "Train", "Release"
DEPLOY_HOURS = 24
"""How long a model waits for the platform's own delivery, which may wait for a person."""
ACTION_HOURS = 7 * 24
"""How long CodePipeline waits for a state machine.

https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
"""


class ModelDelivery(pulumi.ComponentResource):
    """Source, check, image, training, judgement, approval and release of one model.

    Checks and images load packages over the network, so that a failure of theirs is tried once
    more; a failed training costs as much as a good one, and is not. The release approves the
    version; what deploys it is the platform's own delivery, which every approval starts.

    Revisions are delivered one after another, each whole: one that waits is overtaken by none.

    CodePipeline keeps the artifacts of a pipeline under the first 20 characters of its name, so
    that pipelines with that beginning in common can read one another's revisions, which are all of
    one repository.

    Raises ValueError for a source that AWS would refuse, and a training that is too long.
    """

    pipeline_name: pulumi.Output[str]
    """Name of the pipeline."""
    pipeline_arn: pulumi.Output[str]
    """ARN of the pipeline."""

    def __init__(
        self, name: str, args: ModelDeliveryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:ModelDelivery", name, None, opts)
        check_source(args["source"])
        if args["training_hours"] + DEPLOY_HOURS > ACTION_HOURS:
            raise ValueError(
                f"training_hours: CodePipeline waits {ACTION_HOURS} hours, {DEPLOY_HOURS} of them "
                f"for the platform's delivery; {args['training_hours']} do not fit"
            )
        builds = model_builds(name, parent=self, args=args)
        machines = self._machines(name, args)
        role = self._role(name, args, builds, machines)
        pipeline = aws.codepipeline.Pipeline(
            f"{name}-pipeline",
            name=args["pipeline_name"],
            pipeline_type="V2",
            execution_mode="QUEUED",
            role_arn=role.arn,
            artifact_stores=[
                {
                    "type": "S3",
                    "location": args["artifacts_bucket"],
                    "encryption_key": {"type": "KMS", "id": args["artifacts_key_arn"]},
                }
            ],
            triggers=[] if args["by_hand"] else push_triggers(args["source"], args["trigger"]),
            stages=_stages(args, builds, machines),
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )
        if not args["by_hand"]:
            start_on_push(
                f"{name}-push",
                parent=self,
                source=args["source"],
                trigger=args["trigger"],
                pipeline=pipeline,
                account_id=args["account_id"],
            )
        self.pipeline_name = pipeline.name
        self.pipeline_arn = pipeline.arn
        self.register_outputs(
            {"pipeline_name": self.pipeline_name, "pipeline_arn": self.pipeline_arn}
        )

    def _machines(self, name: str, args: ModelDeliveryArgs) -> dict[str, StateMachine]:
        """The machines by stage."""
        log = machine_log_group(
            name,
            parent=self,
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
        )
        definitions = {
            TRAIN: rendered(
                training_machine,
                pipeline_name=args["training_pipeline_name"],
                builds_image="image" in args,
                deploy_hours=DEPLOY_HOURS,
                training_hours=args["training_hours"],
                training_set_arn=args.get("training_set_arn"),
            ),
            RELEASE: rendered(
                release_machine, endpoint_name=args["endpoint_name"], deploy_hours=DEPLOY_HOURS
            ),
        }
        policies = {
            TRAIN: rendered(
                permissions.training_machine_policy,
                pipeline_arn=args["training_pipeline_arn"],
                training_set_arn=args.get("training_set_arn"),
            ),
            RELEASE: rendered(
                permissions.release_machine_policy,
                group_name=args["group_name"],
                endpoint_name=args["endpoint_name"],
                serving_name=args["serving_name"],
                account_id=args["account_id"],
                region=args["region"],
            ),
        }
        return {
            stage: StateMachine(
                f"{name}-{stage.lower()}",
                {
                    "definition": definition,
                    "policy": policies[stage],
                    "log_group_arn": log.arn,
                    "account_id": args["account_id"],
                },
                pulumi.ResourceOptions(parent=self),
            )
            for stage, definition in definitions.items()
        }

    def _role(
        self,
        name: str,
        args: ModelDeliveryArgs,
        builds: dict[str, StageBuild],
        machines: dict[str, StateMachine],
    ) -> ExecutionRole:
        return ExecutionRole(
            f"{name}-pipeline",
            {
                "service": "codepipeline.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "stages": rendered(
                        pipeline_permissions,
                        artifact_bucket_arn=args["artifacts_bucket_arn"],
                        artifact_key_arn=args["artifacts_key_arn"],
                        pipeline=args["pipeline_name"],
                        source=args["source"],
                        project_arns=[build.project_arn for build in builds.values()],
                        topic_arn=args["approval_topic_arn"] if args["needs_approval"] else None,
                        topic_key_arn=args["approval_key_arn"],
                    ),
                    "machines": rendered(
                        permissions.machines_policy,
                        machine_arns=[machine.arn for machine in machines.values()],
                    ),
                },
            },
            pulumi.ResourceOptions(parent=self),
        )


def _stages(
    args: ModelDeliveryArgs, builds: dict[str, StageBuild], machines: dict[str, StateMachine]
) -> list[stages.Stage]:
    """The stages in their order, and what each is told of those before it."""
    revision = f"#{{{SOURCE}.{revision_variable(args['source'])}}}"
    delivery = "#{codepipeline.PipelineExecutionId}"
    training = {
        "delivery": delivery,
        "revision": revision,
        "code_uri": "#{Check.CODE_URI}",
        "definition": "#{Check.DEFINITION}",
    }
    if "image" in args:
        training["image_uri"] = "#{Image.IMAGE_URI}"
    approval = stages.approval(
        topic_arn=args["approval_topic_arn"],
        revision=revision_variable(args["source"]),
        text=(
            f"{args['model']}, version #{{Evaluate.VERSION}}, has #{{Evaluate.METRICS}}; "
            "#{Evaluate.LIVE}."
        ),
    )
    return [
        source_stage(args["source"], branch=args["trigger"]["branch"]),
        *(
            stages.build(
                stage,
                project=builds[stage].project_name,
                variables={"REVISION": revision},
                on_failure=OnFailure.RETRY,
            )
            for stage in ("Check", "Image")
            if stage in builds
        ),
        stages.machine(TRAIN, arn=machines[TRAIN].arn, told=training),
        stages.build(
            "Evaluate",
            project=builds["Evaluate"].project_name,
            variables={"DELIVERY": delivery},
        ),
        *([approval] if args["needs_approval"] else []),
        stages.machine(
            RELEASE,
            arn=machines[RELEASE].arn,
            told={"package": "#{Evaluate.MODEL_PACKAGE}", "revision": revision},
        ),
    ]
