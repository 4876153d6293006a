"""What Firehose gathers of each stream, and writes into S3 when a buffer is full or its time is up.

https://docs.aws.amazon.com/firehose/latest/dev/basic-deliver.html
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from moto.core.exceptions import ServiceException
from moto.firehose.models import DeliveryStream, FirehoseBackend, firehose_backends

from embedded import clock
from embedded.deliveries import conversion, keys
from embedded.extensions import delivery_iceberg
from embedded.extensions.delivery_files import (
    PROCESSING,
    Blocked,
    Buffer,
    Record,
    measure,
    parameters,
    tell,
    write,
)

log = logging.getLogger(__name__)

MB = 1024 * 1024
RETRY_SECONDS = 60
"""After how long a destination that did not take a file is tried again."""
Buffers = dict[tuple[Any, ...], Buffer]


class Delivering:
    """What is due of all streams."""

    def next(self, after: datetime) -> datetime | None:
        """When the first buffer is due; what is overdue is so at once."""
        dues = [due(stream, buffer) for _, stream, _, buffer in _gathered()]
        return max(min(dues), after + timedelta(microseconds=1)) if dues else None

    def fire(self, at: datetime) -> int:
        """Write what is due."""
        ready = [each for each in _gathered() if due(each[1], each[3]) <= at]
        for backend, stream, key, buffer in ready:
            deliver(backend, stream, key, buffer)
        return len(ready)


def destination_of(stream: DeliveryStream) -> Mapping[str, Any]:
    """Its destination in S3 or in a table of Iceberg, empty for one elsewhere."""
    (first,) = stream.destinations[:1]
    found: Mapping[str, Any] = first.get("ExtendedS3") or first.get("S3") or {}
    return found or delivery_iceberg.destination(stream)


def buffers_of(stream: DeliveryStream) -> Buffers:
    """What a stream has gathered, nothing at first."""
    found: Buffers = vars(stream).setdefault("_buffers", {})
    return found


def query_of(destination: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The paths of its partition keys; none where files are not parted. Raises Unsupported."""
    if not (destination.get("DynamicPartitioningConfiguration") or {}).get("Enabled"):
        return {}
    query = parameters(destination).get("MetadataExtractionQuery")
    return keys.parse_query(query) if query else {}


def take(stream: DeliveryStream, records: Sequence[Record]) -> None:
    """Gather records by their partitions; what tells none lies apart."""
    destination = destination_of(stream)
    paths = query_of(destination)
    for record in records:
        try:
            partition = (
                keys.partition_of(conversion.documents(record.data)[0], paths) if paths else {}
            )
        except (conversion.Malformed, keys.NoPartition) as error:
            kept = Buffer({}, PROCESSING, "DynamicPartitioning.MetadataExtractionFailed")
            _keep(stream, (PROCESSING,), kept, record, str(error))
        else:
            _keep(stream, ("", *partition.items()), Buffer(partition), record, "")


def due(stream: DeliveryStream, buffer: Buffer) -> datetime:
    """When a buffer is to be written: it is full, its time is up, or it is tried again."""
    if buffer.tried:
        return buffer.tried + timedelta(seconds=RETRY_SECONDS)
    hints = destination_of(stream).get("BufferingHints") or {}
    if buffer.bytes >= hints.get("SizeInMBs", 5) * MB:
        return buffer.since
    return buffer.since + timedelta(seconds=hints.get("IntervalInSeconds", 300))


def deliver(
    backend: FirehoseBackend, stream: DeliveryStream, key: tuple[Any, ...], buffer: Buffer
) -> None:
    """Write a buffer, and tell how it went; what is not taken waits on."""
    now = clock.now()
    destination = destination_of(stream)
    age = (now - buffer.since).total_seconds()
    to = "Iceberg" if "DestinationTableConfigurationList" in destination else "S3"
    try:
        if to == "Iceberg" and not buffer.failure:
            delivery_iceberg.append(backend, stream, destination, buffer, now)
        else:
            write(backend, stream, destination, buffer, now)
    except (Blocked, ServiceException) as error:
        buffer.tried = now
        reason = getattr(error, "message", "") or str(error)
        log.warning("firehose %s: %s", stream.delivery_stream_name, reason)
        told = {f"DeliveryTo{to}.Success": 0.0, f"DeliveryTo{to}.DataFreshness": age}
        measure(backend, stream, told)
        tell(backend, stream, destination, f"{to}.NotDelivered", reason)
        if source := stream.source:
            name = source["KinesisStreamARN"].rpartition("/")[2]
            unread = {"GetRecords.IteratorAgeMilliseconds": age * 1000}
            measure(backend, stream, unread, of_stream=name)
        return
    del buffers_of(stream)[key]
    if not buffer.failure:
        measure(
            backend,
            stream,
            {
                f"DeliveryTo{to}.Success": 1.0,
                f"DeliveryTo{to}.DataFreshness": age,
                f"DeliveryTo{to}.Bytes": float(buffer.bytes),
                **({"DeliveryToS3.Records": float(len(buffer.records))} if to == "S3" else {}),
            },
        )


def _keep(
    stream: DeliveryStream, key: tuple[Any, ...], empty: Buffer, record: Record, wrong: str
) -> None:
    buffer = buffers_of(stream).setdefault(key, empty)
    buffer.records.append((record, wrong))
    buffer.bytes += len(record.data)


def _gathered() -> Iterator[tuple[FirehoseBackend, DeliveryStream, tuple[Any, ...], Buffer]]:
    for account in list(firehose_backends.values()):
        for backend in list(account.values()):
            for stream in list(backend.delivery_streams.values()):
                for key, buffer in list(buffers_of(stream).items()):
                    yield backend, stream, key, buffer
