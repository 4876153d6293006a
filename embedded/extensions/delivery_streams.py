"""Firehose's streams: what they are told, what they are given, and what they read of Kinesis.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html
"""

import base64
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.firehose.exceptions import InvalidArgumentException, ResourceNotFoundException
from moto.firehose.models import DeliveryStream, FirehoseBackend, firehose_backends
from moto.firehose.responses import FirehoseResponse
from moto.kinesis.models import KinesisBackend, kinesis_backends

from embedded import clock, outbox
from embedded.deliveries import keys
from embedded.extensions import delivery_iceberg
from embedded.extensions.delivery_buffers import Delivering, destination_of, query_of, take
from embedded.extensions.delivery_files import Record, measure, parameters
from embedded.extensions.operations import add

GATHERED_MB = 64
"""Least that is gathered where records are converted or parted."""
NOT_DELIVERED = (
    "AmazonOpenSearchServerless",
    "Amazonopensearchservice",
    "Elasticsearch",
    "Redshift",
    "Snowflake",
)
"""Destinations that are refused by name."""
PROCESSORS = ("MetadataExtraction", "AppendDelimiterToRecord")
PACKED = ("UNCOMPRESSED", "GZIP")
NOWHERE = "The embedded AWS sends nothing to other hosts."

_created_by_moto = FirehoseResponse.create_delivery_stream  # replaced below
_updated_by_moto = FirehoseResponse.update_destination
_described_by_moto = FirehoseBackend.describe_delivery_stream
_put_by_moto = KinesisBackend.put_record
_put_many_by_moto = KinesisBackend.put_records


def install() -> None:
    """Have records gathered, and delivered by the clock."""
    add(FirehoseResponse, create_delivery_stream, update_destination)
    add(FirehoseBackend, describe_delivery_stream, put_record_batch)
    KinesisBackend.put_record = _put_one  # type: ignore[method-assign]
    add(KinesisBackend, put_records)
    clock.current().add(Delivering())


def create_delivery_stream(self: FirehoseResponse) -> ActionResult:
    """CreateDeliveryStream, of what is delivered here."""
    for kind in NOT_DELIVERED:
        if self._get_param(f"{kind}DestinationConfiguration"):
            raise InvalidArgumentException(f"The embedded AWS delivers nothing to {kind}.")
    _check_source(self)
    for kind in ("S3", "ExtendedS3"):
        _check(self._get_param(f"{kind}DestinationConfiguration") or {})
    delivery_iceberg.check(
        self.firehose_backend, self._get_param("IcebergDestinationConfiguration") or {}
    )
    splunk = self._get_param("SplunkDestinationConfiguration")
    if not splunk:
        return _created_by_moto(self)
    name = self._get_param("DeliveryStreamName")
    # moto warns of Splunk, and has its streams made by another way in.
    stream = DeliveryStream(
        account_id=self.current_account,
        region=self.region,
        delivery_stream_name=name,
        delivery_stream_type=self._get_param("DeliveryStreamType"),
        encryption=self._get_param("DeliveryStreamEncryptionConfigurationInput"),
        kinesis_stream_source_configuration=self._get_param("KinesisStreamSourceConfiguration"),
        destination_name="Splunk",
        destination_config=splunk,
    )
    backend = self.firehose_backend
    backend.delivery_streams[name] = stream
    backend.tagger.tag_resource(stream.delivery_stream_arn, self._get_param("Tags") or [])
    return ActionResult({"DeliveryStreamARN": stream.delivery_stream_arn})


def update_destination(self: FirehoseResponse) -> ActionResult:
    """UpdateDestination: partitions begin with the stream, and stay."""
    update = self._get_param("ExtendedS3DestinationUpdate") or {}
    stream = _named(self.firehose_backend, self._get_param("DeliveryStreamName"))
    before = dict(destination_of(stream))
    if "DynamicPartitioningConfiguration" in update and _parted(update) != _parted(before):
        raise InvalidArgumentException(
            "Dynamic partitioning is enabled only when a delivery stream is created, and is not "
            "disabled after that."
        )
    if update:
        _check({**before, **update})
    if iceberg := self._get_param("IcebergDestinationUpdate"):
        delivery_iceberg.check(
            self.firehose_backend, {**stream.destinations[0].get("Iceberg", {}), **iceberg}
        )
    if not self._get_param("SplunkDestinationUpdate"):
        _updated_by_moto(self)
        return EmptyResult()
    stream.destinations[0]["Splunk"].update(self._get_param("SplunkDestinationUpdate"))
    stream.version_id = str(int(stream.version_id) + 1)
    return EmptyResult()


def describe_delivery_stream(self: FirehoseBackend, delivery_stream_name: str) -> dict[str, Any]:
    """DescribeDeliveryStream, without what is kept beside it."""
    found = _described_by_moto(self, delivery_stream_name)
    found["DeliveryStreamDescription"].pop("Buffers", None)
    return found


def put_record_batch(
    self: FirehoseBackend, delivery_stream_name: str, records: list[dict[str, bytes]]
) -> dict[str, Any]:
    """PutRecordBatch, and PutRecord by it: records are gathered, and delivered later."""
    stream = _named(self, delivery_stream_name)
    if stream.source:
        raise InvalidArgumentException(
            f"This operation is not permitted on KinesisStreamAsSource delivery stream type: "
            f"{delivery_stream_name}"
        )
    if http := stream.destinations[0].get("HttpEndpoint"):
        answers = self.put_http_records(http, records)
    else:
        data = [record["Data"] for record in records]
        _gather(stream, [Record(each, clock.now()) for each in data])
        amount = {"IncomingRecords": float(len(data)), "IncomingBytes": float(sum(map(len, data)))}
        measure(self, stream, amount)
        answers = [{"RecordId": str(uuid.uuid4())} for _ in records]
    return {"FailedPutCount": 0, "Encrypted": False, "RequestResponses": answers}


def put_records(
    self: KinesisBackend, stream_arn: str, stream_name: str, records: list[dict[str, Any]]
) -> dict[str, Any]:
    """PutRecords, which those read who deliver the stream."""
    answer = _put_many_by_moto(self, stream_arn, stream_name, records)
    numbers = [each["SequenceNumber"] for each in answer["Records"]]
    _read(self, stream_arn, stream_name, [each["Data"] for each in records], numbers)
    return answer


def _put_one(
    self: KinesisBackend,
    stream_arn: str,
    stream_name: str,
    partition_key: str,
    explicit_hash_key: str,
    data: str,
) -> tuple[str, str]:
    """PutRecord, the same of one."""
    answer = _put_by_moto(self, stream_arn, stream_name, partition_key, explicit_hash_key, data)
    _read(self, stream_arn, stream_name, [data], [answer[0]])
    return answer


def _read(
    kinesis: KinesisBackend,
    stream_arn: str,
    stream_name: str,
    data: Sequence[str],
    numbers: Sequence[str],
) -> None:
    """Give records to every delivery of a stream: they read what comes after they began."""
    source = kinesis.describe_stream(stream_arn=stream_arn, stream_name=stream_name)
    records = [
        Record(base64.b64decode(text), clock.now(), number)
        for text, number in zip(data, numbers, strict=True)
    ]
    backend = firehose_backends[kinesis.account_id][kinesis.region_name]
    for stream in list(backend.delivery_streams.values()):
        if stream.source and stream.source["KinesisStreamARN"] == source.arn:
            _gather(stream, records)
            amount = sum(len(record.data) for record in records)
            measure(
                backend,
                stream,
                {
                    "DataReadFromKinesisStream.Records": float(len(records)),
                    "DataReadFromKinesisStream.Bytes": float(amount),
                },
            )
            age = {"GetRecords.IteratorAgeMilliseconds": 0.0}
            measure(backend, stream, age, of_stream=source.stream_name)


def _gather(stream: DeliveryStream, records: Sequence[Record]) -> None:
    if splunk := stream.destinations[0].get("Splunk"):
        for record in records:
            outbox.keep_undelivered(
                stream.delivery_stream_arn,
                splunk["HECEndpoint"],
                NOWHERE,
                record.data.decode(errors="replace"),
            )
        return
    take(stream, records)


def _named(backend: FirehoseBackend, name: str) -> DeliveryStream:
    try:
        return backend.delivery_streams[name]
    except KeyError:
        raise ResourceNotFoundException(
            f"Firehose {name} under account {backend.account_id} not found."
        ) from None


def _parted(destination: Mapping[str, Any]) -> bool:
    return bool((destination.get("DynamicPartitioningConfiguration") or {}).get("Enabled"))


def _check_source(response: FirehoseResponse) -> None:
    source = response._get_param("KinesisStreamSourceConfiguration")  # noqa: SLF001  as moto's own
    if not source:
        return
    arn = source["KinesisStreamARN"]
    *_, region, account, _ = arn.split(":")
    streams = kinesis_backends[account][region].streams
    if arn.rpartition("/")[2] not in streams:
        raise ResourceNotFoundException(f"Kinesis stream {arn} does not exist.")


def _check(destination: Mapping[str, Any]) -> None:
    """Raise InvalidArgumentException for what Firehose refuses, or nothing here delivers."""
    if not destination:
        return
    converts = (destination.get("DataFormatConversionConfiguration") or {}).get("Enabled")
    size = (destination.get("BufferingHints") or {}).get("SizeInMBs", 128 if converts else 5)
    packed = destination.get("CompressionFormat") or "UNCOMPRESSED"
    if (converts or _parted(destination)) and size < GATHERED_MB:
        raise InvalidArgumentException(
            f"BufferingHints.SizeInMBs must be at least {GATHERED_MB} where records are converted "
            "or partitioned."
        )
    if converts and packed != "UNCOMPRESSED":
        raise InvalidArgumentException(
            "CompressionFormat must be UNCOMPRESSED where records are converted."
        )
    if packed not in PACKED:
        raise InvalidArgumentException(f"The embedded AWS packs no objects as {packed}.")
    _check_conversion(destination.get("DataFormatConversionConfiguration") or {})
    _check_processors(destination.get("ProcessingConfiguration") or {})
    try:
        _check_prefixes(destination)
    except keys.Unsupported as error:
        raise InvalidArgumentException(str(error)) from error


def _check_conversion(converting: Mapping[str, Any]) -> None:
    if not converting.get("Enabled"):
        return
    reader = converting["InputFormatConfiguration"]["Deserializer"]
    writer = converting["OutputFormatConfiguration"]["Serializer"]
    if "OpenXJsonSerDe" not in reader or "ParquetSerDe" not in writer:
        raise InvalidArgumentException(
            "The embedded AWS converts by OpenXJsonSerDe and ParquetSerDe alone."
        )


def _check_processors(processing: Mapping[str, Any]) -> None:
    for processor in processing.get("Processors") or ():
        if processing.get("Enabled") and processor["Type"] not in PROCESSORS:
            raise InvalidArgumentException(
                f"The embedded AWS processes records by {' and '.join(PROCESSORS)} alone, and not "
                f"by {processor['Type']}."
            )


def _check_prefixes(destination: Mapping[str, Any]) -> None:
    prefix, errors = destination.get("Prefix") or "", destination.get("ErrorOutputPrefix") or ""
    if keys.has_expressions(prefix) and "!{firehose:error-output-type}" not in errors:
        raise InvalidArgumentException(
            "ErrorOutputPrefix must have !{firehose:error-output-type} where Prefix has "
            "expressions."
        )
    if _parted(destination) and not parameters(destination).get("MetadataExtractionQuery"):
        raise InvalidArgumentException(
            "Dynamic partitioning needs a MetadataExtraction processor with a "
            "MetadataExtractionQuery."
        )
    keys.check_prefix(prefix, frozenset(query_of(destination)))
    keys.check_prefix(errors, frozenset(), of_errors=True)
