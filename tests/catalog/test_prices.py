"""What is told of prices: by whom, of when, and of types that there are."""

import json
from datetime import date

import pytest

from catalog import own_entries, prices
from catalog.prices import ANY_REGION, FILE, REFERENCE_REGION, billed_by_use, free, price_of
from catalog.regions import regions
from infra.settings.aws import allowed

DOCUMENT = json.loads(FILE.read_text())
USES = {"hosting": "endpoint", "training": "training", "processing": "processing"}
SOURCES = ("https://aws.amazon.com/", "https://docs.aws.amazon.com/")


@pytest.fixture
def told(monkeypatch):
    """Puts readings in the place of those of the file: region, day and price of one item."""

    def tell(*readings):
        rest = {"items": ["room"], "unit": "hour", "source": SOURCES[0]}
        found = [{**rest, "region": r, "as_of": day, "usd": usd} for r, day, usd in readings]
        monkeypatch.setattr(prices, "_read", lambda: {"readings": found})
        prices._prices.cache_clear()

    yield tell
    prices._prices.cache_clear()


@pytest.mark.parametrize("reading", DOCUMENT["readings"], ids=str)
def test_every_reading_tells_its_day_its_page_and_where_it_was_read(reading):
    assert set(reading) == {"items", "region", "unit", "as_of", "source", "read_in", "usd"}
    assert date.fromisoformat(reading["as_of"]) <= date.today()
    assert reading["source"].startswith(SOURCES)
    assert reading["read_in"]
    assert reading["unit"] in ("hour", "month")
    assert reading["region"] in {*regions()["sagemaker"], ANY_REGION}
    usd = reading["usd"]
    assert all(price > 0 for price in (usd.values() if isinstance(usd, dict) else [usd]))


def test_instances_are_priced_for_uses_that_sagemaker_has_them_for():
    for reading in DOCUMENT["readings"]:
        for item in reading["items"] if isinstance(reading["usd"], dict) else ():
            assert set(reading["usd"]) <= set(allowed()[USES[item]]), item


@pytest.mark.parametrize("kind", ["by_use", "free"])
def test_every_type_that_is_paid_in_another_way_is_there_and_has_a_page(kind):
    for group in DOCUMENT[kind]:
        assert group["source"].startswith(SOURCES)
        assert set(group["types"]) <= {key.rpartition("#")[2] for key in own_entries()}


def test_no_type_is_both_free_and_paid():
    named = [
        each for kind in ("by_use", "free") for group in DOCUMENT[kind] for each in group["types"]
    ]
    assert len(named) == len(set(named)) == len(billed_by_use()) + len(free())


def test_the_newest_price_of_the_region_counts(told):
    told(
        ("eu-west-1", "2026-02-01", 2.0), ("eu-west-1", "2026-01-01", 1.0), ("any", "2026-03-01", 3)
    )
    price = price_of("room", "eu-west-1")
    assert (price.usd, price.region, price.as_of) == (2.0, "eu-west-1", date(2026, 2, 1))
    assert price.monthly == 2.0 * 730


def test_without_a_price_of_the_region_that_of_all_or_of_us_east_1_is_told_as_such(told):
    told((REFERENCE_REGION, "2026-01-01", 1.0))
    assert price_of("room", "eu-west-1").region == REFERENCE_REGION
    told((REFERENCE_REGION, "2026-01-01", 1.0), (ANY_REGION, "2026-01-01", 2.0))
    assert price_of("room", "eu-west-1").region == ANY_REGION


def test_what_no_source_tells_has_no_price(told):
    told(("eu-central-1", "2026-01-01", 1.0))
    assert price_of("room", "eu-west-1") is None
    assert price_of("house", "eu-central-1") is None
