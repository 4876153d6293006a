"""Functions that read streams of Kinesis: their event source mappings, by the cloud's clock.

A mapping reads each shard by itself and in order.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaBackend, lambda_backends
from moto.core.exceptions import ServiceException
from moto.kinesis import models as kinesis
from moto.kinesis.models import Record, Shard, kinesis_backends

from embedded import clock
from embedded.extensions.operations import add
from embedded.extensions.stream_batches import (
    ENDLESS,
    Place,
    arrived,
    destination_of,
    hand_out,
    is_there,
    places_of,
)

RANGES = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "MaximumRetryAttempts": (-1, 10_000),
    "ParallelizationFactor": (1, 10),
}
"""What Lambda takes.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
"""
AGES = (60, 604_800)

_created_by_moto = LambdaBackend.create_event_source_mapping  # replaced below
_updated_by_moto = LambdaBackend.update_event_source_mapping


class InvalidParameterValueException(ServiceException):
    """The request is not one that Lambda takes."""

    code = "InvalidParameterValueException"


class Reading:
    """What is due of all mappings."""

    def next(self, after: datetime) -> datetime | None:
        """When the first batch is due; what is overdue is so at once."""
        dues = [due for *_, due in _ready()]
        return max(min(dues), after + timedelta(microseconds=1)) if dues else None

    def fire(self, at: datetime) -> int:
        """Hand out the batches that are due."""
        ready = [each for each in _ready() if each[-1] <= at]
        for backend, mapping, shard, batch, _ in ready:
            hand_out(backend, mapping, shard, batch)
        return len(ready)


def install() -> None:
    """Have mappings of streams read, instead of being called at each record."""
    add(LambdaBackend, create_event_source_mapping, update_event_source_mapping)
    add(LambdaBackend, send_kinesis_message)
    vars(kinesis)["utcnow"] = clock.utcnow  # records arrive by the clock
    clock.current().add(Reading())


def create_event_source_mapping(self: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
    """CreateEventSourceMapping: it reads from the horizon, or from now on."""
    if ":kinesis:" not in spec["EventSourceArn"]:
        return _created_by_moto(self, spec)
    check(spec)
    position = spec.get("StartingPosition")
    if position not in ("TRIM_HORIZON", "LATEST"):
        raise InvalidParameterValueException(
            f"The embedded AWS reads streams from TRIM_HORIZON or LATEST, and not from {position}."
        )
    mapping = _created_by_moto(self, spec)
    places = places_of(mapping)
    if position == "LATEST":
        for shard in _shards(mapping):
            places[shard.shard_id] = Place(max(shard.records, default=0))
    return mapping


def update_event_source_mapping(
    self: LambdaBackend, uuid: str, spec: dict[str, Any]
) -> EventSourceMapping | None:
    """UpdateEventSourceMapping."""
    check(spec)
    return _updated_by_moto(self, uuid, spec)


def send_kinesis_message(self: LambdaBackend, *args: Any, **kwargs: Any) -> None:
    """What moto calls at each record: mappings read by themselves."""


def check(spec: Mapping[str, Any]) -> None:
    """Raise InvalidParameterValueException for what Lambda refuses of a mapping."""
    for name, (least, most) in RANGES.items():
        value = spec.get(name)
        if value is not None and not least <= value <= most:
            raise InvalidParameterValueException(f"{name} {value} is not {least} to {most}.")
    age = spec.get("MaximumRecordAgeInSeconds")
    if age is not None and age != ENDLESS and not AGES[0] <= age <= AGES[1]:
        raise InvalidParameterValueException(
            f"MaximumRecordAgeInSeconds {age} is not {ENDLESS}, nor {AGES[0]} to {AGES[1]}."
        )
    if spec.get("TumblingWindowInSeconds") or spec.get("FilterCriteria"):
        raise InvalidParameterValueException(
            "The embedded AWS reads streams without filters and tumbling windows."
        )
    destination = destination_of(spec.get("DestinationConfig"))
    if destination and not is_there(destination):
        raise InvalidParameterValueException(
            f"The destination {destination} is no topic or queue that is there."
        )


def _ready() -> Iterator[tuple[LambdaBackend, EventSourceMapping, Shard, list[Record], datetime]]:
    """What each shard of each mapping has next, and when it is due."""
    for account in list(lambda_backends.values()):
        for backend in list(account.values()):
            for mapping in list(backend._event_source_mappings.values()):  # noqa: SLF001
                if mapping.enabled and ":kinesis:" in mapping.event_source_arn:
                    for shard in _shards(mapping):
                        place = places_of(mapping).get(shard.shard_id) or Place(0)
                        if batch := _next(mapping, shard, place):
                            yield backend, mapping, shard, batch, _due(mapping, batch, place)


def _next(mapping: EventSourceMapping, shard: Shard, place: Place) -> list[Record]:
    most = min(mapping.batch_size, place.at_most or mapping.batch_size)
    last = next(reversed(shard.records), 0)
    numbers = range(place.after + 1, min(last, place.after + most) + 1)
    return [shard.records[number] for number in numbers if number in shard.records]


def _due(mapping: EventSourceMapping, batch: Sequence[Record], place: Place) -> datetime:
    """A batch is due when it is full or its window is over, and not before its next try."""
    due = arrived(batch[0])
    if len(batch) < mapping.batch_size and not place.tries and not place.at_most:
        due += timedelta(seconds=mapping.max_batch_window or 0)
    return max(due, place.not_before) if place.not_before else due


def _shards(mapping: EventSourceMapping) -> list[Shard]:
    """The shards of a mapping's stream; none once that is gone."""
    *_, region, account, resource = mapping.event_source_arn.split(":")
    stream = kinesis_backends[account][region].streams.get(resource.partition("/")[2])
    return list(stream.shards.values()) if stream else []
