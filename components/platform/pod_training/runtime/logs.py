"""A training's log in CloudWatch, and the metrics that it tells, as SageMaker has both.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
https://docs.aws.amazon.com/sagemaker/latest/dg/training-metrics.html
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

MOST_EVENTS, MOST_BYTES, EVENT_BYTES = 10_000, 1_000_000, 26
"""Of one request, and what each event counts beside its own bytes."""
LONGEST_MS = 24 * 3600 * 1000
"""How far apart the events of one request may be."""
LINE_CHARACTERS = 60_000

Event = dict[str, Any]


def events_of(text: str) -> list[Event]:
    """The events of a log whose lines begin with their time, as the cluster's API gives them."""
    found: list[Event] = []
    at = 0
    for line in text.splitlines():
        time, _, said = line.partition(" ")
        try:
            at = max(at, _milliseconds(time))
        except ValueError:
            said = line
        found.append({"timestamp": at, "message": said[:LINE_CHARACTERS] or " "})
    return found


def metrics_of(
    definitions: Iterable[Mapping[str, str]], events: Iterable[Event]
) -> dict[str, float]:
    """The last value of each metric that a log tells; what is no number is not taken."""
    text = "\n".join(event["message"] for event in events)
    told = {}
    for one in definitions:
        values = re.findall(one["Regex"], text)
        with suppress(ValueError, TypeError):
            if values:
                told[one["Name"]] = float(values[-1])
    return told


def write(logs: Any, group: str, stream: str, events: list[Event]) -> None:
    """Write events into a stream, which is made with its group where they are not there.

    Raises what boto3 raises.
    """
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        try:
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
        except logs.exceptions.ResourceNotFoundException:
            logs.create_log_group(logGroupName=group)
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
    for batch in _batches(events):
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=batch)


def _batches(events: list[Event]) -> Iterator[list[Event]]:
    batch: list[Event] = []
    size = 0
    for event in events:
        more = len(event["message"].encode()) + EVENT_BYTES
        if batch and (
            len(batch) == MOST_EVENTS
            or size + more > MOST_BYTES
            or event["timestamp"] - batch[0]["timestamp"] >= LONGEST_MS
        ):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += more
    if batch:
        yield batch


def _milliseconds(text: str) -> int:
    """A time of RFC 3339 with nanoseconds, in UTC. Raises ValueError for any other text."""
    seconds, _, part = text.rstrip("Z").partition(".")
    at = datetime.strptime(seconds, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return int(at.timestamp()) * 1000 + int((part or "0")[:3].ljust(3, "0"))
