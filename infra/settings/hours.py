"""The hours in which an environment works: outside of them its endpoints are off."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from components.common.hours import DAY_MINUTES, DAYS, HoursArgs
from infra.settings.base import Settings
from infra.settings.cross_stack import entries, mapping
from infra.settings.mistakes import Mistake, did_you_mean, refusal, shown

_TIME = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_DAY = f"({'|'.join(DAYS)})(-({'|'.join(DAYS)}))?"
_DAYS = re.compile(rf"{_DAY}(,{_DAY})*")
_TIME_HINT = "Two times of one day, such as 07:00-19:00; its last is 24:00."


def day_names(value: str) -> str:
    """Refuse what names no days of the week."""
    if not _DAYS.fullmatch(value) or not all(_named(part) for part in value.split(",")):
        raise refusal(
            f"{shown(value)} names no days.", f"Of {', '.join(DAYS)}: mon-fri, or mon,wed,fri."
        )
    return value


def times_of_day(value: str) -> str:
    """Refuse what is no time of one day."""
    found = _TIME.fullmatch(value)
    start, end = _minutes(value) if found else (0, 0)
    if not found or end > DAY_MINUTES:
        raise refusal(f"{shown(value)} is not from when to when.", _TIME_HINT)
    if start >= end:
        raise refusal(
            f"{shown(value)} ends before it begins.",
            f"{_TIME_HINT} Hours over midnight are not offered.",
        )
    return value


def time_zone(value: str) -> str:
    """Refuse what is no time zone, where the machine knows which there are."""
    known = available_timezones()
    if known and value not in known:
        raise refusal(
            f"{shown(value)} is no time zone.",
            did_you_mean(value, sorted(known)) or "One of the IANA database: Europe/Vienna, UTC.",
        )
    return value


class Hours(Settings):
    """When an environment works: outside of these hours its endpoints are off."""

    days: Annotated[str, AfterValidator(day_names)] = Field(
        "mon-fri", description="Days of the week: mon-fri, or mon,wed,fri."
    )
    between: Annotated[str, AfterValidator(times_of_day)] = Field(
        "07:00-19:00", description="From when to when on each of these days."
    )
    zone: Annotated[str, AfterValidator(time_zone)] = Field(
        "UTC", description="Time zone, as the IANA database names it: Europe/Vienna."
    )

    @property
    def text(self) -> str:
        """The same in words."""
        return f"{self.days} {self.between} {self.zone}"

    @property
    def args(self) -> HoursArgs:
        """The same, as components take it."""
        start, end = _minutes(self.between)
        return {"days": _named(self.days), "start": start, "end": end, "zone": self.zone}


def _minutes(value: str) -> tuple[int, int]:
    first, first_minute, last, last_minute = map(int, re.split("[:-]", value))
    return first * 60 + first_minute, last * 60 + last_minute


def _named(value: str) -> list[str]:
    found = {
        number
        for part in value.split(",")
        for first, _, last in [part.partition("-")]
        for number in range(DAYS.index(first), DAYS.index(last or first) + 1)
    }
    return [DAYS[number] for number in sorted(found)]


def check_hours(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield endpoints that are to be always on where they are so anyway."""
    if values.get("hours") is not None:
        return
    for index, model in enumerate(entries(values.get("models"))):
        if mapping(model.get("serving")).get("always_on"):
            yield Mistake(
                ("models", index, "serving", "always_on"),
                "the environment has no hours, and so each endpoint is always on.",
                "Leave it out, or say when the environment works: hours: {between: 07:00-19:00}.",
            )
