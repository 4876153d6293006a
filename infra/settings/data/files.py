"""File systems: files that many jobs and people read and write as on a disk."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from infra.settings.base import Settings
from infra.settings.data.queries import TeamName
from infra.settings.foundation.network import distinct

Days = Literal[1, 7, 14, 30, 60, 90, 180, 270, 365, "never"]
"""As EFS offers them.

https://docs.aws.amazon.com/efs/latest/ug/API_LifecyclePolicy.html
"""


MOST_TEAMS = 30
"""That the policy of a file system has room for, which has at most 20,000 characters.

https://docs.aws.amazon.com/efs/latest/ug/API_PutFileSystemPolicy.html
"""


class SharedFiles(Settings):
    """A file system that teams share, each in a folder of its own."""

    teams: Annotated[
        tuple[TeamName, ...], Field(min_length=1, max_length=MOST_TEAMS), AfterValidator(distinct)
    ] = Field(description="Teams, each with a folder and an access point of its own: [oncology].")
    backup: bool = Field(True, description="Whether it is backed up each day, for 35 days.")
    lifecycle_days: Days = Field(
        30,
        description="Days without use after which files move to cheaper storage, until they are "
        "read again; or never.",
    )


class Files(Settings):
    """File systems that jobs and people mount."""

    shared: SharedFiles | None = Field(None, description="A file system of EFS for teams.")
