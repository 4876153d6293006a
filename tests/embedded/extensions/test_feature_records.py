"""Feature Store Runtime as its users call it: records that are put and got."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from embedded import clock
from tests.feature_store import DEFINITIONS, OFFLINE, ONLINE, at, got, iso, put, record


def test_a_record_is_got_as_it_was_put(runtime, group):
    name = group()
    put(runtime, name, age="41", creatinine="0.90")
    assert got(runtime, name) == {
        "visit_id": "a",
        "visited_at": at(),
        "age": "41",
        "creatinine": "0.90",
    }


def test_a_record_is_got_in_part(runtime, group):
    name = group()
    put(runtime, name, age="41")
    assert got(runtime, name, FeatureNames=["age"]) == {"age": "41"}
    assert got(runtime, name, FeatureNames=["age", "visit_id"]) == {"visit_id": "a", "age": "41"}
    with pytest.raises(ClientError, match="no feature 'weight'"):
        got(runtime, name, FeatureNames=["weight"])


def test_a_group_is_named_by_its_arn(cloud, runtime, group):
    name = group()
    arn = cloud.client("sagemaker").describe_feature_group(FeatureGroupName=name)["FeatureGroupArn"]
    put(runtime, arn)
    assert got(runtime, arn)["visit_id"] == "a"


def test_an_unknown_identifier_has_no_record(runtime, group):
    name = group()
    answer = runtime.get_record(FeatureGroupName=name, RecordIdentifierValueAsString="nobody")
    assert "Record" not in answer
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_an_identifier_may_be_any_text(runtime, group):
    name = group()
    put(runtime, name, "a b/c?d=é&f")
    assert got(runtime, name, "a b/c?d=é&f")["visit_id"] == "a b/c?d=é&f"


@pytest.mark.parametrize(("hour", "age"), [(11, "42"), (10, "41"), (9, "41")])
def test_only_a_later_event_time_replaces_a_record(runtime, group, hour, age):
    name = group()
    put(runtime, name, age="41")
    put(runtime, name, "a", at(hour), age="42")
    assert got(runtime, name)["age"] == age


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (record(age="old"), "Integral"),
        (record(weight="80"), "no feature 'weight'"),
        (record()[1:], "visit_id"),
        (record()[:1], "visited_at"),
        (record(visited_at="yesterday"), "yesterday"),
        ([*record(), record()[0]], "twice"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(runtime, group, given, says):
    name = group()
    with pytest.raises(ClientError, match=says) as refused:
        runtime.put_record(FeatureGroupName=name, Record=given)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert got(runtime, name) is None


def test_a_group_that_is_not_there_is_not_found(runtime):
    with pytest.raises(runtime.exceptions.ResourceNotFound) as missing:
        got(runtime, "none-such")
    assert missing.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    # The model of PutRecord has no ResourceNotFound.
    with pytest.raises(ClientError, match="ValidationError"):
        put(runtime, "none-such")


def test_a_group_that_could_not_be_created_takes_no_record(cloud, runtime, group):
    name = group(
        offline={
            "S3StorageConfig": {"S3Uri": "s3://features/x"},
            "DataCatalogConfig": {
                "Catalog": "AwsDataCatalog",
                "Database": "missing",
                "TableName": "visits",
            },
        }
    )
    described = cloud.client("sagemaker").describe_feature_group(FeatureGroupName=name)
    assert described["FeatureGroupStatus"] == "CreateFailed"
    assert "missing" in described["FailureReason"]
    with pytest.raises(ClientError, match="CreateFailed"):
        put(runtime, name)


def test_a_group_without_an_online_store_has_nothing_to_get(runtime, group):
    name = group(online=None, offline=OFFLINE)
    put(runtime, name)
    with pytest.raises(ClientError, match="no online store"):
        got(runtime, name)


def test_a_record_goes_to_the_stores_that_are_asked_for(runtime, group):
    name = group(offline=OFFLINE)
    runtime.put_record(FeatureGroupName=name, Record=record(), TargetStores=["OfflineStore"])
    assert got(runtime, name) is None
    runtime.put_record(FeatureGroupName=name, Record=record(), TargetStores=["OnlineStore"])
    assert got(runtime, name)


def test_a_store_that_the_group_has_not_is_refused(runtime, group):
    name = group()
    with pytest.raises(ClientError, match="has no OfflineStore"):
        runtime.put_record(FeatureGroupName=name, Record=record(), TargetStores=["OfflineStore"])


def test_a_record_is_gone_when_its_time_to_live_is_over(cloud, runtime, group):
    name = group(online=ONLINE | {"TtlDuration": {"Unit": "Hours", "Value": 2}})
    now = clock.now().replace(microsecond=0)
    put(runtime, name, "a", iso(now - timedelta(hours=1)))
    put(runtime, name, "b", iso(now - timedelta(hours=3)))
    assert got(runtime, name, "b") is None
    answer = runtime.get_record(
        FeatureGroupName=name,
        RecordIdentifierValueAsString="a",
        ExpirationTimeResponse="Enabled",
    )
    assert answer["ExpiresAt"] == f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M:%S.000Z}"
    cloud.advance(50 * 60)
    assert got(runtime, name, "a")
    cloud.advance(11 * 60)
    assert got(runtime, name, "a") is None


def test_a_records_own_time_to_live_goes_before_the_groups(cloud, runtime, group):
    name = group(online=ONLINE | {"TtlDuration": {"Unit": "Days", "Value": 1}})
    runtime.put_record(
        FeatureGroupName=name,
        Record=record("a", iso(clock.now())),
        TtlDuration={"Unit": "Minutes", "Value": 5},
    )
    cloud.advance(4 * 60)
    assert got(runtime, name)
    cloud.advance(2 * 60)
    assert got(runtime, name) is None


def test_a_groups_new_time_to_live_holds_for_what_is_put_after_it(cloud, runtime, group):
    name = group()
    now = iso(clock.now())
    put(runtime, name, "before", now)
    cloud.client("sagemaker").update_feature_group(
        FeatureGroupName=name,
        OnlineStoreConfig={"TtlDuration": {"Unit": "Seconds", "Value": 30}},
    )
    put(runtime, name, "after", now)
    cloud.advance(60)
    assert got(runtime, name, "before")
    assert got(runtime, name, "after") is None


def test_a_store_in_memory_keeps_collections(runtime, group):
    vector = {
        "FeatureName": "image",
        "FeatureType": "Fractional",
        "CollectionType": "Vector",
        "CollectionConfig": {"VectorConfig": {"Dimension": 2}},
    }
    name = group(online=ONLINE | {"StorageType": "InMemory"}, definitions=[*DEFINITIONS, vector])
    image = {"FeatureName": "image", "ValueAsStringList": ["0.1", "0.2"]}
    runtime.put_record(FeatureGroupName=name, Record=[*record(), image])
    answer = runtime.get_record(FeatureGroupName=name, RecordIdentifierValueAsString="a")
    assert image in answer["Record"]


def test_a_deleted_groups_records_are_gone(cloud, runtime, group):
    name = group()
    put(runtime, name)
    cloud.client("sagemaker").delete_feature_group(FeatureGroupName=name)
    with pytest.raises(runtime.exceptions.ResourceNotFound):
        got(runtime, name)
    assert got(runtime, group()) is None


def test_a_group_tells_the_size_of_its_online_store(cloud, runtime, group):
    name = group()
    put(runtime, name, age="41")
    described = cloud.client("sagemaker").describe_feature_group(FeatureGroupName=name)
    names = "visit_id" + "visited_at" + "age"
    assert described["OnlineStoreTotalSizeBytes"] == len(names + "a" + at() + "41")


def test_groups_of_other_regions_are_not_seen(cloud, runtime, group):
    import boto3

    name = group()
    elsewhere = boto3.client(
        "sagemaker-featurestore-runtime",
        region_name="us-east-1",
        endpoint_url=cloud.url,
        aws_access_key_id="embedded",
        aws_secret_access_key="embedded",
    )
    with pytest.raises(elsewhere.exceptions.ResourceNotFound):
        got(elsewhere, name)
