"""What SageMaker refuses of a training job's instances, times and checkpoints.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

DAY = 86_400


def refused(arguments: Mapping[str, Any]) -> Iterator[str]:
    """What a request for a training job asks for that does not go together."""
    resources = arguments.get("ResourceConfig", {})
    stopping = arguments.get("StoppingCondition", {})
    wait = stopping.get("MaxWaitTimeInSeconds")
    runs = stopping.get("MaxRuntimeInSeconds", DAY)
    spot = arguments.get("EnableManagedSpotTraining", False)
    if spot and wait is None:
        yield "managed spot training needs a MaxWaitTimeInSeconds"
    if wait is not None and not spot:
        yield "MaxWaitTimeInSeconds is of managed spot training alone"
    if spot and wait is not None and wait < runs:
        yield f"MaxWaitTimeInSeconds ({wait}) is less than MaxRuntimeInSeconds ({runs})"
    groups = resources.get("InstanceGroups")
    if resources.get("KeepAlivePeriodInSeconds"):
        if spot:
            yield "spot instances are not kept in a warm pool"
        if groups:
            yield "instance groups are not kept in a warm pool"
    if groups and (resources.get("InstanceType") or resources.get("InstanceCount")):
        yield "InstanceGroups stand in place of InstanceType and InstanceCount"
