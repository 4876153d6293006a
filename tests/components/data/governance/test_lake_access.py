"""What Lake Formation looks after, what each persona is granted, and who makes tables."""

import json
from typing import Any

import pytest

from components.data.governance.expressions import seen_columns, seen_tables, table_tags, tag_values
from components.data.governance.lake_access import LakeAccess, LakeAccessArgs
from components.data.governance.reader import LakeReader, LakeReaderArgs
from components.data.governance.table_maker import TableMaker
from infra.graph import Graph, record

ACCOUNT, REGION = "123456789012", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/somebody-else"
SCIENTIST = f"arn:aws:iam::{ACCOUNT}:role/maslow-dev-data-scientist"
BY_IAM: Any = {"principal": "IAM_ALLOWED_PRINCIPALS", "permissions": ["ALL"]}
ACCESS: LakeAccessArgs = {
    "tag_prefix": "maslow-dev-",
    "settings": {
        "admins": [ADMIN],
        "read_only_admins": [],
        "database_defaults": [BY_IAM],
        "table_defaults": [BY_IAM],
        "trusted_resource_owners": [],
        "external_filtering": True,
        "external_filtering_accounts": ["444455556666"],
        "external_full_access": False,
        "session_tags": [],
        "parameters": {"CROSS_ACCOUNT_VERSION": "4"},
    },
    "zones": {
        zone: {
            "bucket_arn": f"arn:aws:s3:::lake-{zone}",
            "database_name": f"maslow_dev_{zone}",
            "sensitivity": sensitivity,
        }
        for zone, sensitivity in (("raw", "personal"), ("curated", "internal"))
    },
    "tables": {
        "curated-visits": {
            "zone": "curated",
            "table_name": "visits",
            "sensitivity": "internal",
            "personal": ["patient"],
            "filtered": ["data-scientist"],
        },
        "curated-wards": {
            "zone": "curated",
            "table_name": "wards",
            "sensitivity": "confidential",
            "personal": [],
            "filtered": [],
        },
        "curated-beds": {
            "zone": "curated",
            "table_name": "beds",
            "sensitivity": "internal",
            "personal": [],
            "filtered": [],
        },
    },
    "filtered": ["data-scientist"],
    "key_arn": KEY,
    "account_id": ACCOUNT,
    "region": REGION,
}
READER: LakeReaderArgs = {
    "role_arn": SCIENTIST,
    "filter_name": "maslow-dev-data-scientist",
    "databases": {"raw": "maslow_dev_raw", "curated": "maslow_dev_curated"},
    "tag_keys": {"zone": "maslow-dev-zone", "sensitivity": "maslow-dev-sensitivity"},
    "seen": {"zone": ["curated"], "sensitivity": ["internal"]},
    "filters": {
        "curated-visits": {
            "database_name": "maslow_dev_curated",
            "table_name": "visits",
            "columns": ["visit_id", "age"],
            "where": "age >= 18",
        }
    },
    "account_id": ACCOUNT,
}


@pytest.fixture(scope="module")
def access() -> Graph:
    return record(lambda: LakeAccess("access", ACCESS) and None)


@pytest.fixture(scope="module")
def reader() -> Graph:
    return record(lambda: LakeReader("reads", READER) and None)


def inputs(graph: Graph, kind: str) -> list[dict[str, Any]]:
    token = f"aws:lakeformation/{kind[0].lower()}{kind[1:]}:{kind}"
    return [dict(each.inputs) for each in graph.of_type(token)]


def test_what_the_account_is_set_to_is_written_again_and_stays(access: Graph) -> None:
    (settings,) = access.of_type("aws:lakeformation/dataLakeSettings:DataLakeSettings")
    assert settings.inputs["admins"] == [ADMIN]
    assert settings.inputs["createTableDefaultPermissions"] == [BY_IAM]
    assert settings.inputs["externalDataFilteringAllowLists"] == ["444455556666"]
    assert settings.inputs["allowExternalDataFiltering"] is True
    assert settings.inputs["parameters"] == {"CROSS_ACCOUNT_VERSION": "4"}
    assert settings.options["retainOnDelete"] is True


def test_more_administrators_than_there_can_be_are_refused() -> None:
    many = {**ACCESS["settings"], "admins": [f"{ADMIN}-{each}" for each in range(31)]}
    args: Any = {**ACCESS, "settings": many}
    with pytest.raises(ValueError, match="31 administrators with who deploys, and AWS allows 30"):
        record(lambda: LakeAccess("access", args) and None)


def test_zones_are_registered_beside_iam_by_a_role_that_only_reads(access: Graph) -> None:
    for place in inputs(access, "Resource"):
        assert place["hybridAccessEnabled"] is True
        assert place["useServiceLinkedRole"] is False
    assert {place["arn"] for place in inputs(access, "Resource")} == {
        "arn:aws:s3:::lake-raw",
        "arn:aws:s3:::lake-curated",
    }
    (policy,) = access.of_type("aws:iam/rolePolicy:RolePolicy")
    allowed = {
        action
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
    }
    assert allowed == {"s3:GetObject", "s3:ListBucket", "kms:Decrypt", "kms:DescribeKey"}


def on(told: dict[str, Any]) -> tuple[str, ...]:
    if database := told.get("database"):
        return (database["name"],)
    if table := told.get("table"):
        return table["databaseName"], table["name"]
    columns = told["tableWithColumns"]
    return columns["databaseName"], columns["name"], *columns["columnNames"]


def test_databases_tables_and_personal_columns_are_classified(access: Graph) -> None:
    short = len("maslow-dev-")
    told = {
        on(each): {tag["key"][short:]: tag["value"] for tag in each["lfTags"]}
        for each in inputs(access, "ResourceLfTags")
    }
    rows = "rows-data-scientist"
    assert told == {
        ("maslow_dev_raw",): {"zone": "raw", "sensitivity": "personal", rows: "all"},
        ("maslow_dev_curated",): {"zone": "curated", "sensitivity": "internal", rows: "all"},
        ("maslow_dev_curated", "visits"): {rows: "some"},
        ("maslow_dev_curated", "visits", "patient"): {"sensitivity": "personal"},
        ("maslow_dev_curated", "wards"): {"sensitivity": "confidential"},
    }


def test_a_reader_is_opted_in_to_every_zone_with_all_its_tables(reader: Graph) -> None:
    opted = [each["resourceDatas"][0] for each in inputs(reader, "OptIn")]
    for database in READER["databases"].values():
        assert {"database": {"name": database}} in opted
        assert {"table": {"databaseName": database, "wildcard": True}} in opted


def test_a_reader_is_granted_what_bears_the_tags_and_its_filters(reader: Graph) -> None:
    granted = {}
    for each in inputs(reader, "Permissions"):
        what = each.get("lfTagPolicy") or each["dataCellsFilter"]["name"]
        granted[json.dumps(what, sort_keys=True)] = each["permissions"]
    zone = {"key": "maslow-dev-zone", "values": ["curated"]}
    internal = {"key": "maslow-dev-sensitivity", "values": ["internal"]}
    assert granted == {
        json.dumps({"expressions": [zone], "resourceType": "DATABASE"}): ["DESCRIBE"],
        json.dumps({"expressions": [zone, internal], "resourceType": "TABLE"}): [
            "DESCRIBE",
            "SELECT",
        ],
        '"maslow-dev-data-scientist"': ["SELECT"],
    }
    (filter_,) = inputs(reader, "DataCellsFilter")
    assert filter_["tableData"]["columnNames"] == ["visit_id", "age"]
    assert filter_["tableData"]["rowFilter"] == {"filterExpression": "age >= 18"}


def test_who_reads_no_zone_is_opted_in_and_granted_nothing() -> None:
    args: Any = {**READER, "seen": {"zone": [], "sensitivity": ["internal"]}, "filters": {}}
    graph = record(lambda: LakeReader("reads", args) and None)
    assert inputs(graph, "OptIn")
    assert not inputs(graph, "Permissions")


def test_a_filter_leaves_a_column_to_see() -> None:
    visits = {**READER["filters"]["curated-visits"], "columns": []}
    args: Any = {**READER, "filters": {"curated-visits": visits}}
    with pytest.raises(ValueError, match="of curated-visits, no column is left to see"):
        record(lambda: LakeReader("reads", args) and None)


def test_who_makes_tables_may_do_so_where_they_are_registered() -> None:
    places = {"curated": "arn:aws:s3:::lake-curated"}
    args: Any = {"role_arn": SCIENTIST, "place_arns": places}
    graph = record(lambda: TableMaker("makes", args) and None)
    (granted,) = inputs(graph, "Permissions")
    assert granted["permissions"] == ["DATA_LOCATION_ACCESS"]
    assert granted["dataLocation"] == {"arn": "arn:aws:s3:::lake-curated"}


def test_a_table_with_a_filter_answers_to_no_grant_by_tags() -> None:
    filtered = ["data-scientist"]
    seen = seen_tables(["curated"], ["internal"], "data-scientist", filtered)
    own = table_tags("internal", "internal", filtered)
    assert set(own.values()).isdisjoint(seen["rows-data-scientist"])
    assert own["rows-data-scientist"] in tag_values(["curated"], filtered)["rows-data-scientist"]
    assert "rows-data-scientist" not in seen_tables(["curated"], ["internal"], "ml-engineer", [])


def test_personal_columns_are_seen_by_who_sees_what_is_personal() -> None:
    columns = ["visit_id", "patient", "age"]
    assert seen_columns(columns, ["patient"], ["age"], ["internal"]) == ["visit_id"]
    assert seen_columns(columns, ["patient"], [], ["internal", "personal"]) == columns
