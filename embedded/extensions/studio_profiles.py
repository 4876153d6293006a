"""Studio's user profiles: one for each person, in a domain.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateUserProfile.html
"""

from secrets import token_urlsafe

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import ResourceInUseException, ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from embedded import clock
from embedded.extensions.operations import add, asked_of, paged
from embedded.extensions.studio_records import (
    Record,
    apps,
    arn_in,
    check_settings,
    domain_of,
    found,
    living,
    profiles,
    require_new,
    spaces,
)

WHAT = "UserProfile"
LINK_SECONDS, SESSION_SECONDS = range(5, 301), range(1800, 43_201)
"""How long a link may be taken, and how long somebody then stays in."""


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        create_user_profile,
        describe_user_profile,
        list_user_profiles,
        update_user_profile,
        delete_user_profile,
        create_presigned_domain_url,
    )


def create_user_profile(self: SageMakerResponse) -> ActionResult:
    """CreateUserProfile: by a name of Identity Center where the domain signs in by it alone."""
    backend = self.sagemaker_backend
    asked = asked_of(
        self,
        "DomainId",
        "UserProfileName",
        "SingleSignOnUserIdentifier",
        "SingleSignOnUserValue",
        "UserSettings",
    )
    domain = domain_of(backend, asked["DomainId"])
    arn = arn_in(backend, "user-profile", domain.id, asked["UserProfileName"])
    require_new(profiles(backend), arn, WHAT)
    person = asked.get("SingleSignOnUserValue")
    if (domain.auth_mode == "SSO") is not bool(
        person and asked.get("SingleSignOnUserIdentifier") == "UserName"
    ):
        raise ValidationError(
            message="SingleSignOnUserIdentifier UserName and SingleSignOnUserValue are required in "
            "a domain of AuthMode SSO, and cannot be given in any other."
        )
    if person and living(
        profiles(backend).values(), DomainId=domain.id, SingleSignOnUserValue=person
    ):
        raise ResourceInUseException(message=f"{person} has a user profile in [{domain.id}].")
    check_settings(backend, asked.get("UserSettings"))
    profiles(backend)[arn] = Record(arn, asked, self._get_param("Tags") or [])
    return ActionResult({"UserProfileArn": arn})


def describe_user_profile(self: SageMakerResponse) -> ActionResult:
    """DescribeUserProfile."""
    record = _profile(self)
    return ActionResult({**record.told(), "UserProfileArn": record.arn})


def list_user_profiles(self: SageMakerResponse) -> ActionResult:
    """ListUserProfiles, of one domain or all."""
    part = self._get_param("UserProfileNameContains") or ""
    there = living(
        profiles(self.sagemaker_backend).values(), DomainId=self._get_param("DomainIdEquals")
    )
    without = ("SingleSignOnUserIdentifier", "SingleSignOnUserValue", "UserSettings")
    entries = [one.told(*without) for one in there if part in one.asked["UserProfileName"]]
    return paged(self, "UserProfiles", entries, "UserProfileName")


def update_user_profile(self: SageMakerResponse) -> ActionResult:
    """UpdateUserProfile: members of the settings that are named replace those that were there."""
    record = _profile(self)
    settings = self._get_param("UserSettings") or {}
    check_settings(self.sagemaker_backend, settings)
    record.asked["UserSettings"] = {**record.asked.get("UserSettings", {}), **settings}
    record.changed = clock.utcnow()
    return ActionResult({"UserProfileArn": record.arn})


def delete_user_profile(self: SageMakerResponse) -> ActionResult:
    """DeleteUserProfile: once it has no app and owns no space."""
    backend, record = self.sagemaker_backend, _profile(self)
    own = {key: record.asked[key] for key in ("DomainId", "UserProfileName")}
    if living(apps(backend).values(), **own) or owned(backend, **own):
        raise ResourceInUseException(
            message=f"Unable to delete UserProfile [{own['UserProfileName']}]: it has apps or "
            "spaces, delete them first."
        )
    del profiles(backend)[record.arn]
    return EmptyResult()


def owned(backend: SageMakerModelBackend, *, DomainId: str, UserProfileName: str) -> list[Record]:  # noqa: N803  AWS's names
    """The spaces that a profile owns."""
    return [
        space
        for space in living(spaces(backend).values(), DomainId=DomainId)
        if space.asked.get("OwnershipSettings", {}).get("OwnerUserProfileName") == UserProfileName
    ]


def create_presigned_domain_url(self: SageMakerResponse) -> ActionResult:
    """CreatePresignedDomainUrl, of a domain that signs in by IAM; no page is behind it here.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedDomainUrl.html
    """
    backend, record = self.sagemaker_backend, _profile(self)
    domain = domain_of(backend, record.asked["DomainId"])
    if domain.auth_mode != "IAM":
        raise ValidationError(
            message=f"Domain [{domain.id}] is of AuthMode {domain.auth_mode}: links are for IAM."
        )
    for member, seconds in (
        ("ExpiresInSeconds", LINK_SECONDS),
        ("SessionExpirationDurationInSeconds", SESSION_SECONDS),
    ):
        asked = self._get_param(member)
        if asked is not None and asked not in seconds:
            raise ValidationError(
                message=f"{member}: {asked} is not {seconds.start} to {seconds.stop - 1}."
            )
    if space := self._get_param("SpaceName"):
        found(spaces(backend), arn_in(backend, "space", domain.id, space), "Space")
    return ActionResult({"AuthorizedUrl": f"{domain.url}/auth?token={token_urlsafe(48)}"})


def _profile(self: SageMakerResponse) -> Record:
    backend = self.sagemaker_backend
    domain = domain_of(backend, self._get_param("DomainId"))
    name = self._get_param("UserProfileName")
    return found(profiles(backend), arn_in(backend, "user-profile", domain.id, name), WHAT)
