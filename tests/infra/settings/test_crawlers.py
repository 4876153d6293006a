import pytest
from pydantic import ValidationError

from infra.settings.data.crawlers import CrawlerSettings, check_crawlers

TABLES = [{"name": "raw.visits"}, {"name": "curated.wards", "prefix": "all/wards"}]


def mistakes(*crawlers, **more):
    lake = {"crawlers": list(crawlers), "tables": TABLES, "zones": {"gold": {}}}
    values = {"lake": lake, "streams": [{"name": "vitals"}], **more}
    return [(each.path[2:], each.message) for each in check_crawlers(values)]


def crawler(place, name="partners"):
    return {"name": name, "place": place}


def test_a_crawler_has_safe_defaults():
    made = CrawlerSettings(name="partner-files", place="raw.partners")
    assert (made.schedule, made.changes, made.table_prefix) == ("daily", "log", "partner_files_")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Partner files"),
        ("place", "raw"),
        ("schedule", "now and then"),
        ("changes", "delete"),
    ],
)
def test_what_glue_or_the_lake_does_not_have_is_refused(field, value):
    with pytest.raises(ValidationError):
        CrawlerSettings.model_validate({**crawler("raw.partners"), field: value})


@pytest.mark.parametrize("place", ["raw.partners", "raw.visits2", "curated.visits", "gold.a/b"])
def test_a_place_that_nothing_describes_is_crawled(place):
    assert mistakes(crawler(place)) == []


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("rwa.partners", "rwa is not a zone."),
        ("features.partners", "tables of the features zone are the feature store's."),
        ("raw.visits", "raw.visits overlaps with raw.visits of the table raw.visits"),
        ("raw.visits/2026", "raw.visits/2026 overlaps with raw.visits of the table raw.visits"),
        ("curated.all", "curated.all overlaps with curated.all/wards of the table curated.wards"),
        ("raw.vitals", "raw.vitals overlaps with raw.vitals of the stream vitals"),
    ],
)
def test_a_place_that_is_described_already_is_refused(place, message):
    ((path, found),) = mistakes(crawler(place))
    assert path == (0, "place")
    assert found.startswith(message)


def test_crawlers_have_names_and_places_of_their_own():
    named, placed = mistakes(crawler("raw.partners"), crawler("raw.partners/a"))
    assert named == ((1, "name"), "two crawlers are called partners.")
    assert placed[0] == (1, "place")
    assert placed[1].startswith("raw.partners/a overlaps with raw.partners of the crawler partners")


@pytest.mark.parametrize("wrong", [None, 1, {}, {"name": 1, "place": 2}, {"place": "raw"}])
def test_what_is_malformed_is_passed_over(wrong):
    assert mistakes(wrong) == []
