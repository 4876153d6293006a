"""What serves a model: the fleets of its endpoint, and within what they are scaled.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from infra.models.place import Place
from infra.models.shapes import EndpointShape, FleetShape, ScalingShape

NOT_THERE = "ValidationException"
"""What SageMaker answers for an endpoint, configuration or model that is not there."""

DESIRED = "sagemaker:variant:DesiredInstanceCount"


def endpoint(place: Place, model: str) -> EndpointShape | None:
    """The endpoint of a model; None where there is none. Raises botocore's errors."""
    name = place.names(model)
    described = _there(place.client("sagemaker").describe_endpoint, EndpointName=name)
    if described is None:
        return None
    return {
        "name": name,
        "status": described["EndpointStatus"],
        "failure": described.get("FailureReason"),
        "fleets": fleets(place, described),
        "scaling": scaling(place, name),
    }


def fleets(place: Place, described: Mapping[str, Any]) -> list[FleetShape]:
    """The fleets of an endpoint that DescribeEndpoint tells of: while it is updated, new ones too.

    A fleet's part of the traffic is its weight's part of all weights. It is unknown where a weight
    is not told.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PendingDeploymentSummary.html
    """
    pending = described.get("PendingDeploymentSummary") or {}
    every = [
        (described.get("EndpointConfigName"), False, described.get("ProductionVariants", [])),
        (pending.get("EndpointConfigName"), True, pending.get("ProductionVariants", [])),
    ]
    variants = [variant for _, _, some in every for variant in some]
    weights = [variant.get("CurrentWeight") for variant in variants]
    total = None if None in weights else sum(weights)
    found: list[FleetShape] = []
    for config, coming, some in every:
        behind = versions_behind(place, config) if some else {}
        found += [_fleet(one, behind.get(one["VariantName"]), total, coming) for one in some]
    return found


def _fleet(
    variant: Mapping[str, Any], version: int | None, total: float | None, coming: bool
) -> FleetShape:
    return {
        "version": version,
        "coming": coming,
        "share": variant["CurrentWeight"] / total if total else None,
        "instances": variant.get("CurrentInstanceCount"),
        "wanted": variant.get("DesiredInstanceCount"),
    }


def versions_behind(place: Place, config: str | None) -> dict[str, int | None]:
    """The version of each variant of a configuration; None for one that no package is behind.

    Empty for a configuration that is gone.
    """
    sagemaker = place.client("sagemaker")
    described = _there(sagemaker.describe_endpoint_config, EndpointConfigName=config)
    variants = described["ProductionVariants"] if described else []
    return {
        one["VariantName"]: package_number(
            _there(sagemaker.describe_model, ModelName=one.get("ModelName"))
        )
        for one in variants
    }


def package_number(model: Mapping[str, Any] | None) -> int | None:
    """The number of the model package that a model was made from, the last part of its ARN."""
    if not model:
        return None
    containers = model.get("Containers") or [model.get("PrimaryContainer") or {}]
    number = containers[0].get("ModelPackageName", "").rpartition("/")[2]
    return int(number) if number.isdigit() else None


def scaling(place: Place, name: str) -> ScalingShape | None:
    """Within which numbers an endpoint's first variant is scaled; None where none is.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html
    """
    pages = place.client("application-autoscaling").get_paginator("describe_scalable_targets")
    for page in pages.paginate(ServiceNamespace="sagemaker", ScalableDimension=DESIRED):
        for target in page["ScalableTargets"]:
            if target["ResourceId"].startswith(f"endpoint/{name}/variant/"):
                return {"min": target["MinCapacity"], "max": target["MaxCapacity"]}
    return None


def serving(found: EndpointShape | None) -> int | None:
    """The version that takes the traffic; while two do, the one from before."""
    settled = [one["version"] for one in found["fleets"] if not one["coming"]] if found else []
    return settled[0] if settled else None


def coming(found: EndpointShape | None) -> Sequence[int | None]:
    """The versions that are being deployed."""
    return [one["version"] for one in found["fleets"] if one["coming"]] if found else []


def _there(ask: Any, **what: str | None) -> dict[str, Any] | None:
    """What AWS says of a thing; None where it is not there."""
    if None in what.values():
        return None
    try:
        answer: dict[str, Any] = ask(**what)
    except ClientError as error:
        if error.response["Error"]["Code"] == NOT_THERE:
            return None
        raise
    return answer
