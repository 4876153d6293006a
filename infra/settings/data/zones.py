"""The zones of the lake: how long each keeps what."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from components.common.limits import LONGEST_LOCK_DAYS, RESERVED_ZONES, ZONE_NAME
from components.common.storage_classes import refused_moves
from infra.settings.base import BucketName, KeyArn, PositiveInt, Settings
from infra.settings.cross_stack import mapping
from infra.settings.foundation.accounts import AccountId
from infra.settings.mistakes import Mistake, nearest, refusals, shown

STANDING = ("raw", "curated", "features")
"""The zones that every lake has."""
CONTINUOUS_DAYS = 35
"""The most that AWS Backup keeps continuous backups."""
TWIN = 0.9
"""How alike a name is to one of these for it to be a slip of the pen."""
Sensitivity = Literal["internal", "confidential", "personal"]
"""How much a table or a column tells, from what every reader may see to what is of a person."""
StorageClass = Literal["standard_ia", "intelligent", "glacier_ir", "glacier", "deep_archive"]


def zones_of(values: Mapping[str, Any]) -> list[str]:
    """Every zone that an environment has, from the plain values of its file."""
    return list(dict.fromkeys([*STANDING, *mapping(mapping(values.get("lake")).get("zones"))]))


def sensitivity_of(values: Mapping[str, Any], zone: str) -> Any:
    """How sensitive a zone's tables are unless they say, from the plain values of the file."""
    own = mapping(mapping(mapping(values.get("lake")).get("zones")).get(zone)).get("sensitivity")
    return own or ("personal" if zone == "raw" else "internal")


def check_zone_locks(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield locks and backups of zones in a stack that is to be destroyed with its data.

    AWS deletes no vault that holds backups.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVault.html
    """
    if values.get("durability") != "disposable":
        return
    for name, zone in mapping(mapping(values.get("lake")).get("zones")).items():
        if mapping(zone).get("object_lock"):
            yield Mistake(
                ("lake", "zones", name, "object_lock"),
                "what is locked cannot be destroyed, and durability is disposable.",
                "Leave object_lock out, or choose durability: keep or protected.",
            )
        if mapping(zone).get("backup") is not None:
            yield Mistake(
                ("lake", "zones", name, "backup"),
                "a vault with backups cannot be destroyed, and durability is disposable.",
                "Leave backup out, or choose durability: keep or protected.",
            )


def misnamed(names: Iterable[str]) -> Iterator[Mistake]:
    """Yield names that no zone can have, and those that are most probably a slip."""
    for name in names:
        if not ZONE_NAME.fullmatch(name):
            yield Mistake(
                (name,),
                f"{shown(name)} is not a name for a zone.",
                "Small letters and digits with single hyphens between them, at most 16: gold.",
            )
        elif name in RESERVED_ZONES:
            yield Mistake((name,), f"the lake has a bucket {name} of its own.", "Choose another.")
        elif meant := nearest(name, STANDING, TWIN):
            yield Mistake(
                (name,),
                f"{name} is nearly {meant}, which is a zone of every lake.",
                f"Did you mean {meant}? If not, choose a name that nobody takes for it.",
            )


class ObjectLock(Settings):
    """How S3 keeps what is in a zone from deletion."""

    mode: Literal["governance", "compliance"] = Field(
        description="Who may delete all the same: whoever may bypass the lock (governance), or "
        "nobody, AWS included (compliance)."
    )
    days: int = Field(
        ge=1, le=LONGEST_LOCK_DAYS, description="Days from its writing that an object is kept."
    )


class Replica(Settings):
    """A bucket elsewhere that takes copies of what is written to a zone."""

    bucket: BucketName = Field(
        description="Its name. It is there, versioned, in another region or account; and where the "
        "account is another, its policy lets the role of the copies write."
    )
    key: KeyArn = Field(description="KMS key of the copies, in the bucket's region.")
    account: AccountId | None = Field(
        None, description="Account of the bucket, which then owns the copies; this one if unset."
    )


class Backup(Settings):
    """How AWS Backup keeps what is in a zone.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
    """

    kind: Literal["continuous", "daily"] = Field(
        "continuous",
        description="Whether a zone can be brought back as it was at any second (continuous), or "
        "as it was once a day (daily).",
    )
    days: PositiveInt = Field(
        CONTINUOUS_DAYS,
        description="Days that a backup is kept; at most 35 of a continuous one.",
    )

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        if self.kind == "continuous" and self.days > CONTINUOUS_DAYS:
            raise refusals(
                [
                    Mistake(
                        ("days",),
                        f"{self.days} days are more than AWS keeps continuous backups, which is "
                        f"{CONTINUOUS_DAYS}.",
                        "Choose kind: daily for longer.",
                    )
                ]
            )
        return self


class Zone(Settings):
    """One zone of the lake: a bucket of its own."""

    retention_days: PositiveInt | None = Field(
        None, description="Days after which objects expire; without it they stay."
    )
    noncurrent_days: PositiveInt = Field(
        30, description="Days that overwritten or deleted versions can be brought back."
    )
    storage: dict[StorageClass, Annotated[int, Field(ge=0)]] = Field(
        {},
        description="Days after which objects move to cheaper storage, by its class: standard_ia, "
        "intelligent, glacier_ir, glacier, deep_archive. The last two no query and no job reads.",
    )
    object_lock: ObjectLock | None = Field(
        None,
        description="Keeps objects from deletion. Once on, S3 does not turn it off: a change is "
        "for objects that come after it.",
    )
    replicate_to: Replica | None = Field(
        None,
        description="Copies all that is written from then on to a bucket in another region or "
        "account. Deletions are not copied.",
    )
    sensitivity: Sensitivity | None = Field(
        None,
        description="Of a governed lake: how sensitive its tables are unless they say otherwise: "
        "internal, confidential or personal. Raw is personal if unset, any other zone internal.",
    )
    events: bool = Field(
        False,
        description="Sends an event of each object to EventBridge; on in any case where a job or "
        "a training starts by them.",
    )

    backup: Backup | None = Field(
        None, description="Has AWS Backup keep what is in it, in a vault of its own."
    )

    @model_validator(mode="after")
    def _moves_fit(self) -> Self:
        found = [
            Mistake(("storage", each), reason)
            for each, reason in refused_moves(
                dict[str, int](self.storage.items()), self.retention_days
            )
        ]
        if found:
            raise refusals(found)
        return self


class Zones(Settings):
    """The three zones that every lake has, and any others by their names."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Zone] = Field(init=False)

    raw: Zone = Field(Zone(), description="Data as it arrived.")
    curated: Zone = Field(Zone(), description="Data cleaned and checked; models train on it.")
    features: Zone = Field(Zone(), description="What the feature store keeps offline.")

    @property
    def by_name(self) -> dict[str, Zone]:
        """Every zone: the three first, then the others as they are written."""
        standing = {name: getattr(self, name) for name in STANDING}
        return {**standing, **self.__pydantic_extra__}

    @property
    def backed_up(self) -> dict[str, Backup]:
        """How zones are backed up, by their names."""
        return {name: zone.backup for name, zone in self.by_name.items() if zone.backup}

    @property
    def replicas(self) -> list[Replica]:
        """Where zones are copied to."""
        return [zone.replicate_to for zone in self.by_name.values() if zone.replicate_to]

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        if mistakes := list(misnamed(self.__pydantic_extra__)):
            raise refusals(mistakes)
        return self
