"""Records that Firehose delivers to a table of Iceberg, and that Athena then reads."""

import base64
import gzip
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/delivery"
NOON = 1_769_860_800_000_000
CREATE = """CREATE TABLE `raw`.`vitals` (`ward` string, `at` timestamp, `rate` int)
LOCATION 's3://lake/vitals' TBLPROPERTIES ('table_type'='ICEBERG')"""


class Lake:
    """A stream of Firehose that delivers to a table which Athena has made."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.s3, self.firehose = cloud.client("s3"), cloud.client("firehose")
        place = {"LocationConstraint": "eu-west-1"}
        self.s3.create_bucket(Bucket="lake", CreateBucketConfiguration=place)
        cloud.client("glue").create_database(DatabaseInput={"Name": "raw"})
        self.query(CREATE)
        self.deliver("vitals", "vitals")

    def query(self, text: str) -> list[list[str]]:
        athena = self.cloud.client("athena")
        id_ = athena.start_query_execution(
            QueryString=text,
            QueryExecutionContext={"Database": "raw"},
            ResultConfiguration={"OutputLocation": "s3://lake/results/"},
        )["QueryExecutionId"]
        while True:
            status = athena.get_query_execution(QueryExecutionId=id_)["QueryExecution"]["Status"]
            if status["State"] not in ("QUEUED", "RUNNING"):
                break
            time.sleep(0.02)
        assert status["State"] == "SUCCEEDED", status
        rows = athena.get_query_results(QueryExecutionId=id_)["ResultSet"]["Rows"]
        return [[each.get("VarCharValue", "") for each in one["Data"]] for one in rows[1:]]

    def deliver(self, name: str, table: str, **more: Any) -> None:
        aside = {
            "RoleARN": ROLE,
            "BucketARN": "arn:aws:s3:::lake",
            "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
            "CompressionFormat": "GZIP",
        }
        self.firehose.create_delivery_stream(
            DeliveryStreamName=name,
            IcebergDestinationConfiguration={
                "RoleARN": ROLE,
                "CatalogConfiguration": {
                    "CatalogARN": "arn:aws:glue:eu-west-1:123456789012:catalog"
                },
                "DestinationTableConfigurationList": [
                    {"DestinationDatabaseName": "raw", "DestinationTableName": table}
                ],
                "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
                "S3BackupMode": "FailedDataOnly",
                "S3Configuration": aside,
                **more,
            },
        )

    def put(self, *records: Any) -> None:
        texts = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in records]
        self.firehose.put_record_batch(
            DeliveryStreamName="vitals", Records=[{"Data": text} for text in texts]
        )

    def summed(self, metric: str) -> float:
        found = self.cloud.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Firehose",
            MetricName=metric,
            Dimensions=[{"Name": "DeliveryStreamName", "Value": "vitals"}],
            StartTime=0,
            EndTime=4_000_000_000,
            Period=4_000_000_020,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(each["Sum"] for each in found)


@pytest.fixture(scope="module")
def lake() -> Iterator[Lake]:
    with Cloud("eu-west-1") as running:
        yield Lake(running)


def test_records_are_rows_once_their_time_is_up_and_what_does_not_fit_lies_apart(
    lake: Lake,
) -> None:
    lake.put(
        {"ward": "icu", "at": NOON, "rate": 80},
        {"ward": "er", "at": NOON, "rate": None, "other": 1},
        {"ward": "icu", "at": "2026-01-31T12:00:00Z", "rate": 81},
        {"Ward": "icu", "at": NOON, "rate": 82},
        b"no json",
    )
    lake.cloud.advance(59)
    assert lake.query("SELECT * FROM vitals") == []
    lake.cloud.advance(2)
    assert lake.query("SELECT ward, at, rate FROM vitals ORDER BY ward") == [
        ["er", "2026-01-31 12:00:00.000", ""],
        ["icu", "2026-01-31 12:00:00.000", "80"],
    ]
    lines = []
    for one in lake.s3.list_objects_v2(Bucket="lake", Prefix="errors/iceberg-failed/")["Contents"]:
        body = lake.s3.get_object(Bucket="lake", Key=one["Key"])["Body"].read()
        lines += [json.loads(line) for line in gzip.decompress(body).splitlines()]
    told = {base64.b64decode(line["rawData"]): line for line in lines}
    assert len(told) == 3
    assert told[b"no json"]["errorCode"] == "ICEBERG_BAD_DATA"
    missing = told[b'{"Ward": "icu", "at": %d, "rate": 82}' % NOON]
    assert missing["errorCode"] == "Iceberg.MissingColumnWithinRecord"
    assert lake.summed("DeliveryToIceberg.FailedRowCount") == 3
    assert lake.summed("DeliveryToIceberg.SuccessfulRowCount") == 2


def test_later_records_are_added_to_what_is_there_and_columns_too(lake: Lake) -> None:
    (before,) = lake.query("SELECT count(*) FROM vitals")
    lake.query("ALTER TABLE `raw`.`vitals` ADD COLUMNS (`bed` string)")
    lake.put({"ward": "icu", "at": NOON, "rate": 90, "bed": "7"})
    lake.cloud.advance(61)
    (after,) = lake.query("SELECT count(*) FROM vitals")
    assert int(after[0]) == int(before[0]) + 1
    assert lake.query("SELECT rate FROM vitals WHERE bed = '7'") == [["90"]]


@pytest.mark.parametrize(
    ("table", "more", "why"),
    [
        ("none", {}, "Glue has no table raw.none"),
        ("plain", {}, "raw.plain is no table of Iceberg"),
        ("glues", {}, "Glue's CreateTable has made glues"),
        ("vitals", {"S3BackupMode": "AllData"}, "S3BackupMode must be FailedDataOnly"),
        ("vitals", {"ProcessingConfiguration": {"Enabled": True}}, "and as they are"),
        ("vitals", {"DestinationTableConfigurationList": []}, "to one table of Iceberg"),
    ],
)
def test_what_firehose_does_not_deliver_to_is_refused(
    lake: Lake, table: str, more: dict[str, Any], why: str
) -> None:
    glue = lake.cloud.client("glue")
    stored = {
        "Columns": [{"Name": "ward", "Type": "string"}],
        "Location": "s3://lake/glues",
    }
    made = {one["Name"] for one in glue.get_tables(DatabaseName="raw")["TableList"]}
    if "glues" not in made:
        glue.create_table(
            DatabaseName="raw", TableInput={"Name": "plain", "StorageDescriptor": stored}
        )
        glue.create_table(
            DatabaseName="raw",
            TableInput={"Name": "glues", "StorageDescriptor": stored},
            OpenTableFormatInput={"IcebergInput": {"MetadataOperation": "CREATE", "Version": "2"}},
        )
    with pytest.raises(ClientError, match=why):
        lake.deliver("other", table, **more)
