"""The versions of a model, and what was measured of them, as the registry has them.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-approve.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from components.platform.version_cards.runtime.card import metrics_of, property_of, quality_of
from components.platform.version_cards.runtime.documents import object_at
from infra.errors import InputError
from infra.models.place import Place, iso
from infra.models.shapes import ComparisonShape, Status, VersionShape
from infra.versions import NO_SUCH_GROUP

COMPARISON = "comparison"
"""The property of a version that says where its comparison is."""


@dataclass(frozen=True)
class Version:
    """A registered version."""

    number: int
    arn: str
    status: Status
    created: datetime

    def shape(self) -> VersionShape:
        """It, as JSON has it."""
        return {
            "version": self.number,
            "arn": self.arn,
            "status": self.status,
            "created": iso(self.created),
        }


def versions(place: Place, model: str) -> list[Version]:
    """The versions of a model, newest first; none where its group is not there.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListModelPackages.html

    Raises botocore's ClientError for anything else.
    """
    pages = place.client("sagemaker").get_paginator("list_model_packages")
    try:
        found = [
            Version(
                int(one["ModelPackageVersion"]),
                one["ModelPackageArn"],
                one["ModelApprovalStatus"],
                one["CreationTime"],
            )
            for page in pages.paginate(ModelPackageGroupName=place.group(model))
            for one in page["ModelPackageSummaryList"]
        ]
    except ClientError as error:
        if error.response["Error"]["Code"] in NO_SUCH_GROUP:
            return []
        raise
    return sorted(found, key=lambda one: (one.created, one.number), reverse=True)


def approved(found: Sequence[Version]) -> list[Version]:
    """Those that are approved, newest first: the first of them is to be deployed."""
    return [one for one in found if one.status == "Approved"]


def waiting(found: Sequence[Version]) -> list[Version]:
    """Those that wait for a decision, newest first."""
    return [one for one in found if one.status == "PendingManualApproval"]


def named(model: str, found: Sequence[Version], number: int) -> Version:
    """The version of a number. Raises InputError where there is none."""
    for one in found:
        if one.number == number:
            return one
    listed = ", ".join(str(one.number) for one in found) or "none"
    raise InputError(f"{model} has no version {number}. It has {listed}.")


def chosen(model: str, found: Sequence[Version], number: int | None) -> Version:
    """The version of a number; the approved one, or else the newest, unless one is given.

    Raises InputError for a version that is not there.
    """
    if not found:
        raise InputError(f"{model} has no version yet.")
    if number is not None:
        return named(model, found, number)
    return (approved(found) or found)[0]


def described(place: Place, version: Version) -> dict[str, Any]:
    """What DescribeModelPackage says of a version."""
    found: dict[str, Any] = place.client("sagemaker").describe_model_package(
        ModelPackageName=version.arn
    )
    return found


def document(place: Place, uri: str | None) -> dict[str, Any] | None:
    """The JSON object at an S3 URI; None where it cannot be read: then it is unknown."""
    return object_at(place.client("s3"), uri)


def measured(place: Place, package: dict[str, Any]) -> tuple[str | None, dict[str, float] | None]:
    """The kind of a version and its registered metrics; None for what is unknown."""
    return metrics_of(document(place, quality_of(package)) or {})


def comparison(place: Place, candidate: Version, live: Version | None) -> ComparisonShape:
    """A version beside the approved one: as they were compared, or what was registered of each."""
    package = described(place, candidate)
    compared = document(place, property_of(package, COMPARISON))
    if compared:
        return recorded(compared)
    return {
        "source": "registered",
        "candidate": measured(place, package)[1],
        "live": measured(place, described(place, live))[1] if live else None,
        "better": None,
        "reason": None,
    }


def recorded(compared: dict[str, Any]) -> ComparisonShape:
    """What comparison.json says, of the held-out records."""

    def held_out(side: str) -> dict[str, float] | None:
        found = (compared.get(side) or {}).get("held_out")
        return {name: float(value) for name, value in found.items()} if found else None

    return {
        "source": "comparison",
        "candidate": held_out("candidate"),
        "live": held_out("live"),
        "better": compared.get("better"),
        "reason": compared.get("reason"),
    }
