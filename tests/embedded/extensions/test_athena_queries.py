"""Athena as a user of boto3 and of awswrangler has it."""

import io
import json

import awswrangler as wr
import boto3
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests.athena import ended

BUCKET, RESULTS, DATABASE = "the-lake", "the-results", "clinic"
VISITS = [(1, "ann", 41, "2026-01-01"), (2, "bob", 57, "2026-01-02"), (3, "cem", 39, "2026-01-02")]


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        s3, glue = running.client("s3"), running.client("glue")
        for bucket in (BUCKET, RESULTS):
            s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
            )
        glue.create_database(DatabaseInput={"Name": DATABASE})
        lines = "".join(f"{','.join(map(str, visit))}\n" for visit in VISITS)
        s3.put_object(Bucket=BUCKET, Key="visits/a.csv", Body=f"id,name,age,day\n{lines}".encode())
        running.client("athena").create_work_group(
            Name="team",
            Configuration={
                "EnforceWorkGroupConfiguration": True,
                "PublishCloudWatchMetricsEnabled": True,
                "BytesScannedCutoffPerQuery": 10_000_000,
                "ResultConfiguration": {"OutputLocation": f"s3://{RESULTS}/team/"},
            },
        )
        yield running


@pytest.fixture(scope="module")
def ask(cloud):
    """Run a statement; the execution."""
    athena = cloud.client("athena")

    def run(sql, *parameters, workgroup="team", **more):
        given = {"ExecutionParameters": [*parameters]} if parameters else {}
        started = athena.start_query_execution(
            QueryString=sql,
            WorkGroup=workgroup,
            QueryExecutionContext={"Database": DATABASE},
            **given,
            **more,
        )
        return ended(cloud, started["QueryExecutionId"])

    return run


@pytest.fixture(scope="module")
def rows(cloud, ask):
    """Run a statement that succeeds; its rows, without the header."""
    athena = cloud.client("athena")

    def run(sql, *parameters, **more):
        ended = ask(sql, *parameters, **more)
        assert ended["Status"]["State"] == "SUCCEEDED", ended["Status"].get("StateChangeReason")
        found = athena.get_query_results(QueryExecutionId=ended["QueryExecutionId"])
        told = [
            [cell.get("VarCharValue") for cell in row["Data"]] for row in found["ResultSet"]["Rows"]
        ]
        return told[1:] if ended.get("SubstatementType") == "SELECT" else told

    return run


@pytest.fixture(scope="module")
def visits(rows):
    """A table of CSV."""
    rows(
        f"""CREATE EXTERNAL TABLE IF NOT EXISTS visits (id int, name string, age int, day date)
        ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://{BUCKET}/visits/'
        TBLPROPERTIES ('skip.header.line.count'='1')"""
    )
    return "visits"


def failed(ended):
    assert ended["Status"]["State"] == "FAILED"
    return ended["Status"]["StateChangeReason"]


def test_a_query_reads_the_objects_of_a_table(rows, visits):
    sql = f"SELECT day, count(*) AS n, avg(age) FROM {visits} GROUP BY day ORDER BY day"
    assert rows(sql) == [["2026-01-01", "1", "41.0"], ["2026-01-02", "2", "48.0"]]


def test_results_are_an_object_where_the_workgroup_says(cloud, ask, visits):
    ended = ask(
        f"SELECT name, NULL AS nothing FROM {visits} WHERE id = 1",
        ResultConfiguration={"OutputLocation": "s3://elsewhere/"},
    )
    id_ = ended["QueryExecutionId"]
    assert ended["ResultConfiguration"]["OutputLocation"] == f"s3://{RESULTS}/team/{id_}.csv"
    body = cloud.client("s3").get_object(Bucket=RESULTS, Key=f"team/{id_}.csv")["Body"].read()
    assert body == b'"name","nothing"\n"ann",\n'
    assert ended["Statistics"]["DataScannedInBytes"] > 0


def test_results_come_in_pages(cloud, ask, visits):
    id_ = ask(f"SELECT id FROM {visits} ORDER BY id")["QueryExecutionId"]
    pages = cloud.client("athena").get_paginator("get_query_results")
    found = pages.paginate(QueryExecutionId=id_, PaginationConfig={"PageSize": 2})
    told = [row["Data"][0]["VarCharValue"] for page in found for row in page["ResultSet"]["Rows"]]
    assert told == ["id", "1", "2", "3"]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT * FROM nowhere", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.clinic.nowh"),
        ("SELECT * FROM other.t", "SCHEMA_NOT_FOUND: line 1:15: Schema 'other' does not exist"),
        ("SELECT nothing FROM visits", "COLUMN_NOT_FOUND: "),
        ("SELECT made_up(1)", "FUNCTION_NOT_FOUND: line 1:8: Function 'made_up' not registered"),
        ("SELECT 1/0", "DIVISION_BY_ZERO: Division by zero"),
        ("SELECT CAST('a' AS integer)", "INVALID_CAST_ARGUMENT: "),
        ("SELECT zip(ARRAY[1], ARRAY[2])", "NOT_SUPPORTED: the embedded AWS does not run"),
        ("EXPLAIN SELECT 1", "NOT_SUPPORTED: the embedded AWS does not run EXPLAIN"),
        ("SELECT * FROM read_text('/etc/passwd')", "FUNCTION_NOT_FOUND: "),
        ("DROP TABLE nowhere", "Table not found nowhere"),
    ],
)
def test_a_query_that_fails_says_why(ask, visits, sql, reason):
    assert visits
    assert reason in failed(ask(sql))


def test_what_athena_does_not_take_on_is_refused_at_once(cloud, ask):
    for sql in ("SELEC 1", "SELECT 1; SELECT 2", "SELECT FROM t", " "):
        with pytest.raises(ClientError, match="InvalidRequestException"):
            ask(sql)
    with pytest.raises(ClientError, match="No output location provided"):
        ask("SELECT 1", workgroup="primary")
    with pytest.raises(ClientError, match="WorkGroup nowhere is not found"):
        ask("SELECT 1", workgroup="nowhere")
    with pytest.raises(ClientError, match="was not found"):
        cloud.client("athena").get_query_execution(QueryExecutionId="1")


def test_a_query_beyond_the_limit_of_its_workgroup_fails(cloud, ask, rows):
    body = (b"a" * 1_000_000 + b"\n") * 11
    cloud.client("s3").put_object(Bucket=BUCKET, Key="long/lines.csv", Body=body)
    rows(f"CREATE EXTERNAL TABLE long (line string) LOCATION 's3://{BUCKET}/long/'")
    reason = failed(ask("SELECT count(line) FROM long"))
    assert reason == "Bytes scanned limit was exceeded: 10000000 bytes"


def test_a_token_starts_one_query(ask):
    token = "a" * 32
    first = ask("SELECT 1", ClientRequestToken=token)
    assert (
        ask("SELECT 1", ClientRequestToken=token)["QueryExecutionId"] == first["QueryExecutionId"]
    )
    with pytest.raises(ClientError, match="Idempotent parameters do not match"):
        ask("SELECT 2", ClientRequestToken=token)


def test_parameters_take_the_place_of_question_marks(cloud, rows, ask, visits):
    assert rows(f"SELECT name FROM {visits} WHERE id = ? AND name <> ?", "2", "'?'") == [["bob"]]
    assert "expected 1 but found 0" in failed(ask(f"SELECT name FROM {visits} WHERE id = ?"))
    cloud.client("athena").create_prepared_statement(
        StatementName="by_id",
        WorkGroup="team",
        QueryStatement=f"SELECT name FROM {visits} WHERE id = ?",
    )
    assert rows("EXECUTE by_id USING 3") == [["cem"]]
    assert rows("EXECUTE by_id", "1") == [["ann"]]


def test_what_is_scanned_is_told_to_cloudwatch(cloud, ask, visits):
    ended = ask(f"SELECT id FROM {visits}")
    found = cloud.client("cloudwatch").list_metrics(Namespace="AWS/Athena")["Metrics"]
    dimensions = [{each["Name"]: each["Value"] for each in one["Dimensions"]} for one in found]
    assert {"WorkGroup": "team", "QueryType": "DML", "QueryState": "SUCCEEDED"} in dimensions
    assert ended["StatementType"] == "DML"


def test_the_catalog_is_changed_by_statements(rows, ask):
    rows("CREATE DATABASE IF NOT EXISTS trials")
    assert ["trials"] in rows("SHOW DATABASES")
    rows(
        f"""CREATE EXTERNAL TABLE trials.doses (id int) PARTITIONED BY (day string)
        STORED AS PARQUET LOCATION 's3://{BUCKET}/doses/'"""
    )
    assert rows("SHOW TABLES IN trials") == [["doses"]]
    assert rows("SHOW COLUMNS IN trials.doses") == [["id"], ["day"]]
    rows("ALTER TABLE trials.doses ADD PARTITION (day = '2026-01-01')")
    assert rows("SHOW PARTITIONS trials.doses") == [["day=2026-01-01"]]
    assert rows("SELECT * FROM trials.doses") == []
    assert "already exists" in failed(
        ask("ALTER TABLE trials.doses ADD PARTITION (day = '2026-01-01')")
    )
    rows("ALTER TABLE trials.doses DROP PARTITION (day = '2026-01-01')")
    assert rows("SHOW PARTITIONS trials.doses") == []
    assert "is not empty" in failed(ask("DROP DATABASE trials"))
    rows("DROP DATABASE trials CASCADE")
    assert ["trials"] not in rows("SHOW DATABASES")


def test_repair_finds_partitions_by_the_names_of_folders(cloud, rows):
    kept = io.BytesIO()
    pq.write_table(pa.table({"id": [7]}), kept)
    key = "doses/day=2026-01-03/part.parquet"
    cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=kept.getvalue())
    rows(
        f"""CREATE EXTERNAL TABLE repaired (id bigint) PARTITIONED BY (day date)
        STORED AS PARQUET LOCATION 's3://{BUCKET}/doses/'"""
    )
    assert rows("MSCK REPAIR TABLE repaired") == [
        ["Repair: Added partition to metastore repaired:day=2026-01-03"]
    ]
    assert rows("SELECT * FROM repaired") == [["7", "2026-01-03"]]


def test_a_view_is_kept_as_athena_keeps_it(cloud, rows, visits):
    rows(f"CREATE OR REPLACE VIEW elders AS SELECT name, age FROM {visits} WHERE age > 40")
    assert rows("SELECT name FROM elders ORDER BY name") == [["ann"], ["bob"]]
    view = cloud.client("glue").get_table(DatabaseName=DATABASE, Name="elders")["Table"]
    assert view["TableType"] == "VIRTUAL_VIEW"
    assert view["ViewOriginalText"].startswith("/* Presto View: ")
    assert rows("SHOW VIEWS") == [["elders"]]
    rows("DROP VIEW elders")


@pytest.mark.parametrize("kind", ["PARQUET", "JSON", "TEXTFILE"])
def test_a_table_is_made_of_a_query_and_grows(cloud, rows, ask, visits, kind):
    name = f"made_{kind.lower()}"
    where = f"s3://{BUCKET}/{name}/"
    ended = ask(
        f"CREATE TABLE {name} WITH (format = '{kind}', external_location = '{where}', "
        f"partitioned_by = ARRAY['day']) AS SELECT id, name, day FROM {visits}"
    )
    assert ended["Status"]["State"] == "SUCCEEDED", ended["Status"]
    manifest = ended["Statistics"]["DataManifestLocation"].removeprefix(f"s3://{RESULTS}/")
    listed = cloud.client("s3").get_object(Bucket=RESULTS, Key=manifest)["Body"].read().decode()
    assert sorted(each.split("/")[4] for each in listed.split()) == [
        "day=2026-01-01",
        "day=2026-01-02",
    ]
    rows(f"INSERT INTO {name} VALUES (9, 'zoe', date '2026-01-09'), (8, NULL, NULL)")
    assert rows(f"SELECT id, name, day FROM {name} ORDER BY id") == [
        ["1", "ann", "2026-01-01"],
        ["2", "bob", "2026-01-02"],
        ["3", "cem", "2026-01-02"],
        ["8", None, None],
        ["9", "zoe", "2026-01-09"],
    ]
    assert "HIVE_PATH_ALREADY_EXISTS" in failed(
        ask(f"CREATE TABLE again WITH (external_location = '{where}') AS SELECT 1 AS a")
    )


def test_unload_writes_files_and_no_table(cloud, ask, visits):
    where = f"s3://{BUCKET}/unloaded/"
    ended = ask(f"UNLOAD (SELECT id FROM {visits}) TO '{where}' WITH (format = 'PARQUET')")
    assert ended["Status"]["State"] == "SUCCEEDED", ended["Status"]
    found = cloud.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="unloaded/")["Contents"]
    body = cloud.client("s3").get_object(Bucket=BUCKET, Key=found[0]["Key"])["Body"].read()
    assert pq.read_table(io.BytesIO(body))["id"].to_pylist() == [1, 2, 3]


def test_rows_of_an_iceberg_table_change_and_its_past_stays(cloud, rows, visits):
    rows(
        f"CREATE TABLE patients (id int, name string) LOCATION 's3://{BUCKET}/patients/' "
        "TBLPROPERTIES ('table_type' = 'ICEBERG')"
    )
    rows(f"INSERT INTO patients SELECT id, name FROM {visits}")
    assert rows("SELECT count(*) FROM patients") == [["3"]]
    table = cloud.client("glue").get_table(DatabaseName=DATABASE, Name="patients")["Table"]
    assert table["Parameters"]["table_type"] == "ICEBERG"
    before = snapshot(cloud, table)
    rows("UPDATE patients SET name = upper(name) WHERE id < 3")
    rows("DELETE FROM patients WHERE name = 'BOB'")
    assert rows("SELECT * FROM patients ORDER BY id") == [["1", "ANN"], ["3", "cem"]]
    past = f"SELECT name FROM patients FOR VERSION AS OF {before} ORDER BY id"
    assert rows(past) == [["ann"], ["bob"], ["cem"]]


def snapshot(cloud, table):
    """The current snapshot's id of an Iceberg table, as its metadata has it."""
    bucket, _, key = table["Parameters"]["metadata_location"][len("s3://") :].partition("/")
    body = cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return json.loads(body)["current-snapshot-id"]


def test_only_the_partitions_that_a_query_asks_for_are_read(ask, rows):
    rows(
        "CREATE TABLE by_ward WITH (partitioned_by = ARRAY['ward'], "
        f"external_location = 's3://{BUCKET}/by_ward/') AS "
        "SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c')) AS t (id, ward)"
    )
    whole = ask("SELECT id FROM by_ward")["Statistics"]["DataScannedInBytes"]
    for sql in (
        "SELECT id FROM by_ward WHERE ward = 'b'",
        "SELECT w.id FROM by_ward w JOIN visits v ON v.id = w.id WHERE w.ward IN ('b') AND 1 = 1",
    ):
        assert rows(sql) == [["2"]]
    assert ask("SELECT id FROM by_ward WHERE ward > 'b'")["Statistics"][
        "DataScannedInBytes"
    ] == pytest.approx(whole / 3, rel=0.1)
    assert rows("SELECT count(*) FROM by_ward WHERE ward = 'a' OR id = 3") == [["2"]]


def test_an_injected_partition_needs_its_value(cloud, rows, ask):
    cloud.client("s3").put_object(Bucket=BUCKET, Key="patients-of/7/a.json", Body=b'{"age": 41}')
    rows(
        f"""CREATE EXTERNAL TABLE patients_of (age int) PARTITIONED BY (patient string)
        ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
        LOCATION 's3://{BUCKET}/patients-of/' TBLPROPERTIES ('projection.enabled'='true',
        'projection.patient.type'='injected',
        'storage.location.template'='s3://{BUCKET}/patients-of/${{patient}}')"""
    )
    assert rows("SELECT age FROM patients_of WHERE patient = '7'") == [["41"]]
    assert "CONSTRAINT_VIOLATION" in failed(ask("SELECT age FROM patients_of"))


def test_a_deleted_object_is_not_read(cloud, rows):
    s3 = cloud.client("s3")
    bucket = "versioned-lake"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for name in ("a", "b"):
        s3.put_object(Bucket=bucket, Key=f"names/{name}.csv", Body=f"{name}\n".encode())
    s3.delete_object(Bucket=bucket, Key="names/a.csv")
    rows(f"CREATE EXTERNAL TABLE names (name string) LOCATION 's3://{bucket}/names/'")
    assert rows("SELECT name FROM names") == [["b"]]


def test_projected_partitions_are_read_without_being_registered(cloud, rows):
    s3 = cloud.client("s3")
    for day, number in (("2026/01/05", 5), ("2026/01/06", 6)):
        body = f'{{"id": {number}}}\n'.encode()
        s3.put_object(Bucket=BUCKET, Key=f"events/{day}/part.json", Body=body)
    rows(
        f"""CREATE EXTERNAL TABLE events (id int) PARTITIONED BY (day string)
        ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://{BUCKET}/events/'
        TBLPROPERTIES ('projection.enabled'='true', 'projection.day.type'='date',
        'projection.day.format'='yyyy/MM/dd', 'projection.day.range'='2026/01/01,2026/01/06',
        'storage.location.template'='s3://{BUCKET}/events/${{day}}/')"""
    )
    assert rows("SELECT id, day FROM events ORDER BY id") == [
        ["5", "2026/01/05"],
        ["6", "2026/01/06"],
    ]


@pytest.fixture
def wrangler(cloud, monkeypatch):
    """awswrangler, as somebody on this machine uses it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.url)
    session = boto3.Session("AKIAIOSFODNN7EXAMPLE", "secret", region_name="eu-west-1")
    return {"boto3_session": session}


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")  # within awswrangler
def test_awswrangler_writes_and_reads_tables(wrangler):
    frame = pd.DataFrame(
        {
            "id": [1, 2, 3],
            "share": [0.5, None, 0.25],
            "ward": ["a", "b", "a"],
            "at": pd.to_datetime(["2026-01-01 10:00", None, "2026-01-02 11:30"]),
        }
    )
    wr.s3.to_parquet(
        frame,
        path=f"s3://{BUCKET}/wards/",
        dataset=True,
        database=DATABASE,
        table="wards",
        partition_cols=["ward"],
        **wrangler,
    )
    sql = "SELECT id, share, at, ward FROM wards ORDER BY id"
    for way in (
        {"ctas_approach": False},
        {"ctas_approach": True},
        {"ctas_approach": False, "unload_approach": True, "s3_output": f"s3://{RESULTS}/unload/"},
    ):
        read = wr.athena.read_sql_query(
            sql, database=DATABASE, workgroup="team", **way, **wrangler
        ).sort_values("id")
        assert read["id"].tolist() == [1, 2, 3], way
        assert read["share"].fillna(-1).tolist() == [0.5, -1, 0.25]
        assert read["ward"].tolist() == ["a", "b", "a"]
        assert read["at"].isna().tolist() == [False, True, False]
    assert DATABASE in wr.catalog.databases(**wrangler)["Database"].tolist()
