"""What a model's settings ask of its training jobs beyond instances, disk and time.

Pure functions write it into the request of a compiled pipeline's training step, whose form is that
of CreateTrainingJob.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

Request = dict[str, Any]

TORCH_DISTRIBUTED = "sagemaker_torch_distributed_enabled"
"""Hyperparameter that has SageMaker's training toolkit start a script by torchrun.

https://docs.aws.amazon.com/sagemaker/latest/dg/distributed-training.html
"""
INSTANCE_TYPE = "sagemaker_instance_type"
PROGRAM = "sagemaker_program"
"""Hyperparameter by which the toolkit is told a script, where a step has no entry point."""
RENDEZVOUS_PORT = 29400
"""torchrun's own default: https://docs.pytorch.org/docs/stable/elastic/run.html"""
FIRST_HOST = "algo-1"
"""What SageMaker calls the first host of a job, and what the others reach it by."""
_PYTHON = re.compile(r"(.*/)?python[0-9.]*")


class InstanceGroupArgs(TypedDict):
    """Instances of one type among those of a training job."""

    name: str
    """What the training knows the group by."""
    instance_type: str
    """Such as `ml.g5.xlarge`."""
    instance_count: int
    """Number of instances."""


class TorchrunArgs(TypedDict):
    """Training in several processes that exchange what they learn."""

    hosts: int
    """Instances of the job."""
    processes: int
    """On each instance: one for each accelerator's device, or one where there is none."""
    instance_type: str
    """Of the instances."""
    efa: bool
    """Whether they exchange it by the Elastic Fabric Adapter."""


class TrainingOptions(TypedDict):
    """What is asked of the training jobs; what is left out is not asked for."""

    checkpoints: NotRequired[bool]
    """Whether /opt/ml/checkpoints is kept in S3 while a job runs, for it to go on from."""
    spot_wait_seconds: NotRequired[int]
    """On spot instances: seconds that a job may take with its waits for them."""
    keep_warm_seconds: NotRequired[int]
    """Seconds that the instances are kept after a job, for the next like it."""
    isolated: NotRequired[bool]
    """Whether the container reaches nothing but the other hosts of its job."""
    torchrun: NotRequired[TorchrunArgs]
    """Start the training by torchrun."""
    instance_groups: NotRequired[list[InstanceGroupArgs]]
    """Instances of several types, in place of one type."""
    image_uri: NotRequired[str]
    """Image of the training jobs, in place of the pipeline's own."""
    training_plan_arn: NotRequired[str]
    """Reserved capacity that the instances are taken from."""


class UnfitTraining(ValueError):
    """A training step that cannot be started as it is asked."""


def instance_types(request: Mapping[str, Any], options: TrainingOptions) -> list[Any]:
    """The types of a job's instances: of its groups, or the one that its request names."""
    groups = options.get("instance_groups")
    if groups:
        return [group["instance_type"] for group in groups]
    return [request["ResourceConfig"].get("InstanceType")]


def set_options(step: str, request: Request, options: TrainingOptions) -> None:
    """Write what is asked into the request of a training step.

    Checkpoints lie below the execution, so that a training never goes on from another's.
    Raises UnfitTraining for a step that torchrun cannot start.
    """
    resources = request["ResourceConfig"]
    if options.get("checkpoints"):
        request["CheckpointConfig"] = {"S3Uri": checkpoints_uri(step)}
    if wait := options.get("spot_wait_seconds"):
        request["EnableManagedSpotTraining"] = True
        stopping = request.setdefault("StoppingCondition", {})
        stopping["MaxWaitTimeInSeconds"] = wait
    if warm := options.get("keep_warm_seconds"):
        resources["KeepAlivePeriodInSeconds"] = warm
    if image := options.get("image_uri"):
        request["AlgorithmSpecification"]["TrainingImage"] = image
    if options.get("isolated"):
        request["EnableNetworkIsolation"] = True
    if groups := options.get("instance_groups"):
        resources.pop("InstanceType", None)
        resources.pop("InstanceCount", None)
        resources["InstanceGroups"] = [
            {
                "InstanceGroupName": group["name"],
                "InstanceType": group["instance_type"],
                "InstanceCount": group["instance_count"],
            }
            for group in groups
        ]
    if plan := options.get("training_plan_arn"):
        resources["TrainingPlanArn"] = plan
    if torchrun := options.get("torchrun"):
        _start_by_torchrun(request, torchrun)


def checkpoints_uri(step: str) -> Request:
    """Where in S3 the checkpoints of a step's job lie, as a pipeline's definition says it."""
    parts: list[Any] = [
        {"Get": "Parameters.OutputUri"},
        {"Get": "Execution.PipelineExecutionId"},
        "checkpoints",
        step,
    ]
    return {"Std:Join": {"On": "/", "Values": parts}}


def _start_by_torchrun(request: Request, torchrun: TorchrunArgs) -> None:
    algorithm = request["AlgorithmSpecification"]
    if torchrun["efa"]:
        request["Environment"] = {**request.get("Environment", {}), "FI_PROVIDER": "efa"}
    entry = algorithm.get("ContainerEntrypoint", [])
    if not entry and PROGRAM in request.get("HyperParameters", {}):
        request["HyperParameters"] |= {
            TORCH_DISTRIBUTED: "true",
            INSTANCE_TYPE: torchrun["instance_type"],
        }
    elif len(entry) > 1 and all(isinstance(word, str) for word in entry[:2]):
        algorithm["ContainerEntrypoint"] = _by_torchrun(entry, torchrun)
    else:
        raise UnfitTraining(
            "torchrun starts a Python script, and the training has neither an entry point of "
            f"python and a script, nor a {PROGRAM}"
        )


def _by_torchrun(entry: Sequence[str], torchrun: TorchrunArgs) -> list[str]:
    """The command that runs on every host: they meet at the first one, and number themselves."""
    python, script, *arguments = entry
    if not _PYTHON.fullmatch(python) or not script.endswith(".py"):
        raise UnfitTraining(
            f"torchrun starts a Python script, and the training's entry point is {python} {script}"
        )
    return [
        "torchrun",
        f"--nnodes={torchrun['hosts']}",
        f"--nproc-per-node={torchrun['processes']}",
        "--rdzv-backend=c10d",
        f"--rdzv-endpoint={FIRST_HOST}:{RENDEZVOUS_PORT}",
        script,
        *arguments,
    ]
