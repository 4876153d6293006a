"""Optimizers of Iceberg tables on the embedded AWS."""

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/upkeep"
DESCRIPTOR = {
    "Location": "s3://optimized-tables/wards",
    "Columns": [{"Name": "ward_id", "Type": "string"}],
}


@pytest.fixture(scope="module")
def glue(cloud):
    client = cloud.client("glue")
    cloud.client("s3").create_bucket(
        Bucket="optimized-tables", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    client.create_database(DatabaseInput={"Name": "curated"})
    for name, more in (
        ("wards", {"OpenTableFormatInput": {"IcebergInput": {"MetadataOperation": "CREATE"}}}),
        ("visits", {}),
    ):
        table = {"Name": name, "StorageDescriptor": DESCRIPTOR}
        client.create_table(DatabaseName="curated", TableInput=table, **more)
    return client


def of(table, type_="retention"):
    return {
        "CatalogId": ACCOUNT,
        "DatabaseName": "curated",
        "TableName": table,
        "Type": type_,
    }


def configured(enabled):
    return {"TableOptimizerConfiguration": {"roleArn": ROLE, "enabled": enabled}}


def refused(call, **request):
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]["Code"]


def test_an_optimizer_is_kept_changed_and_deleted(glue):
    glue.create_table_optimizer(**of("wards"), **configured(enabled=True))
    found = glue.get_table_optimizer(**of("wards"))
    assert found["TableOptimizer"]["type"] == "retention"
    assert found["TableOptimizer"]["configuration"] == {"roleArn": ROLE, "enabled": True}
    glue.update_table_optimizer(**of("wards"), **configured(enabled=False))
    changed = glue.get_table_optimizer(**of("wards"))["TableOptimizer"]
    assert changed["configuration"]["enabled"] is False
    glue.delete_table_optimizer(**of("wards"))
    assert refused(glue.get_table_optimizer, **of("wards")) == "EntityNotFoundException"


def test_a_table_has_one_optimizer_of_a_type(glue):
    glue.create_table_optimizer(**of("wards", "compaction"), **configured(enabled=True))
    again = {**of("wards", "compaction"), **configured(enabled=True)}
    assert refused(glue.create_table_optimizer, **again) == "AlreadyExistsException"


def test_only_a_table_of_iceberg_that_is_there_has_one(glue):
    other = {**of("visits"), **configured(enabled=True)}
    assert refused(glue.create_table_optimizer, **other) == "InvalidInputException"
    none = {**of("elsewhere"), **configured(enabled=True)}
    assert refused(glue.create_table_optimizer, **none) == "EntityNotFoundException"
    assert refused(glue.update_table_optimizer, **none) == "EntityNotFoundException"


def test_an_optimizer_goes_with_its_table(glue):
    made = {"Name": "beds", "StorageDescriptor": DESCRIPTOR}
    iceberg = {"IcebergInput": {"MetadataOperation": "CREATE"}}
    request = {"DatabaseName": "curated", "TableInput": made, "OpenTableFormatInput": iceberg}
    glue.create_table(**request)
    glue.create_table_optimizer(**of("beds"), **configured(enabled=True))
    glue.delete_table(DatabaseName="curated", Name="beds")
    assert refused(glue.get_table_optimizer, **of("beds")) == "EntityNotFoundException"
