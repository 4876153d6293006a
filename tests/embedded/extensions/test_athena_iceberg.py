import pytest

from embedded.cloud import Cloud
from tests import athena
from tests.athena import BUCKET, reason, rows

THREE = [["1", "a", "2020-01-01"], ["2", "b", None], ["3", "c", None]]


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as cloud:
        athena.begin(cloud)
        yield cloud


@pytest.fixture
def beds(cloud):
    """A table of Iceberg with three rows, its name; dropped in the end."""
    rows(
        cloud,
        f"CREATE TABLE beds (id bigint, name string, d date) LOCATION 's3://{BUCKET}/beds/' "
        "TBLPROPERTIES ('table_type' = 'ICEBERG')",
    )
    rows(cloud, "INSERT INTO beds VALUES (1, 'a', date '2020-01-01'), (2, 'b', null)")
    rows(cloud, "INSERT INTO beds (name, id) VALUES ('c', 3)")
    yield "beds"
    rows(cloud, "DROP TABLE beds")


def all_of(cloud, name):
    return rows(cloud, f"SELECT * FROM {name} ORDER BY id")


def test_rows_are_added_and_files_go_with_the_table(cloud):
    rows(
        cloud,
        f"CREATE TABLE made WITH (table_type = 'ICEBERG', location = 's3://{BUCKET}/made/', "
        "is_external = false) AS SELECT 1 AS id, array['x'] AS tags",
    )
    assert rows(cloud, "SELECT id, tags[1] FROM made") == [["1", "x"]]
    s3 = cloud.client("s3")
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="made/")["KeyCount"] > 0
    rows(cloud, "DROP TABLE made")
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="made/")["KeyCount"] == 0


def test_rows_are_updated_and_deleted(cloud, beds):
    assert all_of(cloud, beds) == THREE
    rows(cloud, f"UPDATE {beds} SET name = upper(name), d = null WHERE id IN (SELECT 1)")
    rows(cloud, f"DELETE FROM {beds} WHERE name = 'b'")
    assert all_of(cloud, beds) == [["1", "A", None], ["3", "c", None]]
    rows(cloud, f"DELETE FROM {beds}")
    assert all_of(cloud, beds) == []


def test_rows_are_merged_by_each_clause(cloud, beds):
    rows(
        cloud,
        f"MERGE INTO {beds} t USING (VALUES (1, 'x'), (2, null), (4, 'y')) AS s(id, name) "
        "ON t.id = s.id WHEN MATCHED AND s.name IS NULL THEN DELETE "
        "WHEN MATCHED THEN UPDATE SET name = s.name "
        "WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)",
    )
    assert all_of(cloud, beds) == [["1", "x", "2020-01-01"], ["3", "c", None], ["4", "y", None]]
    why = reason(
        cloud,
        f"MERGE INTO {beds} t USING (VALUES 1, 1) AS s(id) ON t.id = s.id "
        "WHEN MATCHED THEN UPDATE SET name = 'z'",
    )
    assert why.startswith("MERGE_TARGET_ROW_MULTIPLE_MATCHES")


def test_a_table_is_read_as_it_was(cloud, beds):
    snapshots = f'SELECT snapshot_id FROM "{beds}$snapshots" ORDER BY committed_at'
    first, _ = (each for (each,) in rows(cloud, snapshots))
    old = rows(cloud, f"SELECT count(*) FROM {beds} FOR VERSION AS OF {first}")
    assert old == [["2"]]
    now = rows(cloud, f"SELECT count(*) FROM {beds} FOR TIMESTAMP AS OF current_timestamp")
    assert now == [["3"]]
    past = "timestamp '2020-01-01 00:00:00 UTC'"
    why = reason(cloud, f"SELECT * FROM {beds} FOR TIMESTAMP AS OF {past}")
    assert why.startswith("INVALID_ARGUMENTS: No version history table beds at or before")


def test_a_table_is_compacted_cleared_of_snapshots_and_widened(cloud, beds):
    rows(cloud, f"OPTIMIZE {beds} REWRITE DATA USING BIN_PACK")
    assert rows(cloud, f'SELECT count(*) FROM "{beds}$files"') == [["1"]]
    assert all_of(cloud, beds) == THREE
    cloud.advance(6 * 86400)
    rows(cloud, f"VACUUM {beds}")
    assert rows(cloud, f'SELECT count(*) FROM "{beds}$snapshots"') == [["1"]]
    rows(cloud, f"ALTER TABLE {beds} ADD COLUMNS (ward string)")
    assert all_of(cloud, beds) == [[*row, None] for row in THREE]


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        (
            (
                "CREATE TABLE t (d date) PARTITIONED BY (month(d)) LOCATION 's3://b/t/' "
                "TBLPROPERTIES ('table_type' = 'ICEBERG')"
            ),
            "NOT_SUPPORTED: the embedded AWS does not run tables of Iceberg with partitions",
        ),
        ("CREATE TABLE t (d date) LOCATION 's3://b/t/'", "FAILED: only external table"),
        ("OPTIMIZE beds REWRITE DATA USING BIN_PACK WHERE id = 1", "NOT_SUPPORTED"),
        ("ALTER TABLE beds SET LOCATION 's3://b/t/'", "NOT_SUPPORTED"),
        ("INSERT INTO beds VALUES ('x', 'y', null)", "TYPE_MISMATCH"),
    ],
)
def test_what_is_not_done_fails_by_name(cloud, beds, sql, why):
    assert beds == "beds"
    assert reason(cloud, sql).startswith(why)
