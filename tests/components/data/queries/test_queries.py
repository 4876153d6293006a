"""Workgroups, what is kept in them, and the alarm on what they scan."""

import base64
import json
from typing import Any

import pytest

from components.common.durability import Durability
from components.data.queries.queries import Queries, QueriesArgs
from components.data.queries.view import View, ViewArgs, ViewColumnArgs
from components.data.queries.workgroup import WorkgroupArgs
from infra.graph import Graph, record

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
WORKGROUP = "aws:athena/workgroup:Workgroup"
OWN: WorkgroupArgs = {
    "results_bucket": "results",
    "results_prefix": "oncology/",
    "scan_limit_bytes": 10**10,
    "key_arn": "arn:aws:kms:eu-west-1:123456789012:key/data",
    "account_id": "123456789012",
    "durability": Durability.KEEP,
}


def recorded(**changes: Any) -> Graph:
    args: QueriesArgs = {
        "whose": "oncology",
        "database": "maslow_dev_curated",
        "saved": [{"name": "totals", "sql": "SELECT 1", "description": "Totals."}],
        "prepared": [{"name": "of_day", "sql": "SELECT ?", "description": ""}],
        "topic_arn": "arn:aws:sns:eu-west-1:123456789012:warning",
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return record(lambda: Queries("maslow-dev-oncology", args) and None)


def test_a_team_has_a_workgroup_with_its_own_limit_and_place_of_results() -> None:
    graph = recorded(own=OWN)
    (group,) = graph.of_type(WORKGROUP)
    held = group.inputs["configuration"]
    assert held["enforceWorkgroupConfiguration"]
    assert held["bytesScannedCutoffPerQuery"] == 10**10
    assert held["resultConfiguration"]["outputLocation"] == "s3://results/oncology/"


def test_what_is_kept_is_in_the_workgroup() -> None:
    graph = recorded(workgroup_name="lake")
    assert not graph.of_type(WORKGROUP)
    (saved,) = graph.of_type("aws:athena/namedQuery:NamedQuery")
    assert saved.inputs == {
        "name": "totals",
        "query": "SELECT 1",
        "description": "Totals.",
        "database": "maslow_dev_curated",
        "workgroup": "lake",
    }
    (prepared,) = graph.of_type("aws:athena/preparedStatement:PreparedStatement")
    assert prepared.inputs == {"name": "of_day", "queryStatement": "SELECT ?", "workgroup": "lake"}
    assert not graph.of_type(ALARM)


def test_the_alarm_adds_up_what_queries_scanned_however_they_ended() -> None:
    (alarm,) = recorded(own=OWN, daily_gb=2.5).of_type(ALARM)
    assert alarm.inputs["threshold"] == 2.5e9
    assert alarm.inputs["treatMissingData"] == "notBreaching"
    queries = alarm.inputs["metricQueries"]
    (sum_,) = [each for each in queries if each.get("returnData")]
    states = {
        each["id"]: each["metric"]["dimensions"]["QueryState"]
        for each in queries
        if each is not sum_
    }
    assert states == {"succeeded": "SUCCEEDED", "failed": "FAILED", "canceled": "CANCELED"}
    for each in queries:
        if each is not sum_:
            assert each["metric"]["period"] == 86400
            assert each["metric"]["metricName"] == "ProcessedBytes"


def test_a_limit_below_that_of_athena_is_refused() -> None:
    with pytest.raises(ValueError, match="scan_limit_bytes 5: below 10000000"):
        recorded(own={**OWN, "scan_limit_bytes": 5})


def test_a_view_is_kept_as_athena_keeps_it() -> None:
    columns: list[ViewColumnArgs] = [
        {"name": "ward", "type": "varchar"},
        {"name": "share", "type": "decimal(10,2)"},
        {"name": "at", "type": "timestamp(3)"},
        {"name": "n", "type": "integer"},
    ]
    args: ViewArgs = {
        "view_name": "totals",
        "database_name": "maslow_dev_curated",
        "sql": "SELECT 1",
        "columns": columns,
        "description": "",
    }
    graph = record(lambda: View("maslow-dev-view-totals", args) and None)
    (view,) = graph.of_type("aws:glue/catalogTable:CatalogTable")
    assert view.inputs["tableType"] == "VIRTUAL_VIEW"
    told = view.inputs["viewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    assert json.loads(base64.b64decode(told)) == {
        "originalSql": "SELECT 1",
        "catalog": "awsdatacatalog",
        "schema": "maslow_dev_curated",
        "columns": columns,
    }
    types = [each["type"] for each in view.inputs["storageDescriptor"]["columns"]]
    assert types == ["string", "decimal(10,2)", "timestamp", "int"]
