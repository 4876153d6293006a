"""The data lake: its zones, its tables, and how they are queried."""

from pydantic import Field

from components.common.limits import SMALLEST_SCAN_BYTES
from infra.settings.base import Settings
from infra.settings.data.crawlers import CrawlerSettings
from infra.settings.data.quality import TableRules
from infra.settings.data.readers import BY_DEFAULT, Reader, ReaderName
from infra.settings.data.table_bucket import TableBucket
from infra.settings.data.tables import Table
from infra.settings.data.zones import Sensitivity, Zones

BYTES_PER_GB = 1_000_000_000


class Lake(Settings):
    """The data lake and its query engine."""

    zones: Zones = Field(
        Zones(),
        description="How long each zone keeps what; any name makes a zone beside the three.",
    )
    tables: tuple[Table, ...] = Field((), description="Tables, for queries and jobs to find.")
    table_bucket: TableBucket | None = Field(
        None, description="Tables of Iceberg that S3 Tables keeps, compacts and tidies."
    )
    quality: tuple[TableRules, ...] = Field(
        (), description="Rules for tables, evaluated whenever a job has written one."
    )
    crawlers: tuple[CrawlerSettings, ...] = Field(
        (), description="What finds tables in files that others lay into the lake."
    )
    governed: bool = Field(
        False,
        description="Lake Formation decides which tables, columns and rows the readers see in "
        "queries, and their roles read no files. Without it they read whole zones, as IAM says.",
    )
    readers: dict[ReaderName, Reader] = Field(
        {},
        description="What each reads of a governed lake: data-scientist (what is internal, in all "
        "zones but raw, unless it says otherwise) and ml-engineer (nothing unless it is here).",
    )
    scan_limit_gb: float = Field(
        100.0,
        ge=SMALLEST_SCAN_BYTES / BYTES_PER_GB,
        description="Most that one Athena query may scan, in GB (at least 0.01).",
    )

    @property
    def reading(self) -> dict[str, Reader]:
        """Each reader of a governed lake by its persona; none of one that is not governed."""
        return {BY_DEFAULT: Reader(), **self.readers} if self.governed else {}

    def sensitivity(self, table: Table) -> Sensitivity:
        """How sensitive a table is, by its own word or its zone's."""
        return table.sensitivity or self.zone_sensitivity(table.zone)

    def zone_sensitivity(self, zone: str) -> Sensitivity:
        """How sensitive the tables of a zone are unless they say otherwise."""
        return self.zones.by_name[zone].sensitivity or ("personal" if zone == "raw" else "internal")

    @property
    def scan_limit_bytes(self) -> int:
        """The limit as Athena takes it."""
        return round(self.scan_limit_gb * BYTES_PER_GB)
