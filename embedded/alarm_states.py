"""How CloudWatch judges an alarm by its data points, those that are missing among them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from collections.abc import Sequence
from typing import NamedTuple

EXTRA = 2
"""Data points looked at beyond the evaluation periods, as in the page's examples."""

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"


class Rule(NamedTuple):
    """When an alarm goes off: `needed` of `periods` data points breach the threshold."""

    periods: int
    needed: int
    missing: str
    """What a missing data point is: missing, notBreaching, breaching or ignore."""


def evaluation_range(rule: Rule) -> int:
    """How many data points are looked at."""
    return rule.periods + EXTRA


def judged(points: Sequence[bool | None], rule: Rule) -> str | None:
    """The state by the data points of the range, oldest first; None keeps the state.

    A data point breaches, or does not, or is None where there is none.
    """
    real = [point for point in points if point is not None]
    if len(real) >= rule.periods:
        return _counted(sum(real[-rule.periods :]), rule)
    filled = rule.periods - len(real)
    match rule.missing:
        case "breaching":
            return _counted(sum(real) + filled, rule)
        case "notBreaching":
            return _counted(sum(real), rule)
        case "ignore":
            keeps = not real or (all(real) and sum(real) < rule.needed)
            return None if keeps else _counted(sum(real), rule)
        case _:
            return _missing(points, real, rule)


def _missing(points: Sequence[bool | None], real: Sequence[bool], rule: Rule) -> str:
    """The state where what is missing stays so.

    All that there is breaches, and has done so for long enough: that goes off before the data
    points are enough.
    """
    if not real:
        return INSUFFICIENT_DATA
    oldest = len(points) - points.index(real[0])
    if all(real) and oldest >= rule.needed:
        return ALARM
    return _counted(sum(real), rule)


def _counted(breaching: int, rule: Rule) -> str:
    return ALARM if breaching >= rule.needed else OK
