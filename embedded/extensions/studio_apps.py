"""Studio's apps: what runs in a space or for a profile; here it is told of, and does nothing.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateApp.html
"""

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ResourceInUseException, ResourceNotFound, ValidationError
from moto.sagemaker.responses import SageMakerResponse

from embedded import clock
from embedded.extensions.operations import add, asked_of, paged
from embedded.extensions.studio_profiles import WHAT as PROFILE
from embedded.extensions.studio_records import (
    DELETED,
    IN_SERVICE,
    Record,
    Values,
    apps,
    arn_in,
    domain_of,
    found,
    living,
    profiles,
    require_new,
)
from embedded.extensions.studio_spaces import space_of

WHAT = "App"
IN_SPACES = ("CodeEditor", "JupyterLab")
"""Apps that run in a space alone.

https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-spaces.html
"""


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(SageMakerResponse, create_app, describe_app, list_apps, delete_app)


def create_app(self: SageMakerResponse) -> ActionResult:
    """CreateApp: of a profile or of a space, which takes the kind of app that it is for."""
    backend = self.sagemaker_backend
    asked = asked_of(
        self,
        "DomainId",
        "UserProfileName",
        "SpaceName",
        "AppType",
        "AppName",
        "ResourceSpec",
        "RecoveryMode",
    )
    arn = _arn(self)
    kind, space = asked["AppType"], asked.get("SpaceName")
    if kind in IN_SPACES and not space:
        raise ValidationError(message=f"An app of type {kind} needs a SpaceName.")
    require_new(apps(backend), arn, WHAT)
    if space:
        settings = space_of(self, space).asked.get("SpaceSettings", {})
        if settings.get("AppType", kind) != kind:
            raise ValidationError(
                message=f"The space {space} is for {settings['AppType']}, not for {kind}."
            )
        if kind in IN_SPACES and living(apps(backend).values(), SpaceName=space, AppType=kind):
            raise ResourceInUseException(message=f"The space {space} runs an app already.")
    apps(backend)[arn] = Record(arn, asked, self._get_param("Tags") or [])
    return ActionResult({"AppArn": arn})


def describe_app(self: SageMakerResponse) -> ActionResult:
    """DescribeApp: also of one that was deleted within the last day."""
    record = found(apps(self.sagemaker_backend), _arn(self), WHAT)
    return ActionResult({**record.told("LastModifiedTime"), "AppArn": record.arn})


def list_apps(self: SageMakerResponse) -> ActionResult:
    """ListApps, of a domain, a profile or a space: also those deleted within the last day."""
    wanted = {
        member: self._get_param(f"{member}Equals")
        for member in ("DomainId", "UserProfileName", "SpaceName")
    }
    entries: list[Values] = [
        record.told("LastModifiedTime", "RecoveryMode") | {"Arn": record.arn}
        for record in apps(self.sagemaker_backend).values()
        if all(value in (None, record.asked.get(member)) for member, value in wanted.items())
    ]
    return paged(self, "Apps", entries, "Arn")


def delete_app(self: SageMakerResponse) -> ActionResult:
    """DeleteApp: it is listed as Deleted for a day."""
    record = found(apps(self.sagemaker_backend), _arn(self), WHAT)
    if record.status != IN_SERVICE:
        raise ResourceNotFound(message=f"App [{record.asked['AppName']}] is deleted.")
    record.status, record.changed = DELETED, clock.utcnow()
    return EmptyResult()


def _arn(self: SageMakerResponse) -> str:
    """The ARN of the app that is asked about. Raises ValidationError, ResourceNotFound."""
    backend = self.sagemaker_backend
    asked = asked_of(self, "DomainId", "UserProfileName", "SpaceName", "AppType", "AppName")
    domain = domain_of(backend, asked["DomainId"])
    profile, space = asked.get("UserProfileName"), asked.get("SpaceName")
    if bool(profile) is bool(space):
        raise ValidationError(message="Either UserProfileName or SpaceName is given, not both.")
    if profile:
        found(profiles(backend), arn_in(backend, "user-profile", domain.id, profile), PROFILE)
    holder = profile or space
    return arn_in(backend, "app", domain.id, str(holder), asked["AppType"], asked["AppName"])
