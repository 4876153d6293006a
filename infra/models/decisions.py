"""What is decided of versions: each decision is kept in the registry, with who made it and why.

The newest approved version is what is deployed, and so to reject it brings back the one before.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.errors import InputError
from infra.models.place import Place
from infra.models.registry import Version, approved, named, waiting
from infra.models.shapes import Status

LONGEST = 1024
"""Characters of an ApprovalDescription."""


@dataclass(frozen=True)
class Decision:
    """What is to be decided, and what follows from it."""

    version: Version
    status: Status
    before: Version | None
    """The newest approved version until then."""
    after: Version | None
    """The newest approved version from then on."""

    @property
    def deploys(self) -> bool:
        """Whether another version, or none any more, is to be deployed from then on."""
        return self.after != self.before


def to_approve(
    model: str, found: Sequence[Version], number: int | None, *, again: bool
) -> Decision:
    """Approve a version, or the newest that waits.

    Raises InputError where none waits, for a version that is not there or approved already, and,
    unless it is to be decided `again`, for one that was rejected.
    """
    version = named(model, found, number) if number is not None else _newest_waiting(model, found)
    if version.status == "Approved":
        raise InputError(f"Version {version.number} of {model} is approved already.")
    if version.status == "Rejected" and not again:
        raise InputError(
            f"Version {version.number} of {model} was rejected; --again approves it all the same."
        )
    before = next(iter(approved(found)), None)
    newest = before is None or found.index(version) < found.index(before)
    return Decision(version, "Approved", before, version if newest else before)


def to_reject(model: str, found: Sequence[Version], number: int | None, *, last: bool) -> Decision:
    """Reject a version, or the newest that waits.

    Raises InputError where none waits, for a version that is not there or rejected already, and,
    unless it is the `last` that is to go, for the only approved one.
    """
    version = named(model, found, number) if number is not None else _newest_waiting(model, found)
    if version.status == "Rejected":
        raise InputError(f"Version {version.number} of {model} is rejected already.")
    standing = approved(found)
    left = [one for one in standing if one != version]
    if standing and not left and not last:
        raise InputError(
            f"Version {version.number} of {model} is the only approved one: without it the next "
            "deployment takes the endpoint away. --last rejects it all the same."
        )
    return Decision(version, "Rejected", next(iter(standing), None), next(iter(left), None))


def to_roll_back(model: str, found: Sequence[Version]) -> Decision:
    """Reject the version that is deployed, so that the approved one before it comes back.

    Raises InputError where there is no such version.
    """
    standing = approved(found)
    if not standing:
        raise InputError(f"{model} has no approved version, so that there is none to leave.")
    if len(standing) == 1:
        raise InputError(
            f"Version {standing[0].number} of {model} is the only approved one: there is none to "
            f"go back to. Approve another one, or mend the cause."
        )
    return Decision(standing[0], "Rejected", standing[0], standing[1])


def describe(who: str, reason: str) -> str:
    """Who decided and why, in one line. Raises InputError for no reason and for too long a one."""
    words = " ".join(reason.split())
    if not words:
        raise InputError("A decision needs a reason: --reason TEXT.")
    text = f"{who}: {words}"
    if len(text) > LONGEST:
        raise InputError(
            f"The reason has {len(words)} characters; with who decided, at most {LONGEST} are kept."
        )
    return text


def keep(place: Place, decision: Decision, description: str) -> None:
    """Write a decision into the registry. Raises botocore's errors."""
    place.client("sagemaker").update_model_package(
        ModelPackageArn=decision.version.arn,
        ModelApprovalStatus=decision.status,
        ApprovalDescription=description,
    )


def next_in_aws(place: Place, decision: Decision) -> str:
    """What follows from a decision in an environment on AWS, in a sentence.

    Its delivery takes note of decisions, unless a CI deploys tags there (infra/needs/devops).
    """
    if not decision.deploys:
        newest = f"version {decision.after.number}" if decision.after else "no version"
        return f"Nothing is deployed by that: {newest} is the newest that is approved."
    what = f"version {decision.after.number}" if decision.after else "that there is none"
    settings, up = place.stack.platform.delivery, f"`maslow up -s {place.names.environment}`"
    if settings.by == "ci" and settings.trigger.tag is not None:
        return f"{up}, or the next tag, deploys {what}."
    asks = f" once {' or '.join(settings.approvers)} has approved it" if settings.approvers else ""
    return f"The delivery {place.names('delivery', limit=100)} deploys {what}{asks}."


def require_own(place: Place, model: str, verb: str) -> None:
    """Raise InputError where another environment trains the model: there it is decided."""
    if origin := place.stack.platform.origin:
        raise InputError(
            f"The versions of {model} are {origin}'s, and decided of there: "
            f"`maslow model {verb} {model} -s {origin}`."
        )


def _newest_waiting(model: str, found: Sequence[Version]) -> Version:
    if pending := waiting(found):
        return pending[0]
    listed = ", ".join(f"{one.number} ({one.status})" for one in found) or "none"
    raise InputError(f"No version of {model} waits for a decision. It has {listed}.")
