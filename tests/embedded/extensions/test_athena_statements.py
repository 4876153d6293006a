import pytest

from embedded.cloud import Cloud
from tests import athena
from tests.athena import BUCKET, DATABASE, execution, put, reason, rows, table


@pytest.fixture(scope="module")
def cloud():
    """A cloud with a table of two wards."""
    with Cloud("eu-west-1") as cloud:
        athena.begin(cloud)
        table(cloud, "wards", {"id": "int", "ward": "string"}, properties={"field.delim": ","})
        put(cloud, "wards/1.csv", "1,a\n2,b\n3,b\n")
        yield cloud


def keys(cloud, prefix):
    listed = cloud.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
    return [each["Key"] for each in listed.get("Contents", [])]


def glue_table(cloud, name):
    return cloud.client("glue").get_table(DatabaseName=DATABASE, Name=name)["Table"]


def test_databases_are_created_listed_and_dropped(cloud):
    rows(cloud, "CREATE DATABASE IF NOT EXISTS surgery COMMENT 'of theatres'")
    assert rows(cloud, "SHOW DATABASES LIKE 'sur*'") == [["surgery"]]
    assert "Database surgery already exists" in reason(cloud, "CREATE DATABASE surgery")
    rows(cloud, "CREATE VIEW surgery.one AS SELECT 1 AS x")
    assert "Database surgery is not empty" in reason(cloud, "DROP DATABASE surgery")
    rows(cloud, "DROP DATABASE surgery CASCADE")
    assert rows(cloud, "SHOW DATABASES LIKE 'sur*'") == []


def test_an_external_table_is_created_read_and_dropped(cloud):
    put(cloud, "doses/1.csv", 'id;note\n1;"a;b"\n')
    rows(
        cloud,
        "CREATE EXTERNAL TABLE `doses` (`id` int COMMENT 'of the dose', `note` string) "
        "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' "
        "WITH SERDEPROPERTIES ('separatorChar' = ';') "
        f"LOCATION 's3://{BUCKET}/doses/' TBLPROPERTIES ('skip.header.line.count' = '1')",
    )
    assert rows(cloud, "SELECT * FROM doses") == [["1", "a;b"]]
    assert [each[0].strip() for each in rows(cloud, "DESCRIBE doses")] == ["id", "note"]
    assert rows(cloud, "SHOW COLUMNS IN doses") == [["id"], ["note"]]
    told = "\n".join(line for (line,) in rows(cloud, "SHOW CREATE TABLE doses"))
    assert told.startswith(f"CREATE EXTERNAL TABLE `{DATABASE}.doses`(\n  `id` int")
    assert ["doses"] in rows(cloud, "SHOW TABLES")
    rows(cloud, "DROP TABLE doses")
    assert "Table not found doses" in reason(cloud, "DROP TABLE doses")
    assert keys(cloud, "doses/") == ["doses/1.csv"]


def test_text_is_delimited_as_the_table_says(cloud):
    put(cloud, "delimited/1.txt", "1\tx|y\n2\t-\n")
    rows(
        cloud,
        "CREATE EXTERNAL TABLE delimited (a int, b array<string>) ROW FORMAT DELIMITED "
        r"FIELDS TERMINATED BY '\t' COLLECTION ITEMS TERMINATED BY '|' NULL DEFINED AS '-' "
        f"STORED AS TEXTFILE LOCATION 's3://{BUCKET}/delimited/'",
    )
    assert rows(cloud, "SELECT a, b[2] FROM delimited WHERE b IS NOT NULL") == [["1", "y"]]


def test_partitions_are_found_added_read_and_dropped(cloud):
    table(cloud, "byday", {"n": "int"}, keys={"day": "date"})
    for day, n in (("2026-01-01", 5), ("2026-01-02", 6)):
        put(cloud, f"byday/day={day}/1.txt", f"{n}\n")
    put(cloud, "elsewhere/1.txt", "7\n")
    assert rows(cloud, "SELECT * FROM byday") == []
    assert len(rows(cloud, "MSCK REPAIR TABLE byday")) == 2
    rows(
        cloud,
        "ALTER TABLE byday ADD IF NOT EXISTS PARTITION (day = '2026-01-03') "
        f"LOCATION 's3://{BUCKET}/elsewhere/'",
    )
    assert rows(cloud, "SHOW PARTITIONS byday")[-1] == ["day=2026-01-03"]
    told = execution(cloud, "SELECT n FROM byday WHERE day > date '2026-01-02'")
    assert told["Statistics"]["DataScannedInBytes"] == 2
    assert rows(cloud, "SELECT n FROM byday WHERE day > date '2026-01-02'") == [["7"]]
    rows(cloud, "ALTER TABLE byday DROP PARTITION (day = '2026-01-03')")
    assert rows(cloud, "SELECT sum(n) FROM byday") == [["11"]]


def test_partitions_are_projected(cloud):
    table(
        cloud,
        "projected",
        {"n": "int"},
        keys={"day": "string", "ward": "string"},
        parameters={
            "projection.enabled": "true",
            "projection.day.type": "date",
            "projection.day.format": "yyyy/MM/dd",
            "projection.day.range": "2026/01/01,NOW",
            "projection.ward.type": "injected",
            "storage.location.template": f"s3://{BUCKET}/projected/${{ward}}/${{day}}/",
        },
    )
    for path, n in (("a/2026/01/02", 1), ("b/2026/01/02", 2), ("a/2025/01/02", 3)):
        put(cloud, f"projected/{path}/1.txt", f"{n}\n")
    found = rows(cloud, "SELECT n, day FROM projected WHERE ward = 'a'")
    assert found == [["1", "2026/01/02"]]
    why = reason(cloud, "SELECT n FROM projected")
    assert why.startswith("CONSTRAINT_VIOLATION: For the injected projected partition column ward")


def test_a_view_is_a_query_that_glue_keeps(cloud):
    rows(cloud, "CREATE VIEW of_b AS SELECT id, upper(ward) AS name FROM wards WHERE ward = 'b'")
    assert rows(cloud, "SELECT v.name, count(*) FROM of_b v GROUP BY 1") == [["B", "2"]]
    view = glue_table(cloud, "of_b")
    assert view["TableType"] == "VIRTUAL_VIEW"
    assert view["ViewOriginalText"].startswith("/* Presto View: ")
    assert "already exists" in reason(cloud, "CREATE VIEW of_b AS SELECT 1 AS x")
    rows(cloud, "CREATE OR REPLACE VIEW of_b AS SELECT 1 AS x")
    assert rows(cloud, "SELECT * FROM of_b") == [["1"]]
    rows(cloud, "DROP VIEW of_b")
    assert rows(cloud, "SHOW VIEWS") == []


@pytest.mark.parametrize("format_", ["PARQUET", "TEXTFILE", "JSON"])
def test_a_table_is_created_of_a_query_and_added_to(cloud, format_):
    name = f"made_{format_.lower()}"
    location = f"s3://{BUCKET}/{name}/"
    told = execution(
        cloud,
        f"CREATE TABLE {name} WITH (format = '{format_}', external_location = '{location}', "
        "partitioned_by = ARRAY['ward']) AS SELECT id, 1.5e0 AS x, ward FROM wards",
    )
    assert told["Status"]["State"] == "SUCCEEDED", told["Status"]
    rows(cloud, f"INSERT INTO {name} VALUES (4, null, 'c')")
    found = rows(cloud, f"SELECT id, x, ward FROM {name} ORDER BY id")
    assert found == [["1", "1.5", "a"], ["2", "1.5", "b"], ["3", "1.5", "b"], ["4", None, "c"]]
    parts = [each for (each,) in rows(cloud, f"SHOW PARTITIONS {name}")]
    assert parts == ["ward=a", "ward=b", "ward=c"]
    manifest = told["Statistics"]["DataManifestLocation"].removeprefix(f"s3://{BUCKET}/")
    listed = cloud.client("s3").get_object(Bucket=BUCKET, Key=manifest)["Body"].read().decode()
    assert all(uri.startswith(location) for uri in listed.splitlines())
    assert len(listed.splitlines()) == 2


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("INSERT INTO wards SELECT 1", "TYPE_MISMATCH: line 1:13: Insert query has mismatched"),
        ("INSERT INTO wards VALUES ('x', 'y')", "TYPE_MISMATCH: Insert query has mismatched"),
        ("INSERT INTO nowhere VALUES (1)", "TABLE_NOT_FOUND: line 1:13"),
        ("CREATE TABLE wards AS SELECT 1 AS x", "TABLE_ALREADY_EXISTS"),
        ("CREATE TABLE t AS SELECT count(*) FROM wards", "MISSING_COLUMN_NAME"),
        ("CREATE TABLE t WITH (format = 'ORC') AS SELECT 1 AS x", "NOT_SUPPORTED"),
        ("DELETE FROM wards", "NOT_SUPPORTED: Modifying Hive table rows"),
        ("EXPLAIN SELECT 1", "NOT_SUPPORTED: the embedded AWS does not run EXPLAIN"),
        ("ALTER TABLE wards RENAME TO x", "NOT_SUPPORTED"),
        ("SHOW FUNCTIONS", "NOT_SUPPORTED: the embedded AWS does not run SHOW FUNC"),
    ],
)
def test_what_cannot_be_done_fails_and_changes_nothing(cloud, sql, why):
    before = keys(cloud, "wards/")
    assert reason(cloud, sql).startswith(why)
    assert keys(cloud, "wards/") == before


def test_rows_are_unloaded(cloud):
    location = f"s3://{BUCKET}/unloaded/"
    told = execution(
        cloud,
        f"UNLOAD (SELECT id, ward FROM wards WHERE id > 1) TO '{location}' "
        "WITH (format = 'TEXTFILE', compression = 'NONE')",
    )
    assert told["Status"]["State"] == "SUCCEEDED", told["Status"]
    (key,) = keys(cloud, "unloaded/")
    written = cloud.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    assert written == b"2\x01b\n3\x01b\n"
    again = f"UNLOAD (SELECT 1 AS x) TO '{location}' WITH (format = 'PARQUET')"
    assert reason(cloud, again).startswith("HIVE_PATH_ALREADY_EXISTS")


def test_a_prepared_statement_is_executed_with_values(cloud):
    rows(cloud, "PREPARE of_ward FROM SELECT id FROM wards WHERE ward = ? AND id > ?")
    assert rows(cloud, "EXECUTE of_ward USING 'b', 2") == [["3"]]
    assert rows(cloud, "EXECUTE of_ward", ExecutionParameters=["'b'", "1"]) == [["2"], ["3"]]
    kept = cloud.client("athena").get_prepared_statement(
        StatementName="of_ward", WorkGroup="primary"
    )
    assert kept["PreparedStatement"]["QueryStatement"].startswith("SELECT id FROM wards")
    assert "expected 2 but found 1" in reason(cloud, "EXECUTE of_ward USING 'b'")
    rows(cloud, "DEALLOCATE PREPARE of_ward")
    assert reason(cloud, "EXECUTE of_ward USING 'b', 2").startswith("NOT_FOUND: Prepared")
