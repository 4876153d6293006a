"""How teams query the lake: workgroups, and SQL that is kept in the repository."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from components.common.limits import SMALLEST_SCAN_BYTES
from infra.settings.base import Settings, matching
from infra.settings.cross_stack import mapping
from infra.settings.data.lake import BYTES_PER_GB
from infra.settings.data.zones import zones_of
from infra.settings.mistakes import Mistake

team_name = matching(
    r"(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "is not a name for a team",
    "Small letters and digits, with single hyphens between them, at most 40.",
)
folder_path = matching(
    r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*",
    "is not a folder of this repository",
    "A path from the repository's root: queries.",
)
TeamName = Annotated[str, AfterValidator(team_name)]
Folder = Annotated[str, AfterValidator(folder_path)]


class Team(Settings):
    """A team's own workgroup: what it scans is limited, told and paid apart."""

    scan_limit_gb: float | None = Field(
        None,
        ge=SMALLEST_SCAN_BYTES / BYTES_PER_GB,
        description="Most that one of its queries may scan, in GB; lake.scan_limit_gb if unset.",
    )
    daily_gb: float | None = Field(
        None,
        gt=0,
        description="GB scanned within 24 hours at which an alarm goes off; none if unset.",
    )


class Queries(Settings):
    """Who queries the lake, and with what."""

    folder: Folder | None = Field(
        None, description="Folder of SQL files: saved/, prepared/ and views/ in it."
    )
    daily_gb: float | None = Field(
        None,
        gt=0,
        description="The same as a team's, of the workgroup that is everybody's.",
    )
    teams: dict[TeamName, Team] = Field({}, description="Workgroups of teams, by the team's name.")


def check_queries(values: Mapping[str, Any], root: Path) -> Iterator[Mistake]:
    """Yield what is wrong with the files of SQL below `root`, the repository's root."""
    queries = mapping(values.get("queries"))
    folder = queries.get("folder")
    if not isinstance(folder, str):
        return
    at = ("queries", "folder")
    if not (root / folder).is_dir():
        yield Mistake(at, f"there is no folder {folder}.", "It lies at the repository's root.")
        return
    from infra.queries import QueryError, files  # sqlglot takes half a second

    for each in files(root / folder, zones_of(values), [*mapping(queries.get("teams"))]):
        if isinstance(each, QueryError):
            yield Mistake(at, f"{each}.")
