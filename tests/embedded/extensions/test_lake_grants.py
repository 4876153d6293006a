"""Tags, filters, grants and opt-ins of Lake Formation on the embedded AWS."""

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
READER = {"DataLakePrincipalIdentifier": f"arn:aws:iam::{ACCOUNT}:role/reader"}
DATABASE = {"Database": {"Name": "granted"}}
TABLE = {"Table": {"DatabaseName": "granted", "Name": "visits"}}
AGE = {"TableWithColumns": {"DatabaseName": "granted", "Name": "visits", "ColumnNames": ["age"]}}
GONE = {"Table": {"DatabaseName": "granted", "Name": "gone"}}


@pytest.fixture(scope="module")
def lake(cloud):
    glue, client = cloud.client("glue"), cloud.client("lakeformation")
    glue.create_database(DatabaseInput={"Name": "granted"})
    columns = [{"Name": "id", "Type": "string"}, {"Name": "age", "Type": "int"}]
    stored = {"Columns": columns, "Location": "s3://granted/visits/"}
    glue.create_table(
        DatabaseName="granted", TableInput={"Name": "visits", "StorageDescriptor": stored}
    )
    client.create_lf_tag(TagKey="kind", TagValues=["internal", "personal"])
    client.create_lf_tag(TagKey="zone", TagValues=["curated"])
    return client


def refused(call, **request):
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]["Code"]


def tag(value, key="kind"):
    return [{"TagKey": key, "TagValues": [value]}]


def assigned(lake, resource):
    told = lake.get_resource_lf_tags(Resource=resource)
    return {
        where: {each["TagKey"]: each["TagValues"][0] for each in told.get(where, [])}
        for where in ("LFTagOnDatabase", "LFTagsOnTable")
    }


def test_what_is_below_inherits_a_tag_until_it_has_its_own(lake):
    lake.add_lf_tags_to_resource(Resource=DATABASE, LFTags=tag("internal"))
    lake.add_lf_tags_to_resource(Resource=DATABASE, LFTags=tag("curated", "zone"))
    both = {"kind": "internal", "zone": "curated"}
    assert assigned(lake, TABLE) == {"LFTagOnDatabase": both, "LFTagsOnTable": both}
    lake.add_lf_tags_to_resource(Resource=TABLE, LFTags=tag("personal"))
    assert assigned(lake, TABLE)["LFTagsOnTable"] == {**both, "kind": "personal"}
    lake.add_lf_tags_to_resource(Resource=AGE, LFTags=tag("internal"))
    (column,) = lake.get_resource_lf_tags(Resource=AGE)["LFTagsOnColumns"]
    assert column["Name"] == "age"
    assert {each["TagKey"]: each["TagValues"] for each in column["LFTags"]}["kind"] == ["internal"]
    lake.remove_lf_tags_from_resource(Resource=TABLE, LFTags=tag("personal"))
    assert assigned(lake, TABLE)["LFTagsOnTable"] == both


def test_a_tag_that_is_not_there_is_on_nothing(lake):
    for unknown in (tag("secret"), tag("internal", "colour")):
        (failure,) = lake.add_lf_tags_to_resource(Resource=TABLE, LFTags=unknown)["Failures"]
        assert failure["Error"]["ErrorCode"] == "EntityNotFoundException"
    asked = {"Resource": GONE, "LFTags": tag("internal")}
    assert refused(lake.add_lf_tags_to_resource, **asked) == "EntityNotFoundException"


def test_a_tag_changes_its_values_and_keeps_one(lake):
    lake.create_lf_tag(TagKey="colour", TagValues=["red"])
    again = refused(lake.create_lf_tag, TagKey="colour", TagValues=["red"])
    assert again == "AlreadyExistsException"
    lake.update_lf_tag(TagKey="colour", TagValuesToAdd=["blue"], TagValuesToDelete=["red"])
    assert lake.get_lf_tag(TagKey="colour")["TagValues"] == ["blue"]
    last = refused(lake.update_lf_tag, TagKey="colour", TagValuesToDelete=["blue"])
    assert last == "InvalidInputException"
    lake.add_lf_tags_to_resource(Resource=DATABASE, LFTags=tag("blue", "colour"))
    lake.delete_lf_tag(TagKey="colour")
    assert "colour" not in assigned(lake, DATABASE)["LFTagOnDatabase"]
    assert refused(lake.get_lf_tag, TagKey="colour") == "EntityNotFoundException"


def policy(value, kind="TABLE"):
    expression = [{"TagKey": "kind", "TagValues": [value]}]
    return {"LFTagPolicy": {"ResourceType": kind, "Expression": expression}}


def held(lake, resource):
    found = lake.list_permissions(Principal=READER, Resource=resource)
    return [each["Permissions"] for each in found["PrincipalResourcePermissions"]]


def test_grants_on_a_resource_add_up_and_are_revoked(lake):
    where = {"Principal": READER, "Resource": policy("internal")}
    lake.grant_permissions(**where, Permissions=["SELECT"])
    lake.grant_permissions(**where, Permissions=["DESCRIBE"])
    assert held(lake, policy("internal")) == [["DESCRIBE", "SELECT"]]
    assert held(lake, policy("personal")) == []
    lake.revoke_permissions(**where, Permissions=["SELECT"])
    assert held(lake, policy("internal")) == [["DESCRIBE"]]
    absent = refused(lake.revoke_permissions, **where, Permissions=["SELECT"])
    assert absent == "InvalidInputException"
    lake.revoke_permissions(**where, Permissions=["DESCRIBE"])
    assert held(lake, policy("internal")) == []


@pytest.mark.parametrize(
    ("resource", "permission"),
    [
        (DATABASE, "SELECT"),
        (AGE, "INSERT"),
        (policy("internal", "DATABASE"), "SELECT"),
        ({"DataLocation": {"ResourceArn": "arn:aws:s3:::granted"}}, "SELECT"),
    ],
)
def test_what_cannot_be_done_with_a_resource_is_not_granted(lake, resource, permission):
    asked = {"Principal": READER, "Resource": resource, "Permissions": [permission]}
    assert refused(lake.grant_permissions, **asked) == "InvalidInputException"


@pytest.mark.parametrize(
    "resource",
    [
        GONE,
        policy("secret"),
        {"DataCellsFilter": {"DatabaseName": "granted", "TableName": "visits", "Name": "none"}},
    ],
)
def test_nothing_is_granted_on_what_is_not_there(lake, resource):
    asked = {"Principal": READER, "Resource": resource, "Permissions": ["SELECT"]}
    assert refused(lake.grant_permissions, **asked) == "EntityNotFoundException"


def test_a_principal_is_opted_in_once_and_out_again(lake):
    where = {"Principal": READER, "Resource": DATABASE}
    lake.create_lake_formation_opt_in(**where)
    assert refused(lake.create_lake_formation_opt_in, **where) == "AlreadyExistsException"
    (told,) = lake.list_lake_formation_opt_ins(**where)["LakeFormationOptInsInfoList"]
    assert told == where
    lake.delete_lake_formation_opt_in(**where)
    assert lake.list_lake_formation_opt_ins()["LakeFormationOptInsInfoList"] == []
    assert refused(lake.delete_lake_formation_opt_in, **where) == "EntityNotFoundException"


def filter_(**more):
    named = {"DatabaseName": "granted", "TableName": "visits", "Name": "adults"}
    return {"TableCatalogId": ACCOUNT, **named, **more}


ADULTS = {"FilterExpression": "age >= 18"}


def test_a_filter_is_made_changed_listed_and_deleted(lake):
    lake.create_data_cells_filter(TableData=filter_(ColumnNames=["id"], RowFilter=ADULTS))
    every = {"ColumnWildcard": {}, "RowFilter": {"AllRowsWildcard": {}}}
    lake.update_data_cells_filter(TableData=filter_(**every))
    assert lake.get_data_cells_filter(**filter_())["DataCellsFilter"] == filter_(**every)
    assert lake.list_data_cells_filter()["DataCellsFilters"] == [filter_(**every)]
    lake.delete_data_cells_filter(**filter_())
    assert refused(lake.get_data_cells_filter, **filter_()) == "EntityNotFoundException"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"ColumnNames": ["id"]}, "InvalidInputException"),
        ({"RowFilter": ADULTS}, "InvalidInputException"),
        ({"ColumnNames": ["name"], "RowFilter": ADULTS}, "EntityNotFoundException"),
        (
            {"ColumnNames": ["id"], "RowFilter": ADULTS, "TableName": "gone"},
            "EntityNotFoundException",
        ),
    ],
)
def test_a_filter_says_which_columns_and_rows_of_a_table_that_is_there(lake, told, code):
    assert refused(lake.create_data_cells_filter, TableData=filter_(**told)) == code
