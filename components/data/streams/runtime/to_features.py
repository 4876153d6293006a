"""A function of Lambda: records of a stream become records of feature groups.

`plan.json` beside it says what is wanted:

    {"columns": {"visited_at": "timestamp"},
     "groups": [{"name": "maslow-dev-visits-v1", "record_id": "visit_id",
                 "event_time": "visited_at", "features": {"visit_id": "String"}}]}

A record that does not fit a group is set aside in S3 with the reason, counted, and never tried
again. What the feature store does not take for now is tried again, with all that comes after it.

https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_feature_store_PutRecord.html
"""

import base64
import json
import logging
import math
import os
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

log = logging.getLogger(__name__)

Record = dict[str, Any]

NAMESPACE = "maslow/Streams"
METRIC = "BadRecords"
REFUSED = ("ValidationError", "ValidationException")
"""What the feature store says of a record that it will never take."""
CODE = "FeatureStore.RecordDoesNotFit"
LARGEST = 2**63
INTEGER = re.compile(r"[+-]?\d{1,19}")
TIME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?Z?")
EVENT_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
MILLISECONDS_FROM, MICROSECONDS_FROM = 100_000_000_000, 100_000_000_000_000
"""Numbers from here on are milliseconds since 1970, as Firehose reads them for Parquet, and from
there on microseconds, as it wants them for Iceberg."""


class Unfit(ValueError):
    """A record that is no record of the group, and why."""


def handler(event: Record, _context: object) -> Record:
    """Put the records of a batch; returns the first that is to be tried again, if any is."""
    aside: list[Record] = []
    again: list[Record] = []
    for record in event["Records"]:
        try:
            aside += put(record["kinesis"])
        except (ClientError, BotoCoreError) as error:
            log.warning("%s is tried again: %s", number(record), error)
            again = [{"itemIdentifier": number(record)}]
            break
    if aside:
        set_aside(event["Records"][0], aside)
    return {"batchItemFailures": again}


def number(record: Record) -> str:
    """The number of a record within its shard."""
    return str(record["kinesis"]["sequenceNumber"])


def put(record: Record) -> list[Record]:
    """Put one record into every group; returns a line for each group that it does not fit.

    Raises botocore's errors for what may be taken later.
    """
    raw = base64.b64decode(record["data"])
    lines = []
    for group in plan()["groups"]:
        try:
            values = values_of(document_of(raw), group, plan()["columns"])
            store().put_record(FeatureGroupName=group["name"], Record=values)
        except Unfit as unfit:
            lines.append(line(record, group, str(unfit)))
        except ClientError as error:
            if error.response["Error"]["Code"] not in REFUSED:
                raise
            lines.append(line(record, group, error.response["Error"]["Message"]))
    return lines


def document_of(raw: bytes) -> Record:
    """The fields of a record of JSON, whose names are in small letters. Raises Unfit."""
    try:
        document = json.loads(raw)
    except ValueError as error:
        raise Unfit(f"it is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise Unfit("it is no JSON object")
    return {key.lower(): value for key, value in document.items()}


def values_of(document: Record, group: Record, columns: dict[str, str]) -> list[Record]:
    """A record as PutRecord takes it; a feature without a value is left out. Raises Unfit."""
    values = []
    for feature, type_ in group["features"].items():
        value = document.get(feature)
        if value is None:
            if feature in (group["record_id"], group["event_time"]):
                raise Unfit(f"it has no value of {feature}")
            continue
        try:
            if columns[feature] == "timestamp":
                text = time_text(value, type_)
            else:
                text = text_of(value, type_)
            if feature == group["event_time"] and type_ == "String":
                check_event_time(text)
        except (ValueError, TypeError, OverflowError, OSError) as error:
            raise Unfit(f"{feature}: {json.dumps(value)[:60]} is no {type_} of it") from error
        values.append({"FeatureName": feature, "ValueAsString": text})
    return values


def text_of(value: Any, type_: str) -> str:
    """A value of JSON as the text of a feature. Raises ValueError, TypeError."""
    if type_ == "String":
        return value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(value)
    if type_ == "Integral":
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        text = str(whole).strip()
        if not INTEGER.fullmatch(text) or not -LARGEST <= int(text) < LARGEST:
            raise ValueError(value)
        return str(int(text))
    if not math.isfinite(float(value)) or "_" in str(value):
        raise ValueError(value)
    return str(value).strip()


def time_text(value: Any, type_: str) -> str:
    """A time as a feature tells it: ISO 8601 to the millisecond, or seconds since 1970.

    Raises ValueError and TypeError for what is no time.
    """
    at = time_of(value)
    if type_ == "Fractional":
        return f"{at.timestamp():.3f}"
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def time_of(value: Any) -> datetime:
    """A time in UTC, of a text, or of seconds, milliseconds or microseconds since 1970.

    Raises ValueError and TypeError for what is none.
    """
    if isinstance(value, str) and (found := TIME.fullmatch(value)):
        year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
        micros = int(f"{found[7] or ''}000000"[:6])
        return datetime(year, month, day, hour, minute, second, micros, tzinfo=UTC)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    if abs(value) >= MICROSECONDS_FROM:
        return datetime.fromtimestamp(value / 1_000_000, UTC)
    seconds = value / 1000 if abs(value) >= MILLISECONDS_FROM else value
    return datetime.fromtimestamp(seconds, UTC)


def check_event_time(text: str) -> None:
    """Raise ValueError for a text that the feature store does not take for an event time."""
    if not EVENT_TIME.fullmatch(text):
        raise ValueError(text)
    datetime.fromisoformat(text)


def line(record: Record, group: Record, why: str) -> Record:
    """What is kept of a record that fits not: the record itself, in base64, and the reason."""
    return {
        "featureGroup": group["name"],
        "sequenceNumber": record["sequenceNumber"],
        "arrivalTimestamp": int(record["approximateArrivalTimestamp"] * 1000),
        "errorCode": CODE,
        "errorMessage": why,
        "rawData": record["data"],
    }


def set_aside(first: Record, lines: list[Record]) -> None:
    """Keep lines in S3, and count them.

    The key is that of the batch's first record: a batch that is tried again writes the same object.
    """
    at = datetime.fromtimestamp(first["kinesis"]["approximateArrivalTimestamp"], UTC)
    shard = first["eventID"].partition(":")[0]
    prefix = os.environ["ASIDE_PREFIX"]
    client("s3").put_object(
        Bucket=os.environ["ASIDE_BUCKET"],
        Key=f"{prefix}/day={at:%Y-%m-%d}/{shard}-{number(first)}.json",
        Body="".join(f"{json.dumps(each)}\n" for each in lines).encode(),
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=os.environ["KEY_ARN"],
    )
    client("cloudwatch").put_metric_data(
        Namespace=NAMESPACE,
        MetricData=[
            {
                "MetricName": METRIC,
                "Dimensions": [{"Name": "StreamName", "Value": os.environ["STREAM_NAME"]}],
                "Value": len(lines),
                "Unit": "Count",
            }
        ],
    )


@cache
def plan() -> Record:
    """What is wanted, by the file beside this one."""
    found: Record = json.loads(Path(__file__).with_name("plan.json").read_text(encoding="utf-8"))
    return found


@cache
def client(service: str) -> Any:
    """A client of AWS, made at first use and kept for the next batches."""
    return boto3.client(service)


def store() -> Any:
    """The feature store's client."""
    return client("sagemaker-featurestore-runtime")
