"""The data lake: its zones, and how they are queried."""

from pydantic import Field

from components.common.limits import SMALLEST_SCAN_BYTES
from infra.settings.base import PositiveInt, Settings

BYTES_PER_GB = 1_000_000_000


class Zone(Settings):
    """One zone of the lake: a bucket of its own."""

    retention_days: PositiveInt | None = Field(
        None, description="Days after which objects expire; without it they stay."
    )
    noncurrent_days: PositiveInt = Field(
        30, description="Days that overwritten or deleted versions can be brought back."
    )


class Zones(Settings):
    """The three zones that every lake has."""

    raw: Zone = Field(Zone(), description="Data as it arrived.")
    curated: Zone = Field(Zone(), description="Data cleaned and checked; models train on it.")
    features: Zone = Field(Zone(), description="What the feature store keeps offline.")


class Lake(Settings):
    """The data lake and its query engine."""

    zones: Zones = Field(Zones(), description="How long each zone keeps what.")
    scan_limit_gb: float = Field(
        100.0,
        ge=SMALLEST_SCAN_BYTES / BYTES_PER_GB,
        description="Most that one Athena query may scan, in GB (at least 0.01).",
    )

    @property
    def scan_limit_bytes(self) -> int:
        """The limit as Athena takes it."""
        return round(self.scan_limit_gb * BYTES_PER_GB)
