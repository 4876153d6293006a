"""A delivery to a table of Iceberg, its role and what watches it."""

import json
from typing import Any

import pytest

from components.data.streams.iceberg import IcebergDelivery, IcebergDeliveryArgs
from infra.graph import Graph, record

DELIVERY = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
OPTIMIZER = "aws:glue/catalogTableOptimizer:CatalogTableOptimizer"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/data"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:warning"
STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/maslow-dev-vitals"
ARGS: IcebergDeliveryArgs = {
    "stream": "ward-vitals",
    "stream_arn": STREAM,
    "bucket": "raw",
    "bucket_arn": "arn:aws:s3:::raw",
    "zone_database": "maslow_dev_raw",
    "columns": {"ward": "string"},
    "function_name": "maslow-dev-make-table-ward-vitals",
    "workgroup_name": "lake",
    "workgroup_arn": "arn:aws:athena:eu-west-1:123456789012:workgroup/lake",
    "results_bucket": "results",
    "key_arn": KEY,
    "buffer_mb": 64,
    "buffer_seconds": 60,
    "late_minutes": 20,
    "topic_arn": TOPIC,
    "artifacts_bucket": "artifacts",
    "artifacts_key_arn": KEY,
    "log_key_arn": KEY,
    "log_retention_days": 30,
    "account_id": "123456789012",
    "region": "eu-west-1",
}


def recorded(**changes: Any) -> Graph:
    args: Any = {**ARGS, **changes}
    return record(lambda: IcebergDelivery("maslow-dev-iceberg-vitals", args) and None)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded()


def delivery(graph: Graph) -> Any:
    (found,) = graph.of_type(DELIVERY)
    return found


def test_rows_are_added_to_the_table_of_the_streams_name(graph: Graph) -> None:
    config = delivery(graph).inputs["icebergConfiguration"]
    assert config["destinationTableConfigurations"] == [
        {"databaseName": "maslow_dev_raw", "tableName": "ward_vitals"}
    ]
    assert config["appendOnly"] is True
    assert config["catalogArn"] == "arn:aws:glue:eu-west-1:123456789012:catalog"


def test_what_fails_is_kept_below_the_streams_errors(graph: Graph) -> None:
    config = delivery(graph).inputs["icebergConfiguration"]
    assert config["s3BackupMode"] == "FailedDataOnly"
    aside = config["s3Configuration"]
    assert aside["errorOutputPrefix"].startswith(
        "errors/ward-vitals/!{firehose:error-output-type}/"
    )
    assert aside["kmsKeyArn"] == KEY


def test_new_columns_are_a_change_of_the_delivery(graph: Graph) -> None:
    before = delivery(graph).inputs["tags"]["maslow:columns"]
    more = recorded(columns={"ward": "string", "bed": "string"})
    assert delivery(more).inputs["tags"]["maslow:columns"] != before


def test_the_role_changes_this_table_and_its_files_alone(graph: Graph) -> None:
    (policy,) = (
        each
        for each in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if each.name.endswith("-as-delivery")
    )
    may = {
        action: statement["Resource"]
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
    }
    glue = "arn:aws:glue:eu-west-1:123456789012"
    assert may["kinesis:GetRecords"] == [STREAM]
    assert may["glue:UpdateTable"] == [
        f"{glue}:catalog",
        f"{glue}:database/maslow_dev_raw",
        f"{glue}:table/maslow_dev_raw/ward_vitals",
    ]
    places = ["arn:aws:s3:::raw/ward-vitals/*", "arn:aws:s3:::raw/errors/ward-vitals/*"]
    assert may["s3:PutObject"] == places
    assert may["s3:DeleteObject"] == places


def test_the_table_is_looked_after_where_glue_does(graph: Graph) -> None:
    assert len(graph.of_type(OPTIMIZER)) == 3
    assert recorded(without_upkeep=True).of_type(OPTIMIZER) == []


def test_lateness_and_what_does_not_fit_are_told(graph: Graph) -> None:
    alarms = {
        alarm.inputs["metricName"]: alarm.inputs
        for alarm in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    }
    assert alarms.keys() == {"DeliveryToIceberg.DataFreshness", "DeliveryToIceberg.FailedRowCount"}
    assert alarms["DeliveryToIceberg.DataFreshness"]["threshold"] == 20 * 60
    assert all(alarm["alarmActions"] == [TOPIC] for alarm in alarms.values())
