"""What each persona reads of a governed lake, as the settings say."""

from collections.abc import Mapping

from components.data.governance.expressions import seen_columns
from infra.settings import PlatformSettings
from infra.settings.data.lake import Lake
from infra.settings.data.readers import Reader
from infra.settings.data.tables import Table


def readers(settings: PlatformSettings) -> Mapping[str, Reader]:
    """Those that read by queries alone, of the personas that somebody is let in as."""
    people = settings.access.personas
    return {persona: told for persona, told in settings.lake.reading.items() if persona in people}


def zones_read(settings: PlatformSettings) -> dict[str, list[str]]:
    """The zones that each of them reads; nobody where the lake is not governed."""
    zones = [*settings.lake.zones.by_name]
    return {persona: told.reads(zones) for persona, told in readers(settings).items()}


def columns_seen(table: Table, told: Reader) -> list[str]:
    """The columns of a table that a reader sees, partitions with them."""
    every = [*table.columns, *table.partitions]
    return seen_columns(every, table.personal, told.without.get(table.name, ()), told.sees)


def is_read(table: Table, told: Reader, lake: Lake) -> bool:
    """Whether a reader sees anything of a table."""
    read = table.zone in told.reads([*lake.zones.by_name])
    return read and lake.sensitivity(table) in told.sees
