"""Places a model project's compiled pipeline definition in one environment.

The definition comes from the project and knows no account; a pure function sets its parameters and
puts its jobs into the network, under the keys and the role of the environment.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-overview.html
https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/
"""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.platform.instance_types import has_local_storage
from components.platform.serving_image import UnfitServing, set_serving_image
from components.platform.training_request import (
    TrainingOptions,
    UnfitTraining,
    instance_types,
    set_options,
)

Definition = dict[str, Any]

_TYPES: Mapping[str, tuple[type, ...]] = {
    "String": (str,),
    "Integer": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
}


TAGGED_STEPS = frozenset(
    {
        *("AutoML", "ClarifyCheck", "Model", "Processing"),
        *("QualityCheck", "Training", "Transform", "Tuning"),
    }
)
"""Types of the steps that start what is billed, and take tags for it.

A registered version bears the tags of its group:
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
"""


MOST_CHANNELS = 20
"""Of one training job.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""


class DefinitionError(ValueError):
    """A pipeline definition that the platform can't place."""


@dataclass(frozen=True)
class Placement:
    """Where the jobs of a pipeline run, and under whose keys."""

    role_arn: str
    """Execution role of every job."""
    subnet_ids: Sequence[str]
    """Private subnets."""
    security_group_ids: Sequence[str]
    """Security groups of the jobs' network interfaces."""
    kms_key_arn: str
    """Key of volumes and outputs."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Tags of every job, for cost allocation: a pipeline hands none of its own down."""


def declared(definition: Definition) -> set[str]:
    """Names of the parameters of a pipeline."""
    return {each["Name"] for each in definition.get("Parameters", [])}


def placed(
    definition: Definition,
    parameters: Mapping[str, str | int | float],
    placement: Placement,
    hyperparameters: Mapping[str, str | int | float] | None = None,
    channels: Sequence[Definition] = (),
    environment: Mapping[str, Any] | None = None,
    options: TrainingOptions | None = None,
    serving_image: str | None = None,
) -> Definition:
    """A copy of `definition` with `parameters` as defaults and every job in its place.

    Training jobs get `hyperparameters` beside those of the project, in whose place they stand, and
    `channels` beside the project's own; `options` are what else is asked of them. Training and
    processing jobs, and those that a tuning starts, get the variables of `environment`, which may
    refer to parameters of the pipeline. Versions are registered with `serving_image` where they
    would be with the image of the jobs.

    Training and processing jobs get the role, the VPC, encryption between containers, the volume
    key (left out where the instance type refuses one) and an output key where the project set
    none. Every step that starts something gets the tags. Whoever starts the pipeline with another
    instance type than the default must choose one of the same kind of storage.

    Raises DefinitionError for parameters that the definition doesn't declare or declares with
    another type, for a job whose instance type is neither a literal nor a parameter, for a channel
    that a training has already, for a training that cannot be started as `options` ask, and for a
    `serving_image` where no version is registered with the image of the jobs.
    """
    result = copy.deepcopy(definition)
    result["Metadata"] = {}  # the project's own, which is about its source
    _set_defaults(result, parameters)
    if serving_image:
        try:
            set_serving_image(steps(result), serving_image)
        except UnfitServing as error:
            raise DefinitionError(str(error)) from error
    defaults = {each["Name"]: each.get("DefaultValue") for each in result.get("Parameters", [])}
    for step in steps(result):
        if step["Type"] in TAGGED_STEPS:
            _tag(step["Arguments"], placement.tags)
        for request in _jobs(step) if environment else ():
            request["Environment"] = {**request.get("Environment", {}), **(environment or {})}
        if step["Type"] == "Training":
            _place_training(step, defaults, placement, options or {})
            _set_hyperparameters(step["Arguments"], hyperparameters or {})
            _add_channels(step["Arguments"], channels)
        elif step["Type"] == "Processing":
            _place_processing(step, defaults, placement)
    return result


def _set_defaults(definition: Definition, parameters: Mapping[str, str | int | float]) -> None:
    declared = {each["Name"]: each for each in definition.get("Parameters", [])}
    missing = sorted(parameters.keys() - declared.keys())
    if missing:
        raise DefinitionError(
            f"the pipeline definition declares no parameter {', '.join(missing)}; "
            f"it declares {', '.join(sorted(declared)) or 'none'}"
        )
    for name, value in parameters.items():
        type_ = declared[name]["Type"]
        fits = isinstance(value, _TYPES[type_]) and isinstance(value, bool) == (type_ == "Boolean")
        if not fits:
            raise DefinitionError(
                f"the pipeline parameter {name} is declared as {type_}, and can't be {value!r}"
            )
        declared[name]["DefaultValue"] = value


def steps(definition: Definition) -> Iterator[dict[str, Any]]:
    """Every step of a pipeline, those of its branches among them."""
    yield from _steps(definition.get("Steps", []))


def _steps(steps: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for step in steps:
        yield step
        if step["Type"] == "Condition":
            yield from _steps(step["Arguments"].get("IfSteps", []))
            yield from _steps(step["Arguments"].get("ElseSteps", []))


def _jobs(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a step asks of jobs that run the project's code."""
    request = step["Arguments"]
    if step["Type"] in {"Processing", "Training"}:
        yield request
    elif step["Type"] == "Tuning":
        alone = request.get("TrainingJobDefinition")
        yield from [*([alone] if alone else []), *request.get("TrainingJobDefinitions", [])]


def _place_training(
    step: dict[str, Any],
    defaults: Mapping[str, Any],
    placement: Placement,
    options: TrainingOptions,
) -> None:
    request = step["Arguments"]
    request["RoleArn"] = placement.role_arn
    request["VpcConfig"] = _vpc(placement)
    request["EnableInterContainerTrafficEncryption"] = True
    request["OutputDataConfig"].setdefault("KmsKeyId", placement.kms_key_arn)
    types = [_known(step["Name"], each, defaults) for each in instance_types(request, options)]
    _set_volume_key(request["ResourceConfig"], types, placement)
    try:
        set_options(step["Name"], request, options)
    except UnfitTraining as error:
        raise DefinitionError(f"step {step['Name']}: {error}") from error


def _set_hyperparameters(
    request: dict[str, Any], hyperparameters: Mapping[str, str | int | float]
) -> None:
    """As texts, which is what SageMaker takes: true and false as JSON has them."""
    if hyperparameters:
        texts = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in hyperparameters.items()
        }
        request["HyperParameters"] = {**request.get("HyperParameters", {}), **texts}


def _add_channels(request: dict[str, Any], channels: Sequence[Definition]) -> None:
    if channels:
        try:
            request["InputDataConfig"] = with_channels(request.get("InputDataConfig", []), channels)
        except ValueError as error:
            raise DefinitionError(str(error)) from error


def _place_processing(
    step: dict[str, Any], defaults: Mapping[str, Any], placement: Placement
) -> None:
    request = step["Arguments"]
    request["RoleArn"] = placement.role_arn
    network = request.setdefault("NetworkConfig", {})
    network["VpcConfig"] = _vpc(placement)
    network["EnableInterContainerTrafficEncryption"] = True
    if "ProcessingOutputConfig" in request:
        request["ProcessingOutputConfig"].setdefault("KmsKeyId", placement.kms_key_arn)
    cluster = request["ProcessingResources"]["ClusterConfig"]
    type_ = _known(step["Name"], cluster.get("InstanceType"), defaults)
    _set_volume_key(cluster, [type_], placement)


def _tag(request: dict[str, Any], tags: Mapping[str, str]) -> None:
    own = {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}
    if wanted := {**own, **tags}:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in wanted.items()]


def _vpc(placement: Placement) -> dict[str, list[str]]:
    return {
        "SecurityGroupIds": list(placement.security_group_ids),
        "Subnets": list(placement.subnet_ids),
    }


def _set_volume_key(cluster: dict[str, Any], types: Sequence[str], placement: Placement) -> None:
    if any(has_local_storage(type_) for type_ in types):
        cluster.pop("VolumeKmsKeyId", None)
    else:
        cluster["VolumeKmsKeyId"] = placement.kms_key_arn


def _known(step: str, given: Any, defaults: Mapping[str, Any]) -> str:
    """The instance type that a step names, or that its parameter is set to."""
    if isinstance(given, dict):
        given = defaults.get(str(given.get("Get", "")).removeprefix("Parameters."))
    if not isinstance(given, str):
        raise DefinitionError(
            f"the instance type of step {step} must be a literal or a parameter with a default"
        )
    return given


def with_channels(present: Sequence[dict[str, Any]], more: Sequence[dict[str, Any]]) -> list[Any]:
    """The channels of a job with more of them.

    Raises ValueError for a name that is there already, and for more than a job can have.
    """
    names = {each["ChannelName"] for each in present}
    if twice := sorted(names & {each["ChannelName"] for each in more}):
        raise ValueError(f"the training has a channel {', '.join(twice)} of its own")
    if len(present) + len(more) > MOST_CHANNELS:
        raise ValueError(
            f"the training would have {len(present) + len(more)} channels, and {MOST_CHANNELS} is "
            "the most"
        )
    return [*present, *more]
