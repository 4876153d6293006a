"""Application Auto Scaling, which registers no variant that it could not scale.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html
"""

import re
from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, FakeScalableTarget
from moto.sagemaker.models import sagemaker_backends

from catalog.instances import family_of
from embedded.extensions.operations import add

VARIANT = re.compile(r"endpoint/(?P<endpoint>[^/]+)/variant/(?P<variant>[^/]+)")

_register = ApplicationAutoscalingBackend.register_scalable_target


def install() -> None:
    """Have moto look at the variant first."""
    add(ApplicationAutoscalingBackend, register_scalable_target)


def register_scalable_target(
    self: ApplicationAutoscalingBackend,
    namespace: str,
    r_id: str,
    dimension: str,
    *values: Any,
    **named: Any,
) -> FakeScalableTarget:
    """RegisterScalableTarget, refusing a variant that is not there or is burstable."""
    if dimension == "sagemaker:variant:DesiredInstanceCount":
        _require_scalable(self, r_id)
    return _register(self, namespace, r_id, dimension, *values, **named)


def _require_scalable(backend: ApplicationAutoscalingBackend, resource_id: str) -> None:
    named = VARIANT.fullmatch(resource_id)
    sagemaker = sagemaker_backends[backend.account_id][backend.region_name]
    endpoint = sagemaker.endpoints.get(named["endpoint"]) if named else None
    if named is None or endpoint is None:
        raise AWSValidationException(f"SageMaker endpoint doesn't exist: {resource_id}")
    config = sagemaker.endpoint_configs[endpoint.endpoint_config_name]
    types = {each["VariantName"]: each.get("InstanceType") for each in config.production_variants}
    if named["variant"] not in types:
        raise AWSValidationException(f"SageMaker variant doesn't exist: {resource_id}")
    instance = types[named["variant"]]
    if instance and family_of(instance).burstable:
        raise AWSValidationException(
            f"{instance} is a burstable instance type, which isn't scaled: {resource_id}"
        )
