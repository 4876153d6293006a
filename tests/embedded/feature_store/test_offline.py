import io
import re
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from embedded.feature_store.offline import Row, files, glue_columns
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
    before, at_noon = files(rows, SCHEMA, WRITTEN)
    assert before.folder == "year=2026/month=03/day=01/hour=11"
    assert at_noon.folder == "year=2026/month=03/day=01/hour=12"
    assert (read(before).num_rows, read(at_noon).num_rows) == (1, 2)


def test_a_file_is_named_for_its_latest_event_time():
    (file,) = files([row(NOON + timedelta(minutes=5)), row(NOON)], SCHEMA, WRITTEN)
    assert re.fullmatch(r"20260301T120500Z_[0-9A-Za-z]{16}\.parquet", file.name)


def test_values_have_the_types_of_their_features():
    (file,) = files([row(NOON)], SCHEMA, WRITTEN)
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
    (file,) = files([Row({"visitId": "a"}, NOON, NOON, is_deleted=True)], SCHEMA, WRITTEN)
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
