"""Iceberg tables that Glue makes on the embedded AWS."""

import json
import time

import pytest
from botocore.exceptions import ClientError

COLUMNS = [
    {"Name": "ward_id", "Type": "string"},
    {"Name": "beds", "Type": "int"},
    {"Name": "specialties", "Type": "array<string>"},
]
CREATE = {"IcebergInput": {"MetadataOperation": "CREATE", "Version": "2"}}
BUCKET = "made-by-glue"


@pytest.fixture(scope="module")
def glue(cloud):
    cloud.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    client = cloud.client("glue")
    client.create_database(DatabaseInput={"Name": "made"})
    return client


def make(glue, name, location, **more):
    descriptor = {"Columns": COLUMNS, "Location": location}
    table = {"Name": name, "StorageDescriptor": descriptor, "Parameters": {"owner": "wards"}}
    glue.create_table(DatabaseName="made", TableInput=table | more, OpenTableFormatInput=CREATE)
    return glue.get_table(DatabaseName="made", Name=name)["Table"]


def test_glue_writes_the_metadata_of_a_table_that_it_makes(glue, cloud):
    told = make(glue, "wards", f"s3://{BUCKET}/wards")["Parameters"]
    assert (told["table_type"], told["owner"]) == ("ICEBERG", "wards")
    where = told["metadata_location"]
    assert where.startswith(f"s3://{BUCKET}/wards/metadata/00000-")
    key = where.removeprefix(f"s3://{BUCKET}/")
    found = json.loads(cloud.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read())
    assert (found["format-version"], found["location"]) == (2, f"s3://{BUCKET}/wards")
    (schema,) = found["schemas"]
    assert [(each["name"], each["required"]) for each in schema["fields"]] == [
        ("ward_id", False),
        ("beds", False),
        ("specialties", False),
    ]
    assert [each["type"] for each in schema["fields"][:2]] == ["string", "int"]


def test_athena_writes_and_reads_a_table_that_glue_made(glue, cloud):
    make(glue, "beds", f"s3://{BUCKET}/beds")

    def query(text):
        athena = cloud.client("athena")
        output = {"OutputLocation": f"s3://{BUCKET}/results/"}
        id_ = athena.start_query_execution(
            QueryString=text,
            QueryExecutionContext={"Database": "made"},
            ResultConfiguration=output,
        )["QueryExecutionId"]
        for _ in range(300):
            status = athena.get_query_execution(QueryExecutionId=id_)["QueryExecution"]["Status"]
            if status["State"] not in ("QUEUED", "RUNNING"):
                break
            time.sleep(0.1)
        assert status["State"] == "SUCCEEDED", status
        rows = athena.get_query_results(QueryExecutionId=id_)["ResultSet"]["Rows"]
        return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]

    assert query("SELECT ward_id, beds FROM beds") == [["ward_id", "beds"]]
    query("INSERT INTO beds VALUES ('a', 12, ARRAY['eyes'])")
    assert query("SELECT ward_id, beds FROM beds") == [["ward_id", "beds"], ["a", "12"]]


def test_a_table_without_a_bucket_is_refused_and_not_there(glue):
    with pytest.raises(ClientError, match="S3 has no bucket nowhere"):
        make(glue, "lost", "s3://nowhere/lost")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_table(DatabaseName="made", Name="lost")


def test_a_table_of_an_engine_keeps_the_metadata_that_it_brings(glue):
    glue.create_table(
        DatabaseName="made",
        TableInput={"Name": "brought", "Parameters": {"metadata_location": "s3://b/m.json"}},
    )
    found = glue.get_table(DatabaseName="made", Name="brought")["Table"]
    assert found["Parameters"] == {"metadata_location": "s3://b/m.json"}
