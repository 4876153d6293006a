import json
from pathlib import Path

import jsonschema
import pytest

from infra.demo import costs, timeline
from infra.demo.timeline import Kind
from tests.infra.demo import told

SCHEMA = json.loads(Path(timeline.__file__).with_name("timeline.schema.json").read_text())


def checked(document):
    jsonschema.validate(document, SCHEMA, jsonschema.Draft202012Validator)
    return document


@pytest.fixture
def hand():
    return told.Hand()


@pytest.fixture
def made(hand):
    return told.timeline(hand)


def ended(made):
    return checked(made.document(1.5, not_emulated={}))


def test_a_whole_story_and_one_without_events_keep_the_schema(made):
    checked(told.document())
    assert ended(made)["events"] == []


def test_the_schema_names_every_kind_of_event():
    kinds = SCHEMA["properties"]["events"]["items"]["properties"]["kind"]["enum"]
    assert kinds == list(Kind)


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"began": "today"},
        {"events": [{"at": "2026-11-27T06:00:00Z", "kind": "joy", "text": "!", "numbers": {}}]},
        {"served": [{"at": "2026-11-27T06:00:00Z", "until": None, "version": 1, "share": 0}]},
    ],
)
def test_the_schema_refuses_what_it_does_not_know(made, change):
    with pytest.raises(jsonschema.ValidationError):
        checked(ended(made) | change)


def test_an_event_has_the_clocks_time_and_is_heard_at_once(hand):
    heard = []
    made = told.timeline(hand, on_event=heard.append)
    hand.go(61)

    made.tell(Kind.DRIFT, "Drift of mean_radius.", worst=10.6)

    assert (
        heard
        == ended(made)["events"]
        == [
            {
                "at": "2026-11-27T07:01:00Z",
                "kind": "drift",
                "text": "Drift of mean_radius.",
                "numbers": {"worst": 10.6},
            }
        ]
    )


def test_a_canary_ends_where_all_of_the_traffic_goes_to_one_version(hand, made):
    made.serves({1: 1})
    made.serves({1: 1})
    hand.go(10)
    made.serves({1: 0.9, 2: 0.1})
    hand.go(10)
    made.serves({2: 1})

    bands = [
        (one["at"][11:16], one["until"] and one["until"][11:16], one["version"], one["phase"])
        for one in ended(made)["served"]
    ]
    assert bands == [
        ("06:00", "06:10", 1, "live"),
        ("06:10", "06:20", 1, "live"),
        ("06:10", "06:20", 2, "canary"),
        ("06:20", None, 2, "live"),
    ]


def test_an_alarm_is_on_from_one_change_to_the_next(hand, made):
    assert not made.alarm("errors", is_on=False)
    assert made.alarm("errors", is_on=True)
    hand.go(5)
    assert not made.alarm("errors", is_on=True)
    assert made.alarm("errors", is_on=False)
    assert made.alarm("errors", is_on=True)

    assert [(one["at"][14:16], one["until"]) for one in ended(made)["alarms"]] == [
        ("00", "2026-11-27T06:05:00Z"),
        ("05", None),
    ]


def test_hours_at_a_known_price_are_a_sum_and_all_else_is_unknown():
    known, no_hours, no_price = costs.lines(
        [
            costs.Usage("endpoint", "hosting ml.m5.xlarge", 5),
            costs.Usage("jobs", "training ml.m5.4xlarge", None),
            costs.Usage("jobs", "training ml.unheard", 2),
        ],
        "us-east-1",
    )
    assert (known["usd_per_hour"], known["usd"]) == (0.23, pytest.approx(1.15))
    assert known["price_of"] == "us-east-1, 2026-09-28"
    assert (no_hours["usd_per_hour"], no_hours["usd"]) == (0.922, None)
    assert (no_price["usd_per_hour"], no_price["usd"], no_price["price_of"]) == (None, None, None)
