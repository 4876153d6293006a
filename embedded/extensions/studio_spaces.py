"""Studio's spaces: where an app runs, with a disk of its own.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateSpace.html
"""

from collections.abc import Mapping
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ResourceInUseException, ValidationError
from moto.sagemaker.responses import SageMakerResponse

from embedded import clock
from embedded.extensions.operations import add, asked_of, paged
from embedded.extensions.studio_records import (
    Record,
    apps,
    arn_in,
    domain_of,
    found,
    living,
    profiles,
    require_new,
    spaces,
)

WHAT = "Space"
SHARED, PRIVATE = "Shared", "Private"


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(SageMakerResponse, create_space, describe_space, list_spaces, update_space, delete_space)


def create_space(self: SageMakerResponse) -> ActionResult:
    """CreateSpace: of an owner who is there; a private one says which app it is for."""
    backend = self.sagemaker_backend
    asked = asked_of(
        self,
        "DomainId",
        "SpaceName",
        "SpaceSettings",
        "OwnershipSettings",
        "SpaceSharingSettings",
        "SpaceDisplayName",
    )
    domain = domain_of(backend, asked["DomainId"])
    arn = arn_in(backend, "space", domain.id, asked["SpaceName"])
    require_new(spaces(backend), arn, WHAT)
    owner, sharing = asked.get("OwnershipSettings"), asked.get("SpaceSharingSettings")
    if bool(owner) is not bool(sharing):
        raise ValidationError(
            message="OwnershipSettings and SpaceSharingSettings are given together, or neither is."
        )
    if owner:
        name = owner["OwnerUserProfileName"]
        profile = arn_in(backend, "user-profile", domain.id, name)
        found(profiles(backend), profile, "UserProfile")
        if not asked.get("SpaceSettings", {}).get("AppType"):
            raise ValidationError(message=f"A space of {name} needs an AppType in SpaceSettings.")
    spaces(backend)[arn] = Record(arn, asked, self._get_param("Tags") or [])
    return ActionResult({"SpaceArn": arn})


def describe_space(self: SageMakerResponse) -> ActionResult:
    """DescribeSpace."""
    record = space_of(self, self._get_param("SpaceName"))
    return ActionResult({**record.told(), "SpaceArn": record.arn})


def list_spaces(self: SageMakerResponse) -> ActionResult:
    """ListSpaces, of one domain or all; in short, what each is of."""
    part = self._get_param("SpaceNameContains") or ""
    there = living(
        spaces(self.sagemaker_backend).values(), DomainId=self._get_param("DomainIdEquals")
    )
    entries = [_summary(one) for one in there if part in one.asked["SpaceName"]]
    return paged(self, "Spaces", entries, "SpaceName")


def update_space(self: SageMakerResponse) -> ActionResult:
    """UpdateSpace: its settings and how it is called; a disk can only grow.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateSpace.html
    """
    record = space_of(self, self._get_param("SpaceName"))
    before, settings = (
        record.asked.get("SpaceSettings", {}),
        self._get_param("SpaceSettings") or {},
    )
    if _disk(settings) and _disk(settings) < _disk(before):
        raise ValidationError(message=f"The disk of {record.asked['SpaceName']} can only grow.")
    record.asked["SpaceSettings"] = {**before, **settings}
    if name := self._get_param("SpaceDisplayName"):
        record.asked["SpaceDisplayName"] = name
    record.changed = clock.utcnow()
    return ActionResult({"SpaceArn": record.arn})


def delete_space(self: SageMakerResponse) -> ActionResult:
    """DeleteSpace: once no app runs in it; its disk goes with it."""
    backend, record = self.sagemaker_backend, space_of(self, self._get_param("SpaceName"))
    own = {key: record.asked[key] for key in ("DomainId", "SpaceName")}
    if living(apps(backend).values(), **own):
        raise ResourceInUseException(
            message=f"Unable to delete Space [{own['SpaceName']}]: it has apps, delete them first."
        )
    del spaces(backend)[record.arn]
    return EmptyResult()


def space_of(self: SageMakerResponse, name: str) -> Record:
    """The space of a name in the domain that is asked about. Raises ResourceNotFound."""
    backend = self.sagemaker_backend
    domain = domain_of(backend, self._get_param("DomainId"))
    return found(spaces(backend), arn_in(backend, "space", domain.id, name), WHAT)


def _disk(settings: Mapping[str, Any]) -> int:
    """GB of a space's disk; 0 where none is told."""
    storage = settings.get("SpaceStorageSettings", {}).get("EbsStorageSettings", {})
    return int(storage.get("EbsVolumeSizeInGb", 0))


def _summary(record: Record) -> dict[str, Any]:
    told = record.told("SpaceSettings", "OwnershipSettings", "SpaceSharingSettings")
    settings = record.asked.get("SpaceSettings", {})
    summary = {
        "SpaceSettingsSummary": {
            key: settings[key] for key in ("AppType", "SpaceStorageSettings") if key in settings
        }
    }
    if owner := record.asked.get("OwnershipSettings"):
        summary["OwnershipSettingsSummary"] = owner
        summary["SpaceSharingSettingsSummary"] = record.asked["SpaceSharingSettings"]
    return {**told, **summary}
