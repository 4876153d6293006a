from datetime import UTC, datetime, timedelta

import pytest

from embedded.feature_store.schema import Invalid, Schema, time_to_live

DEFINITIONS = [
    {"FeatureName": "visit_id", "FeatureType": "String"},
    {"FeatureName": "visited_at", "FeatureType": "String"},
    {"FeatureName": "age", "FeatureType": "Integral"},
    {"FeatureName": "creatinine", "FeatureType": "Fractional"},
    {"FeatureName": "wards", "FeatureType": "Integral", "CollectionType": "Set"},
    {
        "FeatureName": "image",
        "FeatureType": "Fractional",
        "CollectionType": "Vector",
        "CollectionConfig": {"VectorConfig": {"Dimension": 2}},
    },
]
VISITS = Schema.of("visit_id", "visited_at", DEFINITIONS)
BY_SECONDS = Schema.of("id", "at", [{"FeatureName": "at", "FeatureType": "Fractional"}])


def record(**values):
    """A record of one visit, with these values changed, or left out where they are None."""
    values = {"visit_id": "a", "visited_at": "2026-03-01T10:00:00Z"} | values
    return [
        {
            "FeatureName": name,
            "ValueAsStringList" if isinstance(value, list) else "ValueAsString": value,
        }
        for name, value in values.items()
        if value is not None
    ]


def test_a_record_may_leave_features_out():
    assert VISITS.record(record(age="41")) == {
        "visit_id": "a",
        "visited_at": "2026-03-01T10:00:00Z",
        "age": "41",
    }


@pytest.mark.parametrize("name", ["visit_id", "visited_at"])
def test_a_record_has_an_identifier_and_an_event_time(name):
    with pytest.raises(Invalid, match=name):
        VISITS.record(record(**{name: None}))


def test_an_unknown_feature_is_refused_with_those_that_there_are():
    with pytest.raises(Invalid, match=r"'weight'.* visit_id, visited_at, age"):
        VISITS.record(record(weight="80"))


def test_a_feature_comes_once():
    with pytest.raises(Invalid, match="'age' comes twice"):
        VISITS.record([*record(age="41"), *record(age="42")[-1:]])


@pytest.mark.parametrize(
    ("feature", "value", "fits"),
    [
        ("age", "41", True),
        ("age", "-41", True),
        ("age", "41.5", False),
        ("age", "", False),
        ("age", "4_1", False),
        ("age", str(2**63 - 1), True),
        ("age", str(2**63), False),
        ("age", str(-(2**63)), True),
        ("creatinine", "0.9", True),
        ("creatinine", "1e-3", True),
        ("creatinine", "1", True),
        ("creatinine", "high", False),
        ("creatinine", "nan", False),
        ("wards", ["1", "2"], True),
        ("wards", ["1", "b"], False),
        ("wards", ["1", "1"], False),
        ("wards", "1", False),
        ("image", ["0.1", "0.2"], True),
        ("image", ["0.1"], False),
    ],
)
def test_a_value_is_of_its_features_type(feature, value, fits):
    given = record(**{feature: value})
    if fits:
        assert VISITS.record(given)[feature] == value
    else:
        with pytest.raises(Invalid, match=feature):
            VISITS.record(given)


@pytest.mark.parametrize(
    ("schema", "text", "means"),
    [
        (VISITS, "2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        (VISITS, "2026-03-01T10:00:00.250Z", datetime(2026, 3, 1, 10, 0, 0, 250000, UTC)),
        (VISITS, "2026-03-01T10:00:00", None),
        (VISITS, "2026-03-01T10:00:00+01:00", None),
        (VISITS, "2026-03-01", None),
        (VISITS, "2026-13-01T10:00:00Z", None),
        (VISITS, "1772359200", None),
        (BY_SECONDS, "1772359200", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        (BY_SECONDS, "1772359200.5", datetime(2026, 3, 1, 10, 0, 0, 500000, UTC)),
        (BY_SECONDS, "2026-03-01T10:00:00Z", None),
        (BY_SECONDS, "1e300", None),
    ],
)
def test_an_event_time_has_the_form_of_its_type(schema, text, means):
    if means:
        assert schema.time_of(text) == means
    else:
        with pytest.raises(Invalid, match="event time"):
            schema.time_of(text)


@pytest.mark.parametrize(
    ("duration", "means"),
    [
        ({"Unit": "Seconds", "Value": 5}, timedelta(seconds=5)),
        ({"Unit": "Weeks", "Value": 2}, timedelta(days=14)),
        ({"Unit": None, "Value": None}, None),
        (None, None),
    ],
)
def test_a_time_to_live_is_counted_in_its_unit(duration, means):
    assert time_to_live(duration) == means
