import io
import re
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from embedded.feature_store.offline import Row, daily_files, glue_columns, hourly_files
from embedded.feature_store.schema import Schema

SCHEMA = Schema.of(
    "visitId",
    "visited_at",
    [
        {"FeatureName": "visitId", "FeatureType": "String"},
        {"FeatureName": "visited_at", "FeatureType": "Fractional"},
        {"FeatureName": "age", "FeatureType": "Integral"},
    ],
)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WRITTEN = NOON + timedelta(days=1)


def row(at, **more):
    return Row({"visitId": "a", "visited_at": str(at.timestamp()), "age": "41"}, at, NOON, **more)


def read(file):
    return pq.read_table(io.BytesIO(file.content))


def test_there_is_a_file_for_each_hour_of_event_times():
    rows = [row(NOON), row(NOON + timedelta(minutes=59)), row(NOON - timedelta(seconds=1))]
    before, at_noon = hourly_files(rows, SCHEMA, WRITTEN)
    assert before.path.startswith("year=2026/month=03/day=01/hour=11/")
    assert at_noon.path.startswith("year=2026/month=03/day=01/hour=12/")
    assert at_noon.partition == ("2026", "03", "01", "12")
    assert (read(before).num_rows, read(at_noon).num_rows) == (1, 2)


def test_a_file_is_named_for_its_latest_event_time():
    (file,) = hourly_files([row(NOON + timedelta(minutes=5)), row(NOON)], SCHEMA, WRITTEN)
    name = file.path.rpartition("/")[2]
    assert re.fullmatch(r"20260301T120500Z_[0-9A-Za-z]{16}\.parquet", name)


def test_an_iceberg_table_has_a_file_for_each_day_of_its_texts():
    at = {"FeatureName": "visited_at", "FeatureType": "String"}
    by_text = Schema.of("visited_at", "visited_at", [at])
    rows = [
        Row({"visited_at": f"{time:%Y-%m-%dT%H:%M:%SZ}"}, time, NOON)
        for time in (NOON, NOON + timedelta(hours=11), NOON + timedelta(hours=12))
    ]
    first, second = daily_files(rows, by_text, WRITTEN)
    assert (read(first).num_rows, read(second).num_rows) == (2, 1)
    assert (first.partition, second.partition) == (("2026-03-01",), ("2026-03-02",))
    assert re.fullmatch(
        r"[0-9A-Za-z]{8}/visited_at_trunc=2026-03-01/20260301T230000Z_[0-9A-Za-z]{16}\.parquet",
        first.path,
    )
    assert read(first).schema.field("write_time").type == pa.timestamp("us")


def test_an_iceberg_table_does_not_part_unix_seconds():
    (file,) = daily_files([row(NOON), row(NOON + timedelta(days=9))], SCHEMA, WRITTEN)
    assert (file.partition, read(file).num_rows) == ((), 2)


def test_values_have_the_types_of_their_features():
    (file,) = hourly_files([row(NOON)], SCHEMA, WRITTEN)
    table = read(file)
    assert table.schema.types == [
        pa.string(),
        pa.float64(),
        pa.int64(),
        pa.timestamp("ms"),
        pa.timestamp("ms"),
        pa.bool_(),
    ]
    assert table.to_pylist() == [
        {
            "visitId": "a",
            "visited_at": NOON.timestamp(),
            "age": 41,
            "write_time": WRITTEN.replace(tzinfo=None),
            "api_invocation_time": NOON.replace(tzinfo=None),
            "is_deleted": False,
        }
    ]


def test_a_deletion_is_a_row_without_other_values():
    (file,) = hourly_files([Row({"visitId": "a"}, NOON, NOON, is_deleted=True)], SCHEMA, WRITTEN)
    (found,) = read(file).to_pylist()
    assert (found["visitId"], found["age"], found["is_deleted"]) == ("a", None, True)


def test_glue_has_the_columns_in_lower_case():
    assert glue_columns(SCHEMA) == [
        {"Name": "visitid", "Type": "string"},
        {"Name": "visited_at", "Type": "double"},
        {"Name": "age", "Type": "bigint"},
        {"Name": "write_time", "Type": "timestamp"},
        {"Name": "api_invocation_time", "Type": "timestamp"},
        {"Name": "is_deleted", "Type": "boolean"},
    ]
