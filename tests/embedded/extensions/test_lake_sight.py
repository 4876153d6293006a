"""What Athena shows to whom Lake Formation decides for, on the embedded AWS."""

import json

import boto3
import pytest

from embedded.cloud import Cloud
from tests import athena
from tests.athena import BUCKET, DATABASE, execution, put, reason, rows, table

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
    ],
}
COLUMNS = {"id": "int", "patient": "string", "country": "string"}


class As:
    """A cloud whose Athena is asked by a role."""

    def __init__(self, cloud, name):
        iam = cloud.client("iam")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        self.arn = made["Role"]["Arn"]
        given = cloud.client("sts").assume_role(RoleArn=self.arn, RoleSessionName="any")
        self._athena = boto3.client(
            "athena",
            region_name=cloud.region,
            endpoint_url=cloud.url,
            aws_access_key_id=given["Credentials"]["AccessKeyId"],
            aws_secret_access_key=given["Credentials"]["SecretAccessKey"],
            aws_session_token=given["Credentials"]["SessionToken"],
        )

    def client(self, _service):
        return self._athena


@pytest.fixture(scope="module")
def cloud():
    """A cloud with tables that are classified, in a registered place."""
    with Cloud("eu-west-1") as cloud:
        athena.begin(cloud)
        comma = {"field.delim": ","}
        for name in ("visits", "stays", "wards"):
            table(cloud, name, COLUMNS, properties=comma, keys={"day": "string"})
            put(cloud, f"{name}/day=1/1.csv", "1,ann,NO\n2,bob,SE\n")
            rows(cloud, f"MSCK REPAIR TABLE {name}")
        lake = cloud.client("lakeformation")
        place = f"arn:aws:s3:::{BUCKET}"
        lake.register_resource(
            ResourceArn=place, RoleArn="arn:aws:iam::1:role/lake", HybridAccessEnabled=True
        )
        lake.create_lf_tag(TagKey="kind", TagValues=["internal", "confidential", "personal"])
        classify(lake, {"Database": {"Name": DATABASE}}, "internal")
        classify(lake, {"Table": named("wards")}, "confidential")
        patient = {"TableWithColumns": {**named("visits"), "ColumnNames": ["patient"]}}
        classify(lake, patient, "personal")
        yield cloud


def named(name):
    return {"DatabaseName": DATABASE, "Name": name}


def classify(lake, resource, value):
    tags = [{"TagKey": "kind", "TagValues": [value]}]
    assert lake.add_lf_tags_to_resource(Resource=resource, LFTags=tags)["Failures"] == []


@pytest.fixture(scope="module")
def grant(cloud):
    def grants(who, resource, *permissions):
        cloud.client("lakeformation").grant_permissions(
            Principal={"DataLakePrincipalIdentifier": who.arn},
            Resource=resource,
            Permissions=[*permissions],
        )

    return grants


@pytest.fixture(scope="module")
def opted_in(cloud):
    """A role for which Lake Formation decides of all tables."""

    def made(name):
        who = As(cloud, name)
        tables = {"Table": {"DatabaseName": DATABASE, "TableWildcard": {}}}
        cloud.client("lakeformation").create_lake_formation_opt_in(
            Principal={"DataLakePrincipalIdentifier": who.arn}, Resource=tables
        )
        return who

    return made


@pytest.fixture(scope="module")
def scientist(opted_in, grant):
    """Sees what is internal."""
    who = opted_in("scientist")
    expression = [{"TagKey": "kind", "TagValues": ["internal"]}]
    policy = {"LFTagPolicy": {"ResourceType": "TABLE", "Expression": expression}}
    grant(who, policy, "SELECT", "DESCRIBE")
    return who


def filtered(cloud, name, on, where, *columns):
    rows = {"FilterExpression": where} if where else {"AllRowsWildcard": {}}
    told = {"DatabaseName": DATABASE, "TableName": on, "Name": name}
    cloud.client("lakeformation").create_data_cells_filter(
        TableData={
            "TableCatalogId": cloud.account_id,
            **told,
            "ColumnNames": [*columns],
            "RowFilter": rows,
        }
    )
    return {"DataCellsFilter": {"TableCatalogId": cloud.account_id, **told}}


def test_a_column_that_is_kept_is_not_among_all(scientist):
    assert rows(scientist, "SELECT * FROM visits ORDER BY id") == [
        ["1", "NO", "1"],
        ["2", "SE", "1"],
    ]


@pytest.mark.parametrize(
    "sql", ["SELECT patient FROM visits", "SELECT id FROM visits WHERE patient = 'ann'"]
)
def test_a_column_that_is_kept_cannot_be_asked_for(scientist, sql):
    told = reason(scientist, sql)
    assert told.startswith("COLUMN_NOT_FOUND: ")
    assert "Column 'patient' cannot be resolved or requester is not authorized" in told


def test_a_table_of_which_nothing_is_seen_is_refused(scientist):
    told = reason(scientist, "SELECT count(*) FROM wards")
    assert told == "Insufficient Lake Formation permission(s) on wards"


def test_what_is_shown_of_tables_is_what_is_seen(scientist):
    assert rows(scientist, "SHOW TABLES") == [["stays"], ["visits"]]
    assert rows(scientist, "SHOW COLUMNS IN visits") == [["id"], ["country"], ["day"]]
    assert "Insufficient Lake Formation" in reason(scientist, "DESCRIBE wards")


def test_who_is_not_opted_in_goes_on_by_iam(cloud):
    engineer = As(cloud, "engineer")
    for who in (cloud, engineer):
        assert rows(who, "SELECT patient FROM visits ORDER BY 1") == [["ann"], ["bob"]]
        assert rows(who, "SELECT count(*) FROM wards") == [["2"]]


def test_who_is_opted_in_and_granted_nothing_sees_nothing(opted_in):
    assert "Insufficient Lake Formation" in reason(opted_in("stranger"), "SELECT 1 FROM visits")


def test_rows_are_kept_by_a_column_that_is_kept_too(cloud, opted_in, grant):
    who = opted_in("northerner")
    grant(who, filtered(cloud, "north", "visits", "country = 'NO'", "id", "day"), "SELECT")
    assert rows(who, "SELECT * FROM visits") == [["1", "1"]]
    assert rows(who, "SELECT count(*) FROM visits") == [["1"]]
    assert "COLUMN_NOT_FOUND" in reason(who, "SELECT country FROM visits")


def test_filters_add_up_cell_by_cell(cloud, opted_in, grant):
    who = opted_in("both")
    grant(who, filtered(cloud, "named", "stays", "id = 1", "id", "patient"), "SELECT")
    grant(who, filtered(cloud, "counted", "stays", "", "id"), "SELECT")
    assert rows(who, "SELECT * FROM stays ORDER BY id") == [["1", "ann"], ["2", None]]


def test_a_view_shows_what_who_asks_sees_of_its_tables(cloud, scientist):
    rows(cloud, "CREATE VIEW lands AS SELECT country FROM visits")
    rows(cloud, "CREATE VIEW people AS SELECT patient FROM visits")
    assert rows(scientist, "SELECT * FROM lands ORDER BY 1") == [["NO"], ["SE"]]
    assert "COLUMN_NOT_FOUND" in reason(scientist, "SELECT * FROM people")


def test_a_place_that_is_not_registered_is_read_by_iam(cloud, opted_in):
    who = opted_in("elsewhere")
    lake, place = cloud.client("lakeformation"), f"arn:aws:s3:::{BUCKET}"
    told = lake.describe_resource(ResourceArn=place)["ResourceInfo"]
    lake.deregister_resource(ResourceArn=place)
    try:
        assert rows(who, "SELECT patient FROM visits ORDER BY 1") == [["ann"], ["bob"]]
    finally:
        lake.register_resource(ResourceArn=place, RoleArn=told["RoleArn"], HybridAccessEnabled=True)


@pytest.mark.parametrize(
    "sql", ["INSERT INTO stays VALUES (3, 'c', 'DK', '1')", "CREATE TABLE x AS SELECT 1 AS a"]
)
def test_what_writes_is_not_run_for_whom_lake_formation_decides(scientist, sql):
    assert "of a principal for which Lake Formation decides" in reason(scientist, sql)


def test_a_prepared_statement_shows_no_more(scientist):
    execution(scientist, "PREPARE asked FROM SELECT patient FROM visits")
    assert "COLUMN_NOT_FOUND" in reason(scientist, "EXECUTE asked")
