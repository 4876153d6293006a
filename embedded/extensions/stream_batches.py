"""Batches of a stream's records, which a function is given: what becomes of them.

What a function fails on is tried again after a second, and then after twice as long each time, up
to a minute: AWS does not say how long it waits.

https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
"""

import json
import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaBackend, LambdaFunction
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.exceptions import ServiceException
from moto.kinesis.models import Record, Shard
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from embedded import clock
from embedded.extensions.function_runs import run
from embedded.lambdas.process import Ended

log = logging.getLogger(__name__)

REPORTS = "ReportBatchItemFailures"
LONGEST_WAIT_SECONDS = 60
ENDLESS = -1
PLACES = "places"


@dataclass
class Place:
    """How far a mapping has come in a shard."""

    after: int
    """Sequence number of the last record that is done with."""
    tries: int = 0
    """How often what comes next has failed."""
    at_most: int | None = None
    """How many records are next, where a batch was split."""
    not_before: datetime | None = None
    """When what has failed is tried again."""


def places_of(mapping: EventSourceMapping) -> dict[str, Place]:
    """How far a mapping has come, by shard."""
    places: dict[str, Place] = vars(mapping).setdefault(PLACES, {})
    return places


def hand_out(
    backend: LambdaBackend, mapping: EventSourceMapping, shard: Shard, batch: Sequence[Record]
) -> None:
    """Call the function with a batch, and go on behind what it has done."""
    place = places_of(mapping).setdefault(shard.shard_id, Place(0))
    now = clock.now()
    if _is_too_old(mapping, batch[0], now):
        old = [record for record in batch if _is_too_old(mapping, record, now)]
        _give_up(mapping, shard, old, place, None)
        return
    function = backend.get_function(mapping.function_arn)
    try:
        ended = run(function, _event(mapping, function, shard, batch))
    except ServiceException as error:
        ended = Ended(json.dumps({"errorMessage": error.message}), True, error.message)
    age = (now - arrived(batch[-1])).total_seconds() * 1000
    _measure(
        backend,
        function,
        {"Invocations": 1, "Errors": float(ended.failed), "IteratorAge": max(0.0, age)},
    )
    failed = _first_failure(mapping, batch, ended)
    if failed is None:
        places_of(mapping)[shard.shard_id] = Place(batch[-1].sequence_number)
    elif failed > 0:
        done = Place(batch[failed - 1].sequence_number, 1, None, now + timedelta(seconds=1))
        places_of(mapping)[shard.shard_id] = done
    else:
        _again(mapping, shard, batch, place, ended)


def _again(
    mapping: EventSourceMapping,
    shard: Shard,
    batch: Sequence[Record],
    place: Place,
    ended: Ended,
) -> None:
    """Split a batch that has failed from its first record on, or try it again, or give it up.

    To split it does not count as a try.
    """
    if ended.failed and mapping.bisect_on_error and len(batch) > 1:
        place.at_most = len(batch) // 2
    else:
        place.tries += 1
        most = ENDLESS if mapping.max_retry_attempts is None else mapping.max_retry_attempts
        if most != ENDLESS and place.tries > most:
            # By item the function has told of the first one alone.
            lost = batch if ended.failed else batch[:1]
            _give_up(mapping, shard, lost, place, ended)
            return
    seconds = min(2 ** max(0, place.tries - 1), LONGEST_WAIT_SECONDS)
    place.not_before = clock.now() + timedelta(seconds=seconds)


def _give_up(
    mapping: EventSourceMapping,
    shard: Shard,
    batch: Sequence[Record],
    place: Place,
    ended: Ended | None,
) -> None:
    """Go on behind a batch, and tell the destination of it.

    AWS documents one condition, which is told here of records that are too old as well.
    """
    places_of(mapping)[shard.shard_id] = Place(batch[-1].sequence_number)
    told: dict[str, Any] = {
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": mapping.function_arn,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": place.tries,
        },
        "version": "1.0",
        "timestamp": _iso(clock.now()),
        "KinesisBatchInfo": {
            "shardId": shard.shard_id,
            "startSequenceNumber": str(batch[0].sequence_number),
            "endSequenceNumber": str(batch[-1].sequence_number),
            "approximateArrivalOfFirstRecord": _iso(arrived(batch[0])),
            "approximateArrivalOfLastRecord": _iso(arrived(batch[-1])),
            "batchSize": len(batch),
            "streamArn": mapping.event_source_arn,
        },
    }
    if ended is not None:
        told["responseContext"] = {"statusCode": 200, "executedVersion": "$LATEST"}
        if ended.failed:
            told["responseContext"]["functionError"] = "Unhandled"
    log.warning("%s gave up %d records of %s", mapping.function_arn, len(batch), shard.shard_id)
    destination = destination_of(mapping.destination_config)
    if destination and is_there(destination):
        _send(destination, json.dumps(told))


def _event(
    mapping: EventSourceMapping, function: LambdaFunction, shard: Shard, batch: Sequence[Record]
) -> dict[str, Any]:
    """What the function is given.

    https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
    """
    return {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": record.partition_key,
                    "sequenceNumber": str(record.sequence_number),
                    "data": record.data,
                    "approximateArrivalTimestamp": round(arrived(record).timestamp(), 3),
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"{shard.shard_id}:{record.sequence_number}",
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": function.role,
                "awsRegion": mapping.region,
                "eventSourceARN": mapping.event_source_arn,
            }
            for record in batch
        ]
    }


def _first_failure(
    mapping: EventSourceMapping, batch: Sequence[Record], ended: Ended
) -> int | None:
    """Where in a batch the first record is that is to be tried again; None for none.

    An answer that names what is not in the batch fails all of it.
    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
    """
    if ended.failed:
        return 0
    if REPORTS not in (mapping.function_response_types or ()):
        return None
    answer = json.loads(ended.payload)
    failures = (answer or {}).get("batchItemFailures") or []
    numbers = [str(record.sequence_number) for record in batch]
    named = [each.get("itemIdentifier") for each in failures]
    if any(one not in numbers for one in named):
        return 0
    return min((numbers.index(one) for one in named), default=None)


def _is_too_old(mapping: EventSourceMapping, record: Record, now: datetime) -> bool:
    most = ENDLESS if mapping.max_record_age is None else mapping.max_record_age
    return most != ENDLESS and now - arrived(record) > timedelta(seconds=most)


def arrived(record: Record) -> datetime:
    """When a record arrived."""
    return record.created_at_datetime.replace(tzinfo=UTC)


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def destination_of(config: Mapping[str, Any] | None) -> str:
    """ARN of where a mapping tells what it gives up; empty where it tells nobody."""
    return str(((config or {}).get("OnFailure") or {}).get("Destination") or "")


def is_there(arn: str) -> bool:
    """Whether there is a topic or queue of that ARN."""
    service, region, account, name = arn.split(":")[2:6]
    if service == "sqs":
        return name in sqs_backends[account][region].queues
    return service == "sns" and arn in sns_backends[account][region].topics


def _send(arn: str, text: str) -> None:
    service, region, account, name = arn.split(":")[2:6]
    if service == "sqs":
        sqs_backends[account][region].send_message(name, text)
    else:
        sns_backends[account][region].publish(text, arn)


def _measure(backend: LambdaBackend, function: LambdaFunction, values: Mapping[str, float]) -> None:
    """Put metrics of a function.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """
    dimension = {"Name": "FunctionName", "Value": function.function_name}
    cloudwatch_backends[backend.account_id][backend.region_name].put_metric_data(
        "AWS/Lambda",
        [
            {"MetricName": name, "Value": value, "Dimensions": [dimension]}
            for name, value in values.items()
        ],
    )
