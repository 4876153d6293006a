"""Who reads what of the lake: told persona by persona, with what is kept from each."""

from collections.abc import Iterator

from components.foundation.access.persona_policies import PERSONAS, WITHOUT_DATA
from infra.lake_readers import columns_seen, is_read, readers
from infra.settings import PlatformSettings
from infra.settings.data.readers import Reader
from infra.settings.data.table_checks import overlap
from infra.settings.data.tables import Table
from infra.summary.section import Row, Section

MAINTAINER = "data-engineer"


def lake_readers(settings: PlatformSettings) -> Iterator[Section]:
    """One section for the personas that somebody is let in as; none where there are none."""
    if rows := tuple(_rows(settings)):
        yield Section("Who reads the lake", rows, indent=20)


def _rows(settings: PlatformSettings) -> Iterator[Row]:
    lake, zones = settings.lake, [*settings.lake.zones.by_name]
    governed = readers(settings)
    nothing = []
    for persona in PERSONAS:
        if persona not in settings.access.personas:
            continue
        if persona in governed:
            yield from _governed(persona, governed[persona], settings)
        elif persona == MAINTAINER:
            yield persona, f"files and tables of {', '.join(zones)}"
        elif persona == "data-scientist":
            yield (
                persona,
                f"files and tables of {', '.join(each for each in zones if each != 'raw')}",
            )
        elif persona in WITHOUT_DATA:
            nothing.append(persona)
    if nothing:
        yield "nothing", ", ".join(nothing)
    yield from _by_place(settings)
    if lake.governed:
        yield "jobs", "places that each names, by IAM"


def _by_place(settings: PlatformSettings) -> Iterator[Row]:
    """Teams of Studio, notebooks and shares: they read files, whatever Lake Formation says."""
    teams = settings.studio.teams if settings.studio else {}
    notebooks = settings.spark.studio.personas if settings.spark.studio else {}
    read = {
        **{f"studio: {name}": [*team.reads, *team.writes] for name, team in teams.items()},
        **{f"notebooks: {who}": [*one.reads, *one.writes] for who, one in notebooks.items()},
        **{f"share: {share.name}": [*share.reads] for share in settings.shares},
    }
    for who, places in read.items():
        if places:
            personal = [
                f"{column} of {table.name}"
                for table in settings.lake.tables
                if any(_lies_in(table, place) for place in places)
                for column in table.personal
            ]
            among = f"; {', '.join(personal)} among them" if personal else ""
            yield who, f"files of {', '.join(places)}{among}"


def _lies_in(table: Table, place: str) -> bool:
    zone, _, prefix = place.partition(".")
    return table.zone == zone and overlap(prefix, table.location)


def _governed(persona: str, told: Reader, settings: PlatformSettings) -> Iterator[Row]:
    """What a reader sees as a whole, and each table of which something is kept from it."""
    lake = settings.lake
    zones = told.reads([*lake.zones.by_name])
    if not zones:
        yield persona, "nothing"
        return
    yield persona, f"by queries, what is {' or '.join(told.sees)} in {', '.join(zones)}"
    for table in lake.tables:
        if is_read(table, told, lake):
            if kept := ", ".join(_kept(table, told)):
                yield f"  {table.name}", kept
        elif table.zone in zones:
            yield f"  {table.name}", f"not at all: it is {lake.sensitivity(table)}"


def _kept(table: Table, told: Reader) -> Iterator[str]:
    seen = columns_seen(table, told)
    if hidden := [each for each in (*table.columns, *table.partitions) if each not in seen]:
        yield f"without {', '.join(hidden)}"
    if rows := told.rows.get(table.name):
        yield f"where {rows}"
