"""The offline store, as any reader of Glue's tables and of S3 finds it."""

import io
import re
import time
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError
from pyiceberg.catalog.glue import GlueCatalog

from embedded import clock
from tests.feature_store import OFFLINE, ONLINE, at, delete, make_bucket, put, record

CATALOG = {"Catalog": "AwsDataCatalog", "Database": "features", "TableName": "visits"}
QUARTER = 15 * 60


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud):
    make_bucket(cloud)
    cloud.client("glue").create_database(DatabaseInput={"Name": "features"})


def described(cloud, group):
    return cloud.client("sagemaker").describe_feature_group(FeatureGroupName=group)


def prefix(cloud, group):
    """Where the group's data lie in the bucket."""
    storage = described(cloud, group)["OfflineStoreConfig"]["S3StorageConfig"]
    return storage["ResolvedOutputS3Uri"].removeprefix("s3://features/")


def keys(cloud, folder):
    pages = cloud.client("s3").get_paginator("list_objects_v2")
    return [
        each["Key"]
        for page in pages.paginate(Bucket="features", Prefix=f"{folder}/")
        for each in page.get("Contents", [])
    ]


def rows(cloud, group):
    """All rows of a group in the Glue format, by api_invocation_time."""
    s3 = cloud.client("s3")
    tables = [
        pq.read_table(io.BytesIO(s3.get_object(Bucket="features", Key=key)["Body"].read()))
        for key in keys(cloud, prefix(cloud, group))
    ]
    if not tables:
        return []
    found = pa.concat_tables(tables, promote_options="default")
    return found.sort_by("api_invocation_time").to_pylist()


def table_of(cloud, group):
    catalog = described(cloud, group)["OfflineStoreConfig"]["DataCatalogConfig"]
    found = cloud.client("glue").get_table(
        DatabaseName=catalog["Database"], Name=catalog["TableName"]
    )
    return found["Table"]


def iceberg(cloud, name="visits"):
    """The Iceberg table as a reader of its own opens it, over HTTP."""
    catalog = GlueCatalog(
        "reader",
        client=cloud.client("glue"),
        **{
            "s3.endpoint": cloud.url,
            "s3.access-key-id": "embedded",
            "s3.secret-access-key": "embedded",
            "s3.region": cloud.region,
        },
    )
    return catalog.load_table(("features", name))


def test_a_record_is_in_s3_after_a_quarter_of_an_hour(cloud, runtime, group):
    name = group(offline=OFFLINE)
    called = clock.now().replace(tzinfo=None)
    put(runtime, name, age="41", creatinine="0.9")
    cloud.advance(QUARTER)
    (row,) = rows(cloud, name)
    called_at, written_at = row.pop("api_invocation_time"), row.pop("write_time")
    assert row == {
        "visit_id": "a",
        "visited_at": at(),
        "age": 41,
        "creatinine": 0.9,
        "is_deleted": False,
    }
    assert timedelta(seconds=-1) < called_at - called < timedelta(seconds=5)
    assert timedelta(0) <= written_at - called_at <= timedelta(seconds=QUARTER)


def test_files_lie_where_aws_puts_them(cloud, runtime, group):
    name = group(offline=OFFLINE)
    put(runtime, name)
    cloud.advance(QUARTER)
    created = int(described(cloud, name)["CreationTime"].timestamp())
    folder = prefix(cloud, name)
    assert folder == (f"store/123456789012/sagemaker/eu-west-1/offline-store/{name}-{created}/data")
    (key,) = keys(cloud, folder)
    assert re.fullmatch(
        re.escape(f"{folder}/year=2026/month=03/day=01/hour=10/20260301T100000Z_")
        + r"[0-9A-Za-z]{16}\.parquet",
        key,
    )


def test_late_and_repeated_events_and_deletions_are_all_there(cloud, runtime, group):
    name = group(offline=OFFLINE)
    put(runtime, name, age="41")
    put(runtime, name, "a", at(9), age="40")
    put(runtime, name, age="42")
    delete(runtime, name, at(11))
    cloud.advance(QUARTER)
    assert [
        (each["visited_at"], each["age"], each["is_deleted"]) for each in rows(cloud, name)
    ] == [
        (at(10), 41, False),
        (at(9), 40, False),
        (at(10), 42, False),
        (at(11), None, True),
    ]


def test_only_a_soft_deletion_that_comes_late_leaves_a_row(cloud, runtime, group):
    name = group(offline=OFFLINE)
    put(runtime, name)
    with pytest.raises(ClientError, match="EventTime"):
        delete(runtime, name, at(9), DeletionMode="HardDelete")
    cloud.advance(QUARTER)
    assert len(rows(cloud, name)) == 1
    delete(runtime, name, at(9))
    cloud.advance(QUARTER)
    assert [each["is_deleted"] for each in rows(cloud, name)] == [False, True]


def test_an_update_is_a_whole_row(cloud, runtime, group):
    name = group(online=ONLINE | {"StorageType": "Standard_V2"}, offline=OFFLINE)
    put(runtime, name, age="41", creatinine="0.9")
    runtime.update_record(
        FeatureGroupName=name,
        RecordIdentifierValueAsString="a",
        Features=[{"FeatureName": "age", "ValueAsString": "42"}],
    )
    cloud.advance(QUARTER)
    assert [(each["age"], each["creatinine"]) for each in rows(cloud, name)] == [
        (41, 0.9),
        (42, 0.9),
    ]


def test_the_role_of_the_group_is_not_asked(cloud, runtime, group):
    name = group(offline=OFFLINE)
    role = described(cloud, name)["RoleArn"].rpartition("/")[2]
    with pytest.raises(cloud.client("iam").exceptions.NoSuchEntityException):
        cloud.client("iam").get_role(RoleName=role)
    put(runtime, name)
    cloud.advance(QUARTER)
    assert len(rows(cloud, name)) == 1


def test_rows_are_written_by_themselves_too(cloud, runtime, group):
    name = group(offline=OFFLINE)
    put(runtime, name)
    until = time.monotonic() + 10
    while not rows(cloud, name) and time.monotonic() < until:
        time.sleep(0.05)
    assert len(rows(cloud, name)) == 1


def test_the_glue_table_tells_all_that_a_reader_needs(cloud, runtime, group):
    name = group(offline=OFFLINE | {"DataCatalogConfig": CATALOG})
    put(runtime, name)
    put(runtime, name, "b", at(11))
    put(runtime, name, "c", at(11))
    cloud.advance(QUARTER)
    table = table_of(cloud, name)
    uri = f"s3://features/{prefix(cloud, name)}"
    assert (table["DatabaseName"], table["Name"]) == ("features", "visits")
    assert table["TableType"] == "EXTERNAL_TABLE"
    assert table["StorageDescriptor"]["Location"] == uri
    serde = table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"]
    assert serde == "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    columns = {each["Name"]: each["Type"] for each in table["StorageDescriptor"]["Columns"]}
    assert columns == {
        "visit_id": "string",
        "visited_at": "string",
        "age": "bigint",
        "creatinine": "double",
        "write_time": "timestamp",
        "api_invocation_time": "timestamp",
        "is_deleted": "boolean",
    }
    assert [(key["Name"], key["Type"]) for key in table["PartitionKeys"]] == [
        (key, "string") for key in ("year", "month", "day", "hour")
    ]
    partitions = cloud.client("glue").get_partitions(DatabaseName="features", TableName="visits")
    assert {
        tuple(each["Values"]): each["StorageDescriptor"]["Location"]
        for each in partitions["Partitions"]
    } == {
        ("2026", "03", "01", hour): f"{uri}/year=2026/month=03/day=01/hour={hour}"
        for hour in ("10", "11")
    }


def test_a_partition_is_registered_once(cloud, runtime, group):
    name = group(offline=OFFLINE | {"DataCatalogConfig": CATALOG})
    for visit in "ab":
        put(runtime, name, visit)
        cloud.advance(QUARTER)
    partitions = cloud.client("glue").get_partitions(DatabaseName="features", TableName="visits")
    assert len(partitions["Partitions"]) == 1
    assert len(rows(cloud, name)) == 2
    assert described(cloud, name)["OfflineStoreStatus"] == {"Status": "Active"}


def test_a_table_without_a_name_gets_aws_own(cloud, group):
    name = group(offline=OFFLINE)
    table = table_of(cloud, name)
    created = int(described(cloud, name)["CreationTime"].timestamp())
    assert table["DatabaseName"] == "sagemaker_featurestore"
    assert table["Name"] == f"{name.replace('-', '_')}_{created}"


def test_no_table_is_made_where_none_is_wanted(cloud, runtime, group):
    name = group(
        offline=OFFLINE
        | {"DataCatalogConfig": CATALOG | {"TableName": "own"}, "DisableGlueTableCreation": True}
    )
    put(runtime, name)
    cloud.advance(QUARTER)
    assert len(rows(cloud, name)) == 1
    tables = cloud.client("glue").get_tables(DatabaseName="features")["TableList"]
    assert "own" not in [table["Name"] for table in tables]


def test_objects_have_the_key_of_the_group(cloud, runtime, group):
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    storage = {"S3StorageConfig": OFFLINE["S3StorageConfig"] | {"KmsKeyId": key}}
    name = group(offline=storage)
    put(runtime, name)
    cloud.advance(QUARTER)
    (file,) = keys(cloud, prefix(cloud, name))
    head = cloud.client("s3").head_object(Bucket="features", Key=file)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


def test_an_added_feature_is_a_column_that_older_rows_lack(cloud, runtime, group):
    name = group(offline=OFFLINE | {"DataCatalogConfig": CATALOG})
    put(runtime, name, age="41")
    cloud.advance(QUARTER)
    cloud.client("sagemaker").update_feature_group(
        FeatureGroupName=name,
        FeatureAdditions=[{"FeatureName": "Weight", "FeatureType": "Fractional"}],
    )
    put(runtime, name, "b", age="42", Weight="80.5")
    cloud.advance(QUARTER)
    assert [(each["age"], each["Weight"]) for each in rows(cloud, name)] == [(41, None), (42, 80.5)]
    columns = table_of(cloud, name)["StorageDescriptor"]["Columns"]
    assert columns[-1] == {"Name": "weight", "Type": "double"}
    assert [column["Name"] for column in columns][:2] == ["visit_id", "visited_at"]


def test_a_group_that_is_made_anew_has_another_prefix(cloud, runtime, group):
    name = group(offline=OFFLINE | {"DataCatalogConfig": CATALOG})
    put(runtime, name)
    first = prefix(cloud, name)
    cloud.client("sagemaker").delete_feature_group(FeatureGroupName=name)
    assert len(keys(cloud, first)) == 1  # what was put is not lost with the group
    group(offline=OFFLINE | {"DataCatalogConfig": CATALOG})
    second = prefix(cloud, name)
    assert second != first
    assert table_of(cloud, name)["StorageDescriptor"]["Location"] == f"s3://features/{second}"
    assert len(keys(cloud, first)) == 1


def test_the_table_of_a_deleted_group_stays(cloud, group):
    name = group(offline=OFFLINE | {"DataCatalogConfig": CATALOG | {"TableName": "left"}})
    cloud.client("sagemaker").delete_feature_group(FeatureGroupName=name)
    assert cloud.client("glue").get_table(DatabaseName="features", Name="left")
    group()


def test_a_store_that_cannot_be_written_tells_why_and_catches_up(cloud, runtime, group):
    storage = {"S3StorageConfig": {"S3Uri": "s3://late/store"}}
    name = group(offline=storage)
    put(runtime, name)
    cloud.advance(QUARTER)
    status = described(cloud, name)["OfflineStoreStatus"]
    assert status["Status"] == "Blocked"
    assert "no bucket late" in status["BlockedReason"]
    make_bucket(cloud, "late")
    cloud.advance(QUARTER)
    assert described(cloud, name)["OfflineStoreStatus"] == {"Status": "Active"}
    assert cloud.client("s3").list_objects_v2(Bucket="late")["KeyCount"] == 1


def test_many_records_share_few_files(cloud, runtime, group):
    name = group(offline=OFFLINE)
    count, length = 20_000, 25
    for first in range(0, count, length):
        answer = runtime.batch_write_record(
            Entries=[
                {
                    "FeatureGroupName": name,
                    "Record": record(str(number), at(10 + number % 2), age=str(number % 90)),
                }
                for number in range(first, first + length)
            ]
        )
        assert not answer["Errors"]
    cloud.advance(QUARTER)
    assert len(rows(cloud, name)) == count
    assert len(keys(cloud, prefix(cloud, name))) < 200


def test_an_iceberg_table_is_one_for_every_reader(cloud, runtime, group):
    name = group(offline=OFFLINE | {"DataCatalogConfig": CATALOG, "TableFormat": "Iceberg"})
    put(runtime, name, age="41")
    cloud.advance(QUARTER)
    put(runtime, name, "b", at(days=1), age="42")
    delete(runtime, name, at(days=2))
    cloud.advance(QUARTER)
    table = iceberg(cloud)
    found = table.scan().to_arrow().sort_by("api_invocation_time").to_pylist()
    assert [(each["visit_id"], each["age"], each["is_deleted"]) for each in found] == [
        ("a", 41, False),
        ("b", 42, False),
        ("a", None, True),
    ]
    assert isinstance(found[0]["write_time"], datetime)
    parameters = table_of(cloud, name)["Parameters"]
    assert parameters["table_type"] == "ICEBERG"
    assert parameters["metadata_location"].startswith("s3://features/store/123456789012/")
    days = [
        partition["partition"]["visited_at_trunc"]
        for partition in table.inspect.partitions().to_pylist()
    ]
    assert sorted(days) == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert all(
        task.file.file_path.startswith(f"s3://features/{prefix(cloud, name)}/")
        for task in table.scan().plan_files()
    )


def test_an_iceberg_table_gains_columns(cloud, runtime, group):
    name = group(offline=OFFLINE | {"DataCatalogConfig": CATALOG, "TableFormat": "Iceberg"})
    put(runtime, name)
    cloud.advance(QUARTER)
    cloud.client("sagemaker").update_feature_group(
        FeatureGroupName=name,
        FeatureAdditions=[{"FeatureName": "weight", "FeatureType": "Fractional"}],
    )
    put(runtime, name, "b", weight="80.5")
    cloud.advance(QUARTER)
    found = iceberg(cloud).scan().to_arrow().sort_by("api_invocation_time").to_pylist()
    assert [each["weight"] for each in found] == [None, 80.5]


def test_an_iceberg_table_is_encrypted_with_the_groups_key(cloud, runtime, group):
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    storage = {"S3StorageConfig": {"S3Uri": "s3://features/iced", "KmsKeyId": key}}
    name = group(offline=storage | {"DataCatalogConfig": CATALOG, "TableFormat": "Iceberg"})
    put(runtime, name)
    cloud.advance(QUARTER)
    files = keys(cloud, "iced")
    assert len(files) > 3
    for file in files:
        assert cloud.client("s3").head_object(Bucket="features", Key=file)["SSEKMSKeyId"] == key


def test_an_iceberg_table_needs_its_bucket(cloud, group):
    storage = {"S3StorageConfig": {"S3Uri": "s3://none-such/store"}}
    name = group(offline=storage | {"DataCatalogConfig": CATALOG, "TableFormat": "Iceberg"})
    found = described(cloud, name)
    assert found["FeatureGroupStatus"] == "CreateFailed"
    assert "no bucket none-such" in found["FailureReason"]
