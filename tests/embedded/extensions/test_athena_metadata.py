import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests import athena
from tests.athena import BUCKET, DATABASE


@pytest.fixture(scope="module")
def client():
    """Athena, of a cloud with two tables."""
    with Cloud("eu-west-1") as cloud:
        athena.begin(cloud)
        athena.table(cloud, "visits", {"id": "int"}, keys={"day": "string"})
        athena.table(cloud, "wards", {"ward": "string"})
        yield cloud.client("athena")


def test_databases_are_those_of_glue(client):
    listed = client.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]
    assert [each["Name"] for each in listed] == [DATABASE]
    got = client.get_database(CatalogName="AwsDataCatalog", DatabaseName=DATABASE)
    assert got["Database"]["Name"] == DATABASE
    with pytest.raises(ClientError, match="MetadataException"):
        client.get_database(CatalogName="AwsDataCatalog", DatabaseName="nowhere")


def test_tables_are_told_with_their_columns_and_partitions(client):
    given = {"CatalogName": "AwsDataCatalog", "DatabaseName": DATABASE}
    told = client.get_table_metadata(TableName="visits", **given)["TableMetadata"]
    assert told["Columns"] == [{"Name": "id", "Type": "int"}]
    assert told["PartitionKeys"] == [{"Name": "day", "Type": "string"}]
    assert told["Parameters"]["location"] == f"s3://{BUCKET}/visits/"
    with pytest.raises(ClientError, match="MetadataException"):
        client.get_table_metadata(TableName="nowhere", **given)
    first = client.list_table_metadata(MaxResults=1, **given)
    rest = client.list_table_metadata(NextToken=first["NextToken"], **given)
    pages = (first["TableMetadataList"], rest["TableMetadataList"])
    assert [each["Name"] for page in pages for each in page] == ["visits", "wards"]
    fits = client.list_table_metadata(Expression="w.*", **given)["TableMetadataList"]
    assert [each["Name"] for each in fits] == ["wards"]


def test_another_catalog_is_refused_by_name(client):
    with pytest.raises(ClientError, match="AwsDataCatalog only, and not other"):
        client.list_databases(CatalogName="other")


def test_a_data_catalog_is_deleted(client):
    client.create_data_catalog(Name="other", Type="GLUE", Parameters={"catalog-id": "1"})
    client.delete_data_catalog(Name="other")
    names = [each["CatalogName"] for each in client.list_data_catalogs()["DataCatalogsSummary"]]
    assert "other" not in names
    with pytest.raises(ClientError, match="DataCatalog other was not found"):
        client.delete_data_catalog(Name="other")
