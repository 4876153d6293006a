"""What a story would cost in AWS, by public list prices: instances times hours of its clock.

Jobs run on a laptop as long as the laptop takes. How long they would run in AWS is not known, so
their price is told by the hour, and no sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.prices import price_of


@dataclass(frozen=True)
class Usage:
    """Instances, or what else is paid by the hour."""

    what: str
    """For a reader, such as `endpoint` or `3 training jobs`."""
    item: str
    """Of `catalog.prices`, such as `hosting ml.m5.large`."""
    hours: float | None
    """Of all instances together; None where it is not known."""


def lines(used: Sequence[Usage], region: str) -> list[dict[str, Any]]:
    """A line of the record's `costs` for each usage."""
    found = []
    for one in used:
        price = price_of(one.item, region)
        hourly = price.usd if price and price.unit == "hour" else None
        found.append(
            {
                "what": one.what,
                "item": one.item,
                "hours": one.hours,
                "usd_per_hour": hourly,
                "usd": None if hourly is None or one.hours is None else hourly * one.hours,
                "price_of": f"{price.region}, {price.as_of}" if price and hourly else None,
            }
        )
    return found
