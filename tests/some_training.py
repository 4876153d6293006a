"""Training jobs on the embedded AWS: how tests ask for them, and wait for their end."""

import time
from collections.abc import Mapping
from typing import Any

from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/jobs"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/sklearn:1"
ROWS = {"in/rows.csv": "a\nb\nc\n"}
"""What the channel of TRAIN_CHANNEL has."""
TRAIN_CHANNEL = {
    "ChannelName": "train",
    "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://work/in"}},
}
INSTANCE = {"InstanceType": "ml.m6i.large", "InstanceCount": 1, "VolumeSizeInGB": 10}


def make_work_bucket(cloud: Cloud, objects: Mapping[str, str]) -> None:
    """Make the bucket `work`, with texts by their keys."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="work", CreateBucketConfiguration={"LocationConstraint": cloud.region})
    for key, text in objects.items():
        s3.put_object(Bucket="work", Key=key, Body=text.encode())


def training(name: str, code: str, metrics: Mapping[str, str], **changes: Any) -> dict[str, Any]:
    """A request for a training by a text of Python, whose metrics are told by expressions."""
    return {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "-c", code],
            "MetricDefinitions": [
                {"Name": metric, "Regex": regex} for metric, regex in metrics.items()
            ],
        },
        "OutputDataConfig": {"S3OutputPath": "s3://work/models"},
        "ResourceConfig": INSTANCE,
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    } | changes


def trained(sagemaker: Any, name: str, seconds: float = 60) -> dict[str, Any]:
    """A training job as it is described once it has ended. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        told: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=name)
        if told["TrainingJobStatus"] not in {"InProgress", "Stopping"}:
            return told
        time.sleep(0.05)
    raise TimeoutError(told)
