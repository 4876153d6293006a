"""Feature Store Runtime as its users call it: deletions, updates, lists and batches."""

import pytest
from botocore.exceptions import ClientError

from embedded import clock
from tests.feature_store import ONLINE, at, delete, got, iso, put, record


def test_a_deleted_record_keeps_older_ones_out(runtime, group):
    name = group()
    put(runtime, name)
    delete(runtime, name, at(12))
    assert got(runtime, name) is None
    put(runtime, name, "a", at(11))
    assert got(runtime, name) is None
    put(runtime, name, "a", at(13))
    assert got(runtime, name)


def test_a_deletion_that_is_not_later_leaves_the_record(runtime, group):
    name = group()
    put(runtime, name)
    delete(runtime, name, at())
    assert got(runtime, name)
    with pytest.raises(ClientError, match="EventTime") as refused:
        delete(runtime, name, at(), DeletionMode="HardDelete")
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert got(runtime, name)


def test_a_hard_deletion_leaves_nothing_that_keeps_older_records_out(runtime, group):
    name = group()
    put(runtime, name)
    delete(runtime, name, at(12), DeletionMode="HardDelete")
    assert got(runtime, name) is None
    put(runtime, name, "a", at(9))
    assert got(runtime, name)["visited_at"] == at(9)


def test_records_are_got_in_batches(runtime, group):
    name = group()
    put(runtime, name, "a", age="41")
    put(runtime, name, "b", age="42")
    answer = runtime.batch_get_record(
        Identifiers=[
            {
                "FeatureGroupName": name,
                "RecordIdentifiersValueAsString": ["a", "b", "nobody"],
                "FeatureNames": ["age"],
            },
            {"FeatureGroupName": "none-such", "RecordIdentifiersValueAsString": ["a"]},
        ]
    )
    assert [
        (each["RecordIdentifierValueAsString"], each["Record"]) for each in answer["Records"]
    ] == [
        ("a", [{"FeatureName": "age", "ValueAsString": "41"}]),
        ("b", [{"FeatureName": "age", "ValueAsString": "42"}]),
    ]
    assert [(each["FeatureGroupName"], each["ErrorCode"]) for each in answer["Errors"]] == [
        ("none-such", "ResourceNotFound")
    ]
    assert answer["UnprocessedIdentifiers"] == []


def test_a_batch_writes_what_fits_and_tells_of_the_rest(runtime, group):
    name = group()
    entries = [
        {"FeatureGroupName": name, "Record": record("a", age="41")},
        {"FeatureGroupName": name, "Record": record("b", age="old")},
        {"FeatureGroupName": "none-such", "Record": record()},
    ]
    answer = runtime.batch_write_record(Entries=entries)
    assert got(runtime, name, "a")["age"] == "41"
    assert got(runtime, name, "b") is None
    assert [(each["Entry"], each["ErrorCode"]) for each in answer["Errors"]] == [
        (entries[1], "ValidationError"),
        (entries[2], "ResourceNotFound"),
    ]
    assert answer["UnprocessedEntries"] == []


def test_a_time_to_live_of_a_batch_is_for_entries_without_one(cloud, runtime, group):
    name = group()
    now = iso(clock.now())
    long = {"TtlDuration": {"Unit": "Days", "Value": 1}}
    runtime.batch_write_record(
        Entries=[
            {"FeatureGroupName": name, "Record": record("short", now)},
            {"FeatureGroupName": name, "Record": record("long", now)} | long,
        ],
        TtlDuration={"Unit": "Minutes", "Value": 1},
    )
    cloud.advance(120)
    assert got(runtime, name, "short") is None
    assert got(runtime, name, "long")


def test_an_update_changes_what_it_names(runtime, group):
    name = group(online=ONLINE | {"StorageType": "Standard_V2"})
    put(runtime, name, age="41", creatinine="0.9")

    def update(visit="a", **values):
        runtime.update_record(
            FeatureGroupName=name,
            RecordIdentifierValueAsString=visit,
            Features=[{"FeatureName": k, "ValueAsString": v} for k, v in values.items()],
        )

    update(age="42")
    assert got(runtime, name) == {
        "visit_id": "a",
        "visited_at": at(),
        "age": "42",
        "creatinine": "0.9",
    }
    with pytest.raises(runtime.exceptions.ConflictException):
        update(age="40", visited_at=at(9))
    with pytest.raises(runtime.exceptions.ResourceNotFound):
        update("nobody", age="1")
    with pytest.raises(ClientError, match="not 'a'"):
        update(visit_id="b")


def test_an_update_with_a_time_to_live_needs_an_event_time(runtime, group):
    name = group(online=ONLINE | {"StorageType": "Standard_V2"})
    put(runtime, name)
    with pytest.raises(ClientError, match="TtlDuration needs visited_at"):
        runtime.update_record(
            FeatureGroupName=name,
            RecordIdentifierValueAsString="a",
            Features=[{"FeatureName": "age", "ValueAsString": "1"}],
            TtlDuration={"Unit": "Days", "Value": 1},
        )


def test_a_standard_store_updates_records_once_it_has_become_another(cloud, runtime, group):
    name = group()
    put(runtime, name)

    def update():
        runtime.update_record(
            FeatureGroupName=name,
            RecordIdentifierValueAsString="a",
            Features=[{"FeatureName": "age", "ValueAsString": "1"}],
        )

    def become(storage):
        cloud.client("sagemaker").update_feature_group(
            FeatureGroupName=name, OnlineStoreConfig={"StorageType": storage}
        )

    with pytest.raises(ClientError, match="StorageType Standard can't be updated"):
        update()
    with pytest.raises(ClientError, match="Standard cannot become InMemory"):
        become("InMemory")
    become("Standard_V2")
    update()
    assert got(runtime, name)["age"] == "1"
    with pytest.raises(ClientError, match="Standard_V2 cannot become Standard"):
        become("Standard")


def test_identifiers_are_listed_page_by_page(runtime, group):
    name = group()
    for visit in "cabd":
        put(runtime, name, visit)
    delete(runtime, name, at(12), "b")
    first = runtime.list_records(FeatureGroupName=name, MaxResults=2)
    assert first["RecordIdentifiers"] == ["a", "c"]
    rest = runtime.list_records(FeatureGroupName=name, NextToken=first["NextToken"])
    assert (rest["RecordIdentifiers"], "NextToken" in rest) == (["d"], False)
    deleted = runtime.list_records(FeatureGroupName=name, IncludeSoftDeletedRecords=True)
    assert deleted["RecordIdentifiers"] == ["a", "b", "c", "d"]
    with pytest.raises(ClientError, match="NextToken"):
        runtime.list_records(FeatureGroupName=name, NextToken="?")
