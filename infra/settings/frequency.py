"""How often a monitor runs: a word, or a cron expression of AWS's."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

from embedded.schedules import Cron, Invalid, parse
from infra.settings.mistakes import did_you_mean, refusal, shown

OFF = "off"
WORDS = {"hourly": 3600, "daily": 86400, "weekly": 7 * 86400}
"""Seconds between two runs."""
ALLOWED = "hourly, daily, weekly, cron(…) or off"
CRON_HINT = (
    "Six fields in UTC, of which day-of-month or day-of-week is ?: cron(30 6 ? * MON-FRI *) is "
    "half past six on weekdays."
)
NIGHT_HOURS = 6
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
LOOKED_AT = 200
"""Runs of a cron expression by which its longest pause is found: a week has 168 hours."""


def frequency(value: str) -> str:
    """Refuse what is neither a word nor a cron expression that AWS takes, once an hour at most.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
    """
    if value in WORDS or value == OFF:
        return value
    if not value.startswith("cron("):
        hint = did_you_mean(value, [*WORDS, OFF])
        raise refusal(f"{shown(value)} is not {ALLOWED}.", hint or CRON_HINT)
    try:
        shortest, _ = pauses(value)
    except Invalid as wrong:
        raise refusal(
            f"{shown(value)} is no cron expression of AWS's: {wrong}.", CRON_HINT
        ) from None
    if shortest < WORDS["hourly"]:
        raise refusal(
            f"{shown(value)} runs again after {shortest // 60} minutes.",
            "A run takes some minutes to begin with: let there be an hour between two.",
        )
    return value


def expression(every: str, of: str) -> str:
    """The cron expression of a frequency for the monitor `of` that name.

    The name alone decides the minute, and the hour of the night in UTC, so that monitors do not all
    begin at once.
    """
    if every not in WORDS:
        return every
    number = int.from_bytes(hashlib.sha256(of.encode()).digest()[:4], "big")
    minute, hour = number % 60, number // 60 % NIGHT_HOURS
    return {
        "hourly": f"cron({minute} * * * ? *)",
        "daily": f"cron({minute} {hour} * * ? *)",
        "weekly": f"cron({minute} {hour} ? * MON *)",
    }[every]


def seconds(every: str) -> int:
    """The longest time between two runs, in seconds. Raises Invalid."""
    return WORDS[every] if every in WORDS else pauses(every)[1]


@cache
def pauses(cron: str) -> tuple[int, int]:
    """The shortest and the longest time between two runs, in seconds.

    Raises Invalid for what AWS would refuse, and for what runs once or never.
    """
    schedule = parse(cron)
    if not isinstance(schedule, Cron):
        raise Invalid(f"{cron} is not cron(…)")
    runs: list[datetime] = []
    following = schedule.next(FIRST)
    while following and len(runs) < LOOKED_AT:
        runs.append(following)
        following = schedule.next(following)
    between = [(after - before) // timedelta(seconds=1) for before, after in pairwise(runs)]
    if not between:
        raise Invalid(f"{cron} runs less than twice")
    return min(between), max(between)


class NotFiveFields(Exception):
    """A cron expression of AWS's that one of five fields cannot say."""


HIGHEST = (59, 23, 31, 12, 6)
"""Of minute, hour, day of the month, month, and day of the week from Sunday, which is 0."""
NAME_OF_DAY = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def five_fields(cron: str) -> str:
    """A cron expression of AWS's, as the five fields that other schedulers know.

    AWS counts days of the week from 1, others from 0, so that they are written as names.
    Raises NotFiveFields for a year, and for the last day or the nearest weekday of a month, and
    ValueError for what is no cron expression.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
    """
    *fields, year = cron.removeprefix("cron(").removesuffix(")").split()
    if len(fields) != len(HIGHEST):
        raise ValueError(f"{cron} is no cron expression of AWS's")
    if year != "*":
        raise NotFiveFields(f"it names the year {year}")
    for field, name in ((fields[2], "day"), (fields[4], "day of the week")):
        if re.search(r"[LW#](?![A-Z])", field):
            raise NotFiveFields(f"{field} is a {name} that depends on the month")
    fields[4] = re.sub(
        r"(?<![/\d])[1-7](?!\d)", lambda found: NAME_OF_DAY[int(found[0]) - 1], fields[4]
    )
    return " ".join(_stepped(field, end) for field, end in zip(fields, HIGHEST, strict=True))


def _stepped(field: str, highest: int) -> str:
    """The field without `?`, and with the end of a range of which AWS lets it be left out."""
    if field == "?":
        return "*"
    end = NAME_OF_DAY[highest] if highest == HIGHEST[-1] else str(highest)
    return ",".join(
        f"{begin}-{end}/{step}" if step and begin != "*" and "-" not in begin else part
        for part in field.split(",")
        for begin, _, step in [part.partition("/")]
    )
