"""What Studio's domains, profiles, spaces and apps have in common on the embedded AWS.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations_Amazon_SageMaker_Service.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.sagemaker.exceptions import ResourceInUseException, ResourceNotFound, ValidationError
from moto.sagemaker.models import Domain, SageMakerModelBackend
from moto.sagemaker.utils import arn_formatter

from embedded import clock
from embedded.extensions.operations import kept

Values = dict[str, Any]

IN_SERVICE, DELETED = "InService", "Deleted"
REMEMBERED = timedelta(hours=24)
"""How long SageMaker lists an app that is deleted.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AppDetails.html
"""
IDLE_MINUTES = range(60, 525_601)
ALIVE = ("Pending", IN_SERVICE, "Deleting")
APP_SETTINGS = ("JupyterLabAppSettings", "CodeEditorAppSettings")
IMAGE_CONFIGS = {
    "JupyterLabAppSettings": "JupyterLabAppImageConfig",
    "CodeEditorAppSettings": "CodeEditorAppImageConfig",
}
"""What starts an image as an app, by the app's settings."""
MOST_IMAGES = 200
"""Images that a kind of app is offered.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_JupyterLabAppSettings.html
"""


@dataclass
class Record:
    """One profile, space or app: what it was asked for, and what SageMaker adds."""

    arn: str
    asked: Values
    tags: list[dict[str, str]]
    status: str = IN_SERVICE
    created: datetime = field(default_factory=clock.utcnow)
    changed: datetime = field(default_factory=clock.utcnow)

    def told(self, *without: str) -> Values:
        """What a Describe or a List answers of it, but for some members."""
        told = {
            **self.asked,
            "Status": self.status,
            "CreationTime": self.created,
            "LastModifiedTime": self.changed,
        }
        return {key: value for key, value in told.items() if key not in without}


def profiles(backend: SageMakerModelBackend) -> dict[str, Record]:
    """The user profiles, by ARN."""
    return kept(backend, "studio_profiles")


def spaces(backend: SageMakerModelBackend) -> dict[str, Record]:
    """The spaces, by ARN."""
    return kept(backend, "studio_spaces")


def setups(backend: SageMakerModelBackend) -> dict[str, Record]:
    """The lifecycle configurations, by ARN."""
    return kept(backend, "studio_setups")


def images(backend: SageMakerModelBackend) -> dict[str, Record]:
    """The images, by ARN."""
    return kept(backend, "studio_images")


def image_versions(backend: SageMakerModelBackend) -> dict[str, Record]:
    """The versions of images, by ARN, each image's oldest first."""
    return kept(backend, "studio_image_versions")


def app_image_configs(backend: SageMakerModelBackend) -> dict[str, Record]:
    """How images are started as apps, by ARN."""
    return kept(backend, "studio_app_image_configs")


def apps(backend: SageMakerModelBackend) -> dict[str, Record]:
    """The apps, by ARN: also those that are deleted, as long as SageMaker lists them."""
    known: dict[str, Record] = kept(backend, "studio_apps")
    over = clock.utcnow() - REMEMBERED
    for arn in [a for a, app in known.items() if app.status == DELETED and app.changed < over]:
        del known[arn]
    return known


def living(records: Iterable[Record], **asked: str | None) -> list[Record]:
    """The records that are there, and have these members; one that is None may be anything."""
    wanted = {key: value for key, value in asked.items() if value is not None}
    return [
        record
        for record in records
        if record.status in ALIVE
        and all(record.asked.get(key) == value for key, value in wanted.items())
    ]


def domain_of(backend: SageMakerModelBackend, id_: str) -> Domain:
    """A domain by its id. Raises ResourceNotFound."""
    if id_ not in backend.domains:
        raise ResourceNotFound(message=f"Domain [{id_}] does not exist.")
    return backend.domains[id_]


def arn_in(backend: SageMakerModelBackend, kind: str, *path: str) -> str:
    """The ARN of something in a domain, such as `user-profile`; `path` begins with the domain."""
    return str(arn_formatter(kind, "/".join(path), backend.account_id, backend.region_name))


def found(records: Mapping[str, Record], arn: str, what: str) -> Record:
    """A record by its ARN. Raises ResourceNotFound, which tells `what` it is."""
    if arn not in records:
        raise ResourceNotFound(message=f"{what} [{arn.partition('/')[2]}] does not exist.")
    return records[arn]


def require_new(records: Mapping[str, Record], arn: str, what: str) -> None:
    """Raise ResourceInUse where there is such a thing already."""
    if arn in records and records[arn].status in ALIVE:
        raise ResourceInUseException(
            message=f"{what} [{arn.partition('/')[2]}] already exists. Choose another name."
        )


def check_idle(settings: Mapping[str, Any] | None) -> None:
    """Raise ValidationError for an idle time that is not between its own bounds.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_IdleSettings.html
    """
    for app in APP_SETTINGS:
        lifecycle = ((settings or {}).get(app) or {}).get("AppLifecycleManagement") or {}
        idle = lifecycle.get("IdleSettings") or {}
        least, most = idle.get("MinIdleTimeoutInMinutes"), idle.get("MaxIdleTimeoutInMinutes")
        minutes = idle.get("IdleTimeoutInMinutes")
        for bound in (minutes, least, most):
            if bound is not None and bound not in IDLE_MINUTES:
                raise ValidationError(message=f"{app}: {bound} is not 60 to 525600 minutes.")
        if minutes is not None and (
            (least is not None and minutes < least) or (most is not None and minutes > most)
        ):
            raise ValidationError(
                message=f"{app}: IdleTimeoutInMinutes {minutes} is not between {least} and {most}."
            )


def named_setups(settings: Mapping[str, Any] | None) -> set[str]:
    """The ARNs of lifecycle configurations that settings of a domain, profile or space name."""
    found: set[Any] = set()
    for app in APP_SETTINGS:
        told = (settings or {}).get(app) or {}
        default = (told.get("DefaultResourceSpec") or {}).get("LifecycleConfigArn")
        found |= {default, *(told.get("LifecycleConfigArns") or ())}
    return {arn for arn in found if arn}


def check_setups(backend: SageMakerModelBackend, settings: Mapping[str, Any] | None) -> None:
    """Raise ValidationError for lifecycle configurations that are not there."""
    if missing := sorted(named_setups(settings) - setups(backend).keys()):
        raise ValidationError(message=f"There is no StudioLifecycleConfig {', '.join(missing)}.")


def named_images(settings: Mapping[str, Any] | None) -> list[tuple[str, Values]]:
    """The images that settings of a domain or a profile offer, each with the apps it is for."""
    return [
        (app, image)
        for app in APP_SETTINGS
        for image in ((settings or {}).get(app) or {}).get("CustomImages") or ()
    ]


def check_images(backend: SageMakerModelBackend, settings: Mapping[str, Any] | None) -> None:
    """Raise ValidationError for images, versions of them and ways to start them that are not there.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CustomImage.html
    """
    offered = named_images(settings)
    for app in APP_SETTINGS:
        if (count := sum(of == app for of, _ in offered)) > MOST_IMAGES:
            raise ValidationError(message=f"{app}: {count} images are more than {MOST_IMAGES}.")
    for app, image in offered:
        name, config = image["ImageName"], image["AppImageConfigName"]
        numbers = [
            each.asked["Version"]
            for each in image_versions(backend).values()
            if each.asked["ImageName"] == name and each.status == "CREATED"
        ]
        number = image.get("ImageVersionNumber")
        if not numbers or (number is not None and number not in numbers):
            raise ValidationError(message=f"There is no version {number or ''} of Image [{name}].")
        how = app_image_configs(backend).get(arn_in(backend, "app-image-config", config))
        if how is None or IMAGE_CONFIGS[app] not in how.asked:
            raise ValidationError(
                message=f"There is no AppImageConfig [{config}] with {IMAGE_CONFIGS[app]}."
            )


def check_settings(backend: SageMakerModelBackend, settings: Mapping[str, Any] | None) -> None:
    """Raise ValidationError for settings of a domain or a profile that cannot be."""
    check_idle(settings)
    check_setups(backend, settings)
    check_images(backend, settings)
