"""SageMaker endpoints: UpdateEndpoint, and the parts of their life that moto leaves out.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html
"""

import json
from dataclasses import replace
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import get_service_model
from moto.iam.models import iam_backends
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpoint, FakeEndpointConfig, Model, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemaker.utils import arn_formatter

from embedded import clock
from embedded.clock import utcnow
from embedded.extensions.deployments import data_url, deployments, resolved
from embedded.extensions.inference import failure_of, retire, tarball
from embedded.extensions.model_registry import owner, require_open
from embedded.extensions.operations import add
from embedded.extensions.releases import require_alarms, require_unscaled
from embedded.extensions.rollouts import (
    Rollout,
    begin,
    planned,
    require_settled,
    rollouts,
    take_back,
)
from embedded.extensions.state_changes import endpoint_changed

DEFAULT_WEIGHT = 1.0
PRINCIPAL = "sagemaker.amazonaws.com"
RETAINED = {
    "DesiredInstanceCount": ("CurrentInstanceCount", "DesiredInstanceCount"),
    "DesiredWeight": ("CurrentWeight", "DesiredWeight"),
}


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        create_model,
        create_endpoint_config,
        create_endpoint,
        describe_endpoint,
        update_endpoint,
        delete_endpoint,
        update_endpoint_weights_and_capacities,
    )
    add(FakeEndpointConfig, validate_instance_type)


def create_model(self: SageMakerResponse) -> ActionResult:
    """CreateModel, refusing a name in use, and a package, data or a role that are not there."""
    backend = self.sagemaker_backend
    name = self._get_param("ModelName")
    refuse_existing("model", name, backend._models, backend)  # noqa: SLF001  moto has no other way
    containers = self._get_param("Containers") or []
    primary = self._get_param("PrimaryContainer") or {}
    require_role(backend, self._get_param("ExecutionRoleArn"))
    for container in [primary, *containers]:
        package = container.get("ModelPackageName")
        if not package:
            require_data(backend, container)
            continue
        require_open(backend, package, "sagemaker:CreateModel")
        if package not in owner(backend, package).model_package_name_mapping:
            raise ValidationError(message=f"Model package '{package}' does not exist.")
    model: Model = backend.create_model(
        model_name=name,
        execution_role_arn=self._get_param("ExecutionRoleArn"),
        primary_container=primary,
        vpc_config=self._get_param("VpcConfig"),
        containers=containers,
        tags=self._get_param("Tags"),
    )
    model.enable_network_isolation = bool(self._get_param("EnableNetworkIsolation"))
    return ActionResult({"ModelArn": model.arn})


def require_role(backend: SageMakerModelBackend, arn: str | None) -> None:
    """Raise ValidationError for a role that is not there, or does not trust SageMaker.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    if not arn:
        return
    roles = iam_backends[backend.account_id][backend.partition].roles.values()
    trusts = [json.loads(role.assume_role_policy_document) for role in roles if role.arn == arn]
    if not any(_trusts_sagemaker(statement) for trust in trusts for statement in _all(trust)):
        raise ValidationError(
            message=f"Could not assume role {arn}. Please ensure that the role exists and allows "
            f"principal '{PRINCIPAL}' to assume the role."
        )


def _all(trust: dict[str, Any]) -> list[dict[str, Any]]:
    statements = trust["Statement"]
    return statements if isinstance(statements, list) else [statements]


def _trusts_sagemaker(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = principal.get("Service", []) if isinstance(principal, dict) else []
    return statement["Effect"] == "Allow" and PRINCIPAL in (
        [services] if isinstance(services, str) else services
    )


def require_data(backend: SageMakerModelBackend, container: dict[str, Any]) -> None:
    """Raise ValidationError where a container names a tarball that is not there."""
    if url := data_url(container):
        try:
            tarball(backend, url)
        except (FileNotFoundError, ServiceException) as error:
            raise ValidationError(message=f"Could not find model data at {url}.") from error


def create_endpoint_config(self: SageMakerResponse) -> ActionResult:
    """CreateEndpointConfig, keeping every part of the configuration that was given."""
    backend = self.sagemaker_backend
    name = self._get_param("EndpointConfigName")
    refuse_existing("endpoint-config", name, backend.endpoint_configs, backend)
    shadows = self._get_param("ShadowProductionVariants")
    backend.validate_production_variants(shadows or [])
    config = backend.create_endpoint_config(
        endpoint_config_name=name,
        async_inference_config=self._get_param("AsyncInferenceConfig"),
        production_variants=self._get_param("ProductionVariants"),
        data_capture_config=self._get_param("DataCaptureConfig"),
        tags=self._get_param("Tags"),
        kms_key_id=self._get_param("KmsKeyId"),
    )
    vars(config).update(
        arn=config.endpoint_config_arn,
        data_capture_config=self._get_param("DataCaptureConfig"),
        shadow_production_variants=shadows,
        explainer_config=self._get_param("ExplainerConfig"),
        execution_role_arn=self._get_param("ExecutionRoleArn"),
        vpc_config=self._get_param("VpcConfig"),
        enable_network_isolation=self._get_param("EnableNetworkIsolation"),
    )
    return ActionResult({"EndpointConfigArn": config.endpoint_config_arn})


def create_endpoint(self: SageMakerResponse) -> ActionResult:
    """CreateEndpoint, refusing a name in use; it fails where a container does not start."""
    backend = self.sagemaker_backend
    name = self._get_param("EndpointName")
    config_name = self._get_param("EndpointConfigName")
    refuse_existing("endpoint", name, backend.endpoints, backend)
    require_alarms(backend, self._get_param("DeploymentConfig"))
    backend.describe_endpoint_config(config_name)
    config = backend.endpoint_configs[config_name]
    deployment = resolved(backend, config)
    endpoint = FakeEndpoint(  # type: ignore[abstract]  # moto leaves a method of its base out
        account_id=backend.account_id,
        region_name=backend.region_name,
        endpoint_name=name,
        endpoint_config_name=config_name,
        production_variants=[],
        data_capture_config={},
        tags=self._get_param("Tags"),
    )
    vars(endpoint).update(_deployed(config))
    vars(endpoint)["last_deployment_config"] = self._get_param("DeploymentConfig")
    endpoint.endpoint_status = "Creating"
    backend.endpoints[name] = endpoint
    endpoint_changed(backend, endpoint, "CREATING")
    if failure := failure_of(backend, deployment):
        vars(endpoint).update(endpoint_status="Failed", failure_reason=failure)
    else:
        endpoint.endpoint_status = "InService"
        deployments(backend)[name] = deployment
    endpoint_changed(backend, endpoint, "FAILED" if failure else "IN_SERVICE")
    return ActionResult({"EndpointArn": endpoint.arn})


def describe_endpoint(self: SageMakerResponse) -> ActionResult:
    """DescribeEndpoint; while it moves, the weights are those by which each fleet takes traffic."""
    backend, name = self.sagemaker_backend, self._get_param("EndpointName")
    described = backend.describe_endpoint(name)
    rollout = rollouts(backend).get(name)
    if rollout is None:
        return ActionResult(described)
    variants = [
        {**variant, "CurrentWeight": weight * (1 - rollout.share(variant["VariantName"]))}
        if (weight := variant.get("CurrentWeight"))
        else variant
        for variant in described["ProductionVariants"]
    ]
    return ActionResult({**described, "ProductionVariants": variants})


def update_endpoint(self: SageMakerResponse) -> ActionResult:
    """UpdateEndpoint: move the endpoint to another configuration, by its deployment's steps.

    An alarm of its deployment's that goes off rolls it back, and so does, at once, a container that
    does not start: it stays what it was.

    Weights and instance counts are the new configuration's, unless RetainAllVariantProperties is
    set: a variant that both configurations have then keeps its own, but for what
    ExcludeRetainedVariantProperties names.
    """
    backend = self.sagemaker_backend
    name = self._get_param("EndpointName")
    config_name = self._get_param("EndpointConfigName")
    backend.describe_endpoint(name)
    backend.describe_endpoint_config(config_name)
    endpoint = backend.endpoints[name]
    require_settled(endpoint)
    if endpoint.endpoint_status != "InService":
        raise ValidationError(
            message=f"Cannot update endpoint {name}: it is {endpoint.endpoint_status}."
        )
    config = backend.endpoint_configs[config_name]
    guarded = self._get_param("DeploymentConfig")
    require_alarms(backend, guarded)
    require_unscaled(backend, endpoint, config)
    deployment = resolved(backend, config)
    if self._get_param("RetainDeploymentConfig"):
        guarded = vars(endpoint)["last_deployment_config"]
    becomes = _deployed(config)
    if self._get_param("RetainAllVariantProperties"):
        excluded = {
            item["VariantPropertyType"]
            for item in self._get_param("ExcludeRetainedVariantProperties") or []
        }
        before = {variant["VariantName"]: variant for variant in endpoint.production_variants}
        for variant in becomes["production_variants"]:
            _retain(variant, before.get(variant["VariantName"], {}), excluded)
        if "DataCaptureConfig" not in excluded:
            becomes["data_capture_config"] = endpoint.data_capture_config
            deployment = replace(deployment, capture=deployments(backend)[name].capture)
    steps = planned(endpoint, guarded, becomes["production_variants"])
    vars(endpoint).update(last_deployment_config=guarded, failure_reason=None)
    endpoint.last_modified_time = utcnow()
    endpoint.endpoint_status = "Updating"
    endpoint_changed(backend, endpoint, "UPDATING")
    now = clock.now()
    rollout = Rollout(becomes, deployment, guarded, steps, now, now, retire)
    if failure := failure_of(backend, deployment):
        rollouts(backend)[name] = rollout
        take_back(backend, name, failure)
    else:
        begin(backend, name, rollout)
    return ActionResult({"EndpointArn": endpoint.arn})


def delete_endpoint(self: SageMakerResponse) -> ActionResult:
    """DeleteEndpoint, and the end of its serving processes."""
    backend = self.sagemaker_backend
    name = self._get_param("EndpointName")
    if endpoint := backend.endpoints.get(name):
        require_settled(endpoint)
        endpoint_changed(backend, endpoint, "DELETING")
    backend.delete_endpoint(name)
    deployments(backend).pop(name, None)
    retire()
    return EmptyResult()


def update_endpoint_weights_and_capacities(self: SageMakerResponse) -> ActionResult:
    """UpdateEndpointWeightsAndCapacities; what a variant's request leaves out stays as it is."""
    backend = self.sagemaker_backend
    name = self._get_param("EndpointName")
    wanted = self._get_param("DesiredWeightsAndCapacities")
    endpoint = backend.endpoints.get(name)
    if endpoint:
        require_settled(endpoint)
    present = endpoint.production_variants if endpoint else []
    current = {variant["VariantName"]: variant for variant in present}
    complete = [
        {
            "DesiredWeight": current.get(item["VariantName"], {}).get("CurrentWeight"),
            "DesiredInstanceCount": current.get(item["VariantName"], {}).get(
                "CurrentInstanceCount"
            ),
        }
        | item
        for item in wanted
    ]
    arn = backend.update_endpoint_weights_and_capacities(name, complete)
    if endpoint:
        endpoint.last_modified_time = utcnow()
        endpoint_changed(backend, endpoint, "UPDATING")
        endpoint_changed(backend, endpoint, "IN_SERVICE")
    return ActionResult({"EndpointArn": arn})


def validate_instance_type(self: FakeEndpointConfig, instance_type: str) -> None:  # noqa: ARG001
    """Allow what botocore's model allows; moto's own list ends years ago."""
    allowed = get_service_model("sagemaker").shape_for("ProductionVariantInstanceType").enum
    if instance_type not in allowed:
        raise ValidationError(
            message=f"1 validation error detected: Value '{instance_type}' at 'instanceType' "
            f"failed to satisfy constraint: Member must satisfy enum value set: {list(allowed)}"
        )


def _deployed(config: FakeEndpointConfig) -> dict[str, Any]:
    """What an endpoint is like that serves a configuration."""
    shadows = vars(config).get("shadow_production_variants")
    return {
        "endpoint_config_name": config.endpoint_config_name,
        "production_variants": [_running(variant) for variant in config.production_variants],
        "data_capture_config": _capture_summary(config.data_capture_config),
        "shadow_production_variants": [_running(each) for each in shadows] if shadows else None,
        "async_inference_config": config.async_inference_config,
        "explainer_config": vars(config).get("explainer_config"),
    }


def _running(variant: dict[str, Any]) -> dict[str, Any]:
    """The ProductionVariantSummary of a ProductionVariant."""
    weight = variant.get("InitialVariantWeight", DEFAULT_WEIGHT)
    summary = {
        "VariantName": variant["VariantName"],
        "CurrentWeight": weight,
        "DesiredWeight": weight,
    }
    for of_config, of_endpoint in (
        ("InitialInstanceCount", "InstanceCount"),
        ("ServerlessConfig", "ServerlessConfig"),
    ):
        if of_config in variant:
            summary[f"Current{of_endpoint}"] = variant[of_config]
            summary[f"Desired{of_endpoint}"] = variant[of_config]
    for same in ("ManagedInstanceScaling", "RoutingConfig"):
        if same in variant:
            summary[same] = variant[same]
    return summary


def _capture_summary(capture: dict[str, Any] | None) -> Any:
    """The DataCaptureConfigSummary of a DataCaptureConfig; without one, DescribeEndpoint has none.

    An unencrypted capture has an empty key, since the summary's KmsKeyId is required.
    """
    if not capture:
        return None
    enabled = capture.get("EnableCapture", False)
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
        "DestinationS3Uri": capture["DestinationS3Uri"],
        "KmsKeyId": capture.get("KmsKeyId", ""),
    }


def _retain(variant: dict[str, Any], before: dict[str, Any], excluded: set[str]) -> None:
    for property_type, keys in RETAINED.items():
        if property_type not in excluded:
            variant.update({key: before[key] for key in keys if key in before})


def refuse_existing(
    kind: str, name: str, existing: dict[str, Any], backend: SageMakerModelBackend
) -> None:
    """Raise ValidationError if there is one of that kind, as ARNs call it, and name."""
    if name in existing:
        arn = arn_formatter(kind, name, backend.account_id, backend.region_name)
        noun = kind.replace("endpoint-config", "endpoint configuration")
        raise ValidationError(message=f'Cannot create already existing {noun} "{arn}".')
