"""The training pipeline of one model: its definition, its code in S3 and the role of its jobs."""

from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.code_objects import code_objects
from components.common.execution_role import ExecutionRole
from components.common.iam import Json, Statement, rendered
from components.common.log_group import PROCESSING_JOBS, TRAINING_JOBS
from components.common.workload import WorkloadArgs, artifacts_prefix, run_inputs
from components.platform.experiments.job_environment import job_environment
from components.platform.experiments.policies import log_runs
from components.platform.file_channels import FileChannelArgs, file_channel
from components.platform.model_project import content_hash, definition_hash
from components.platform.pod_training.definition import in_pods
from components.platform.pod_training.policies import sending_statements
from components.platform.training_definition import Placement, placed
from components.platform.training_policy import pass_role_policy, training_policy
from components.platform.training_request import TrainingOptions
from components.platform.tuned_definition import TuningArgs, tuned


class SearchArgs(TypedDict):
    """How hyperparameters are found."""

    tuning: NotRequired[TuningArgs]
    """A search for hyperparameters; one training with given ones unless given."""


class TrainingCompute(SearchArgs):
    """The instances of the training job."""

    instance_type: str
    """CPU, GPU or Trainium, such as `ml.m6i.xlarge`, `ml.g6.xlarge` or `ml.trn1.2xlarge`."""
    instance_count: int
    """Number of instances."""
    volume_gb: int
    """Volume of each instance, in GB; at most its local storage, where it has any."""
    max_seconds: int
    """Seconds after which SageMaker stops the job."""
    hyperparameters: NotRequired[dict[str, Any]]
    """Texts, numbers and booleans by name, in the place of the project's own."""
    options: NotRequired[TrainingOptions]
    """Spot, checkpoints and what else is asked of the job; nothing unless given."""


class TrackingArgs(TypedDict):
    """Where jobs keep their runs."""

    arn: pulumi.Input[str]
    """ARN of an app or a tracking server of MLflow."""
    bucket: pulumi.Input[str]
    """Bucket of its artifacts, under the key of `artifacts_bucket`."""


class TrackedArgs(TypedDict):
    """For what starts jobs that keep runs."""

    tracking: NotRequired[TrackingArgs]
    """Where they keep them; nowhere unless given."""


class ServedArgs(TypedDict):
    """For what registers versions."""

    serving_image: NotRequired[str]
    """Image in ECR that they are registered with; that of the jobs unless given."""


class PodsArgs(TypedDict):
    """The queue that trainings are asked for by, where pods do them."""

    queue_url: pulumi.Input[str]
    """URL of the queue."""
    queue_arn: pulumi.Input[str]
    """ARN of the queue."""
    messages_key_arn: pulumi.Input[str]
    """Key of the queue."""


class InPodsArgs(TypedDict):
    """For what has pods train."""

    in_pods: NotRequired[PodsArgs]
    """Where their trainings are asked for; SageMaker trains unless given."""


class TrainingPipelineArgs(WorkloadArgs, TrackedArgs, ServedArgs, InPodsArgs):
    """What a training pipeline is made of."""

    pipeline_name: str
    """Name within the account and region."""
    definition: dict[str, Any]
    """Compiled pipeline definition of the model project."""
    job_tags: NotRequired[dict[str, str]]
    """Tags of every job, beside the model's name: a pipeline hands none of its own down."""
    code: dict[str, str]
    """Text of the project's code files by their path within its code folder."""
    parameters: NotRequired[dict[str, Any]]
    """The project's own parameters, such as `TargetColumn`, beside those that the platform sets."""
    image_uri: pulumi.Input[str]
    """Image in ECR that all jobs run, fit for the instance type."""
    training: TrainingCompute
    """Instances of the training job."""
    processing_instance_type: str
    """Instance type of the processing jobs."""
    data_bucket: pulumi.Input[str]
    """Bucket with the training data."""
    data_prefix: str
    """Where in it, without a slash at the end."""
    data_key_arn: pulumi.Input[str]
    """Key of the training data."""
    group_name: pulumi.Input[str]
    """Model package group that a good model is registered in."""
    file_channels: NotRequired[list[FileChannelArgs]]
    """Channels of the training job that show folders of file systems; none unless given."""


class TrainingPipeline(pulumi.ComponentResource):
    """A SageMaker Pipeline that trains, evaluates and registers one model.

    The code lies under a prefix of its own hash.

    Raises DefinitionError (in the pipeline's definition output) for a project that doesn't declare
    the parameters that the platform sets, has a channel of a name in `file_channels`, or cannot be
    trained as `training` asks.
    """

    name: pulumi.Output[str]
    """Name of the pipeline, known once it exists."""
    arn: pulumi.Output[str]
    """ARN of the pipeline."""
    role_arn: pulumi.Output[str]
    """ARN of the role of its jobs."""

    def __init__(
        self, name: str, args: TrainingPipelineArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:TrainingPipeline", name, None, opts)
        own = artifacts_prefix(args["model"])
        options = args["training"].get("options", {})
        code_prefix = f"{own}/code/{content_hash(args['code'])}"
        role = ExecutionRole(
            f"{name}-role",
            {
                "service": "sagemaker.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "training": rendered(
                        training_policy,
                        model=args["model"],
                        data_bucket=args["data_bucket"],
                        data_prefix=args["data_prefix"],
                        data_key_arn=args["data_key_arn"],
                        artifacts_bucket=args["artifacts_bucket"],
                        group_name=args["group_name"],
                        file_systems=pulumi.Output.all(
                            *[
                                pulumi.Output.all(each["kind"].value, each["file_system_arn"])
                                for each in args.get("file_channels", [])
                            ]
                        ),
                        training_plan_arn=options.get("training_plan_arn", ""),
                        training_image=options.get("image_uri", ""),
                        tunes="tuning" in args["training"],
                        in_pods=_sending(args),
                        makes_log_groups=args.get("jobs_make_log_groups", False),
                        **run_inputs(
                            args,
                            args["image_uri"],
                            [PROCESSING_JOBS, TRAINING_JOBS],
                            builds=True,
                        ),
                    ),
                    **_may_log(args),
                },
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        pass_role = aws.iam.RolePolicy(
            f"{name}-pass-role",
            role=role.name,
            policy=rendered(pass_role_policy, role_arn=role.arn),
            opts=pulumi.ResourceOptions(parent=self),
        )
        code = code_objects(
            f"{name}-code",
            args["code"],
            parent=self,
            bucket=args["artifacts_bucket"],
            prefix=code_prefix,
            key_arn=args["artifacts_key_arn"],
        )
        pipeline = aws.sagemaker.Pipeline(
            f"{name}-pipeline",
            pipeline_name=args["pipeline_name"],
            pipeline_display_name=args["pipeline_name"],
            pipeline_description=f"Definition {definition_hash(args['definition'])}",
            pipeline_definition=_definition(args, code_prefix, role.arn),
            role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*role.ready, pass_role, *code]),
        )
        self.name = pipeline.pipeline_name
        self.arn = pipeline.arn
        self.role_arn = role.arn
        self.register_outputs({"name": self.name, "arn": self.arn, "role_arn": self.role_arn})


def _may_log(args: TrainingPipelineArgs) -> dict[str, pulumi.Input[str]]:
    """The policy by which jobs keep runs, if they do."""
    if "tracking" not in args:
        return {}
    tracking = args["tracking"]
    return {
        "experiments": rendered(
            log_runs,
            arn=tracking["arn"],
            bucket=tracking["bucket"],
            key_arn=args["artifacts_key_arn"],
        )
    }


def _sending(args: TrainingPipelineArgs) -> pulumi.Output[list[Statement]]:
    """What it takes to ask for trainings of pods; nothing where SageMaker trains."""
    if "in_pods" not in args:
        return pulumi.Output.from_input([])
    pods = args["in_pods"]
    return pulumi.Output.all(pods["queue_arn"], pods["messages_key_arn"]).apply(
        lambda known: sending_statements(*known)
    )


def _definition(
    args: TrainingPipelineArgs, code_prefix: str, role_arn: pulumi.Output[str]
) -> pulumi.Output[str]:
    training = args["training"]

    def build(
        image_uri: str,
        data_bucket: str,
        artifacts_bucket: str,
        artifacts_key_arn: str,
        group_name: str,
        subnet_ids: list[str],
        security_group_id: str,
        role_arn: str,
        channels: list[dict[str, Any]],
        tracking_arn: str,
        queue_url: str,
    ) -> Json:
        parameters = {
            **args.get("parameters", {}),
            "DataUri": f"s3://{data_bucket}/{args['data_prefix']}/",
            "OutputUri": f"s3://{artifacts_bucket}/{artifacts_prefix(args['model'])}/runs",
            "CodeUri": f"s3://{artifacts_bucket}/{code_prefix}/",
            "ImageUri": image_uri,
            "RoleArn": role_arn,
            "KmsKeyId": artifacts_key_arn,
            "TrainingInstanceType": training["instance_type"],
            "TrainingInstanceCount": training["instance_count"],
            "TrainingVolumeGb": training["volume_gb"],
            "TrainingMaxSeconds": training["max_seconds"],
            "ProcessingInstanceType": args["processing_instance_type"],
            "ModelPackageGroupName": group_name,
        }
        placement = Placement(
            role_arn=role_arn,
            subnet_ids=subnet_ids,
            security_group_ids=[security_group_id],
            kms_key_arn=artifacts_key_arn,
            tags={**args.get("job_tags", {}), "maslow:model": args["model"]},
        )
        result = placed(
            args["definition"],
            parameters,
            placement,
            training.get("hyperparameters"),
            [file_channel(**each) for each in channels],
            job_environment(tracking_arn, args["pipeline_name"]) if tracking_arn else {},
            training.get("options"),
            args.get("serving_image"),
        )
        if queue_url:
            return in_pods(result, queue_url)
        return tuned(result, training["tuning"]) if "tuning" in training else result

    return rendered(
        build,
        image_uri=args["image_uri"],
        data_bucket=args["data_bucket"],
        artifacts_bucket=args["artifacts_bucket"],
        artifacts_key_arn=args["artifacts_key_arn"],
        group_name=args["group_name"],
        subnet_ids=args["subnet_ids"],
        security_group_id=args["security_group_id"],
        role_arn=role_arn,
        tracking_arn=args["tracking"]["arn"] if "tracking" in args else "",
        queue_url=args["in_pods"]["queue_url"] if "in_pods" in args else "",
        channels=pulumi.Output.all(
            *[
                pulumi.Output.all(
                    channel=each["channel"],
                    kind=each["kind"].value,
                    file_system_id=each["file_system_id"],
                    directory=each["directory"],
                )
                for each in args.get("file_channels", [])
            ]
        ),
    )
