"""When EventBridge's schedules are due: rate(…), cron(…) and at(…).

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
FIRST_YEAR, LAST_YEAR = 1970, 2199
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
WEEK = 7
CRON_FIELDS = 6

Matches = Callable[[date], bool]


class Invalid(ValueError):
    """An expression that AWS would refuse."""


@dataclass(frozen=True)
class Rate:
    """Every so many seconds, from the schedule's start."""

    seconds: int

    def next(self, after: datetime, start: datetime) -> datetime:
        """The first time later than `after` that is a whole number of rates after `start`."""
        passed = max(0, (after - start) // timedelta(seconds=self.seconds))
        return start + timedelta(seconds=self.seconds) * (passed + 1)


@dataclass(frozen=True)
class At:
    """Once, at a local time."""

    when: datetime

    def next(self, after: datetime, zone: tzinfo = UTC) -> datetime | None:
        """That time, unless it has passed."""
        due = self.when.replace(tzinfo=zone).astimezone(UTC)
        return due if due > after else None


@dataclass(frozen=True)
class Cron:
    """At the minutes that six fields choose."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    years: frozenset[int]
    is_day: Matches

    def next(self, after: datetime, zone: tzinfo = UTC) -> datetime | None:
        """The first time later than `after`, in UTC, or None if there is no other.

        A local time that the change to summer time leaves out is due an hour later.
        """
        local = after.astimezone(zone)
        day = local.date()
        while day.year <= LAST_YEAR:
            if day.year not in self.years or day.month not in self.months:
                day = _next_month(day) if day.year in self.years else date(day.year + 1, 1, 1)
                continue
            if self.is_day(day):
                for hour in self.hours:
                    for minute in self.minutes:
                        due = datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
                        if due > after:
                            return due
            day += timedelta(days=1)
        return None


@lru_cache(maxsize=1024)
def parse(expression: str) -> Rate | Cron | At:
    """The schedule of an expression. Raises Invalid."""
    found = re.fullmatch(r"(rate|cron|at)\((.*)\)", expression.strip())
    if not found:
        raise Invalid(f"{expression!r} is not rate(…), cron(…) or at(…)")
    kind, inside = found.groups()
    if kind == "rate":
        return _rate(inside)
    if kind == "at":
        try:
            return At(datetime.strptime(inside, "%Y-%m-%dT%H:%M:%S"))
        except ValueError as error:
            raise Invalid(f"at({inside}): not yyyy-mm-ddThh:mm:ss") from error
    return _cron(inside)


def _rate(inside: str) -> Rate:
    found = re.fullmatch(r"([1-9]\d*) (minute|hour|day)(s?)", inside)
    if not found or (found[1] == "1") == bool(found[3]):
        raise Invalid(f"rate({inside}): not as in rate(1 hour) or rate(5 minutes)")
    return Rate(int(found[1]) * SECONDS[found[2]])


def _cron(inside: str) -> Cron:
    fields = inside.split()
    if len(fields) != CRON_FIELDS:
        raise Invalid(f"cron({inside}): {len(fields)} fields, not {CRON_FIELDS}")
    minutes, hours, days, months, weekdays, years = (field.upper() for field in fields)
    if (days == "?") == (weekdays == "?"):
        raise Invalid(f"cron({inside}): one of day-of-month and day-of-week must be ?")
    return Cron(
        tuple(sorted(_values(minutes, 0, 59))),
        tuple(sorted(_values(hours, 0, 23))),
        frozenset(_values(months, 1, 12, MONTHS)),
        frozenset(_values(years, FIRST_YEAR, LAST_YEAR)),
        _any_of(weekdays, _weekday) if days == "?" else _any_of(days, _day_of_month),
    )


def _any_of(field: str, part: Callable[[str], Matches]) -> Matches:
    tests = [part(each) for each in field.split(",")]
    return lambda day: any(test(day) for test in tests)


def _day_of_month(part: str) -> Matches:
    """A day of the month: L is the last, 15W the weekday nearest to the 15th."""
    if part == "L":
        return lambda day: day.day == _length(day)
    if part == "LW":
        return lambda day: day == _nearest_weekday(day, _length(day))
    if part.endswith("W"):
        (wanted,) = _values(part[:-1], 1, 31)
        return lambda day: wanted <= _length(day) and day == _nearest_weekday(day, wanted)
    chosen = _values(part, 1, 31)
    return lambda day: day.day in chosen


def _weekday(part: str) -> Matches:
    """A day of the week, Sunday 1: 5L is the month's last Thursday, 3#2 its second Tuesday."""
    if part == "L":
        return lambda day: _number(day) == WEEK
    if part.endswith("L"):
        (last,) = _values(part[:-1], 1, 7, DAYS)
        return lambda day: _number(day) == last and day.day > _length(day) - WEEK
    if "#" in part:
        name, _, count = part.partition("#")
        (wanted,), (nth,) = _values(name, 1, 7, DAYS), _values(count, 1, 5)
        return lambda day: _number(day) == wanted and (day.day - 1) // WEEK == nth - 1
    chosen = _values(part, 1, 7, DAYS)
    return lambda day: _number(day) in chosen


def _values(field: str, first: int, last: int, names: list[str] | None = None) -> set[int]:
    """The numbers of a field: lists, ranges, steps and names; `*` is all."""

    def number(text: str) -> int:
        if names and text in names:
            return names.index(text) + 1
        if not text.isdigit() or not first <= int(text) <= last:
            raise Invalid(f"{text!r} in {field!r}: not {first} to {last}")
        return int(text)

    chosen: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if "/" in part and (not step.isdigit() or not int(step)):
            raise Invalid(f"{part!r}: {step!r} is no step")
        if span in ("*", ""):
            begin, end = first, last
            if span == "" and not step:
                raise Invalid(f"{field!r} is empty")
        elif "-" in span:
            begin, end = map(number, span.split("-", 1))
        else:
            begin = number(span)
            end = last if step else begin
        # FRI-MON goes round the end of the week.
        ends = (
            range(begin, end + 1)
            if begin <= end
            else [*range(begin, last + 1), *range(first, end + 1)]
        )
        chosen.update(list(ends)[:: int(step or 1)])
    return chosen


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _number(day: date) -> int:
    return day.isoweekday() % WEEK + 1


def _nearest_weekday(day: date, wanted: int) -> date:
    """The weekday nearest to a day of the month, within that month."""
    target = day.replace(day=wanted)
    if target.isoweekday() == WEEK - 1:
        return target + timedelta(days=-1 if wanted > 1 else 2)
    if target.isoweekday() == WEEK:
        return target + timedelta(days=1 if wanted < _length(day) else -2)
    return target


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
