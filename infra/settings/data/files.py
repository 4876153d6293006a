"""File systems: files that many jobs and people read and write as on a disk."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from components.common.limits import (
    LUSTRE_BACKUP_DAYS,
    LUSTRE_LINKS,
    LUSTRE_SMALLEST_GB,
    LUSTRE_STEP_GB,
)
from infra.settings.base import Settings, matching
from infra.settings.cross_stack import entries, mapping
from infra.settings.data.place import PLACE, Place
from infra.settings.data.queries import TeamName
from infra.settings.data.table_checks import overlap
from infra.settings.data.zones import zones_of
from infra.settings.foundation.network import distinct
from infra.settings.mistakes import Mistake, did_you_mean, refusal, refusals, shown
from infra.settings.platform import FROM_FILES

Days = Literal[1, 7, 14, 30, 60, 90, 180, 270, 365, "never"]
"""As EFS offers them.

https://docs.aws.amazon.com/efs/latest/ug/API_LifecyclePolicy.html
"""


DEFAULT_BACKUP_DAYS = 7
MOST_TEAMS, MOST_TRAINING = 30, 12
"""Teams, and those of them with a second folder, that the policy of a file system has room for,
which has at most 20,000 characters.

https://docs.aws.amazon.com/efs/latest/ug/API_PutFileSystemPolicy.html
"""


class SharedFiles(Settings):
    """A file system that teams share, each in a folder of its own."""

    teams: Annotated[
        tuple[TeamName, ...], Field(min_length=1, max_length=MOST_TEAMS), AfterValidator(distinct)
    ] = Field(description="Teams, each with a folder and an access point of its own: [oncology].")
    training: Annotated[
        tuple[TeamName, ...], Field(max_length=MOST_TRAINING), AfterValidator(distinct)
    ] = Field(
        (),
        description="Teams, of those in teams and at most 12, with a second folder, which training "
        "jobs read: [oncology].",
    )
    backup: bool = Field(True, description="Whether it is backed up each day, for 35 days.")
    lifecycle_days: Days = Field(
        30,
        description="Days without use after which files move to cheaper storage, until they are "
        "read again; or never.",
    )

    @model_validator(mode="after")
    def _trains_of_its_teams(self) -> Self:
        strangers = [
            Mistake(
                ("training", number),
                f"{shown(team)} is not of the teams.",
                did_you_mean(team, self.teams) or f"There are: {', '.join(self.teams)}.",
            )
            for number, team in enumerate(self.training)
            if team not in self.teams
        ]
        if strangers:
            raise refusals(strangers)
        return self


folder_name = matching(
    r"(?=.{1,24}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "is not a name for a folder",
    "Small letters and digits, with single hyphens between them, at most 24: images.",
)
FolderName = Annotated[str, AfterValidator(folder_name)]


def lustre_size(value: int) -> int:
    """Refuse a size that FSx does not make."""
    if value != LUSTRE_SMALLEST_GB and (value <= 0 or value % LUSTRE_STEP_GB):
        raise refusal(
            f"{shown(value)} is not a size that FSx makes.",
            f"Allowed: {LUSTRE_SMALLEST_GB}, or a multiple of {LUSTRE_STEP_GB}.",
        )
    return value


class FastFiles(Settings):
    """A file system of FSx for Lustre, whose folders are linked to places of the lake."""

    size_gb: Annotated[int, AfterValidator(lustre_size)] = Field(
        LUSTRE_SMALLEST_GB,
        description="Its size in GiB: 1200, or a multiple of 2400. It grows, and never shrinks.",
    )
    throughput: Literal[125, 250, 500, 1000] = Field(
        125, description="MB/s for each TiB of its size, which it is paid by."
    )
    links: Annotated[dict[FolderName, Place], Field(max_length=LUSTRE_LINKS)] = Field(
        {},
        description="Folders that show a place of the lake, at most 8: {images: curated.images}.",
    )
    imports: Annotated[
        tuple[Literal["new", "changed", "deleted"], ...], AfterValidator(distinct)
    ] = Field(
        ("new", "changed", "deleted"),
        description="Which objects of the lake show by themselves once a folder is linked.",
    )
    exports: Annotated[tuple[FolderName, ...], AfterValidator(distinct)] = Field(
        (),
        description="Folders, of those in links, whose files are written to the lake as they "
        "come, change and go. With none, nobody writes into a linked folder.",
    )
    backup_days: Annotated[int, Field(ge=0, le=LUSTRE_BACKUP_DAYS)] | None = Field(
        None,
        description="Days that daily backups are kept, at most 90; 7 if unset, and none with "
        "links, for FSx backs up no file system that has any.",
    )

    @model_validator(mode="after")
    def _links_fit(self) -> Self:
        found = [
            Mistake(
                ("exports", number),
                f"{shown(folder)} is not of the links.",
                did_you_mean(folder, self.links) or "Link it to a place of the lake in links.",
            )
            for number, folder in enumerate(self.exports)
            if folder not in self.links
        ]
        if self.backup_days and self.links:
            found.append(
                Mistake(
                    ("backup_days",),
                    "FSx backs up no file system that is linked to the lake.",
                    "Leave it out: what is exported is in the lake, whose versions are kept.",
                )
            )
        found += self._linked_twice()
        if found:
            raise refusals(found)
        return self

    def _linked_twice(self) -> Iterator[Mistake]:
        """Places of which one is another, or lies in it: FSx links a prefix once."""
        before: dict[str, tuple[str, str]] = {}
        for folder, place in self.links.items():
            zone, _, prefix = place.partition(".")
            for other, (its_zone, its_prefix) in before.items():
                if zone == its_zone and overlap(prefix, its_prefix):
                    yield Mistake(
                        ("links", folder),
                        f"{place} overlaps with {its_zone}.{its_prefix} of {other}.",
                        "FSx links each prefix once: give them prefixes beside each other.",
                    )
            before[folder] = (zone, prefix)

    @property
    def kept_backup_days(self) -> int:
        """Days that backups are kept; 0 where there are none."""
        if self.links:
            return 0
        return DEFAULT_BACKUP_DAYS if self.backup_days is None else self.backup_days


class Files(Settings):
    """File systems that jobs and people mount."""

    shared: SharedFiles | None = Field(None, description="A file system of EFS for teams.")
    fast: FastFiles | None = Field(
        None, description="A file system of FSx for Lustre, linked to the lake."
    )


def _channels(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield channels of trainings that show a folder which no file system has."""
    files = mapping(values.get("files"))
    shared, fast = mapping(files.get("shared")), mapping(files.get("fast"))
    read = shared.get("training")
    folders = {
        "shared": read if isinstance(read, list) else [],
        "fast": [*mapping(fast.get("links"))],
    }
    for index, model in enumerate(entries(values.get("models"))):
        for channel, place in mapping(mapping(model.get("training")).get("files")).items():
            found = FROM_FILES.fullmatch(place) if isinstance(place, str) else None
            if not found:
                continue
            at = ("models", index, "training", "files", channel)
            system, folder = found["system"], found["folder"]
            if files.get(system) is None:
                yield Mistake(
                    at, f"there is no file system {system}.", f"Say what it is in files.{system}."
                )
            elif folder not in folders[system] and (system == "shared" or folders[system]):
                where = "files.shared.training" if system == "shared" else "files.fast.links"
                yield Mistake(
                    at,
                    f"{folder} is not in {where}.",
                    did_you_mean(folder, folders[system]) or "Name it there, or choose another.",
                )


def check_files(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield links to a zone that the lake does not have, and channels of folders that are none."""
    yield from _channels(values)
    zones = zones_of(values)
    fast = mapping(mapping(values.get("files")).get("fast"))
    for folder, place in mapping(fast.get("links")).items():
        found = PLACE.fullmatch(place) if isinstance(place, str) else None
        if found and found["zone"] not in zones:
            yield Mistake(
                ("files", "fast", "links", folder),
                f"{found['zone']} is not a zone.",
                did_you_mean(found["zone"], zones) or f"Allowed: {', '.join(zones)}.",
            )
