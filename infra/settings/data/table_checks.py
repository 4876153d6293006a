"""What must fit between the tables of a lake, its zones, and what else lies in them.

A check reads the plain values of the file and passes over malformed ones, as those of
`infra.settings.group_checks` do.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from infra.settings.cross_stack import entries, mapping
from infra.settings.data.zones import zones_of
from infra.settings.mistakes import Mistake, Path, did_you_mean

UNREAD = ("glacier", "deep_archive")
"""Storage classes whose objects must be restored before they are read."""


class Named(NamedTuple):
    """A table, as far as its values tell one."""

    path: Path
    name: str
    zone: str
    prefix: str
    iceberg: bool


def check_tables(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield tables in no zone, of one name or over one another, and Iceberg beside others' files.

    Glue deletes the files below an Iceberg table that its metadata do not name, and S3's lifecycle
    the metadata.
    https://docs.aws.amazon.com/glue/latest/dg/orphan-file-deletion.html
    """
    zones = zones_of(values)
    before: list[Named] = []
    for table in _tables(values):
        if table.zone and table.zone not in zones:
            hint = did_you_mean(table.zone, zones) or f"Allowed: {', '.join(zones)}."
            yield Mistake((*table.path, "name"), f"{table.zone} is not a zone.", hint)
        for other in before:
            yield from _beside(table, other)
        before.append(table)
        if table.iceberg:
            yield from _aged(table, mapping(values.get("lake")))
            yield from _files_of_others(table, values)


def _beside(table: Named, other: Named) -> Iterator[Mistake]:
    if table.name == other.name:
        yield Mistake((*table.path, "name"), f"two tables are called {table.name}.")
    elif table.zone == other.zone and overlap(table.prefix, other.prefix):
        yield Mistake(
            (*table.path, "prefix"),
            f"{table.prefix} overlaps with {other.prefix} of {other.name}: each would read the "
            "other's files.",
            "Give one of them a prefix of its own.",
        )


def check_iceberg_streams(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield streams whose rows go to a table of Iceberg in a zone whose objects expire or move."""
    for index, stream in enumerate(entries(values.get("streams"))):
        if stream.get("format") == "iceberg":
            name, zone = str(stream.get("name")), str(stream.get("to", "raw"))
            table = Named(("streams", index), f"{zone}.{name}", zone, name, iceberg=True)
            yield from _aged(table, mapping(values.get("lake")))


def _aged(table: Named, lake: Mapping[str, Any]) -> Iterator[Mistake]:
    zone = mapping(mapping(lake.get("zones")).get(table.zone))
    why = "Let a job delete its old rows, or put it into a zone that keeps what it holds."
    if zone.get("retention_days"):
        yield Mistake(
            (*table.path, "format"),
            f"objects of {table.zone} expire after {zone['retention_days']} days, and with them "
            "the metadata that say what is in an Iceberg table.",
            why,
        )
    for each in UNREAD:
        if each in mapping(zone.get("storage")):
            yield Mistake(
                (*table.path, "format"),
                f"objects of {table.zone} move to {each}, where nothing reads an Iceberg table's "
                "metadata.",
                "Choose intelligent or glacier_ir, or another zone.",
            )


def _files_of_others(table: Named, values: Mapping[str, Any]) -> Iterator[Mistake]:
    for zone, prefix, whose in _others(values):
        if zone == table.zone and overlap(prefix, table.prefix):
            yield Mistake(
                (*table.path, "prefix"),
                f"{whose} lies in {zone} below {prefix}, and Glue deletes files in an Iceberg "
                f"table's {table.prefix} that are not the table's.",
                "Give it a prefix of its own.",
            )


def _others(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Zone and prefix of files that are written as they are, and whose they are.

    A job that writes just where a table is may well write by the table.
    """
    for model in entries(values.get("models")):
        name = model.get("name")
        if isinstance(name, str):
            quality = mapping(mapping(model.get("monitor")).get("quality"))
            yield "curated", str(model.get("data") or name), f"the training data of {name}"
            yield "curated", str(quality.get("truth") or f"truth/{name}"), f"the truth of {name}"
            yield "raw", f"captured/{name}", f"what {name} is asked"
    for stream in entries(values.get("streams")):
        name = str(stream.get("name"))
        yield str(stream.get("to", "raw")), name, f"what the stream {name} delivers"
    exact = {f"{table.zone}.{table.prefix}" for table in _tables(values)}
    for job in entries(values.get("jobs")):
        for place in job["writes"] if isinstance(job.get("writes"), list) else ():
            if isinstance(place, str) and place not in exact:
                zone, _, prefix = place.partition(".")
                yield zone, prefix, f"what the job {job.get('name')} writes"


def _tables(values: Mapping[str, Any]) -> Iterator[Named]:
    lake = mapping(values.get("lake"))
    tables = lake.get("tables")
    for index, table in enumerate(tables if isinstance(tables, list) else ()):
        name = mapping(table).get("name")
        if isinstance(name, str) and "." in name:
            zone, _, own = name.partition(".")
            prefix = table.get("prefix")
            yield Named(
                ("lake", "tables", index),
                name,
                zone,
                prefix if isinstance(prefix, str) else own,
                table.get("format") == "iceberg",
            )


def overlap(one: str, other: str) -> bool:
    """Whether one prefix is the other, or lies in it."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
