"""What looks after an Iceberg table: three optimizers, and what their role may do."""

from typing import Any

import pytest

from components.data.tables.upkeep import OPTIMIZERS, TableUpkeep, TableUpkeepArgs, upkeep_policy
from components.data.tables.upkeep_logs import GROUPS, UpkeepLogs, UpkeepLogsArgs
from infra.graph import Graph, record

ACCOUNT, REGION = "123456789012", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
OPTIMIZER = "aws:glue/catalogTableOptimizer:CatalogTableOptimizer"
CATALOG = f"arn:aws:glue:{REGION}:{ACCOUNT}"


@pytest.fixture(scope="module")
def graph() -> Graph:
    args: TableUpkeepArgs = {
        "table_name": "wards",
        "database_name": "maslow_dev_curated",
        "bucket": "zone",
        "prefix": "wards",
        "key_arn": KEY,
        "account_id": ACCOUNT,
        "region": REGION,
    }
    return record(lambda: TableUpkeep("maslow-dev-upkeep-wards", args) and None)


@pytest.fixture(scope="module")
def allowed() -> dict[str, list[str]]:
    """The resources of each action."""
    policy: Any = upkeep_policy(
        bucket="zone",
        prefix="wards",
        database="maslow_dev_curated",
        table="wards",
        key_arn=KEY,
        account_id=ACCOUNT,
        region=REGION,
    )
    return {
        action: statement["Resource"]
        for statement in policy["Statement"]
        for action in statement["Action"]
    }


def test_a_table_has_each_optimizer_once_and_by_the_role_of_its_own(graph: Graph) -> None:
    (role,) = graph.of_type("aws:iam/role:Role")
    found = {each.inputs["type"]: each.inputs for each in graph.of_type(OPTIMIZER)}
    assert set(found) == set(OPTIMIZERS)
    for inputs in found.values():
        assert inputs["configuration"]["enabled"] is True
        assert inputs["configuration"]["roleArn"] == role.outputs["arn"]
        assert (inputs["databaseName"], inputs["tableName"]) == ("maslow_dev_curated", "wards")
    assert "glue.amazonaws.com" in role.inputs["assumeRolePolicy"]


def test_no_optimizer_is_made_before_its_role_may_work(graph: Graph) -> None:
    (policy,) = graph.of_type("aws:iam/rolePolicy:RolePolicy")
    assert all(policy.urn in each.dependencies for each in graph.of_type(OPTIMIZER))


def test_each_optimizer_is_told_what_to_do(graph: Graph) -> None:
    told = {each.inputs["type"]: each.inputs["configuration"] for each in graph.of_type(OPTIMIZER)}
    retention = told["retention"]["retentionConfiguration"]["icebergConfiguration"]
    assert retention["snapshotRetentionPeriodInDays"] == 7
    orphans = told["orphan_file_deletion"]["orphanFileDeletionConfiguration"]
    assert orphans["icebergConfiguration"]["location"] == "s3://zone/wards"
    assert told["compaction"]["compactionConfiguration"]["icebergConfiguration"]


def test_the_role_rewrites_the_files_of_its_table_and_no_others(
    allowed: dict[str, list[str]],
) -> None:
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert allowed[action] == ["arn:aws:s3:::zone/wards/*"]
    assert allowed["glue:UpdateTable"] == [
        f"{CATALOG}:catalog",
        f"{CATALOG}:database/maslow_dev_curated",
        f"{CATALOG}:table/maslow_dev_curated/wards",
    ]


def test_the_role_reads_and_writes_with_the_key_of_the_files(
    allowed: dict[str, list[str]],
) -> None:
    assert allowed["kms:Decrypt"] == allowed["kms:GenerateDataKey"] == [KEY]


def test_the_role_writes_to_log_groups_that_are_there_and_makes_none(
    allowed: dict[str, list[str]],
) -> None:
    assert "logs:CreateLogGroup" not in allowed
    for group in GROUPS.values():
        assert (
            f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*" in allowed["logs:PutLogEvents"]
        )


def test_log_groups_that_are_there_already_stay_as_they_are() -> None:
    logs: UpkeepLogsArgs = {
        "log_key_arn": KEY,
        "log_retention_days": 30,
        "existing": [GROUPS["compaction"]],
    }
    graph = record(lambda: UpkeepLogs("maslow-dev-upkeep", logs) and None)
    made = {each.inputs["name"]: each for each in graph.of_type("aws:cloudwatch/logGroup:LogGroup")}
    assert set(made) == {*GROUPS.values()} - {GROUPS["compaction"]}
    assert all(each.inputs["retentionInDays"] == 30 for each in made.values())
