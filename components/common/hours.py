"""The hours of a week in which an environment works, in the time of a place.

A schedule of EventBridge knows time zones; a state machine knows offsets from UTC alone, so that it
is told when these change.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypedDict
from zoneinfo import ZoneInfo

MINUTE_MILLIS = 60_000
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2046, 1, 1, tzinfo=UTC)
"""Between which a machine knows the offsets of a zone; after that it takes the last one."""
EPOCH_WEEKDAY = 3
"""The first of January 1970 was a Thursday, and a week begins on Monday."""


class HoursArgs(TypedDict):
    """From when to when, on which days."""

    days: list[str]
    """Days of the week: mon, tue, wed, thu, fri, sat, sun."""
    start: int
    """Minutes after midnight at which they begin."""
    end: int
    """Minutes after midnight at which they end, after the beginning, at most 1,440."""
    zone: str
    """Time zone, as the IANA database names it: Europe/Vienna."""


def cron(hours: HoursArgs, minute: int) -> str:
    """The cron expression of a minute of each of the days, 1,440 being the next one's first."""
    days = [DAYS.index(day) for day in hours["days"]]
    later, minute = divmod(minute, DAY_MINUTES)
    named = ",".join(DAYS[(day + later) % 7].upper() for day in sorted(days))
    return f"cron({minute % 60} {minute // 60} ? * {named} *)"


def share(hours: HoursArgs) -> float:
    """The part of a week in which it works, above 0 and up to 1."""
    return len(hours["days"]) * (hours["end"] - hours["start"]) / WEEK_MINUTES


def longest_pause_hours(hours: HoursArgs) -> int:
    """The whole hours that the longest time takes in which it does not work.

    One more than the clock says, for the night in which it is put back.
    """
    days = sorted(DAYS.index(day) for day in hours["days"])
    starts = [day * DAY_MINUTES + hours["start"] for day in days]
    ends = [day * DAY_MINUTES + hours["end"] for day in days]
    pauses = [
        (start - end) % WEEK_MINUTES
        for start, end in zip([*starts[1:], starts[0]], ends, strict=True)
    ]
    return -(-max(pauses) // 60) + 1


@cache  # each model's machine asks
def offsets(zone: str) -> Sequence[tuple[int, int]]:
    """When a zone's offset from UTC changes, in milliseconds since 1970, and to how many minutes.

    The first is the one that it begins with. Raises ZoneInfoNotFoundError and ValueError for a zone
    that there is not.
    """
    place = ZoneInfo(zone)

    def offset(at: datetime) -> int:
        return int((at.astimezone(place).utcoffset() or timedelta()).total_seconds() // 60)

    found = [(0, offset(FIRST))]
    at = FIRST
    while at < LAST:
        following = at + timedelta(days=1)
        if offset(following) != found[-1][1]:
            while offset(at) == found[-1][1]:
                at += timedelta(minutes=15)
            found.append((int(at.timestamp()) * 1000, offset(at)))
        at = following
    return found


def closed(hours: HoursArgs) -> str:
    """JSONata that tells whether it is outside of the hours now."""
    if hours["end"] - hours["start"] == DAY_MINUTES and len(hours["days"]) == len(DAYS):
        return "false"
    changes = offsets(hours["zone"])
    table = ", ".join(f"{{'at': {at}, 'offset': {minutes}}}" for at, minutes in changes)
    days = [DAYS.index(day) for day in hours["days"]]
    return (
        f"($changes := [{table}]; $offset := ($changes[at <= $millis()].offset)[-1]; "
        f"$minutes := $floor($millis() / {MINUTE_MILLIS}) + $offset; "
        f"$minute := $minutes % {DAY_MINUTES}; "
        f"$day := ($floor($minutes / {DAY_MINUTES}) + {EPOCH_WEEKDAY}) % 7; "
        f"$not($day in {days} and $minute >= {hours['start']} and $minute < {hours['end']}))"
    )
