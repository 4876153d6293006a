"""A stream to a table of Iceberg on the embedded AWS: what is put into it, Athena reads."""

import json
import time

import pytest

from embedded.cloud import Cloud
from infra.hosts.session import session
from infra.settings import from_config
from tests.embedded_settings import EMBEDDED

NOON = 1_769_860_800_000_000
COLUMNS = {"ward": "string", "measured_at": "timestamp", "heart_rate": "int"}
SETTINGS = {
    **EMBEDDED,
    "alerts": {"email": ["ml@example.com"]},
    "streams": [
        {
            "name": "ward-vitals",
            "format": "iceberg",
            "columns": COLUMNS,
            "buffer": {"mb": 1, "seconds": 60},
        }
    ],
}


def settings(**columns):
    (stream,) = SETTINGS["streams"]
    changed = {**stream, "columns": {**COLUMNS, **columns}}
    return from_config({**SETTINGS, "streams": [changed]}, "eu-west-1", "dev")


class Lake:
    """An environment with a stream to a table, which is deployed again with more columns."""

    def __init__(self, cloud, project):
        self.cloud = cloud
        with session(project, settings(), cloud, lambda _: None) as up:
            self.outputs = up(settings()).outputs
            self.put({"ward": "icu", "measured_at": NOON, "heart_rate": 80})
            cloud.advance(61)
            self.first = self.query("SELECT ward, heart_rate FROM ward_vitals")
            up(settings(bed="string"))
            self.put(
                {"ward": "er", "measured_at": NOON, "heart_rate": 95, "bed": "7"},
                {"ward": "er", "measured_at": "noon", "heart_rate": 96, "bed": "8"},
            )
            cloud.advance(61)

    def put(self, *records):
        self.cloud.client("kinesis").put_records(
            StreamName=self.outputs["streams"]["ward-vitals"],
            Records=[
                {"Data": json.dumps(each).encode(), "PartitionKey": each["ward"]}
                for each in records
            ],
        )

    def query(self, text):
        athena = self.cloud.client("athena")
        group = athena.list_work_groups()["WorkGroups"]
        name = next(one["Name"] for one in group if "queries" in one["Name"])
        query = athena.start_query_execution(
            QueryString=text,
            WorkGroup=name,
            QueryExecutionContext={"Database": "maslow_dev_raw"},
        )["QueryExecutionId"]
        while True:
            told = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
            if told["State"] not in ("QUEUED", "RUNNING"):
                break
            time.sleep(0.02)
        assert told["State"] == "SUCCEEDED", told
        rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
        return [[cell.get("VarCharValue", "") for cell in row["Data"]] for row in rows[1:]]


@pytest.fixture(scope="module")
def lake(project):
    with Cloud("eu-west-1") as running:
        yield Lake(running, project)


def test_records_are_rows_of_the_table_of_the_streams_name(lake):
    assert lake.first == [["icu", "80"]]


def test_the_table_gets_columns_in_its_place_and_keeps_its_rows(lake):
    rows = lake.query("SELECT ward, heart_rate, bed FROM ward_vitals ORDER BY ward")
    assert rows == [["er", "95", "7"], ["icu", "80", ""]]


def test_what_does_not_fit_is_kept_aside_and_told(lake):
    s3, bucket = lake.cloud.client("s3"), lake.outputs["zones"]["raw"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="errors/ward-vitals/iceberg-failed/")
    assert listed["KeyCount"] == 1
    lake.cloud.advance(600)
    told = [
        one
        for one in lake.cloud.outbox()["sent"]
        if "ward-vitals: records do not become rows of its table" in one["message"]
        and "ALARM:" in one["subject"]
    ]
    assert len(told) == 1


def test_the_table_is_looked_after(lake):
    for kind in ("compaction", "retention", "orphan_file_deletion"):
        found = lake.cloud.client("glue").get_table_optimizer(
            CatalogId=lake.cloud.account_id,
            DatabaseName="maslow_dev_raw",
            TableName="ward_vitals",
            Type=kind,
        )
        assert found["TableOptimizer"]["configuration"]["enabled"]
