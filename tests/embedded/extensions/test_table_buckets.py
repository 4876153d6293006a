"""Table buckets of S3 Tables on the embedded AWS."""

import itertools
import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
BUCKET = f"arn:aws:s3tables:eu-west-1:{ACCOUNT}:bucket"
KMS = {"sseAlgorithm": "aws:kms", "kmsKeyArn": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234"}
NUMBERS = itertools.count()
REMOVAL = "icebergUnreferencedFileRemoval"


@pytest.fixture(scope="module")
def tables(cloud):
    return cloud.client("s3tables")


@pytest.fixture
def bucket(tables):
    arn = tables.create_table_bucket(name=f"bucket-{next(NUMBERS)}")["arn"]
    return {"tableBucketARN": arn}


def refused(call, **request):
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]["Code"]


def policy(**changed):
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3tables:*",
        "Resource": "*",
        **changed,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.mark.parametrize(
    "name",
    [
        "Visits",
        "visits_2026",
        "visits.2026",
        "-visits",
        "visits-",
        "aws-visits",
        "xn--visits",
        "visits--table-s3",
    ],
)
def test_a_name_that_s3_tables_does_not_take_is_refused(tables, name):
    assert refused(tables.create_table_bucket, name=name) == "BadRequestException"


def test_a_name_is_had_once(tables):
    arn = tables.create_table_bucket(name="only-once")["arn"]
    assert arn == f"{BUCKET}/only-once"
    assert refused(tables.create_table_bucket, name="only-once") == "ConflictException"


def test_a_bucket_is_encrypted_by_s3_until_it_has_a_key(tables, bucket):
    def told():
        return tables.get_table_bucket_encryption(**bucket)["encryptionConfiguration"]

    assert told() == {"sseAlgorithm": "AES256"}
    tables.put_table_bucket_encryption(**bucket, encryptionConfiguration=KMS)
    assert told() == KMS
    tables.delete_table_bucket_encryption(**bucket)
    assert told() == {"sseAlgorithm": "AES256"}


@pytest.mark.parametrize("given", [{"sseAlgorithm": "aws:kms"}, {**KMS, "sseAlgorithm": "AES256"}])
def test_a_key_goes_with_its_algorithm_alone(tables, bucket, given):
    wanted = {**bucket, "encryptionConfiguration": given}
    assert refused(tables.put_table_bucket_encryption, **wanted) == "BadRequestException"


def test_files_that_nothing_names_go_after_three_days_unless_told(tables, bucket):
    def told():
        return tables.get_table_bucket_maintenance_configuration(**bucket)["configuration"][REMOVAL]

    assert told()["settings"][REMOVAL] == {"unreferencedDays": 3, "nonCurrentDays": 10}
    wanted = {"status": "enabled", "settings": {REMOVAL: {"unreferencedDays": 7}}}
    tables.put_table_bucket_maintenance_configuration(**bucket, type=REMOVAL, value=wanted)
    assert told() == wanted


def test_maintenance_of_one_bucket_leaves_others_as_they_are(tables, bucket):
    other = tables.create_table_bucket(name="left-as-it-is")["arn"]
    off = {"status": "disabled"}
    tables.put_table_bucket_maintenance_configuration(**bucket, type=REMOVAL, value=off)
    found = tables.get_table_bucket_maintenance_configuration(tableBucketARN=other)
    assert found["configuration"][REMOVAL]["status"] == "enabled"


def test_a_policy_is_kept_until_it_is_deleted(tables, bucket):
    assert refused(tables.get_table_bucket_policy, **bucket) == "NotFoundException"
    tables.put_table_bucket_policy(**bucket, resourcePolicy=policy())
    assert tables.get_table_bucket_policy(**bucket)["resourcePolicy"] == policy()
    tables.delete_table_bucket_policy(**bucket)
    assert refused(tables.get_table_bucket_policy, **bucket) == "NotFoundException"


@pytest.mark.parametrize(
    "text",
    [
        "no policy",
        json.dumps({"Statement": [{"Effect": "Deny"}]}),
        policy(Resource=f"{BUCKET}/another"),
        policy(Action="s3:GetObject"),
    ],
)
def test_what_is_no_policy_of_the_bucket_is_refused(tables, bucket, text):
    wanted = {**bucket, "resourcePolicy": text}
    assert refused(tables.put_table_bucket_policy, **wanted) == "BadRequestException"


def test_tags_are_added_and_taken(tables, bucket):
    arn = bucket["tableBucketARN"]
    tables.tag_resource(resourceArn=arn, tags={"team": "oncology", "cost": "1"})
    tables.untag_resource(resourceArn=arn, tagKeys=["cost"])
    assert tables.list_tags_for_resource(resourceArn=arn)["tags"] == {"team": "oncology"}
    elsewhere = f"{BUCKET}/elsewhere"
    assert refused(tables.list_tags_for_resource, resourceArn=elsewhere) == "NotFoundException"


def test_a_bucket_says_how_its_tables_are_stored(tables, bucket):
    tiered = {"storageClass": "INTELLIGENT_TIERING"}
    found = tables.get_table_bucket_storage_class(**bucket)["storageClassConfiguration"]
    assert found == {"storageClass": "STANDARD"}
    tables.put_table_bucket_storage_class(**bucket, storageClassConfiguration=tiered)
    found = tables.get_table_bucket_storage_class(**bucket)["storageClassConfiguration"]
    assert found == tiered


def test_what_is_not_empty_is_not_deleted(tables, bucket):
    there = {**bucket, "namespace": "curated"}
    tables.create_namespace(**bucket, namespace=["curated"])
    tables.create_table(**there, name="visits", format="ICEBERG")
    assert refused(tables.delete_namespace, **there) == "ConflictException"
    assert refused(tables.delete_table_bucket, **bucket) == "ConflictException"
    tables.delete_table(**there, name="visits")
    tables.delete_namespace(**there)
    tables.delete_table_bucket(**bucket)
    assert refused(tables.get_table_bucket, **bucket) == "NotFoundException"


@pytest.mark.parametrize("name", ["_raw", "raw_", "aws_raw"])
def test_a_namespace_that_s3_tables_does_not_take_is_refused(tables, bucket, name):
    wanted = {**bucket, "namespace": [name]}
    assert refused(tables.create_namespace, **wanted) == "BadRequestException"
