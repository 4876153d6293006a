"""Crawlers: how tables are found in files that others lay into the lake."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from infra.settings.base import Settings, matching
from infra.settings.cross_stack import entries, mapping
from infra.settings.data.place import Place
from infra.settings.data.table_checks import overlap
from infra.settings.data.zones import zones_of
from infra.settings.frequency import frequency
from infra.settings.mistakes import Mistake, Path, did_you_mean

crawler_name = matching(
    r"(?=.{1,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "is not a name for a crawler",
    "Small letters and digits, with single hyphens between them, at most 40: partner-files.",
)
FEATURES = "features"
"""The zone whose tables the feature store keeps."""


class CrawlerSettings(Settings):
    """A crawler of Glue: it finds tables and partitions in files below a prefix."""

    name: Annotated[str, AfterValidator(crawler_name)] = Field(
        description="What it is called; its tables' names begin so, with _ for -."
    )
    place: Place = Field(description="A zone and the prefix of the files: raw.partners.")
    schedule: Annotated[str, AfterValidator(frequency)] = Field(
        "daily",
        description="hourly, daily, weekly, a cron(…) in UTC, or off: only a person starts it.",
    )
    changes: Literal["log", "update"] = Field(
        "log",
        description="What it does to a table that is there: nothing but add partitions, and log "
        "the rest (log), or add new columns and mark it when its files are gone (update).",
    )

    @property
    def table_prefix(self) -> str:
        """What the names of its tables begin with."""
        return f"{self.name.replace('-', '_')}_"


def check_crawlers(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield crawlers of one name, in no zone, or where tables are declared or another crawls.

    A crawler writes the schema that it finds. Passes over malformed values, as the checks of
    `infra.settings.group_checks` do.
    """
    zones, lake = zones_of(values), mapping(values.get("lake"))
    tables = list(_declared(values))
    names: set[str] = set()
    for index, crawler in enumerate(entries(lake.get("crawlers"))):
        path: Path = ("lake", "crawlers", index)
        name, place = crawler.get("name"), crawler.get("place")
        if isinstance(name, str):
            if name in names:
                yield Mistake((*path, "name"), f"two crawlers are called {name}.")
            names.add(name)
        if not isinstance(place, str) or "." not in place:
            continue
        zone, _, prefix = place.partition(".")
        if zone not in zones:
            hint = did_you_mean(zone, zones) or f"Allowed: {', '.join(zones)}."
            yield Mistake((*path, "place"), f"{zone} is not a zone.", hint)
        elif zone == FEATURES:
            yield Mistake(
                (*path, "place"),
                "tables of the features zone are the feature store's.",
                "Name another zone.",
            )
        for where, whose in tables:
            other_zone, _, other = where.partition(".")
            if zone == other_zone and overlap(prefix, other):
                yield Mistake(
                    (*path, "place"),
                    f"{place} overlaps with {where} of {whose}, whose columns are told already.",
                    "Name a prefix that nothing else describes.",
                )
        tables.append((place, f"the crawler {name}"))


def _declared(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Places whose columns are told, and by what."""
    for table in entries(mapping(values.get("lake")).get("tables")):
        name = table.get("name")
        if isinstance(name, str) and "." in name:
            zone, _, own = name.partition(".")
            prefix = table.get("prefix")
            yield f"{zone}.{prefix if isinstance(prefix, str) else own}", f"the table {name}"
    for stream in entries(values.get("streams")):
        if isinstance(stream.get("name"), str):
            yield f"{stream.get('to', 'raw')}.{stream['name']}", f"the stream {stream['name']}"
