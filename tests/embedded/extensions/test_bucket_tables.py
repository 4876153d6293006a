"""Tables of S3 Tables on the embedded AWS: their schema, key and maintenance."""

import json

import pytest
from botocore.exceptions import ClientError

from embedded.extensions import iceberg_files

ACCOUNT = "123456789012"
MAINTENANCE = "maintenance.s3tables.amazonaws.com"
ALL = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
USE = {
    "Effect": "Allow",
    "Principal": {"Service": MAINTENANCE},
    "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
    "Resource": "*",
}
CONTEXT = "kms:EncryptionContext:aws:s3:arn"
FIELDS = [
    {"name": "visit_id", "type": "string", "required": True},
    {"name": "creatinine", "type": "decimal(5,2)"},
]


@pytest.fixture(scope="module")
def tables(cloud):
    return cloud.client("s3tables")


@pytest.fixture(scope="module")
def curated(tables):
    bucket = {"tableBucketARN": tables.create_table_bucket(name="tables-of-the-lake")["arn"]}
    tables.create_namespace(**bucket, namespace=["curated"])
    return {**bucket, "namespace": "curated"}


def schema(*fields):
    return {"metadata": {"iceberg": {"schema": {"fields": list(fields)}}}}


@pytest.fixture
def table(tables, curated, request):
    name = request.node.name.partition("[")[0][-60:].strip("_")
    tables.create_table(**curated, name=name, format="ICEBERG", **schema(*FIELDS))
    return {**curated, "name": name}


def refused(call, **request):
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]["Code"]


def opened(tables, table, **properties):
    from pyiceberg.table import StaticTable

    where = tables.get_table(**table)["metadataLocation"]
    told = iceberg_files.properties_of(ACCOUNT, "eu-west-1")
    return StaticTable.from_metadata(where, told | properties)


def test_a_table_begins_with_the_schema_that_it_is_told(tables, table):
    found = opened(tables, table)
    assert [(each.name, str(each.field_type), each.required) for each in found.schema().fields] == [
        ("visit_id", "string", True),
        ("creatinine", "decimal(5, 2)", False),
    ]
    assert found.scan().to_arrow().num_rows == 0
    told = tables.get_table(**table)
    assert told["metadataLocation"].startswith(told["warehouseLocation"] + "/metadata/")


def test_a_table_without_a_schema_has_no_metadata(tables, curated):
    tables.create_table(**curated, name="without_schema", format="ICEBERG")
    assert "metadataLocation" not in tables.get_table(**curated, name="without_schema")


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [{"name": "a", "type": "string"}, {"name": "a", "type": "long"}],
        [{"name": "a", "type": "varchar(5)"}],
    ],
)
def test_what_is_no_schema_of_iceberg_is_refused_and_leaves_no_table(tables, curated, fields):
    wanted = {**curated, "name": "no_schema", "format": "ICEBERG", **schema(*fields)}
    assert refused(tables.create_table, **wanted) == "BadRequestException"
    assert refused(tables.get_table, **curated, name="no_schema") == "NotFoundException"


@pytest.mark.parametrize("name", ["_visits", "visits_"])
def test_a_name_that_s3_tables_does_not_take_is_refused(tables, curated, name):
    wanted = {**curated, "name": name, "format": "ICEBERG"}
    assert refused(tables.create_table, **wanted) == "BadRequestException"


def test_a_table_is_found_by_its_arn_which_outlives_its_name(tables, table):
    arn = tables.get_table(**table)["tableARN"]
    tables.rename_table(**table, newName="renamed_by_arn")
    assert tables.get_table(tableArn=arn)["name"] == "renamed_by_arn"
    assert refused(tables.get_table, tableArn=arn[:-1] + "x") == "NotFoundException"
    assert refused(tables.get_table, name="renamed_by_arn") == "BadRequestException"


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        (USE, "made"),
        ({**USE, "Action": "kms:Decrypt"}, "ForbiddenException"),
        ({**USE, "Principal": {"Service": "s3.amazonaws.com"}}, "ForbiddenException"),
        (
            {
                **USE,
                "Condition": {"StringLike": {CONTEXT: "arn:aws:s3tables:eu-west-1:*:bucket/*"}},
            },
            "made",
        ),
        (
            {
                **USE,
                "Condition": {"StringLike": {CONTEXT: "arn:aws:s3tables:eu-west-1:*:bucket/x"}},
            },
            "ForbiddenException",
        ),
        ({**USE, "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}}}, "made"),
    ],
)
def test_a_key_serves_a_table_only_if_the_maintenance_may_use_it(
    cloud, tables, curated, statement, answer
):
    policy = json.dumps({"Version": "2012-10-17", "Statement": [ALL, statement]})
    key = cloud.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]
    encrypted = {"sseAlgorithm": "aws:kms", "kmsKeyArn": key}
    wanted = {
        **curated,
        "name": f"of_{key[-4:]}",
        "format": "ICEBERG",
        "encryptionConfiguration": encrypted,
    }
    if answer != "made":
        assert refused(tables.create_table, **wanted) == answer
        assert refused(tables.get_table, **curated, name=wanted["name"]) == "NotFoundException"
        return
    tables.create_table(**wanted)
    found = tables.get_table_encryption(**curated, name=wanted["name"])
    assert found["encryptionConfiguration"] == encrypted


def test_a_table_takes_the_encryption_of_its_bucket(cloud, tables):
    policy = json.dumps({"Version": "2012-10-17", "Statement": [ALL, USE]})
    key = cloud.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]
    encrypted = {"sseAlgorithm": "aws:kms", "kmsKeyArn": key}
    made = tables.create_table_bucket(name="encrypted-tables", encryptionConfiguration=encrypted)
    there = {"tableBucketARN": made["arn"], "namespace": "curated"}
    tables.create_namespace(tableBucketARN=made["arn"], namespace=["curated"])
    tables.create_table(**there, name="visits", format="ICEBERG")
    found = tables.get_table_encryption(**there, name="visits")
    assert found["encryptionConfiguration"] == encrypted


def test_maintenance_is_kept_and_what_is_out_of_range_refused(tables, table):
    def put(kind, value):
        return {**table, "type": kind, "value": value}

    kind = "icebergCompaction"
    wanted = {"status": "enabled", "settings": {kind: {"targetFileSizeMB": 128}}}
    tables.put_table_maintenance_configuration(**put(kind, wanted))
    found = tables.get_table_maintenance_configuration(**table)["configuration"]
    assert found[kind] == wanted
    snapshots = found["icebergSnapshotManagement"]["settings"]["icebergSnapshotManagement"]
    assert snapshots == {"minSnapshotsToKeep": 1, "maxSnapshotAgeHours": 120}
    change = tables.put_table_maintenance_configuration
    for size in (63, 513):
        wanted = {"settings": {kind: {"targetFileSizeMB": size}}}
        assert refused(change, **put(kind, wanted)) == "BadRequestException"
    other = {"settings": {"icebergSnapshotManagement": {"minSnapshotsToKeep": 1}}}
    assert refused(change, **put(kind, other)) == "BadRequestException"


def test_the_status_says_that_no_maintenance_has_run(tables, table):
    off = {"status": "disabled"}
    tables.put_table_maintenance_configuration(**table, type="icebergCompaction", value=off)
    found = tables.get_table_maintenance_job_status(**table)["status"]
    assert {kind: each["status"] for kind, each in found.items()} == {
        "icebergCompaction": "Disabled",
        "icebergSnapshotManagement": "Not_Yet_Run",
        "icebergUnreferencedFileRemoval": "Not_Yet_Run",
    }


def test_new_metadata_are_taken_from_who_knows_the_newest_version(tables, table):
    found = tables.get_table(**table)
    change = tables.update_table_metadata_location
    at = {**table, "metadataLocation": found["metadataLocation"]}
    assert refused(change, **at, versionToken="older") == "ConflictException"
    nowhere = {**table, "metadataLocation": f"{found['warehouseLocation']}/metadata/2.json"}
    wanted = {**nowhere, "versionToken": found["versionToken"]}
    assert refused(change, **wanted) == "BadRequestException"
    changed = change(**at, versionToken=found["versionToken"])
    assert changed["versionToken"] != found["versionToken"]
    assert refused(change, **at, versionToken=found["versionToken"]) == "ConflictException"


def test_a_policy_is_of_one_table(tables, table):
    arn = tables.get_table(**table)["tableARN"]

    def policy(resource):
        return json.dumps(
            {"Statement": [{**ALL, "Action": "s3tables:GetTableData", "Resource": resource}]}
        )

    tables.put_table_policy(**table, resourcePolicy=policy(arn))
    assert tables.get_table_policy(**table)["resourcePolicy"] == policy(arn)
    other = {**table, "resourcePolicy": policy(table["tableBucketARN"] + "/table/other")}
    assert refused(tables.put_table_policy, **other) == "BadRequestException"
    tables.delete_table_policy(**table)
    assert refused(tables.get_table_policy, **table) == "NotFoundException"
