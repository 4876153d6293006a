"""Jobs that use tables of a table bucket: what their role may do, and what Spark is told."""

import shlex

import pytest

from components.data.jobs.kept_tables import CATALOG, glue_settings, spark_names, use_tables

BUCKET = "arn:aws:s3tables:eu-west-1:123456789012:bucket/maslow-dev-tables"
DOSES, WARDS = f"{BUCKET}/table/1", f"{BUCKET}/table/2"


def allowed(action, reads, writes):
    """The resources on which an action is allowed."""
    return [
        resource
        for statement in use_tables(BUCKET, reads, writes)
        if action in statement["Action"]
        for resource in statement["Resource"]
    ]


def test_a_table_that_is_read_is_not_written():
    reads, writes = {"oncology.doses": DOSES}, {"oncology.wards": WARDS}
    assert allowed("s3tables:GetTableData", reads, writes) == [DOSES, WARDS]
    assert allowed("s3tables:PutTableData", reads, writes) == [WARDS]
    assert allowed("s3tables:UpdateTableMetadataLocation", reads, writes) == [WARDS]


def test_who_writes_nothing_may_write_nothing():
    assert allowed("s3tables:PutTableData", {"oncology.doses": DOSES}, {}) == []


def test_tables_are_found_in_their_own_bucket():
    assert allowed("s3tables:GetTableBucket", {"oncology.doses": DOSES}, {}) == [BUCKET]


def test_a_script_names_tables_by_the_catalog_of_its_spark():
    assert spark_names({"oncology.doses": DOSES}) == {"oncology.doses": "tables.oncology.doses"}


def test_all_settings_of_the_catalog_are_in_one_argument():
    told = glue_settings(BUCKET, "eu-west-1")
    assert told["--datalake-formats"] == "iceberg"
    words = shlex.split(f"--conf {told['--conf']}")
    assert set(words[::2]) == {"--conf"}
    settings = dict(word.split("=", 1) for word in words[1::2])
    catalog = f"spark.sql.catalog.{CATALOG}"
    assert settings[catalog] == "org.apache.iceberg.spark.SparkCatalog"
    assert settings[f"{catalog}.warehouse"] == BUCKET
    assert settings[f"{catalog}.uri"] == "https://s3tables.eu-west-1.amazonaws.com/iceberg"
    assert settings[f"{catalog}.rest.signing-region"] == "eu-west-1"


@pytest.mark.parametrize("key", ["rest.sigv4-enabled", "rest.signing-name"])
def test_requests_to_s3_tables_are_signed(key):
    told = glue_settings(BUCKET, "eu-west-1")["--conf"]
    assert f"spark.sql.catalog.{CATALOG}.{key}=" in told
