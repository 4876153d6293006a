"""A pipeline on the embedded AWS whose one step, Train, is a line of Python."""

import json
import time

from embedded.cloud import Cloud


def create(cloud: Cloud, name: str, line: str) -> None:
    """Create the pipeline; its job writes to the bucket `artifacts`."""
    role = "arn:aws:iam::123456789012:role/jobs"
    job = {
        "AlgorithmSpecification": {
            "TrainingImage": "image",
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "-c", line],
        },
        "OutputDataConfig": {"S3OutputPath": "s3://artifacts/out"},
        "ResourceConfig": {
            "InstanceCount": 1,
            "InstanceType": "ml.m5.large",
            "VolumeSizeInGB": 1,
        },
        "RoleArn": role,
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    step = {"Name": "Train", "Type": "Training", "Arguments": job}
    definition = {"Version": "2020-12-01", "Parameters": [], "Steps": [step]}
    cloud.client("sagemaker").create_pipeline(
        PipelineName=name, PipelineDefinition=json.dumps(definition), RoleArn=role
    )


def run(cloud: Cloud, name: str) -> None:
    """Run it to its good end."""
    sagemaker = cloud.client("sagemaker")
    execution = sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    state = {"PipelineExecutionStatus": "Executing"}
    while state["PipelineExecutionStatus"] == "Executing":
        time.sleep(0.05)
        state = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
    assert state["PipelineExecutionStatus"] == "Succeeded", state
