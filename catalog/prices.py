"""What AWS asks by the hour or the month, and which resource types it bills by use or not at all.

`prices.json` holds what public sources tell, each with the day it was read or published, AWS's page
for it and where it was read; what none tells is not in it, and so unknown. Prices are list prices
in US dollars, without tax, discounts and free tiers.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("prices.json")
HOURS_A_MONTH = 730
"""What AWS's own calculator takes a month for: https://calculator.aws/"""
ANY_REGION = "any"
REFERENCE_REGION = "us-east-1"
"""Whose price is told, as such, where that of a region is not known."""


@dataclass(frozen=True)
class Price:
    """What one of something costs for an hour or a month."""

    usd: float
    unit: str
    """`hour` or `month`."""
    region: str
    """Whose price it is, `any` where they are all alike."""
    as_of: date
    """The day that it was read, or that its source was published."""
    source: str
    """AWS's page for it."""

    @property
    def monthly(self) -> float:
        """US dollars for a month."""
        return self.usd * (HOURS_A_MONTH if self.unit == "hour" else 1)


def price_of(item: str, region: str) -> Price | None:
    """The newest price of an item: of the region, of any region, or else of us-east-1.

    Items are such as `NAT gateway`, and `hosting ml.m5.large` of the instances of endpoints,
    `training` and `processing` of those of jobs. None where no source tells.
    """
    known = _prices()
    places = (region, ANY_REGION, REFERENCE_REGION)
    return next((known[item, place] for place in places if (item, place) in known), None)


@cache
def billed_by_use() -> Mapping[str, str]:
    """The service that bills it by use alone, by resource type: Pulumi's token."""
    return {type_: each["service"] for each in _read()["by_use"] for type_ in each["types"]}


@cache
def free() -> frozenset[str]:
    """The resource types, by Pulumi's token, for which AWS asks nothing."""
    return frozenset(type_ for each in _read()["free"] for type_ in each["types"])


@cache
def _prices() -> Mapping[tuple[str, str], Price]:
    readings = sorted(_read()["readings"], key=lambda reading: str(reading["as_of"]))
    return {
        (item, reading["region"]): Price(
            usd,
            reading["unit"],
            reading["region"],
            date.fromisoformat(reading["as_of"]),
            reading["source"],
        )
        for reading in readings  # the newest last, which counts
        for item, usd in _items(reading)
    }


def _items(reading: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    usd = reading["usd"]
    for item in reading["items"]:
        if isinstance(usd, Mapping):
            yield from ((f"{item} {instance}", price) for instance, price in usd.items())
        else:
            yield item, usd


@cache
def _read() -> Mapping[str, Any]:
    document: dict[str, Any] = json.loads(FILE.read_text())
    return document
