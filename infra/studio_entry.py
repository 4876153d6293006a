"""Links by which people come into Studio, where IAM signs them in.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedDomainUrl.html
"""

from datetime import timedelta
from typing import Any, TypedDict

from botocore.exceptions import ClientError

from infra.errors import InputError, WorkError
from infra.models.place import Place, caller, iso
from infra.needs.foundation.access import role_name
from infra.settings.mistakes import did_you_mean
from infra.settings.studio import Studio, profile_name

LINK_SECONDS = 300
"""How long a link may be taken, the longest that AWS allows."""
DENIED = ("AccessDenied", "AccessDeniedException")


class OpenedShape(TypedDict):
    """A link into Studio."""

    person: str
    """Whose profile it opens, as the stack file calls them."""
    profile: str
    """Name of the profile."""
    domain: str
    """Id of the domain."""
    url: str
    """The link: whoever has it comes in."""
    expires: str
    """Until when it may be taken."""


def opened(place: Place, person: str | None) -> OpenedShape:
    """A link to the profile of a member of a team, or of whoever asks.

    Raises InputError where there is no Studio of IAM or no such person, and WorkError for a profile
    that is not there or that is not the caller's to open.
    """
    studio = _studio(place)
    member, persona = _member(place, studio, person)
    sagemaker = _client(place, persona)
    domain, profile = studio.domain or _domain(place, sagemaker), profile_name(member)
    asked = place.now()
    try:
        url = sagemaker.create_presigned_domain_url(
            DomainId=domain, UserProfileName=profile, ExpiresInSeconds=LINK_SECONDS
        )["AuthorizedUrl"]
    except sagemaker.exceptions.ResourceNotFound as error:
        raise WorkError(
            f"There is no profile {profile} in {domain}: `maslow up -s {place.stack.environment}` "
            "makes it."
        ) from error
    except ClientError as error:
        if error.response["Error"]["Code"] not in DENIED:
            raise
        raise WorkError(
            f"These credentials do not open the profile of {member}: it opens to the role of "
            f"{persona}, taken with {member} as its source identity (docs/studio.md)."
        ) from error
    return {
        "person": member,
        "profile": profile,
        "domain": domain,
        "url": url,
        "expires": iso(asked + timedelta(seconds=LINK_SECONDS)),
    }


def _studio(place: Place) -> Studio:
    platform, environment = place.stack.platform, place.stack.environment
    if platform.studio is None:
        raise InputError(f"{environment} has no Studio: its stack file says studio: {{teams: …}}.")
    if platform.access.identity_center:
        raise InputError(
            f"{environment} signs people in by IAM Identity Center, and Studio opens by no link: "
            f"they come in by its access portal. `maslow outputs -s {environment}` tells the "
            "domain's address."
        )
    return platform.studio


def _member(place: Place, studio: Studio, person: str | None) -> tuple[str, str]:
    """Name and persona of a member; of whoever asks unless one is named."""
    known = {who: what for team in studio.teams.values() for who, what in team.members.items()}
    who = place.who() if person is None else person
    if who not in known:
        guess = did_you_mean(who, known) or f"There are {', '.join(known)}."
        raise InputError(f"Nobody in Studio's teams is called {who}. {guess}")
    return who, known[who]


def _client(place: Place, persona: str) -> Any:
    """A client for SageMaker: by the role of the persona, if the caller is a user who is let in.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    if place.running is None:
        arn = place.client("sts").get_caller_identity()["Arn"]
        if arn in place.stack.platform.access.personas.get(persona, ()) and ":user/" in arn:
            return _taken(place, arn, persona)
    return place.client("sagemaker")


def _taken(place: Place, user_arn: str, persona: str) -> Any:
    import boto3

    account, name = user_arn.split(":")[4], caller(user_arn)
    account = place.stack.account or account
    taken = place.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/{role_name(place.names, persona)}",
        RoleSessionName=name,
        SourceIdentity=name,
    )["Credentials"]
    return boto3.client(
        "sagemaker",
        region_name=place.stack.region,
        aws_access_key_id=taken["AccessKeyId"],
        aws_secret_access_key=taken["SecretAccessKey"],
        aws_session_token=taken["SessionToken"],
    )


def _domain(place: Place, sagemaker: Any) -> str:
    """The id of the environment's domain. Raises WorkError where it is not there yet."""
    name = place.names("studio")
    for page in sagemaker.get_paginator("list_domains").paginate():
        for domain in page["Domains"]:
            if domain["DomainName"] == name:
                return str(domain["DomainId"])
    raise WorkError(
        f"There is no domain {name} yet: `maslow up -s {place.stack.environment}` makes it."
    )
