"""What a pipeline tells, in a Callback step, whoever trains a model in SageMaker's place.

The step's arguments are texts by name, since SageMaker replaces references in no deeper ones. They
stand for a request of CreateTrainingJob: whatever the definition refers to is an argument of its
own, and the rest is JSON in one of them. Pods bring this module along, so that it imports nothing
of ours and works with Python 3.10.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

import json
from collections.abc import Mapping
from typing import Any

MODEL, METRICS = "S3ModelArtifacts", "FinalMetrics"
"""The output parameters: the S3 URI of the artefact, and the last value of each metric in JSON."""
FIXED = "TrainingSettings"
"""The argument with what refers to nothing; no other Callback step has it."""
IMAGE, OUTPUT, KEY = "TrainingImage", "S3OutputPath", "KmsKeyId"
SECONDS = "MaxRuntimeInSeconds"
CHANNEL, HYPERPARAMETER, VARIABLE = "Channel.", "HyperParameter.", "Environment."
PLACE = "kubernetes"
"""What a training is told in the place of an instance type."""


def is_training(arguments: Mapping[str, Any]) -> bool:
    """Whether the arguments of a Callback step ask for a training."""
    return FIXED in arguments


def job_name(execution_arn: str, token: str) -> str:
    """The name of the training that a step's token is for, as Kubernetes takes names."""
    return f"train-{execution_arn.rpartition('/')[2]}-{token}".lower()


def request_of(arguments: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The request of CreateTrainingJob that the arguments stand for. `name` is the job's.

    Raises ValueError for arguments that ask for no training.
    """
    if not is_training(arguments):
        raise ValueError(f"the arguments have no {FIXED}")
    fixed = json.loads(arguments[FIXED])
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {
            "TrainingImage": arguments[IMAGE],
            "TrainingInputMode": "File",
            **fixed["AlgorithmSpecification"],
        },
        "InputDataConfig": [
            {
                "ChannelName": channel,
                **fixed["Channels"].get(channel, {}),
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3DataDistributionType": "FullyReplicated",
                        "S3Uri": uri,
                    }
                },
            }
            for channel, uri in _named(arguments, CHANNEL).items()
        ],
        "HyperParameters": _named(arguments, HYPERPARAMETER),
        "Environment": _named(arguments, VARIABLE),
        "OutputDataConfig": {"S3OutputPath": arguments[OUTPUT], "KmsKeyId": arguments[KEY]},
        "StoppingCondition": {"MaxRuntimeInSeconds": int(arguments[SECONDS])},
        "ResourceConfig": {"InstanceType": PLACE, "InstanceCount": 1},
    }


def artefact_of(request: Mapping[str, Any]) -> str:
    """The S3 URI of the artefact of a request, where SageMaker would put it."""
    path = request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
    return f"{path}/{request['TrainingJobName']}/output/model.tar.gz"


def _named(arguments: Mapping[str, Any], prefix: str) -> dict[str, str]:
    return {
        name[len(prefix) :]: str(value)
        for name, value in arguments.items()
        if name.startswith(prefix)
    }


def command_of(request: Mapping[str, Any]) -> list[str]:
    """The command of a request with an entry point; without one it is the image's own."""
    algorithm = request["AlgorithmSpecification"]
    return [*algorithm.get("ContainerEntrypoint", []), *algorithm.get("ContainerArguments", [])]
