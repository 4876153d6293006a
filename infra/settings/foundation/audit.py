"""What is recorded of who did what, how it is judged, and how long it is kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from components.common.limits import LONGEST_LOCK_DAYS
from embedded.macie_checks import (
    FARTHEST,
    LONGEST_KEYWORD,
    MOST_KEYWORDS,
    SHORTEST_KEYWORD,
    wrong_regex,
)
from infra.settings.base import BucketName, Settings, matching
from infra.settings.cross_stack import StackValues, mapping
from infra.settings.data.zones import zones_of
from infra.settings.foundation.network import distinct
from infra.settings.mistakes import Mistake, did_you_mean, refusal

ONCE_AN_ACCOUNT = {
    ("audit", "config_rules"): "a recorder of AWS Config",
    ("audit", "guardduty"): "a GuardDuty detector",
    ("audit", "macie"): "a session of Macie",
    ("audit", "security_hub"): "a Security Hub",
    ("logs", "jobs"): "the log groups of SageMaker's jobs",
}
"""Settings that turn on what an account has once in each region, and what that is."""


identifier_name = matching(
    r"(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "is not a name for an identifier",
    "Small letters and digits, with single hyphens between them, at most 40: record-number.",
)


def macie_regex(value: str) -> str:
    """Refuse a regular expression that Macie does not take."""
    if reason := wrong_regex(value):
        raise refusal(f"{reason}.")
    return value


class Identifier(Settings):
    """What Macie looks for beside what it knows itself.

    https://docs.aws.amazon.com/macie/latest/user/custom-data-identifiers.html
    """

    regex: Annotated[str, AfterValidator(macie_regex)] = Field(
        description="A regular expression: MRN[0-9]{8}."
    )
    keywords: tuple[
        Annotated[str, Field(min_length=SHORTEST_KEYWORD, max_length=LONGEST_KEYWORD)], ...
    ] = Field((), max_length=MOST_KEYWORDS, description="Words of which one is near each match.")
    distance: Annotated[int, Field(ge=1, le=FARTHEST)] = Field(
        50, description="Most characters between a keyword and what matches, 1 to 300."
    )


class Macie(Settings):
    """What Macie looks at, and for what."""

    zones: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(distinct)] = Field(
        ("raw",), description="Zones of the lake that it looks at."
    )
    every: Literal["weekly", "monthly"] = Field(
        "weekly", description="How often it looks at the objects that are new."
    )
    sample_percent: Annotated[int, Field(ge=1, le=100)] = Field(
        100, description="Of these, how many it looks into: it is paid by the gigabyte."
    )
    identifiers: dict[Annotated[str, AfterValidator(identifier_name)], Identifier] = Field(
        {}, description="What it looks for beside what it knows itself, by name."
    )


class Audit(Settings):
    """Who did what in the account, and who is notified of what should not be."""

    retention_days: int = Field(
        400,
        ge=30,
        le=LONGEST_LOCK_DAYS,
        description="Days that trails, the history of configurations and the access logs of "
        "buckets are kept in S3. Log groups are kept by logs.retention_days.",
    )
    object_lock: Literal["governance", "compliance"] | None = Field(
        None,
        description="Keeps trails from deletion until then, except by whoever may bypass it "
        "(governance) or by anybody, AWS included (compliance). What S3 can lock for no service, "
        "access logs and the history of configurations, gets a policy that refuses deletions.",
    )
    log_archive: BucketName | None = Field(
        None,
        description="Bucket of an account that keeps everybody's logs: trails and the history of "
        "configurations go there, and no bucket is made for them. Its policy must let CloudTrail "
        "and AWS Config of this account deliver, and how long it keeps them is its owner's to say.",
    )
    management_events: bool = Field(
        True,
        description="Records every call that manages the account's resources, in all regions, and "
        "alerts on the worst. AWS gives the first such trail of an account for nothing: where "
        "environments share an account, one of them is enough.",
    )
    data_events: bool = Field(
        False,
        description="Records each read and write of objects in the lake and of artifacts, of "
        "features, and streamed predictions. Paid by number: see CloudTrail's prices.",
    )
    config_rules: bool = Field(
        False,
        description="Records how resources are configured, and checks them by AWS Config's rules. "
        "Once an account and region.",
    )
    guardduty: bool = Field(
        False, description="Looks for threats with GuardDuty. Once an account and region."
    )
    macie: Macie | None = Field(
        None,
        description="Looks for sensitive data in zones of the lake with Macie. Once an account and "
        "region.",
    )
    security_hub: bool = Field(
        False,
        description="Scores the account by AWS's Foundational Security Best Practices, of which "
        "most need what config_rules records: with both, every type is recorded, and paid by "
        "change. Once an account and region.",
    )


def check_object_lock(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield a mistake if trails are locked in a stack that is to be destroyed with its data."""
    if mapping(values.get("audit")).get("object_lock") and values.get("durability") == "disposable":
        yield Mistake(
            ("audit", "object_lock"),
            "what is locked cannot be destroyed, and durability is disposable.",
            "Leave object_lock out, or choose durability: keep or protected.",
        )


def check_macie(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield zones that Macie is to look at and that there are not."""
    zones = zones_of(values)
    wanted = mapping(mapping(values.get("audit")).get("macie")).get("zones")
    for index, zone in enumerate(wanted if isinstance(wanted, list) else ()):
        if isinstance(zone, str) and zone not in zones:
            yield Mistake(
                ("audit", "macie", "zones", index),
                f"{zone} is not a zone.",
                did_you_mean(zone, zones) or f"Allowed: {', '.join(zones)}.",
            )


def check_log_archive(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield a mistake if logs go to an archive, and nothing is recorded."""
    audit = mapping(values.get("audit"))
    records = {"management_events": True} | dict(audit)
    if audit.get("log_archive") and not any(
        records.get(key) for key in ("management_events", "data_events", "config_rules")
    ):
        yield Mistake(
            ("audit", "log_archive"),
            "nothing is recorded that would go there.",
            "Turn management_events, data_events or config_rules on, or leave it out.",
        )


def check_account_services(own: StackValues, others: Sequence[StackValues]) -> Iterator[Mistake]:
    """Yield services that an account has once in each region, and two environments turn on.

    Environments without `accounts` may well share one, and are taken to.
    """
    for other in others:
        if (_account(own, own), own.region) != (_account(other, own), other.region):
            continue
        for (group, setting), what in ONCE_AN_ACCOUNT.items():
            found = [mapping(each.values.get(group)).get(setting) for each in (own, other)]
            if all(each is True or isinstance(each, Mapping) for each in found):
                yield Mistake(
                    (group, setting),
                    f"{other.file} turns it on too, and an account has {what} "
                    f"once in {own.region}.",
                    "Turn it on in one of them; it is for the whole account."
                    if _account(own, own)
                    else "Turn it on in one of them, or say by accounts that each has its own.",
                )


def _account(environment: StackValues, own: StackValues) -> object:
    """The account of an environment, as its file has it or else the one at hand."""
    at_hand = mapping(own.values.get("accounts"))
    return environment.account or at_hand.get(environment.environment)
