"""Streams on the embedded AWS: records are put, time passes, and files are in the lake."""

import gzip
import io
import json

import pyarrow.parquet
import pytest

from embedded import clock
from embedded.cloud import Cloud
from infra.hosts.session import session
from infra.settings import from_config
from tests.embedded_settings import EMBEDDED

COLUMNS = {"ward": "string", "measured_at": "timestamp", "heart_rate": "int"}
SETTINGS = {
    **EMBEDDED,
    "alerts": {"email": ["ml@example.com"]},
    "streams": [
        {
            "name": "ward-vitals",
            "format": "parquet",
            "columns": COLUMNS,
            "partition_by": ["ward"],
            "silent_minutes": 60,
        },
        {"name": "admissions", "shards": 1, "to": "curated", "buffer": {"mb": 1, "seconds": 60}},
    ],
    "jobs": [
        {
            "name": "vitals",
            "script": "templates/jobs/clean.py",
            "on": {"arrival": "raw.ward-vitals"},
            "reads": ["raw.ward-vitals"],
            "writes": ["curated.vitals"],
            "retries": 0,
        }
    ],
}


class Lake:
    """An environment with two streams, and a job that the files of one start."""

    def __init__(self, cloud, project):
        self.cloud, self.s3 = cloud, cloud.client("s3")
        with session(
            project, from_config(SETTINGS, "eu-west-1", "dev"), cloud, lambda _: None
        ) as up:
            self.outputs = up(from_config(SETTINGS, "eu-west-1", "dev")).outputs
        self.streams, self.zones = self.outputs["streams"], self.outputs["zones"]

    def put(self, stream, *records):
        self.cloud.client("kinesis").put_records(
            StreamName=self.streams[stream],
            Records=[
                {"Data": json.dumps(each).encode(), "PartitionKey": str(number)}
                for number, each in enumerate(records)
            ],
        )

    def files(self, zone, prefix):
        """What lies below a prefix of a zone, by the key without the name of the file."""
        listed = self.s3.list_objects_v2(Bucket=self.zones[zone], Prefix=prefix)
        return {
            one["Key"].rpartition("/")[0]: self.s3.get_object(
                Bucket=self.zones[zone], Key=one["Key"]
            )
            for one in listed.get("Contents", [])
        }

    def alarms(self, word):
        """The mails of alarms that have gone off, whose text has a word."""
        return [
            one
            for one in self.cloud.outbox()["sent"]
            if word in one["message"] and "ALARM:" in (one["subject"] or "")
        ]


@pytest.fixture(scope="module")
def lake(project):
    with Cloud("eu-west-1") as running:
        lake = Lake(running, project)
        lake.put(
            "ward-vitals",
            {"ward": "icu", "measured_at": "2026-01-31T12:00:00Z", "heart_rate": 80},
            {"ward": "er", "measured_at": "2026-01-31T12:00:01Z", "heart_rate": 95},
            {"ward": "icu", "measured_at": "2026-01-31T12:00:02Z", "heart_rate": 82},
            {"ward": "icu", "heart_rate": "high"},
        )
        running.advance(301)
        yield lake


def test_records_arrive_as_parquet_by_the_values_of_a_column(lake):
    day = f"{clock.now():%Y-%m-%d}"
    found = lake.files("raw", "ward-vitals/")
    assert found.keys() == {
        f"ward-vitals/ward=icu/day={day}",
        f"ward-vitals/ward=er/day={day}",
    }
    table = pyarrow.parquet.read_table(
        io.BytesIO(found[f"ward-vitals/ward=icu/day={day}"]["Body"].read())
    )
    assert table.column_names == ["measured_at", "heart_rate"]
    assert table["heart_rate"].to_pylist() == [80, 82]


def test_the_files_are_encrypted_by_the_key_of_data(lake):
    for file in lake.files("raw", "ward-vitals/").values():
        assert file["ServerSideEncryption"] == "aws:kms"


def test_athena_finds_them_by_a_table(lake):
    (table,) = lake.cloud.client("glue").get_tables(DatabaseName="maslow_dev_raw")["TableList"]
    assert table["Name"] == "ward_vitals"
    assert [one["Name"] for one in table["PartitionKeys"]] == ["ward", "day"]
    inside = [one["Name"] for one in table["StorageDescriptor"]["Columns"]]
    assert inside == ["measured_at", "heart_rate"]
    assert table["Parameters"]["storage.location.template"] == (
        f"s3://{lake.zones['raw']}/ward-vitals/ward=${{ward}}/day=${{day}}/"
    )


def test_what_does_not_fit_is_kept_aside_with_its_reason(lake):
    (kept,) = lake.files("raw", "errors/ward-vitals/format-conversion-failed/").values()
    told = json.loads(kept["Body"].read())
    assert told["lastErrorMessage"].endswith('heart_rate: "high" is no int')


def test_failures_are_told_once(lake):
    lake.cloud.advance(600)
    told = lake.alarms("ward-vitals: records do not fit its columns")
    assert len(told) == 1


def test_files_start_the_job_that_waits_for_them(lake):
    (machine,) = lake.outputs["jobs"].values()
    states = lake.cloud.client("stepfunctions")
    began = states.list_executions(stateMachineArn=machine)["executions"][-1]
    told = states.describe_execution(executionArn=began["executionArn"])
    assert json.loads(told["input"]) == {
        "cause": "arrival",
        "reason": "objects arrived in raw.ward-vitals",
    }


def test_a_stream_without_columns_is_lines_of_json(lake):
    lake.put("admissions", {"visit": 1}, {"visit": 2})
    lake.cloud.advance(61)
    (file,) = lake.files("curated", "admissions/").values()
    assert gzip.decompress(file["Body"].read()) == b'{"visit": 1}\n{"visit": 2}\n'


def test_silence_is_told_where_records_are_expected(lake):
    lake.cloud.advance(2 * 3600)
    assert len(lake.alarms("ward-vitals: no record has come for 60 minutes")) == 1
    assert lake.alarms("admissions: no record") == []


def test_other_alarms_are_silent(lake):
    told = {
        json.loads(one["message"])["AlarmDescription"]
        for stream in lake.streams
        for one in lake.alarms(f"{stream}: ")
    }
    assert told == {
        "ward-vitals: records do not fit its columns, and are kept aside",
        "ward-vitals: no record has come for 60 minutes",
    }
