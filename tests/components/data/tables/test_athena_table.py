"""A table that Athena makes: the statements, the function's role, and the hook that calls it."""

import io
import json
from typing import Any

import pytest

from components.data.tables.athena_table import (
    AthenaTable,
    AthenaTableArgs,
    NoTable,
    columns_tag,
    make,
)
from components.data.tables.runtime import make_table
from components.data.tables.runtime.make_table import CannotMake, added, handler
from infra.graph import Graph, record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/data"
WORKGROUP = "arn:aws:athena:eu-west-1:123456789012:workgroup/lake"
ARGS: AthenaTableArgs = {
    "function_name": "maslow-dev-make-table-vitals",
    "table_name": "vitals",
    "database_name": "maslow_dev_raw",
    "bucket": "raw",
    "prefix": "vitals",
    "columns": {"ward": "string"},
    "key_arn": KEY,
    "workgroup_name": "lake",
    "workgroup_arn": WORKGROUP,
    "results_bucket": "results",
    "artifacts_bucket": "artifacts",
    "artifacts_key_arn": KEY,
    "log_key_arn": KEY,
    "log_retention_days": 30,
    "account_id": "123456789012",
    "region": "eu-west-1",
}


class Absent(Exception):
    """What Glue raises for a table that is not there."""


class Aws:
    """Glue with a table or none, and Athena that keeps its statements and ends them as told."""

    class exceptions:  # noqa: N801  as boto3 calls it
        EntityNotFoundException = Absent

    def __init__(self) -> None:
        self.columns: list[dict[str, Any]] | None = None
        self.statements: list[str] = []
        self.state = "SUCCEEDED"

    def get_table(self, **_: str) -> dict[str, Any]:
        if self.columns is None:
            raise Absent
        return {"Table": {"StorageDescriptor": {"Columns": self.columns}}}

    def start_query_execution(self, **request: str) -> dict[str, str]:
        assert request["WorkGroup"] == "lake"
        self.statements.append(request["QueryString"])
        return {"QueryExecutionId": "1"}

    def get_query_execution(self, **_: str) -> dict[str, Any]:
        status = {"State": self.state, "StateChangeReason": "no such database"}
        return {"QueryExecution": {"Status": status}}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    made = Aws()
    told = {"table": "vitals", "columns": {"ward": "string", "rate": "decimal(4,1)"}}
    monkeypatch.setattr(make_table, "client", lambda _: made)
    monkeypatch.setattr(make_table, "plan", lambda: told)
    monkeypatch.setenv("DATABASE", "maslow_dev_raw")
    monkeypatch.setenv("LOCATION", "s3://raw/vitals")
    monkeypatch.setenv("WORKGROUP", "lake")
    return made


def test_a_table_that_is_not_there_is_made(aws: Aws) -> None:
    assert handler(None, None) == {"added": ["ward", "rate"]}
    (statement,) = aws.statements
    assert statement == (
        "CREATE TABLE IF NOT EXISTS `maslow_dev_raw`.`vitals` (`ward` string, `rate` decimal(4,1)) "
        "LOCATION 's3://raw/vitals' TBLPROPERTIES ('table_type'='ICEBERG', 'format'='parquet')"
    )


def test_one_that_is_there_gets_the_columns_that_it_lacks(aws: Aws) -> None:
    aws.columns = [
        {"Name": "ward", "Type": "string"},
        {"Name": "old", "Type": "int"},
        {"Name": "rate", "Type": "int", "Parameters": {"iceberg.field.current": "false"}},
    ]
    assert handler(None, None) == {"added": ["rate"]}
    assert aws.statements == [
        "ALTER TABLE `maslow_dev_raw`.`vitals` ADD COLUMNS (`rate` decimal(4,1))"
    ]


def test_one_that_has_all_of_them_is_left_as_it_is(aws: Aws) -> None:
    aws.columns = [
        {"Name": "ward", "Type": "string"},
        {"Name": "rate", "Type": "decimal(4, 1)"},
    ]
    assert handler(None, None) == {"added": []}
    assert aws.statements == []


def test_a_column_keeps_its_type() -> None:
    with pytest.raises(CannotMake, match="ward is string there, and not int"):
        added({"ward": "string"}, {"ward": "int"})


def test_what_athena_fails_at_is_told_with_its_reason(aws: Aws) -> None:
    aws.state = "FAILED"
    with pytest.raises(CannotMake, match="no such database"):
        handler(None, None)


class Functions:
    """Lambda that answers with these errors, one after the other, and then well."""

    def __init__(self, *errors: str) -> None:
        self.errors, self.called = [*errors], 0

    def invoke(self, **_: Any) -> dict[str, Any]:
        self.called += 1
        if not self.errors:
            return {"Payload": io.BytesIO(json.dumps({"added": ["ward"]}).encode())}
        told = {"errorMessage": self.errors.pop(0), "errorType": "Any"}
        return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(told).encode())}


def test_a_role_that_is_not_known_yet_is_waited_for() -> None:
    waited: list[float] = []
    functions = Functions("AccessDeniedException: no", "it is not authorized to perform")
    assert make(functions, "making", waited.append) == ["ward"]
    assert (functions.called, waited) == (3, [5, 5])


def test_a_failure_of_another_kind_ends_the_deployment_with_its_reason() -> None:
    functions = Functions("a column keeps its type")
    with pytest.raises(NoTable, match="making did not make its table: a column keeps its type"):
        make(functions, "making", lambda _: None)
    assert functions.called == 1


def test_a_role_that_is_never_allowed_is_told_after_a_minute() -> None:
    waited: list[float] = []
    with pytest.raises(NoTable, match="AccessDenied"):
        make(Functions(*["AccessDenied"] * 20), "making", waited.append)
    assert sum(waited) == 55


def test_the_tag_changes_with_the_columns_and_not_with_their_order() -> None:
    one = columns_tag({"a": "int", "b": "string"})
    assert one == columns_tag({"b": "string", "a": "int"})
    assert one != columns_tag({"a": "int", "b": "int"})


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(lambda: AthenaTable("maslow-dev-vitals", ARGS) and None)


def test_the_function_makes_this_table_alone(graph: Graph) -> None:
    (policy,) = graph.of_type("aws:iam/rolePolicy:RolePolicy")
    may = {
        action: statement["Resource"]
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
    }
    glue = "arn:aws:glue:eu-west-1:123456789012"
    assert may["athena:StartQueryExecution"] == [WORKGROUP]
    assert may["glue:CreateTable"] == [
        f"{glue}:catalog",
        f"{glue}:database/maslow_dev_raw",
        f"{glue}:table/maslow_dev_raw/vitals",
    ]
    assert not {"glue:DeleteTable", "s3:DeleteObject"} & may.keys()
    (function,) = graph.of_type("aws:lambda/function:Function")
    assert function.inputs["name"] == "maslow-dev-make-table-vitals"
    assert function.inputs["environment"]["variables"]["LOCATION"] == "s3://raw/vitals"
