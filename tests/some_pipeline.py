"""Pipelines of a few steps on the embedded AWS: how tests make, start and read them."""

import json
import time
from collections.abc import Sequence
from typing import Any

from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/jobs"


def python(name: str, code: str, **more: Any) -> dict[str, Any]:
    """A processing step that runs a text of Python; `more` are members of the step."""
    arguments = {
        "RoleArn": ROLE,
        "AppSpecification": {"ImageUri": "image", "ContainerEntrypoint": ["python3", "-c", code]},
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m6i.large",
                "VolumeSizeInGB": 10,
            }
        },
    }
    arguments |= more.pop("arguments", {})
    return {"Name": name, "Type": "Processing", "Arguments": arguments, **more}


def check(name: str, **more: Any) -> dict[str, Any]:
    """A Condition step that is met, with no steps in its branches unless `more` has them."""
    equal = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
    arguments = {"Conditions": [equal], "IfSteps": [], "ElseSteps": []}
    arguments |= more.pop("arguments", {})
    return {"Name": name, "Type": "Condition", "Arguments": arguments, **more}


def fail(name: str, message: Any = "on purpose", **more: Any) -> dict[str, Any]:
    """A Fail step."""
    return {"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}, **more}


def create(
    cloud: Cloud, name: str, steps: Sequence[Any], parameters: Sequence[Any] = (), **more: Any
) -> None:
    """Create a pipeline, or give the one of that name these steps."""
    sagemaker = cloud.client("sagemaker")
    definition = {"Version": "2020-12-01", "Parameters": [*parameters], "Steps": [*steps]}
    known = sagemaker.list_pipelines(PipelineNamePrefix=name)["PipelineSummaries"]
    put = (
        sagemaker.update_pipeline
        if name in [one["PipelineName"] for one in known]
        else sagemaker.create_pipeline
    )
    put(PipelineName=name, PipelineDefinition=json.dumps(definition), RoleArn=ROLE, **more)


def start(cloud: Cloud, name: str, values: dict[str, str] | None = None, **more: Any) -> str:
    """Start an execution; returns its ARN."""
    given = [{"Name": key, "Value": value} for key, value in (values or {}).items()]
    answer = cloud.client("sagemaker").start_pipeline_execution(
        PipelineName=name, PipelineParameters=given, **more
    )
    return str(answer["PipelineExecutionArn"])


def ended(cloud: Cloud, arn: str, seconds: float = 90) -> dict[str, Any]:
    """An execution as it is described once it has ended. Raises TimeoutError."""
    sagemaker = cloud.client("sagemaker")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        described: dict[str, Any] = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)
        if described["PipelineExecutionStatus"] not in ("Executing", "Stopping"):
            return described
        time.sleep(0.05)
    raise TimeoutError(steps_of(cloud, arn))


def steps_of(cloud: Cloud, arn: str) -> dict[str, dict[str, Any]]:
    """The steps of an execution by name, in the order of their start."""
    listed = cloud.client("sagemaker").list_pipeline_execution_steps(
        PipelineExecutionArn=arn, MaxResults=100
    )
    return {step["StepName"]: step for step in listed["PipelineExecutionSteps"]}


def run(cloud: Cloud, name: str, steps: Sequence[Any], **more: Any) -> tuple[str, dict[str, Any]]:
    """Create a pipeline and run it; returns the status of the execution, and its steps."""
    create(cloud, name, steps, more.pop("parameters", ()))
    arn = start(cloud, name, **more)
    return ended(cloud, arn)["PipelineExecutionStatus"], steps_of(cloud, arn)


def until(found: Any, seconds: float = 30) -> Any:
    """What a function returns as soon as that is something. Raises TimeoutError."""
    over = time.monotonic() + seconds
    while time.monotonic() < over:
        if value := found():
            return value
        time.sleep(0.05)
    raise TimeoutError
