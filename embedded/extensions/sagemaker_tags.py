"""Tags of the SageMaker resources that moto cannot tag.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html
"""

from typing import Any

from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend

from embedded.extensions.mlflow_records import apps as mlflow_apps
from embedded.extensions.mlflow_records import servers as mlflow_servers
from embedded.extensions.operations import add
from embedded.extensions.studio_records import (
    app_image_configs,
    apps,
    images,
    profiles,
    setups,
    spaces,
)

_resource_of_moto = SageMakerModelBackend._get_resource_from_arn  # noqa: SLF001  replaced below


def install() -> None:
    """Add the look-up and the tagging to moto's SageMaker."""
    add(SageMakerModelBackend, _get_resource_from_arn, add_tags)


def add_tags(self: SageMakerModelBackend, arn: str, tags: list[dict[str, str]]) -> Any:
    """AddTags: a key that is there gets the new value."""
    resource = self._get_resource_from_arn(arn)
    merged = {tag["Key"]: tag for tag in [*resource.tags, *tags]}
    resource.tags = list(merged.values())
    return resource.tags


def _get_resource_from_arn(self: SageMakerModelBackend, arn: str) -> Any:
    kind, _, name = arn.rpartition(":")[2].partition("/")
    own: dict[str, dict[str, Any]] = {
        "feature-group": self.feature_groups,
        "model-package": self.model_packages,
        "app": apps(self),
        "app-image-config": app_image_configs(self),
        "image": images(self),
        "mlflow-app": mlflow_apps(self),
        "mlflow-tracking-server": mlflow_servers(self),
        "space": spaces(self),
        "studio-lifecycle-config": setups(self),
        "user-profile": profiles(self),
    }
    try:
        resource = own[kind].get(arn) if kind in own else _resource_of_moto(self, arn)
    except (AttributeError, ValueError):
        resource = None
    if resource is None:
        raise ValidationError(message=f"Could not find {kind} with name {name}")
    resource.tags = resource.tags or []
    return resource
