"""A table bucket on the embedded AWS: it comes with the lake, holds rows, changes and goes."""

import pytest

from embedded.cloud import Cloud
from infra.hosts.session import session
from infra.settings import from_config
from tests import athena
from tests.embedded_settings import EMBEDDED

SETTINGS = EMBEDDED
COLUMNS = {"dose_id": "string", "given_at": "timestamp", "counted": "bigint"}
DOSES = {"name": "oncology.doses", "columns": COLUMNS, "required": ["dose_id"]}
WARDS = {"name": "cardiology.wards", "columns": {"ward": "string"}}
CHANGED = {**DOSES, "compaction_mb": 128, "columns": {**COLUMNS, "later": "int"}}
TABLE = '"s3tablescatalog/maslow-dev-tables"."oncology"."doses"'


def wanted(*tables):
    lake = {"table_bucket": {"tables": list(tables), "unreferenced_days": 5}} if tables else {}
    return from_config({**SETTINGS, "lake": lake}, "eu-west-1", "dev")


class Stage:
    """The table bucket as S3 Tables tells of it, and the rows of its first table."""

    def __init__(self, cloud, outputs):
        tables = cloud.client("s3tables")
        self.told = outputs["table_bucket"]
        bucket = {"tableBucketARN": self.told["arn"]}
        self.names = [
            f"{each['namespace'][0]}.{each['name']}"
            for each in tables.list_tables(**bucket)["tables"]
        ]
        table = {**bucket, "namespace": "oncology", "name": "doses"}
        self.table = tables.get_table(**table)
        self.encryption = tables.get_table_encryption(**table)["encryptionConfiguration"]
        self.upkeep = tables.get_table_maintenance_configuration(**table)["configuration"]
        self.removal = tables.get_table_bucket_maintenance_configuration(**bucket)["configuration"]
        self.policy = tables.get_table_bucket_policy(**bucket)["resourcePolicy"]
        self.key = cloud.client("kms").describe_key(KeyId="alias/maslow-dev-data")["KeyMetadata"]
        self.rows = athena.rows(cloud, f"SELECT dose_id, counted FROM {TABLE} ORDER BY 1")


@pytest.fixture(scope="module")
def stages(project):
    """Before and after a change of the tables, with rows between, and what is left at the end."""
    with Cloud("eu-west-1") as cloud:
        athena.begin(cloud)
        with session(project, wanted(DOSES, WARDS), cloud, lambda _: None) as up:
            up(wanted(DOSES, WARDS))
            athena.rows(
                cloud,
                f"INSERT INTO {TABLE} VALUES ('a', timestamp '2026-01-31 10:00:00', 3)",
            )
            before = Stage(cloud, up(wanted(DOSES, WARDS)).outputs)
            after = Stage(cloud, up(wanted(CHANGED)).outputs)
            up(wanted())
        yield before, after, cloud.client("s3tables").list_table_buckets()["tableBuckets"]


def test_tables_are_there_with_the_key_of_data(stages):
    before, _, _ = stages
    assert sorted(before.names) == ["cardiology.wards", "oncology.doses"]
    assert before.encryption == {"sseAlgorithm": "aws:kms", "kmsKeyArn": before.key["Arn"]}
    assert before.told["tables"]["oncology.doses"] == before.table["tableARN"]
    assert "aws:SecureTransport" in before.policy


def test_rows_that_a_query_adds_outlive_other_settings(stages):
    before, after, _ = stages
    assert before.rows == after.rows == [["a", "3"]]
    assert before.table["tableARN"] == after.table["tableARN"]


def test_maintenance_is_as_the_settings_say(stages):
    before, after, _ = stages
    sizes = [
        stage.upkeep["icebergCompaction"]["settings"]["icebergCompaction"]["targetFileSizeMB"]
        for stage in (before, after)
    ]
    assert sizes == [512, 128]
    kind = "icebergUnreferencedFileRemoval"
    assert before.removal[kind]["settings"][kind]["unreferencedDays"] == 5


def test_tables_go_with_their_settings(stages):
    _, after, left = stages
    assert after.names == ["oncology.doses"]
    assert left == []
