"""The data lake: its zones, its tables, and how they are queried."""

from pydantic import Field

from components.common.limits import SMALLEST_SCAN_BYTES
from infra.settings.base import Settings
from infra.settings.data.crawlers import CrawlerSettings
from infra.settings.data.quality import TableRules
from infra.settings.data.tables import Table
from infra.settings.data.zones import Zones

BYTES_PER_GB = 1_000_000_000


class Lake(Settings):
    """The data lake and its query engine."""

    zones: Zones = Field(
        Zones(),
        description="How long each zone keeps what; any name makes a zone beside the three.",
    )
    tables: tuple[Table, ...] = Field((), description="Tables, for queries and jobs to find.")
    quality: tuple[TableRules, ...] = Field(
        (), description="Rules for tables, evaluated whenever a job has written one."
    )
    crawlers: tuple[CrawlerSettings, ...] = Field(
        (), description="What finds tables in files that others lay into the lake."
    )
    scan_limit_gb: float = Field(
        100.0,
        ge=SMALLEST_SCAN_BYTES / BYTES_PER_GB,
        description="Most that one Athena query may scan, in GB (at least 0.01).",
    )

    @property
    def scan_limit_bytes(self) -> int:
        """The limit as Athena takes it."""
        return round(self.scan_limit_gb * BYTES_PER_GB)
