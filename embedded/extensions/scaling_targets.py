"""Application Auto Scaling: it registers no variant that it could not scale, and keeps tags.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html
"""

import json
import re
from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, FakeScalableTarget
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.exceptions import JsonRESTError
from moto.sagemaker.models import sagemaker_backends

from catalog.instances import family_of
from embedded.extensions.operations import add, kept

VARIANT = re.compile(r"endpoint/(?P<endpoint>[^/]+)/variant/(?P<variant>[^/]+)")

_register = ApplicationAutoscalingBackend.register_scalable_target
_deregister = ApplicationAutoscalingBackend.deregister_scalable_target
_answer = ApplicationAutoScalingResponse.register_scalable_target


def install() -> None:
    """Put them into moto's Application Auto Scaling."""
    add(ApplicationAutoscalingBackend, register_scalable_target, deregister_scalable_target)
    add(ApplicationAutoScalingResponse, list_tags_for_resource, tag_resource, untag_resource)
    setattr(ApplicationAutoScalingResponse, _answer.__name__, _tagged)


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


def deregister_scalable_target(
    self: ApplicationAutoscalingBackend, namespace: str, r_id: str, dimension: str
) -> None:
    """DeregisterScalableTarget, which takes the target's policies and schedules with it."""
    _deregister(self, namespace, r_id, dimension)
    variant = namespace, r_id, dimension
    for policy in [*self.policies.values()]:
        if (policy.service_namespace, policy.resource_id, policy.scalable_dimension) == variant:
            self.delete_scaling_policy(policy.policy_name, *variant)
    self.scheduled_actions = [
        action
        for action in self.scheduled_actions
        if (action.service_namespace, action.resource_id, action.scalable_dimension) != variant
    ]


def _tagged(self: ApplicationAutoScalingResponse) -> str:
    """RegisterScalableTarget with its tags, which a target that is there already keeps."""
    answer = _answer(self)
    tags = _tags(self, json.loads(answer)["ScalableTargetARN"])
    tags.update(self._get_param("Tags") or {})
    return answer


def list_tags_for_resource(self: ApplicationAutoScalingResponse) -> str:
    """ListTagsForResource of a scalable target."""
    return json.dumps({"Tags": _tags(self, self._get_param("ResourceARN"))})


def tag_resource(self: ApplicationAutoScalingResponse) -> str:
    """TagResource of a scalable target."""
    _tags(self, self._get_param("ResourceARN")).update(self._get_param("Tags"))
    return "{}"


def untag_resource(self: ApplicationAutoScalingResponse) -> str:
    """UntagResource of a scalable target."""
    tags = _tags(self, self._get_param("ResourceARN"))
    for key in self._get_param("TagKeys"):
        tags.pop(key, None)
    return "{}"


def _tags(response: ApplicationAutoScalingResponse, arn: str) -> dict[str, str]:
    """The tags of a scalable target, to be changed. Raises ResourceNotFoundException."""
    backend = response.applicationautoscaling_backend
    if arn not in {target.arn for all_ in backend.targets.values() for target in all_.values()}:
        raise JsonRESTError("ResourceNotFoundException", f"The resource {arn} was not found.")
    tags: dict[str, str] = kept(backend, "tags").setdefault(arn, {})
    return tags


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
