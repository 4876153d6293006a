"""Partition projection: the partitions that a table's properties tell, without any registered.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from embedded import clock
from embedded.athena.catalog import Entity, folder, parameters, partition_keys
from embedded.athena.failures import Failed, not_done
from embedded.athena.patterns import from_joda

ENABLED = "projection.enabled"
TEMPLATE = "storage.location.template"
MOST = 1_000_000
"""Partitions that one query may have."""
UNITS = {
    "SECONDS": timedelta(seconds=1),
    "MINUTES": timedelta(minutes=1),
    "HOURS": timedelta(hours=1),
    "DAYS": timedelta(days=1),
    "WEEKS": timedelta(weeks=1),
}
MONTHS = {"MONTHS": 1, "YEARS": 12}
MOMENT = re.compile(r"NOW(?:([+-])(\d+)(SECONDS?|MINUTES?|HOURS?|DAYS?|WEEKS?|MONTHS?|YEARS?))?")


def projected(table: Entity, values: Mapping[str, list[str]]) -> Iterator[tuple[list[str], str]]:
    """Yield the values and the location of each partition.

    `values` are those that the query compares a column with: the only ones of an injected key.
    Raises Failed for properties that Athena refuses.
    """
    keys = [each["Name"].lower() for each in partition_keys(table)]
    told = parameters(table)
    each_key = [_values(key, told, values.get(key)) for key in keys]
    most = 1
    for found in each_key:
        most *= len(found)
    if most > MOST:
        raise not_done(f"queries of {most} projected partitions: at most {MOST}")
    root = folder(table["StorageDescriptor"]["Location"])
    for combination in itertools.product(*each_key):
        named = dict(zip(keys, combination, strict=True))
        template = told.get(TEMPLATE)
        if template:
            where = template
            for key, value in named.items():
                where = where.replace(f"${{{key}}}", value)
        else:
            where = root + "/".join(f"{key}={value}" for key, value in named.items())
        yield list(combination), where


def _values(key: str, told: dict[str, str], asked: list[str] | None) -> list[str]:
    def setting(name: str, default: str | None = None) -> str:
        value = told.get(f"projection.{key}.{name}", default)
        if value is None:
            raise Failed(
                "INVALID_TABLE_PROPERTY",
                f"Table property projection.{key}.{name} is missing for partition column {key}",
            )
        return value

    match setting("type").lower():
        case "enum":
            found = [each.strip() for each in setting("values").split(",")]
        case "integer":
            found = _integers(
                setting("range"), int(setting("interval", "1")), setting("digits", "0")
            )
        case "date":
            found = _dates(setting, key)
        case "injected":
            if not asked:
                raise Failed(
                    "CONSTRAINT_VIOLATION",
                    f"For the injected projected partition column {key}, the WHERE clause must "
                    "contain only static equality conditions, and at least one such condition "
                    "must be present.",
                )
            return asked
        case other:
            raise Failed("INVALID_TABLE_PROPERTY", f"unknown projection type {other} of {key}")
    return found


def _integers(range_: str, interval: int, digits: str) -> list[str]:
    low, _, high = range_.partition(",")
    return [str(each).zfill(int(digits)) for each in range(int(low), int(high) + 1, interval)]


def _dates(setting: Callable[..., str], key: str) -> list[str]:
    pattern = from_joda(setting("format"))
    low, _, high = setting("range").partition(",")
    begin, end = _moment(low.strip(), pattern, key), _moment(high.strip(), pattern, key)
    finest = _finest(setting("format"))
    unit = setting("interval.unit", finest).upper()
    unit = unit if unit.endswith("S") else f"{unit}S"
    step = int(setting("interval", "1"))
    found: list[str] = []
    now = begin
    while now <= end and len(found) <= MOST:
        shown = now.strftime(pattern)
        if shown not in found[-1:]:
            found.append(shown)
        now = _later(now, step, unit)
    return found


def _finest(pattern: str) -> str:
    """The unit of a pattern's smallest part, by which Athena steps unless it is told otherwise."""
    for letters, unit in (("s", "SECONDS"), ("m", "MINUTES"), ("H", "HOURS"), ("d", "DAYS")):
        if letters in pattern:
            return unit
    return "MONTHS" if "M" in pattern else "YEARS"


def _moment(text: str, pattern: str, key: str) -> datetime:
    match = MOMENT.fullmatch(text)
    if match is None:
        try:
            return datetime.strptime(text, pattern.replace("%-", "%")).replace(tzinfo=UTC)
        except ValueError as error:
            raise Failed(
                "INVALID_TABLE_PROPERTY", f"{text} is no date of the range of {key}"
            ) from error
    now = clock.now()
    if not match[1]:
        return now
    unit = match[3] if match[3].endswith("S") else f"{match[3]}S"
    return _later(now, int(f"{match[1]}{match[2]}"), unit)


def _later(moment: datetime, steps: int, unit: str) -> datetime:
    if unit in UNITS:
        return moment + steps * UNITS[unit]
    months = moment.year * 12 + moment.month - 1 + steps * MONTHS[unit]
    return moment.replace(year=months // 12, month=months % 12 + 1, day=min(moment.day, 28))
