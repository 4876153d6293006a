"""Tables of S3 Tables by Athena on the embedded AWS, with real rows."""

import json

import pytest

from embedded.cloud import Cloud
from tests import athena
from tests.athena import reason, rows

CATALOG = '"s3tablescatalog/lake-tables"'
DOSES = f'{CATALOG}."oncology"."doses"'
FIELDS = [
    {"name": "dose_id", "type": "long", "required": True},
    {"name": "drug", "type": "string"},
    {"name": "milligrams", "type": "decimal(8,2)"},
]
POLICY = {
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"},
    ]
}


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as cloud:
        athena.begin(cloud)
        key = cloud.client("kms").create_key(Policy=json.dumps(POLICY))["KeyMetadata"]["Arn"]
        tables = cloud.client("s3tables")
        bucket = tables.create_table_bucket(
            name="lake-tables",
            encryptionConfiguration={"sseAlgorithm": "aws:kms", "kmsKeyArn": key},
        )["arn"]
        tables.create_namespace(tableBucketARN=bucket, namespace=["oncology"])
        made = {"tableBucketARN": bucket, "namespace": "oncology", "format": "ICEBERG"}
        schema = {"iceberg": {"schema": {"fields": FIELDS}}}
        tables.create_table(**made, name="doses", metadata=schema)
        tables.create_table(**made, name="without_schema")
        yield cloud


@pytest.fixture
def doses(cloud):
    rows(cloud, f"INSERT INTO {DOSES} VALUES (1, 'a', 2.50), (2, 'b', null)")
    yield
    rows(cloud, f"DELETE FROM {DOSES}")


def told(cloud):
    tables = cloud.client("s3tables")
    (bucket,) = tables.list_table_buckets()["tableBuckets"]
    return tables.get_table(tableBucketARN=bucket["arn"], namespace="oncology", name="doses")


def test_rows_that_are_added_are_read(cloud, doses):
    found = rows(cloud, f"SELECT dose_id, drug, milligrams FROM {DOSES} ORDER BY dose_id")
    assert found == [["1", "a", "2.50"], ["2", "b", None]]


def test_each_change_gives_the_table_new_metadata_below_its_warehouse(cloud, doses):
    before = told(cloud)
    rows(cloud, f"INSERT INTO {DOSES} (dose_id) VALUES (3)")
    after = told(cloud)
    assert before["metadataLocation"] != after["metadataLocation"]
    assert before["versionToken"] != after["versionToken"]
    assert after["metadataLocation"].startswith(after["warehouseLocation"])


def test_rows_are_changed_and_deleted(cloud, doses):
    rows(cloud, f"UPDATE {DOSES} SET drug = upper(drug) WHERE dose_id = 1")
    rows(cloud, f"DELETE FROM {DOSES} WHERE dose_id = 2")
    assert rows(cloud, f"SELECT dose_id, drug FROM {DOSES}") == [["1", "A"]]


def test_rows_are_joined_with_those_of_other_catalogs(cloud, doses):
    found = rows(
        cloud,
        f"SELECT d.drug FROM {DOSES} d JOIN (VALUES (2)) AS w(id) ON w.id = d.dose_id",
    )
    assert found == [["b"]]


def test_a_query_whose_catalog_is_the_bucket_names_tables_without_it(cloud, doses):
    within = {"Catalog": "s3tablescatalog/lake-tables", "Database": "oncology"}
    found = rows(cloud, "SELECT count(*) FROM doses", QueryExecutionContext=within)
    assert found == [["2"]]


def test_a_column_that_no_row_is_without_takes_no_null(cloud):
    told = reason(cloud, f"INSERT INTO {DOSES} (drug) VALUES ('a')")
    assert "NULL value not allowed for NOT NULL column: dose_id" in told


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ('SELECT 1 FROM "s3tablescatalog/other".oncology.doses', "CATALOG_NOT_FOUND"),
        (f"SELECT 1 FROM {CATALOG}.cardiology.doses", "SCHEMA_NOT_FOUND"),
        (f"SELECT 1 FROM {CATALOG}.oncology.wards", "TABLE_NOT_FOUND"),
        (f"SELECT 1 FROM {CATALOG}.oncology.without_schema", "ICEBERG_INVALID_METADATA"),
        ("SELECT 1 FROM elsewhere.oncology.doses", "tables of the catalog elsewhere"),
        (f"CREATE TABLE {CATALOG}.oncology.made AS SELECT 1 AS id", "in a table bucket"),
        (f"DROP TABLE {CATALOG}.oncology.doses", "in a table bucket"),
        (
            f"MERGE INTO {DOSES} t USING (VALUES 1) s(id) ON dose_id = id WHEN MATCHED THEN DELETE",
            "in a table bucket",
        ),
    ],
)
def test_what_is_not_there_or_not_done_is_refused_by_name(cloud, sql, why):
    assert why in reason(cloud, sql)
