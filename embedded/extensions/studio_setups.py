"""Studio's lifecycle configurations: scripts that apps start with; kept, and not run here.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateStudioLifecycleConfig.html
"""

import base64
import binascii
from collections.abc import Iterator

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ResourceInUseException, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from embedded.extensions.operations import add, asked_of, paged
from embedded.extensions.studio_records import (
    Record,
    apps,
    arn_in,
    found,
    living,
    named_setups,
    profiles,
    require_new,
    setups,
    spaces,
)

KIND, WHAT = "studio-lifecycle-config", "StudioLifecycleConfig"
LARGEST = 16_384
"""Characters of a script in base64."""


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        create_studio_lifecycle_config,
        describe_studio_lifecycle_config,
        list_studio_lifecycle_configs,
        delete_studio_lifecycle_config,
    )


def create_studio_lifecycle_config(self: SageMakerResponse) -> ActionResult:
    """CreateStudioLifecycleConfig, of a script in base64."""
    asked = asked_of(
        self,
        "StudioLifecycleConfigName",
        "StudioLifecycleConfigContent",
        "StudioLifecycleConfigAppType",
    )
    content = asked["StudioLifecycleConfigContent"]
    if len(content) > LARGEST:
        raise ValidationError(message=f"The script has {len(content)} of {LARGEST} characters.")
    try:
        base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise ValidationError(message=f"The script is not in base64: {error}") from error
    known = setups(self.sagemaker_backend)
    arn = arn_in(self.sagemaker_backend, KIND, asked["StudioLifecycleConfigName"])
    require_new(known, arn, WHAT)
    known[arn] = Record(arn, asked, self._get_param("Tags") or [])
    return ActionResult({"StudioLifecycleConfigArn": arn})


def describe_studio_lifecycle_config(self: SageMakerResponse) -> ActionResult:
    """DescribeStudioLifecycleConfig."""
    record = _setup(self)
    return ActionResult({**record.told("Status"), "StudioLifecycleConfigArn": record.arn})


def list_studio_lifecycle_configs(self: SageMakerResponse) -> ActionResult:
    """ListStudioLifecycleConfigs, of one kind of app or all."""
    kind = self._get_param("AppTypeEquals")
    there = living(setups(self.sagemaker_backend).values(), StudioLifecycleConfigAppType=kind)
    part = self._get_param("NameContains") or ""
    entries = [
        {
            **one.told("Status", "StudioLifecycleConfigContent"),
            "StudioLifecycleConfigArn": one.arn,
        }
        for one in there
        if part in one.asked["StudioLifecycleConfigName"]
    ]
    return paged(self, "StudioLifecycleConfigs", entries, "StudioLifecycleConfigArn")


def delete_studio_lifecycle_config(self: SageMakerResponse) -> EmptyResult:
    """DeleteStudioLifecycleConfig: once no settings name it and no app runs that started with it.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeleteStudioLifecycleConfig.html
    """
    record = _setup(self)
    if user := next(_users(self.sagemaker_backend, record.arn), None):
        raise ResourceInUseException(message=f"{WHAT} [{record.arn}] is used by {user}.")
    del setups(self.sagemaker_backend)[record.arn]
    return EmptyResult()


def _users(backend: SageMakerModelBackend, arn: str) -> Iterator[str]:
    """What uses a lifecycle configuration."""
    for domain in backend.domains.values():
        if arn in named_setups(domain.default_user_settings):
            yield f"the domain {domain.id}"
    for profile in living(profiles(backend).values()):
        if arn in named_setups(profile.asked.get("UserSettings")):
            yield f"the profile {profile.asked['UserProfileName']}"
    for space in living(spaces(backend).values()):
        if arn in named_setups(space.asked.get("SpaceSettings")):
            yield f"the space {space.asked['SpaceName']}"
    for app in living(apps(backend).values()):
        if (app.asked.get("ResourceSpec") or {}).get("LifecycleConfigArn") == arn:
            yield f"the app {app.asked['AppName']}"


def _setup(self: SageMakerResponse) -> Record:
    backend = self.sagemaker_backend
    arn = arn_in(backend, KIND, self._get_param("StudioLifecycleConfigName"))
    return found(setups(backend), arn, WHAT)
