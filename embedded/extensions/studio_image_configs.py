"""How Studio starts an image as an app; kept, as no app is started here.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateAppImageConfig.html
"""

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.responses import SageMakerResponse

from embedded import clock
from embedded.extensions.operations import add, asked_of, paged
from embedded.extensions.studio_records import (
    Record,
    Values,
    app_image_configs,
    arn_in,
    found,
    require_new,
)

KIND, WHAT = "app-image-config", "AppImageConfig"
CONFIGS = ("KernelGatewayImageConfig", "JupyterLabAppImageConfig", "CodeEditorAppImageConfig")


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        *(create_app_image_config, describe_app_image_config, list_app_image_configs),
        *(update_app_image_config, delete_app_image_config),
    )


def create_app_image_config(self: SageMakerResponse) -> ActionResult:
    """CreateAppImageConfig."""
    backend = self.sagemaker_backend
    asked = asked_of(self, "AppImageConfigName", *CONFIGS)
    arn = arn_in(backend, KIND, asked["AppImageConfigName"])
    require_new(app_image_configs(backend), arn, WHAT)
    app_image_configs(backend)[arn] = Record(arn, asked, self._get_param("Tags") or [])
    return ActionResult({"AppImageConfigArn": arn})


def describe_app_image_config(self: SageMakerResponse) -> ActionResult:
    """DescribeAppImageConfig."""
    return ActionResult(_told(_config(self)))


def list_app_image_configs(self: SageMakerResponse) -> ActionResult:
    """ListAppImageConfigs."""
    part = self._get_param("NameContains") or ""
    entries = [
        _told(one)
        for one in app_image_configs(self.sagemaker_backend).values()
        if part in one.asked["AppImageConfigName"]
    ]
    return paged(self, "AppImageConfigs", entries, "AppImageConfigName")


def update_app_image_config(self: SageMakerResponse) -> ActionResult:
    """UpdateAppImageConfig: apps have it from their next start."""
    record = _config(self)
    record.asked |= asked_of(self, *CONFIGS)
    record.changed = clock.utcnow()
    return ActionResult({"AppImageConfigArn": record.arn})


def delete_app_image_config(self: SageMakerResponse) -> EmptyResult:
    """DeleteAppImageConfig, of which AWS does not ask whether it is used."""
    del app_image_configs(self.sagemaker_backend)[_config(self).arn]
    return EmptyResult()


def _config(self: SageMakerResponse) -> Record:
    backend = self.sagemaker_backend
    arn = arn_in(backend, KIND, self._get_param("AppImageConfigName"))
    return found(app_image_configs(backend), arn, WHAT)


def _told(record: Record) -> Values:
    return {**record.told("Status"), "AppImageConfigArn": record.arn}
