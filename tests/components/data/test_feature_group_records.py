"""A feature group as the component declares it, used on the embedded AWS."""

import io
from typing import Any

import pulumi
import pulumi_aws as aws
import pyarrow.parquet as pq
import pytest

from components.common.durability import Durability
from components.data.feature_group import FeatureGroup, FeatureGroupArgs, FeatureType, TableFormat
from embedded.cloud import Cloud
from embedded.resources import Resources
from infra.graph import Run
from infra.hosts.in_process import InProcessHost

NAME = "maslow-dev-visits-v1"
RECORD = {
    "visit_id": "a",
    "visited_at": "2026-03-01T10:00:00Z",
    "age": "41",
    "creatinine": "0.9",
}
TYPES = {
    "visit_id": FeatureType.STRING,
    "visited_at": FeatureType.STRING,
    "age": FeatureType.INTEGRAL,
    "creatinine": FeatureType.FRACTIONAL,
}


def declare(cloud: Cloud, key: str, table_format: TableFormat) -> None:
    """Bring up a bucket, a database and the group."""

    def program() -> None:
        bucket = aws.s3.Bucket("features", bucket="maslow-dev-features")
        database = aws.glue.CatalogDatabase("features", name="maslow_dev_features")
        args: FeatureGroupArgs = {
            "feature_group_name": NAME,
            "record_id": "visit_id",
            "event_time": "visited_at",
            "features": TYPES,
            "online": True,
            "table_format": table_format,
            "bucket": bucket.bucket,
            "bucket_arn": bucket.arn,
            "database_name": database.name,
            "key_arn": key,
            "account_id": cloud.account_id,
            "region": cloud.region,
            "durability": Durability.DISPOSABLE,
        }
        FeatureGroup("visits", args, pulumi.ResourceOptions(depends_on=[bucket, database]))

    InProcessHost(Resources(cloud), Run(stack="dev"), cloud.environment).up(program)


def values(record: list[dict[str, Any]]) -> dict[str, str]:
    return {each["FeatureName"]: each["ValueAsString"] for each in record}


@pytest.mark.parametrize("table_format", TableFormat)
def test_a_record_is_put_and_got_and_lies_in_the_features_zone(table_format: TableFormat) -> None:
    with Cloud("eu-west-1") as cloud:
        key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
        declare(cloud, key, table_format)
        runtime = cloud.client("sagemaker-featurestore-runtime")
        runtime.put_record(
            FeatureGroupName=NAME,
            Record=[{"FeatureName": k, "ValueAsString": v} for k, v in RECORD.items()],
        )
        got = runtime.get_record(FeatureGroupName=NAME, RecordIdentifierValueAsString="a")
        assert values(got["Record"]) == RECORD
        cloud.advance(15 * 60)
        group = cloud.client("sagemaker").describe_feature_group(FeatureGroupName=NAME)
        assert group["OfflineStoreStatus"] == {"Status": "Active"}
        table = cloud.client("glue").get_table(
            DatabaseName="maslow_dev_features", Name="maslow_dev_visits_v1"
        )["Table"]
        is_iceberg = "metadata_location" in table["Parameters"]
        assert is_iceberg == (table_format is TableFormat.ICEBERG)
        s3 = cloud.client("s3")
        (file,) = [
            each["Key"]
            for each in s3.list_objects_v2(Bucket="maslow-dev-features")["Contents"]
            if each["Key"].endswith(".parquet")
        ]
        assert file.startswith(f"{NAME}/{cloud.account_id}/sagemaker/{cloud.region}/")
        found = s3.get_object(Bucket="maslow-dev-features", Key=file)
        assert found["SSEKMSKeyId"] == key
        (row,) = pq.read_table(io.BytesIO(found["Body"].read())).to_pylist()
        declared = [column["Name"] for column in table["StorageDescriptor"]["Columns"]]
        assert list(row) == declared == [*TYPES, "write_time", "api_invocation_time", "is_deleted"]
        assert (row["visit_id"], row["age"], row["creatinine"]) == ("a", 41, 0.9)
