"""What an endpoint runs: its configuration and its variants' containers, as they were deployed.

An endpoint on AWS lives on when its configuration, models or model packages are deleted, and so
they are resolved here once, when the endpoint is created or moved.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from moto.sagemaker.models import FakeEndpointConfig, SageMakerModelBackend, sagemaker_backends

from embedded.extensions.model_registry import owner
from embedded.extensions.operations import kept
from embedded.sagemaker.model_server import Container


@dataclass(frozen=True)
class Deployment:
    """Each variant's containers in the order of the requests, and the DataCaptureConfig."""

    containers: dict[str, tuple[Container, ...]]
    capture: dict[str, Any]


def deployments(backend: SageMakerModelBackend) -> dict[str, Deployment]:
    """The backend's deployments by endpoint name."""
    return kept(backend, "deployments")


def arriving(backend: SageMakerModelBackend) -> dict[str, Deployment]:
    """The deployments that endpoints are moving to, by endpoint name."""
    return kept(backend, "arriving")


def resolved(backend: SageMakerModelBackend, config: FakeEndpointConfig) -> Deployment:
    """The deployment of a configuration. Raises moto's ValidationError for a model that is gone."""
    containers = {
        variant["VariantName"]: tuple(containers_of(backend, variant["ModelName"]))
        for variant in config.production_variants
    }
    return Deployment(containers, config.data_capture_config or {})


def deployed_containers() -> set[Container]:
    """The containers of every endpoint of every account and region."""
    return {
        container
        for _, _, backend in sagemaker_backends.iter_backends()
        for by_name in (deployments, arriving)
        for deployment in by_name(cast("SageMakerModelBackend", backend)).values()
        for chain in deployment.containers.values()
        for container in chain
    }


def containers_of(backend: SageMakerModelBackend, model_name: str) -> Iterator[Container]:
    """What is run for a model, in the order of its requests. Raises ValidationError."""
    model = backend.describe_model(model_name)
    for container in model.containers or [model.primary_container]:
        environment = container.get("Environment", {})
        package = container.get("ModelPackageName")
        sources = _of_package(backend, package) if package else [container]
        for source in sources:
            merged = source.get("Environment", {}) | environment
            image = container.get("Image") or source.get("Image", "")
            yield Container(data_url(source), tuple(sorted(merged.items())), image)


def _of_package(backend: SageMakerModelBackend, name: str) -> list[dict[str, Any]]:
    package = owner(backend, name).describe_model_package(name)
    specification = package.inference_specification or {}
    containers: list[dict[str, Any]] = specification.get("Containers", [])
    return containers


def data_url(container: dict[str, Any]) -> str:
    """The S3 URI of a container's tarball, empty where it has none."""
    source: dict[str, str] = container.get("ModelDataSource", {}).get("S3DataSource", {})
    return str(container.get("ModelDataUrl") or source.get("S3Uri") or "")
