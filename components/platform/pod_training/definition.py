"""Has pods do the training of a placed pipeline definition, whose other steps stay SageMaker's.

The step keeps its name and becomes one of type Callback: SageMaker puts a message into a queue, and
waits until it is told how the training ended. What referred to the trained model refers to an
output parameter. A project need not be compiled anew for it.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback
"""

import copy
import json
from collections.abc import Mapping
from typing import Any

from catalog import training_message as message
from components.platform.training_definition import Definition, DefinitionError, steps
from components.platform.tuned_definition import rewired

KEPT = ("Name", "DisplayName", "Description", "DependsOn", "CacheConfig")
"""What a Callback step has as a Training step has it. It has no retry policy."""
OF_SAGEMAKER = frozenset(
    {
        *("EnableInterContainerTrafficEncryption", "ResourceConfig", "RoleArn", "Tags"),
        *("StoppingCondition", "VpcConfig", "TrainingJobName"),
    }
)
"""What of a request pods have by their team's namespace, and their role by its service account."""
TAKEN = frozenset(
    {
        *("AlgorithmSpecification", "Environment", "HyperParameters", "InputDataConfig"),
        "OutputDataConfig",
    }
)
ALGORITHM = frozenset(
    {
        *("ContainerArguments", "ContainerEntrypoint", "MetricDefinitions"),
        *("TrainingImage", "TrainingInputMode"),
    }
)
DAY = 86_400
"""Seconds that a training may take which does not say how many."""
CHANNEL = frozenset({"ChannelName", "ContentType", "DataSource", "InputMode"})
"""What pods do of a channel: its objects are files before the training begins."""


def in_pods(definition: Definition, queue_url: str) -> Definition:
    """A copy of a placed `definition` whose trainings are asked for by messages in a queue.

    Raises DefinitionError for a pipeline without a training, for a training that asks for what pods
    do not do, and where a later step refers to more of it than the model.
    """
    result = copy.deepcopy(definition)
    trainings = [step for step in steps(result) if step["Type"] == "Training"]
    if not trainings:
        raise DefinitionError("the pipeline has no training that pods could do")
    for step in trainings:
        try:
            asked = arguments(step["Arguments"])
        except DefinitionError as error:
            raise DefinitionError(f"step {step['Name']}: {error}") from None
        kept = {key: step[key] for key in KEPT if key in step}
        step.clear()
        step.update(
            kept,
            Type="Callback",
            Arguments=asked,
            SqsQueueUrl=queue_url,
            OutputParameters=[
                {"OutputName": output, "OutputType": "String"}
                for output in (message.MODEL, message.METRICS)
            ],
        )
    for name in [step["Name"] for step in trainings]:
        model = f"Steps.{name}.ModelArtifacts.S3ModelArtifacts"
        told = {"Get": f"Steps.{name}.OutputParameters['{message.MODEL}']"}
        result["Steps"] = rewired(result["Steps"], f"Steps.{name}.", model, told)
    return result


def arguments(request: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the step for a training's request; raises DefinitionError."""
    if unknown := sorted(request.keys() - TAKEN - OF_SAGEMAKER):
        raise DefinitionError(f"pods have no {', '.join(unknown)}")
    algorithm = request["AlgorithmSpecification"]
    if unknown := sorted(algorithm.keys() - ALGORITHM):
        raise DefinitionError(f"pods have no AlgorithmSpecification.{unknown[0]}")
    if algorithm.get("TrainingInputMode", "File") != "File":
        raise DefinitionError("pods have their channels as files alone, of TrainingInputMode File")
    output = request["OutputDataConfig"]
    channels = request.get("InputDataConfig", [])
    named = {
        message.CHANNEL: {each["ChannelName"]: _uri(each) for each in channels},
        message.HYPERPARAMETER: request.get("HyperParameters", {}),
        message.VARIABLE: request.get("Environment", {}),
    }
    return {
        message.FIXED: json.dumps(_fixed(algorithm, channels), sort_keys=True),
        message.IMAGE: algorithm["TrainingImage"],
        message.OUTPUT: output["S3OutputPath"],
        message.KEY: output["KmsKeyId"],
        message.SECONDS: request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", DAY),
        **{
            f"{prefix}{name}": value
            for prefix, values in named.items()
            for name, value in values.items()
        },
    }


def _fixed(algorithm: Mapping[str, Any], channels: list[dict[str, Any]]) -> dict[str, Any]:
    """What refers to nothing; raises DefinitionError where it does."""
    found = {
        "AlgorithmSpecification": {
            key: algorithm[key]
            for key in ("ContainerEntrypoint", "ContainerArguments", "MetricDefinitions")
            if algorithm.get(key)
        },
        "Channels": {
            each["ChannelName"]: {"ContentType": each["ContentType"]}
            for each in channels
            if each.get("ContentType")
        },
    }
    if reference := _reference(found):
        raise DefinitionError(
            f"its command, its metrics and its content types are literals for pods, and one refers "
            f"to {reference}"
        )
    return found


def _uri(channel: Mapping[str, Any]) -> Any:
    name, source = channel["ChannelName"], channel["DataSource"].get("S3DataSource")
    if unknown := sorted(channel.keys() - CHANNEL):
        raise DefinitionError(f"pods have no {unknown[0]} of the channel {name}")
    if (
        source is None
        or channel.get("InputMode", "File") != "File"
        or source.get("S3DataType", "S3Prefix") != "S3Prefix"
        or source.get("S3DataDistributionType", "FullyReplicated") != "FullyReplicated"
        or source.keys() - {"S3DataType", "S3DataDistributionType", "S3Uri"}
    ):
        raise DefinitionError(f"pods have all of a prefix in S3, and the channel {name} is another")
    return source["S3Uri"]


def _reference(value: Any) -> str:
    """The first function or reference within, which is an object of one key."""
    if isinstance(value, list):
        return next((found for each in value if (found := _reference(each))), "")
    if isinstance(value, dict):
        if value.keys() & {"Get", "Std:Join", "Std:JsonGet"}:
            return json.dumps(value)
        return _reference([*value.values()])
    return ""
