"""The objects that Firehose writes, and what it tells of those that it cannot.

https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html
https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
"""

import base64
import gzip
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.exceptions import ServiceException
from moto.core.utils import unix_time_millis
from moto.firehose.models import DeliveryStream, FirehoseBackend
from moto.glue.models import glue_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from catalog import hive_types
from embedded.deliveries import conversion, keys

PROCESSING, CONVERSION = "processing-failed", "format-conversion-failed"
"""The kinds of failures, as error prefixes call them."""


@dataclass(frozen=True)
class Record:
    """A record as it came."""

    data: bytes
    at: datetime
    sequence: str = ""
    """Its number in the stream of Kinesis; empty where it was put into Firehose itself."""


@dataclass
class Buffer:
    """Records that go into one object."""

    partition: Mapping[str, str]
    failure: str = ""
    """The kind of failure, of records that lie apart."""
    code: str = ""
    """Its error code."""
    records: list[tuple[Record, str]] = field(default_factory=list)
    """The records, each with what is wrong with it."""
    bytes: int = 0
    tried: datetime | None = None
    """When the destination last did not take it."""

    @property
    def since(self) -> datetime:
        """When its first record came."""
        return self.records[0][0].at


class Blocked(Exception):
    """The destination or the table is not there, with the reason."""


def parameters(destination: Mapping[str, Any]) -> dict[str, str]:
    """The parameters of its processors by name, where processing is on."""
    processing = destination.get("ProcessingConfiguration") or {}
    if not processing.get("Enabled"):
        return {}
    return {
        parameter["ParameterName"]: parameter["ParameterValue"]
        for processor in processing.get("Processors") or ()
        for parameter in processor.get("Parameters") or ()
    }


def measure(
    backend: FirehoseBackend,
    stream: DeliveryStream,
    values: Mapping[str, float],
    of_stream: str = "",
) -> None:
    """Put metrics of a delivery, or of the stream of Kinesis that it reads."""
    namespace = "AWS/Kinesis" if of_stream else "AWS/Firehose"
    dimension = (
        {"Name": "StreamName", "Value": of_stream}
        if of_stream
        else {"Name": "DeliveryStreamName", "Value": stream.delivery_stream_name}
    )
    cloudwatch_backends[backend.account_id][backend.region_name].put_metric_data(
        namespace,
        [
            {"MetricName": name, "Value": value, "Dimensions": [dimension]}
            for name, value in values.items()
        ],
    )


def write(
    backend: FirehoseBackend,
    stream: DeliveryStream,
    destination: Mapping[str, Any],
    buffer: Buffer,
    now: datetime,
) -> None:
    """Write what a buffer holds. Raises Blocked."""
    if buffer.failure:
        put_object(backend, stream, destination, buffer, failures(buffer, now), now)
        tell(backend, stream, destination, buffer.code, buffer.records[0][1])
        return
    converting = destination.get("DataFormatConversionConfiguration") or {}
    if converting.get("Enabled"):
        _convert(backend, stream, destination, buffer, now)
        return
    end = parameters(destination).get("Delimiter", "").encode().decode("unicode_escape").encode()
    content = b"".join(record.data + end for record, _ in buffer.records)
    put_object(backend, stream, destination, buffer, content, now)


def _convert(
    backend: FirehoseBackend,
    stream: DeliveryStream,
    destination: Mapping[str, Any],
    buffer: Buffer,
    now: datetime,
) -> None:
    """A file of the records that fit the table, and one of those that do not."""
    converting = destination["DataFormatConversionConfiguration"]
    schema = converting["SchemaConfiguration"]
    types = _types(backend, schema)
    rows: list[dict[str, Any]] = []
    bad = Buffer({}, CONVERSION)
    for record, _ in buffer.records:
        try:
            rows += [conversion.row_of(each, types) for each in conversion.documents(record.data)]
        except conversion.Malformed as error:
            bad.code = "DataFormatConversion.ParseError"
            bad.records.append((record, f"Encountered malformed JSON. {error}"))
        except conversion.Misfit as error:
            bad.code = "DataFormatConversion.MalformedData"
            bad.records.append((record, f"Data does not match the schema. {error}"))
    if bad.records:
        table = {
            "databaseName": schema["DatabaseName"],
            "tableName": schema["TableName"],
            "region": schema.get("Region", backend.region_name),
            "catalogId": backend.account_id,
        }
        put_object(backend, stream, destination, bad, failures(bad, now, table), now)
        tell(backend, stream, destination, bad.code, bad.records[0][1])
    if rows:
        serializer = converting["OutputFormatConfiguration"]["Serializer"]
        packed = (serializer.get("ParquetSerDe") or {}).get("Compression", "SNAPPY")
        content = conversion.parquet(rows, types, packed)
        put_object(backend, stream, destination, buffer, content, now, extension=".parquet")
    failed = float(len(bad.records))
    good = float(len(buffer.records)) - failed
    measure(
        backend, stream, {"SucceedConversion.Records": good, "FailedConversion.Records": failed}
    )


def _types(backend: FirehoseBackend, schema: Mapping[str, Any]) -> dict[str, hive_types.HiveType]:
    """The types of the table's columns. Raises Blocked where there is none."""
    glue = glue_backends[backend.account_id][schema.get("Region", backend.region_name)]
    database, name = schema["DatabaseName"], schema["TableName"]
    try:
        table = glue.get_table(database, name).as_dict()
    except ServiceException:
        raise Blocked(f"Glue has no table {database}.{name} to convert by.") from None
    columns = table["StorageDescriptor"]["Columns"]
    try:
        return {one["Name"]: hive_types.parse(one["Type"].replace(" ", "")) for one in columns}
    except hive_types.UnknownHiveType as error:
        raise Blocked(f"{database}.{name}: {error} is no type that is converted here.") from None


def failures(buffer: Buffer, now: datetime, table: Mapping[str, str] | None = None) -> bytes:
    """A line of JSON for each record that failed, in the form of its kind of failure."""
    last = "lastE" if table else "e"
    lines = [
        {
            "attemptsMade": 1,
            "arrivalTimestamp": int(record.at.timestamp() * 1000),
            f"{last}rrorCode": buffer.code,
            f"{last}rrorMessage": wrong,
            "attemptEndingTimestamp": int(now.timestamp() * 1000),
            "rawData": base64.b64encode(record.data).decode(),
            **(
                {"sequenceNumber": record.sequence or None, "dataCatalogTable": table}
                if table
                else {}
            ),
        }
        for record, wrong in buffer.records
    ]
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def put_object(
    backend: FirehoseBackend,
    stream: DeliveryStream,
    destination: Mapping[str, Any],
    buffer: Buffer,
    content: bytes,
    now: datetime,
    *,
    extension: str = "",
) -> None:
    """Put an object; its event goes where the bucket's go. Raises Blocked."""
    bucket = destination["BucketARN"].rpartition(":")[2]
    s3 = s3_backends[backend.account_id][backend.partition]
    if bucket not in s3.buckets:
        raise Blocked(f"S3 has no bucket {bucket}.")
    prefix = destination.get("ErrorOutputPrefix") if buffer.failure else destination.get("Prefix")
    if buffer.failure and prefix is None:
        prefix = f"{destination.get('Prefix') or ''}!{{firehose:error-output-type}}/"
    if destination.get("CompressionFormat") == "GZIP":
        content, extension = gzip.compress(content), extension or ".gz"
    path = keys.filled(prefix or "", buffer.since, buffer.partition, buffer.failure)
    name = f"{stream.delivery_stream_name}-{stream.version_id}-{now:%Y-%m-%d-%H-%M-%S}"
    key_arn = (
        (destination.get("EncryptionConfiguration") or {}).get("KMSEncryptionConfig") or {}
    ).get("AWSKMSKeyARN")
    s3.put_object(
        bucket,
        f"{path}{name}-{uuid.uuid4()}{destination.get('FileExtension') or extension}",
        content,
        encryption="aws:kms" if key_arn else None,
        kms_key_id=key_arn,
    )


def tell(
    backend: FirehoseBackend,
    stream: DeliveryStream,
    destination: Mapping[str, Any],
    code: str,
    message: str,
) -> None:
    """A line in the delivery's log, where it has one.

    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
    """
    options = destination.get("CloudWatchLoggingOptions") or {}
    logs = logs_backends[backend.account_id][backend.region_name]
    group = logs.groups.get(options.get("LogGroupName", ""))
    name = options.get("LogStreamName", "")
    if not options.get("Enabled") or group is None or name not in group.streams:
        return
    line = {
        "deliveryStreamARN": stream.delivery_stream_arn,
        "destination": destination["BucketARN"],
        "deliveryStreamVersionId": int(stream.version_id),
        "message": message,
        "errorCode": code,
    }
    event = {"timestamp": int(unix_time_millis()), "message": json.dumps(line)}
    logs.put_log_events(options["LogGroupName"], name, [event])
