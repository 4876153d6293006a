"""A stream, its delivery and what watches them."""

import json
from typing import Any

import pytest

from components.common.durability import Durability
from components.data.streams.layout import Compression, Format
from components.data.streams.splunk import EventType, SplunkDelivery, SplunkDeliveryArgs
from components.data.streams.stream import Stream, StreamArgs
from infra.graph import Graph, record

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DELIVERY = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/data"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:warning"
STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/maslow-dev-vitals"
HELD = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:splunk-a1b2c3"
COMMON: dict[str, Any] = {
    "stream": "vitals",
    "bucket_arn": "arn:aws:s3:::raw",
    "key_arn": KEY,
    "buffer_mb": 64,
    "buffer_seconds": 60,
    "late_minutes": 20,
    "topic_arn": TOPIC,
    "log_key_arn": KEY,
    "log_retention_days": 30,
    "account_id": "123456789012",
    "region": "eu-west-1",
}


def recorded(**changes: Any) -> Graph:
    args: StreamArgs = {
        **COMMON,  # type: ignore[typeddict-item]
        "stream_name": "maslow-dev-vitals",
        "retention_hours": 48,
        "bucket": "raw",
        "zone_database": "maslow_dev_raw",
        "format": Format.PARQUET,
        "compression": Compression.SNAPPY,
        "columns": {"ward": "string", "rate": "int"},
        "partition_by": ["ward"],
        "durability": Durability.PROTECTED,
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return record(lambda: Stream("maslow-dev-vitals", args) and None)


def files(graph: Graph) -> dict[str, Any]:
    (delivery,) = graph.of_type(DELIVERY)
    found: dict[str, Any] = delivery.inputs["extendedS3Configuration"]
    return found


def statements(graph: Graph) -> dict[str, list[str]]:
    """The resources of each action of the delivery's role."""
    (policy,) = graph.of_type("aws:iam/rolePolicy:RolePolicy")
    return {
        action: statement["Resource"]
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
    }


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded()


def test_the_records_are_encrypted_and_outlive_the_stack(graph: Graph) -> None:
    (stream,) = graph.of_type("aws:kinesis/stream:Stream")
    assert (stream.inputs["encryptionType"], stream.inputs["kmsKeyId"]) == ("KMS", KEY)
    assert stream.inputs["streamModeDetails"] == {"streamMode": "ON_DEMAND"}
    assert stream.inputs["retentionPeriod"] == 48
    assert stream.options["protect"]
    assert stream.options["retainOnDelete"]


def test_shards_are_counted_where_they_are_said() -> None:
    (stream,) = recorded(shards=3).of_type("aws:kinesis/stream:Stream")
    assert stream.inputs["streamModeDetails"] == {"streamMode": "PROVISIONED"}
    assert stream.inputs["shardCount"] == 3


def test_parquet_is_made_by_the_table_of_the_stream(graph: Graph) -> None:
    (table,) = graph.of_type("aws:glue/catalogTable:CatalogTable")
    converts = files(graph)["dataFormatConversionConfiguration"]
    schema = converts["schemaConfiguration"]
    assert (schema["databaseName"], schema["tableName"]) == (
        table.inputs["databaseName"],
        table.inputs["name"],
    )
    serializer = converts["outputFormatConfiguration"]["serializer"]
    assert serializer["parquetSerDe"]["compression"] == "SNAPPY"
    assert files(graph)["compressionFormat"] == "UNCOMPRESSED"


def test_json_is_packed_as_a_whole_and_has_a_table_where_columns_are_said() -> None:
    graph = recorded(format=Format.JSON, compression=Compression.GZIP, partition_by=[])
    assert files(graph)["compressionFormat"] == "GZIP"
    assert "dataFormatConversionConfiguration" not in files(graph)
    assert "dynamicPartitioningConfiguration" not in files(graph)
    assert len(graph.of_type("aws:glue/catalogTable:CatalogTable")) == 1
    bare = recorded(format=Format.JSON, columns={}, partition_by=[])
    assert bare.of_type("aws:glue/catalogTable:CatalogTable") == []


def test_parquet_without_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="vitals: Parquet needs columns"):
        recorded(columns={}, partition_by=[])


def test_the_role_reads_the_stream_and_writes_below_its_prefixes_alone(graph: Graph) -> None:
    may = statements(graph)
    assert may["kinesis:GetRecords"] == [STREAM]
    assert may["s3:PutObject"] == [
        "arn:aws:s3:::raw/vitals/*",
        "arn:aws:s3:::raw/errors/vitals/*",
    ]
    glue = "arn:aws:glue:eu-west-1:123456789012"
    assert may["glue:GetTableVersions"] == [
        f"{glue}:catalog",
        f"{glue}:database/maslow_dev_raw",
        f"{glue}:table/maslow_dev_raw/vitals",
    ]
    assert "secretsmanager:GetSecretValue" not in may
    plain = statements(recorded(format=Format.JSON, partition_by=[]))
    assert "glue:GetTable" not in plain


def test_everything_that_can_go_wrong_has_an_alarm(graph: Graph) -> None:
    def metrics(graph: Graph) -> set[str]:
        return {alarm.inputs["metricName"] for alarm in graph.of_type(ALARM)}

    always = {
        "GetRecords.IteratorAgeMilliseconds",
        "WriteProvisionedThroughputExceeded",
        "DeliveryToS3.DataFreshness",
        "DeliveryToS3.Success",
    }
    assert metrics(graph) == always | {"FailedConversion.Records", "PartitionCountExceeded"}
    plain = recorded(format=Format.JSON, partition_by=[], silent_minutes=15)
    assert metrics(plain) == always | {"IncomingRecords"}
    assert all(alarm.inputs["alarmActions"] == [TOPIC] for alarm in plain.of_type(ALARM))


def test_lateness_is_said_in_the_units_of_each_metric(graph: Graph) -> None:
    thresholds = {
        alarm.inputs["metricName"]: alarm.inputs["threshold"] for alarm in graph.of_type(ALARM)
    }
    assert thresholds["GetRecords.IteratorAgeMilliseconds"] == 20 * 60 * 1000
    assert thresholds["DeliveryToS3.DataFreshness"] == 20 * 60


def test_silence_is_a_breach_only_where_records_are_expected() -> None:
    (silent,) = [
        alarm
        for alarm in recorded(silent_minutes=15).of_type(ALARM)
        if alarm.inputs["metricName"] == "IncomingRecords"
    ]
    assert silent.inputs["period"] == 15 * 60
    assert silent.inputs["comparisonOperator"] == "LessThanThreshold"
    assert silent.inputs["treatMissingData"] == "breaching"


def test_records_that_tell_no_partition_are_told_of_by_their_files(graph: Graph) -> None:
    (rule,) = graph.of_type("aws:cloudwatch/eventRule:EventRule")
    detail = json.loads(rule.inputs["eventPattern"])["detail"]
    assert detail["bucket"] == {"name": ["raw"]}
    assert detail["object"] == {"key": [{"prefix": "errors/vitals/processing-failed/"}]}
    assert not recorded(partition_by=[]).of_type("aws:cloudwatch/eventRule:EventRule")


def test_firehose_begins_after_its_role_and_its_log_are_there(graph: Graph) -> None:
    (delivery,) = graph.of_type(DELIVERY)
    waits = {urn.rpartition("::")[2] for urn in delivery.dependencies}
    assert {"maslow-dev-vitals-as-delivery", "maslow-dev-vitals-log"} <= waits


@pytest.fixture(scope="module")
def splunk() -> Graph:
    args: SplunkDeliveryArgs = {
        **COMMON,  # type: ignore[typeddict-item]
        "stream_arn": STREAM,
        "endpoint": "https://splunk.example.com",
        "secret_arn": HELD,
        "event_type": EventType.RAW,
    }
    return record(lambda: SplunkDelivery("maslow-dev-splunk", args) and None)


def test_splunks_token_stays_in_its_secret(splunk: Graph) -> None:
    (delivery,) = splunk.of_type(DELIVERY)
    config = delivery.inputs["splunkConfiguration"]
    assert config["secretsManagerConfiguration"]["secretArn"] == HELD
    assert "hecToken" not in config
    may = statements(splunk)
    assert may["secretsmanager:GetSecretValue"] == [HELD]


def test_what_splunk_refuses_is_kept_below_the_errors_alone(splunk: Graph) -> None:
    (delivery,) = splunk.of_type(DELIVERY)
    config = delivery.inputs["splunkConfiguration"]
    assert config["s3BackupMode"] == "FailedEventsOnly"
    assert config["s3Configuration"]["errorOutputPrefix"].startswith("errors/vitals/")
    assert statements(splunk)["s3:PutObject"] == ["arn:aws:s3:::raw/errors/vitals/*"]


def test_splunk_has_alarms_of_its_own(splunk: Graph) -> None:
    assert {alarm.inputs["metricName"] for alarm in splunk.of_type(ALARM)} == {
        "DeliveryToSplunk.DataFreshness",
        "DeliveryToSplunk.Success",
    }
