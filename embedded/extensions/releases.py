"""What SageMaker looks at when an endpoint moves: what scales it, and the alarms that stop it.

https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
"""

from collections.abc import Iterator
from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpoint, FakeEndpointConfig, SageMakerModelBackend

DIMENSION = "sagemaker:variant:DesiredInstanceCount"


def require_unscaled(
    backend: SageMakerModelBackend, endpoint: FakeEndpoint, config: FakeEndpointConfig
) -> None:
    """Raise ValidationError where a scalable target gets another instance type, or goes."""
    before = backend.endpoint_configs.get(endpoint.endpoint_config_name)
    if before is None:
        return
    scaling = applicationautoscaling_backends[backend.account_id][backend.region_name]
    scaled = scaling.targets.get(DIMENSION, {})
    after = {each["VariantName"]: each.get("InstanceType") for each in config.production_variants}
    for variant in before.production_variants:
        name = variant["VariantName"]
        target = f"endpoint/{endpoint.endpoint_name}/variant/{name}"
        if target in scaled and after.get(name) != variant.get("InstanceType"):
            raise ValidationError(
                message=f"The variant {name} of the endpoint {endpoint.endpoint_name} is a "
                "scalable target: deregister it from Application Auto Scaling before the update "
                "changes its instance type or removes it."
            )


def require_alarms(backend: SageMakerModelBackend, deployment: dict[str, Any] | None) -> None:
    """Raise ValidationError for alarms of a DeploymentConfig that are not there."""
    known = _alarms(backend)
    if unknown := [name for name in _rollback_alarms(deployment) if name not in known]:
        raise ValidationError(
            message=f"The alarms of AutoRollbackConfiguration do not exist: {', '.join(unknown)}"
        )


def is_stopped(backend: SageMakerModelBackend, deployment: dict[str, Any] | None) -> bool:
    """Whether one of the alarms of a DeploymentConfig goes off, which rolls an update back."""
    known = _alarms(backend)
    return any(known[name].state_value == "ALARM" for name in _rollback_alarms(deployment))


def _rollback_alarms(deployment: dict[str, Any] | None) -> Iterator[str]:
    rollback = (deployment or {}).get("AutoRollbackConfiguration", {})
    return (alarm["AlarmName"] for alarm in rollback.get("Alarms", []))


def _alarms(backend: SageMakerModelBackend) -> dict[str, Any]:
    alarms: dict[str, Any] = cloudwatch_backends[backend.account_id][backend.region_name].alarms
    return alarms
