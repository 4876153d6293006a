from datetime import UTC, datetime, timedelta

import pytest

from embedded.feature_store.online import Absent, NotNewer, OnlineStore, Record

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def record(at=NOON, **more):
    return Record({"id": "a", "age": f"{at:%H}"}, at, **more)


@pytest.fixture
def store():
    made = OnlineStore()
    made.put("a", record(), NOON)
    return made


def test_a_newer_record_takes_the_place_of_an_older_one(store):
    assert store.put("a", record(NOON + HOUR), NOON)
    assert store.get("a", NOON).values["age"] == "13"


@pytest.mark.parametrize("earlier", [HOUR, timedelta(0)])
def test_a_record_that_is_no_newer_is_history(store, earlier):
    assert not store.put("a", Record({"age": "late"}, NOON - earlier), NOON)
    assert store.get("a", NOON).values["age"] == "12"


def test_a_record_expires_so_long_after_its_event_time(store):
    store.put("b", record(NOON - HOUR, ttl=2 * HOUR), NOON)
    assert store.get("b", NOON + HOUR - timedelta(seconds=1))
    assert store.get("b", NOON + HOUR) is None
    assert store.identifiers(NOON + HOUR, with_deleted=True) == ["a"]


def test_an_expired_record_keeps_no_other_out(store):
    store.put("b", record(NOON, ttl=HOUR), NOON)
    assert store.put("b", record(NOON - HOUR), NOON + 2 * HOUR)


def test_a_soft_deletion_keeps_older_records_out(store):
    assert store.soft_delete("a", NOON + 2 * HOUR, NOON)
    assert store.get("a", NOON) is None
    assert not store.put("a", record(NOON + HOUR), NOON)
    assert store.put("a", record(NOON + 3 * HOUR), NOON)
    assert store.get("a", NOON).values["age"] == "15"


def test_a_soft_deletion_that_is_no_newer_leaves_the_record(store):
    assert not store.soft_delete("a", NOON, NOON)
    assert store.get("a", NOON)


def test_a_hard_deletion_leaves_nothing_behind(store):
    store.hard_delete("a", NOON + 2 * HOUR, NOON)
    assert store.identifiers(NOON, with_deleted=True) == []
    assert store.put("a", record(NOON - HOUR), NOON)


def test_a_hard_deletion_that_is_no_newer_fails(store):
    with pytest.raises(NotNewer):
        store.hard_delete("a", NOON, NOON)
    assert store.get("a", NOON)


def test_an_update_changes_what_it_names_and_keeps_the_rest(store):
    after = store.update("a", {"age": "50"}, NOON, None, NOON)
    assert after.values == {"id": "a", "age": "50"}
    assert store.get("a", NOON) == after


def test_an_update_keeps_the_time_to_live_and_counts_it_anew(store):
    store.put("b", record(ttl=HOUR), NOON)
    after = store.update("b", {}, NOON + HOUR / 2, None, NOON)
    assert after.expires_at == NOON + HOUR * 1.5


def test_an_update_needs_a_record_that_is_not_newer(store):
    with pytest.raises(NotNewer):
        store.update("a", {}, NOON - HOUR, None, NOON)
    store.soft_delete("a", NOON + HOUR, NOON)
    for identifier in ("a", "never"):
        with pytest.raises(Absent):
            store.update(identifier, {}, None, None, NOON)


def test_deleted_records_are_listed_where_they_are_asked_for(store):
    store.put("b", record(), NOON)
    store.soft_delete("b", NOON + HOUR, NOON)
    assert store.identifiers(NOON) == ["a"]
    assert store.identifiers(NOON, with_deleted=True) == ["a", "b"]


def test_the_size_is_that_of_names_and_values(store):
    assert store.size(NOON) == len("id" + "a" + "age" + "12")
