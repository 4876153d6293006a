"""Studio's images: names for images of containers in ECR, each with numbered versions.

They are kept, and started by no app: the embedded AWS pulls no image.

https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-byoi.html
"""

import re
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ecr.models import ecr_backends
from moto.sagemaker.exceptions import ResourceInUseException, ResourceNotFound, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from embedded import clock
from embedded.extensions.operations import add, asked_of, paged
from embedded.extensions.studio_records import (
    Record,
    Values,
    arn_in,
    found,
    image_versions,
    images,
    living,
    named_images,
    profiles,
    require_new,
)

WHAT = "Image"
BASE_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/"
    r"(?P<repository>[a-z0-9._/-]+)(:(?P<tag>[\w.-]+)|@(?P<digest>sha256:[0-9a-f]{64}))?"
)
ABOUT_VERSION = (
    *("VendorGuidance", "JobType", "MLFramework", "ProgrammingLang"),
    *("Processor", "Horovod", "ReleaseNotes"),
)
"""What is told of a version, and changes."""


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        *(create_image, describe_image, list_images, update_image, delete_image),
        *(create_image_version, describe_image_version, list_image_versions),
        *(update_image_version, delete_image_version, list_aliases),
    )


def create_image(self: SageMakerResponse) -> ActionResult:
    """CreateImage, without a version yet."""
    backend = self.sagemaker_backend
    asked = asked_of(self, "ImageName", "RoleArn", "Description", "DisplayName")
    arn = arn_in(backend, "image", asked["ImageName"])
    require_new(images(backend), arn, WHAT)
    images(backend)[arn] = Record(arn, asked, self._get_param("Tags") or [])
    return ActionResult({"ImageArn": arn})


def describe_image(self: SageMakerResponse) -> ActionResult:
    """DescribeImage."""
    return ActionResult(_told(_image(self)))


def list_images(self: SageMakerResponse) -> ActionResult:
    """ListImages."""
    part = self._get_param("NameContains") or ""
    entries = [
        {key: value for key, value in _told(one).items() if key != "RoleArn"}
        for one in images(self.sagemaker_backend).values()
        if part in one.asked["ImageName"]
    ]
    return paged(self, "Images", entries, "ImageName")


def update_image(self: SageMakerResponse) -> ActionResult:
    """UpdateImage: what it is called, and the role by which its images are pulled."""
    record = _image(self)
    for member in self._get_param("DeleteProperties") or []:
        record.asked.pop(member, None)
    record.asked |= asked_of(self, "RoleArn", "Description", "DisplayName")
    record.changed = clock.utcnow()
    return ActionResult({"ImageArn": record.arn})


def delete_image(self: SageMakerResponse) -> EmptyResult:
    """DeleteImage, with all of its versions: once no domain and no profile offers it."""
    backend, record = self.sagemaker_backend, _image(self)
    name = record.asked["ImageName"]
    if user := next(_users(backend, name), None):
        raise ResourceInUseException(message=f"{WHAT} [{name}] is used by {user}.")
    for version in _versions(backend, name):
        del image_versions(backend)[version.arn]
    del images(backend)[record.arn]
    return EmptyResult()


def create_image_version(self: SageMakerResponse) -> ActionResult:
    """CreateImageVersion: the next number, of an image in ECR.

    The same token gives the version that was made by it. SageMaker pulls images of its own region
    alone. What ECR here does not have fails; what another account has, nobody here knows.
    """
    backend, image = self.sagemaker_backend, _image(self)
    asked = asked_of(self, "ImageName", "BaseImage", "ClientToken", "Aliases", *ABOUT_VERSION)
    there = _versions(backend, asked["ImageName"])
    for each in there:
        if each.asked["ClientToken"] == asked["ClientToken"]:
            return ActionResult({"ImageVersionArn": each.arn})
    base = BASE_IMAGE.fullmatch(asked["BaseImage"])
    if base is None or base["region"] != backend.region_name:
        raise ValidationError(
            message=f"{asked['BaseImage']} is not an image of ECR in {backend.region_name}."
        )
    _require_free(there, asked.get("Aliases") or [])
    number = vars(image).get("versions", 0) + 1  # a number never comes again
    vars(image)["versions"] = number
    arn = arn_in(backend, "image-version", asked["ImageName"].lower(), str(number))
    digest = _digest(backend, base)
    version = {**asked, "Version": number}
    if digest == "":
        version["FailureReason"] = f"There is no image {asked['BaseImage']} in ECR."
    else:
        version["ContainerImage"] = f"{_repository(base)}@{digest}" if digest else base.string
    status = "CREATE_FAILED" if "FailureReason" in version else "CREATED"
    image_versions(backend)[arn] = Record(arn, version, [], status)
    return ActionResult({"ImageVersionArn": arn})


def describe_image_version(self: SageMakerResponse) -> ActionResult:
    """DescribeImageVersion: by number or alias, the newest one without either."""
    record = _version(self)
    told = _told_version(self.sagemaker_backend, record)
    return ActionResult({**told, **{key: record.asked[key] for key in _told_of(record)}})


def list_image_versions(self: SageMakerResponse) -> ActionResult:
    """ListImageVersions, of one image."""
    name = _image(self).asked["ImageName"]
    backend = self.sagemaker_backend
    entries = [_told_version(backend, one) for one in _versions(backend, name)]
    return paged(self, "ImageVersions", entries, "ImageVersionArn")


def update_image_version(self: SageMakerResponse) -> ActionResult:
    """UpdateImageVersion: what is told of it, and its aliases; never its image."""
    record = _version(self)
    gone = self._get_param("AliasesToDelete") or []
    come = self._get_param("AliasesToAdd") or []
    _require_free(_versions(self.sagemaker_backend, record.asked["ImageName"]), come)
    kept = [alias for alias in record.asked.get("Aliases") or [] if alias not in gone]
    record.asked |= {**asked_of(self, *ABOUT_VERSION), "Aliases": [*kept, *come]}
    record.changed = clock.utcnow()
    return ActionResult({"ImageVersionArn": record.arn})


def delete_image_version(self: SageMakerResponse) -> EmptyResult:
    """DeleteImageVersion: once no domain and no profile offers it."""
    backend, record = self.sagemaker_backend, _version(self)
    name, number = record.asked["ImageName"], record.asked["Version"]
    if user := next(_users(backend, name, number), None):
        raise ResourceInUseException(message=f"Version {number} of [{name}] is used by {user}.")
    del image_versions(backend)[record.arn]
    return EmptyResult()


def list_aliases(self: SageMakerResponse) -> ActionResult:
    """ListAliases, of an image or of one version of it."""
    name = _image(self).asked["ImageName"]
    narrowed = self._get_param("Version") is not None or self._get_param("Alias")
    there = [_version(self)] if narrowed else _versions(self.sagemaker_backend, name)
    aliases = [alias for one in there for alias in one.asked.get("Aliases") or []]
    return ActionResult({"SageMakerImageVersionAliases": aliases})


def _image(self: SageMakerResponse) -> Record:
    backend = self.sagemaker_backend
    return found(images(backend), arn_in(backend, "image", self._get_param("ImageName")), WHAT)


def _versions(backend: SageMakerModelBackend, image: str) -> list[Record]:
    """The versions of an image, oldest first."""
    return [one for one in image_versions(backend).values() if one.asked["ImageName"] == image]


def _version(self: SageMakerResponse) -> Record:
    """The version that is asked about. Raises ResourceNotFound."""
    name = _image(self).asked["ImageName"]
    number, alias = self._get_param("Version"), self._get_param("Alias")
    there = _versions(self.sagemaker_backend, name)
    if number is not None:
        there = [one for one in there if one.asked["Version"] == number]
    if alias:
        there = [one for one in there if alias in (one.asked.get("Aliases") or [])]
    if not there:
        which = number if number is not None else alias or "any"
        raise ResourceNotFound(message=f"ImageVersion [{name}/{which}] does not exist.")
    return there[-1]


def _require_free(versions: list[Record], aliases: list[str]) -> None:
    """Raise ResourceInUse for an alias that a version of the image has."""
    taken = {alias for one in versions for alias in one.asked.get("Aliases") or []}
    if twice := sorted(taken & set(aliases)):
        raise ResourceInUseException(message=f"The alias {twice[0]} is another version's.")


def _users(backend: SageMakerModelBackend, name: str, number: int | None = None) -> Iterator[str]:
    """What offers an image, or one version of it."""
    newest = max((one.asked["Version"] for one in _versions(backend, name)), default=None)

    def offers(settings: Any) -> bool:
        return any(
            one["ImageName"] == name and number in (None, one.get("ImageVersionNumber", newest))
            for _, one in named_images(settings)
        )

    for domain in backend.domains.values():
        if offers(domain.default_user_settings) or offers(domain.default_space_settings):
            yield f"the domain {domain.id}"
    for profile in living(profiles(backend).values()):
        if offers(profile.asked.get("UserSettings")):
            yield f"the profile {profile.asked['UserProfileName']}"


def _repository(base: re.Match[str]) -> str:
    """The address of an image's repository."""
    return base.string[: base.end("repository")]


def _digest(backend: SageMakerModelBackend, base: re.Match[str]) -> str | None:
    """The digest of an image in ECR here, empty where it has none, None of another account's."""
    if base["account"] != backend.account_id:
        return None
    ecr = ecr_backends[backend.account_id][backend.region_name]
    repository = ecr.repositories.get(base["repository"])
    wanted = base["digest"] or base["tag"] or "latest"
    for image in repository.images if repository else []:
        digest = str(image.get_image_digest())
        if wanted == digest or wanted in image.image_tags:
            return digest
    return ""


def _told(record: Record) -> Values:
    return {**record.told("Status"), "ImageStatus": "CREATED", "ImageArn": record.arn}


def _told_version(backend: SageMakerModelBackend, record: Record) -> Values:
    """What a list says of a version."""
    told = {
        "ImageArn": arn_in(backend, "image", record.asked["ImageName"]),
        "ImageVersionArn": record.arn,
        "ImageVersionStatus": record.status,
        "Version": record.asked["Version"],
        "CreationTime": record.created,
        "LastModifiedTime": record.changed,
    }
    reason = record.asked.get("FailureReason")
    return {**told, "FailureReason": reason} if reason else told


def _told_of(record: Record) -> list[str]:
    """What a description says of a version beside that."""
    return [key for key in ("BaseImage", "ContainerImage", *ABOUT_VERSION) if key in record.asked]
